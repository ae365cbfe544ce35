"""What was said, and what it means: found again, summed up, asked, counted."""
