"""Names of exported files: readable, and safe on every system."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import quote

LENGTH = 80
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


def file_name(title: str, ending: str) -> str:
    """A file's name from a title; never empty, hidden, a path or a device."""
    name = " ".join(_UNSAFE.sub(" ", title).split())
    name = name.encode()[: LENGTH * 2].decode("utf-8", "ignore")[:LENGTH].strip(". ")
    if not name or _RESERVED.fullmatch(name):
        name = f"conversation {name}".strip()
    return f"{name}.{ending}"


def different(names: Iterator[str]) -> Iterator[str]:
    """The same names, those that came before with a number: `Notes.md`, `Notes 2.md`."""
    taken: set[str] = set()
    numbers: Counter[str] = Counter()
    for name in names:
        stem, _, ending = name.rpartition(".")
        key, fresh = name.casefold(), name
        while fresh.casefold() in taken:
            numbers[key] += 1
            fresh = f"{stem} {numbers[key] + 1}.{ending}"
        taken.add(fresh.casefold())
        yield fresh


def disposition(name: str) -> str:
    """A Content-Disposition for a download (RFC 6266): whole as RFC 5987 has it, and in ASCII."""
    plain = re.sub(r'[^\x20-\x7e]|["\\%]', "_", name)
    return f"attachment; filename*=UTF-8''{quote(name, safe='')}; filename=\"{plain}\""
