"""What was said, and what it means: summaries and what is built on them."""
