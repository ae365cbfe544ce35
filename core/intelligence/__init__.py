"""What was said, and what it means."""
