"""Exports: one conversation, several or all, as one file that is written as it is read."""

from __future__ import annotations

import asyncio
import zipfile
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

from core.database import Database
from core.errors import NotFound, Refused
from core.exports import markdown
from core.exports.document import FORMAT, VERSION, Document
from core.exports.made import Made, Share
from core.exports.names import different, file_name
from core.exports.reading import read
from core.exports.wording import UNTITLED
from core.queries import load

sql = load("exports")

Format = Literal["json", "markdown", "pdf"]
"""What a conversation can be written as."""


@dataclass(frozen=True, slots=True)
class Writing:
    """How a format is written: its ending, its media type, one conversation as bytes."""

    ending: str
    media_type: str
    write: Callable[[Document, Share], bytes]


def _markdown(document: Document, _made: Share) -> bytes:
    return "".join(markdown.write(document)).encode()


def _json(document: Document, _made: Share) -> bytes:
    return document.model_dump_json(indent=1, exclude_none=True).encode()


def _pdf(document: Document, made: Share) -> bytes:
    from core.exports import pdf  # noqa: PLC0415 - typst, PIL and pypdf need not delay a start

    return pdf.write(document, made)


WRITINGS: dict[Format, Writing] = {
    "json": Writing("json", "application/json", _json),
    "pdf": Writing("pdf", "application/pdf", _pdf),
    "markdown": Writing("md", "text/markdown; charset=utf-8", _markdown),
}
_ZIP = "application/zip"
_HEAD = f'{{"format": "{FORMAT}", "version": {VERSION}, "conversations": ['.encode()


@dataclass(frozen=True, slots=True)
class Export:
    """A file to be: what it is called, of what type it is, and its bytes as they are made.

    `chunks` reads from the database as it goes and is iterated once.
    """

    name: str
    media_type: str
    chunks: AsyncIterator[bytes]


class Exports:
    """Everybody's conversations as files; each call names whose."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._made: dict[tuple[UUID, UUID], float] = {}

    async def prepare(
        self,
        user_id: UUID,
        ids: Sequence[UUID] | None,
        format: Format,
        watch: UUID | None = None,
    ) -> Export:
        """A file of the conversations `ids`, in that order, or of all, the oldest first.

        JSON is one file; several in Markdown or PDF are a zip of one file each. `watch`: a name
        of the caller's, under which `made` tells how far it is. Raises NotFound where one is not
        there, Refused for none at all.
        """
        there = await self._there(user_id, ids)
        titles = [title for title, _ in there.values()]
        writing = WRITINGS[format]
        made = Made([1 + messages for _, messages in there.values()], self._hear(user_id, watch))
        written = _written(self._documents(user_id, list(there)), writing, made)
        title = titles[0] if len(titles) == 1 else _dated()
        if format == "json":
            file = Export(file_name(title, "json"), writing.media_type, _as_json(written))
        elif len(titles) == 1:
            file = Export(file_name(title, writing.ending), writing.media_type, written)
        else:
            names = different(file_name(one, writing.ending) for one in titles)
            file = Export(file_name(title, "zip"), _ZIP, _zipped(written, names))
        return replace(file, chunks=self._watched(file.chunks, user_id, watch)) if watch else file

    def made(self, user_id: UUID, watch: UUID) -> float:
        """How much of a file somebody has made now is there, from 0 to 1.

        Raises NotFound where none is being made under that name.
        """
        try:
            return self._made[user_id, watch]
        except KeyError:
            raise NotFound("No file is being made under this name.") from None

    def _hear(self, user_id: UUID, watch: UUID | None) -> Share:
        def heard(share: float) -> None:
            if watch:
                self._made[user_id, watch] = share

        heard(0.0)
        return heard

    async def _watched(
        self, chunks: AsyncIterator[bytes], user_id: UUID, watch: UUID
    ) -> AsyncIterator[bytes]:
        try:
            async for chunk in chunks:
                yield chunk
        finally:
            self._made.pop((user_id, watch), None)

    async def _there(
        self, user_id: UUID, ids: Sequence[UUID] | None
    ) -> dict[UUID, tuple[str, int]]:
        """Title and number of messages of each."""
        async with self._db.as_user(user_id) as conn:
            if ids is None:
                rows = await (await conn.execute(sql.ids)).fetchall()
                ids = [row["id"] for row in rows]
            rows = await (await conn.execute(sql.there, {"ids": list(ids)})).fetchall()
        there = {row["id"]: (row["title"] or UNTITLED, row["messages"]) for row in rows}
        if not ids:
            raise Refused("There is no conversation to export. Begin one first.")
        if missing := [one for one in ids if one not in there]:
            raise NotFound(
                "There is no such conversation. It may have been deleted.", id=str(missing[0])
            )
        return {one: there[one] for one in ids}

    async def _documents(self, user_id: UUID, ids: list[UUID]) -> AsyncIterator[Document]:
        for one in ids:
            yield await read(self._db, user_id, one)


def _dated() -> str:
    return f"Parley {datetime.now(UTC):%Y-%m-%d}"


async def _written(
    documents: AsyncIterator[Document], writing: Writing, made: Made
) -> AsyncIterator[bytes]:
    made.next()
    async for document in documents:
        yield await asyncio.to_thread(writing.write, document, made)
        made.next()


async def _as_json(written: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    between = _HEAD + b"\n"
    async for document in written:
        yield between + document
        between = b",\n"
    yield b"\n]}\n"


async def _zipped(written: AsyncIterator[bytes], names: Iterable[str]) -> AsyncIterator[bytes]:
    out, names = _Outlet(), iter(names)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        async for data in written:
            await asyncio.to_thread(packed.writestr, next(names), data)
            yield out.taken()
    yield out.taken()


class _Outlet:
    """A file that is written and never kept: what was written is taken out."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._written.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """Nothing is open."""

    def taken(self) -> bytes:
        """What was written since the last time."""
        taken, self._written = b"".join(self._written), []
        return taken
