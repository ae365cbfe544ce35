"""Conversations out of Parley: JSON that comes in again the same, Markdown, PDF."""
