"""What people type, made safe to keep: any script, but nothing UTF-8 or PostgreSQL cannot hold."""

from __future__ import annotations


def storable(text: str) -> str:
    """A text as it can be kept: without NULs and half characters, else unchanged."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")


def typed(text: str) -> str:
    """A message as it is kept: storable, and trimmed."""
    return storable(text).strip()


def one_line(text: str, length: int) -> str:
    """A name or title: one line of at most `length` characters; may be empty."""
    return " ".join(typed(text).split())[:length].rstrip()
