"""What people type, made safe to keep: any script, but nothing UTF-8 or PostgreSQL cannot hold."""

from __future__ import annotations


def typed(text: str) -> str:
    """A message as it is kept: without NULs and half characters, trimmed, else unchanged."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8").strip()


def one_line(text: str, length: int) -> str:
    """A name or title: one line of at most `length` characters; may be empty."""
    return " ".join(typed(text).split())[:length].rstrip()
