"""All that Parley keeps as one file, and back: `python -m core backup`, `restore`."""
