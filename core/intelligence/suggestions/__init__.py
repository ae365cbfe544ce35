"""Suggestions: how to begin from what is still open, and what to ask next."""
