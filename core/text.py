"""What people type, made safe to keep: any script, but nothing UTF-8 or PostgreSQL cannot hold."""

from __future__ import annotations

import re
import unicodedata

from core.errors import Refused


def storable(text: str) -> str:
    """A text as it can be kept: without NULs and half characters, else unchanged."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")


def decoded(data: bytes, remedy: str) -> str:
    """The text of a file. Raises Refused, with the line at fault and what to do about it."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise Refused(f"Line {line}: this is not text in UTF-8. {remedy}", line=line) from error


def typed(text: str) -> str:
    """A message as it is kept: storable, and trimmed."""
    return storable(text).strip()


def one_line(text: str, length: int) -> str:
    """A name or title: one line of at most `length` characters; may be empty."""
    return " ".join(typed(text).split())[:length].rstrip()


def shortened(text: str, length: int) -> str:
    """One line of at most `length` characters; an ellipsis says where something is left out."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def excerpt(text: str, words: str, length: int = 160) -> str:
    """One line of `text` around the first place that has one of `words`, ellipses at the cuts."""
    line = " ".join(text.split())
    wanted = [re.escape(_plain(word)) for word in words.split() if _plain(word)]
    found = re.search("|".join(wanted), _plain(line)) if wanted else None
    begin = max(min(found.start() - length // 3, len(line) - length), 0) if found else 0
    if begin:
        begin = line.find(" ", begin, begin + 20) + 1 or begin
    shown = shortened(line[begin:], length)
    return f"…{shown}" if begin else shown


def _plain(text: str) -> str:
    """Small letters without accents, each character in its place."""
    return "".join(unicodedata.normalize("NFD", char)[0].lower()[:1] or char for char in text)
