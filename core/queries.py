"""Named SQL from the folder `sql/`: one file a noun, blocks headed `-- name: verb_noun`."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import LiteralString

SQL_FOLDER = Path(__file__).resolve().parent.parent / "sql"
_HEADING = re.compile(r"^-- name: *(\w+) *$", re.MULTILINE)


class Queries:
    """The queries of one file as attributes, each the text of its block."""

    def __init__(self, blocks: dict[str, str]) -> None:
        self._blocks = blocks

    def __getattr__(self, name: str) -> LiteralString:
        try:
            return self._blocks[name]
        except KeyError:
            raise AttributeError(
                f"no query named {name}; there are {sorted(self._blocks)}"
            ) from None

    def names(self) -> list[str]:
        """The names of all queries, in the order of the file."""
        return list(self._blocks)


def parse(text: str) -> Queries:
    """Cut a file into its named blocks. Raises ValueError for a name given twice."""
    pieces = _HEADING.split(text)[1:]
    blocks: dict[str, str] = {}
    for name, body in zip(pieces[::2], pieces[1::2], strict=True):
        if name in blocks:
            raise ValueError(f"two queries are named {name}")
        blocks[name] = body.strip()
    return Queries(blocks)


@cache
def load(noun: str) -> Queries:
    """The queries of `sql/<noun>.sql`."""
    return parse((SQL_FOLDER / f"{noun}.sql").read_text(encoding="utf-8"))
