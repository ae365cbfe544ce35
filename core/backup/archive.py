"""The file of a backup: a zip that any unzip opens.

- `tables/NAME.copy`: a table as `COPY ... TO STDOUT` writes it (PostgreSQL's text format: a line a
  row, tabs between columns, `\\N` for NULL, UTF-8), its columns as the manifest lists them;
- `secret.key`: what opens the encrypted keys, only where that was asked for;
- `manifest.json`, last: the version of the schema, and of each table the columns, rows, bytes and
  SHA-256.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from struct import error as StructError
from typing import IO
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from pydantic import BaseModel, ConfigDict, ValidationError

from core.errors import BackupDamaged, BackupFailed

FORMAT = 1
_MANIFEST, _KEY = "manifest.json", "secret.key"
_LEVEL = 1
"""Of compression: 6 takes three times as long for a tenth less."""
_CHUNK = 1 << 18
_UNREADABLE = (
    BadZipFile, EOFError, KeyError, MemoryError, NotImplementedError, OSError, OverflowError,
    RuntimeError, StructError, ValueError, zlib.error,
)  # fmt: skip
"""What `zipfile` raises for a file that is not as it was written."""
Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is, of how much."""


class Table(BaseModel):
    """A table in the file."""

    model_config = ConfigDict(frozen=True, strict=True)

    name: str
    columns: tuple[str, ...]
    rows: int
    bytes: int
    sha256: str


class _Format(BaseModel):
    """The part of a manifest that every version has."""

    format: int


class Manifest(_Format):
    """What is in the file."""

    model_config = ConfigDict(frozen=True)

    made_at: datetime
    postgres: int
    schema_version: int
    """Number of the newest migration."""
    tables: tuple[Table, ...]
    sequences: dict[str, int]
    """The next number of each `table.column` that counts."""

    @property
    def rows(self) -> int:
        """Of all tables."""
        return sum(table.rows for table in self.tables)

    @property
    def bytes(self) -> int:
        """Of all tables, not compressed."""
        return sum(table.bytes for table in self.tables)


class Writer:
    """Writes the file from its beginning to its end, also to a pipe; without `end` it is none."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._zip = ZipFile(stream, "w", ZIP_DEFLATED, compresslevel=_LEVEL)
        self.tables: list[Table] = []

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._zip.close()

    @contextmanager
    def table(self, name: str, columns: tuple[str, ...]) -> Iterator[Callable[[bytes], None]]:
        """A place for the rows of a table: call it with each row."""
        digest, rows, size, waiting = hashlib.sha256(), 0, 0, bytearray()
        with self._zip.open(f"tables/{name}.copy", "w", force_zip64=True) as entry:

            def flush() -> None:
                digest.update(waiting)
                entry.write(waiting)
                waiting.clear()

            def write(row: bytes) -> None:
                nonlocal rows, size
                waiting.extend(row)
                rows, size = rows + 1, size + len(row)
                if len(waiting) >= _CHUNK:
                    flush()

            yield write
            flush()
        made = Table(name=name, columns=columns, rows=rows, bytes=size, sha256=digest.hexdigest())
        self.tables.append(made)

    def key(self, content: bytes) -> None:
        """Put in what opens the encrypted keys."""
        self._zip.writestr(_KEY, content)

    def end(self, manifest: Manifest) -> None:
        """Nothing comes after it."""
        self._zip.writestr(_MANIFEST, manifest.model_dump_json(indent=1))
        self._zip.close()  # here, where it may fail


class Reader:
    """Reads a file. Make one with `opened`; whatever is not as it was written is BackupDamaged."""

    def __init__(self, zipped: ZipFile, manifest: Manifest) -> None:
        self._zip = zipped
        self.manifest = manifest

    @property
    def key(self) -> bytes | None:
        """What opens the encrypted keys, where it is in the file."""
        with _damage():
            return self._zip.read(_KEY) if _KEY in self._zip.namelist() else None

    def chunks(self, table: Table) -> Iterator[bytes]:
        """A table, piece by piece."""
        with _damage(), self._zip.open(f"tables/{table.name}.copy") as entry:
            while chunk := entry.read(_CHUNK):
                yield chunk

    def check(self, progress: Progress | None = None) -> None:
        """Read all of it and compare. Raises BackupDamaged."""
        done = 0
        for table in self.manifest.tables:
            digest = hashlib.sha256()
            for chunk in self.chunks(table):
                digest.update(chunk)
                done += len(chunk)
                if progress:
                    progress("Checking the file", done, self.manifest.bytes)
            if digest.hexdigest() != table.sha256:
                raise BackupDamaged
        _ = self.key


@contextmanager
def opened(path: Path) -> Iterator[Reader]:
    """A file to read. Raises BackupFailed where there is none, or where it is a newer Parley's."""
    try:
        stream = path.open("rb")
    except OSError as error:
        raise BackupFailed(
            f"{path} cannot be read ({error.strerror or error}). Check its name."
        ) from error
    with stream:
        with _damage():
            zipped = ZipFile(stream)
        yield Reader(zipped, _manifest(zipped))


def _manifest(zipped: ZipFile) -> Manifest:
    with _damage():
        if _MANIFEST not in zipped.namelist():
            raise BackupFailed(
                "This is not a backup of Parley. Choose a file made by: python -m core backup"
            )
        content = zipped.read(_MANIFEST)
    try:
        if _Format.model_validate_json(content).format > FORMAT:
            raise BackupFailed(NEWER)
        return Manifest.model_validate_json(content)
    except ValidationError as error:
        raise BackupDamaged from error


NEWER = "This backup was made by a newer Parley. Update Parley, then restore it."


@contextmanager
def _damage() -> Iterator[None]:
    try:
        yield
    except _UNREADABLE as error:
        raise BackupDamaged from error
