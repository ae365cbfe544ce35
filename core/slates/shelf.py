"""Where runs are kept: each part as it is finished, and a version of each whole."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from core.database import Connection, Database
from core.errors import Busy, NotFound
from core.slates.parts import Part
from core.slates.run import Piece, Run, fingerprint
from core.slates.slates import Slate, Version, as_json, gone, read_slate, sql


class Shelf:
    """Keeps runs in the database. What a run says that is not its slate's newest is lost."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def begin(self, run: Run) -> None:
        """Keep the text as it is run, and number the run. Raises NotFound."""
        begun = {
            "id": run.slate_id, "text": run.text, "options": as_json(run.options),
            "worker": self._db.worker, "ran": fingerprint(run.text, run.options),
        }  # fmt: skip
        async with self._db.as_user(run.user_id) as conn:
            row = await (await conn.execute(sql.begin_run, begun)).fetchone()
        if row is None:
            raise gone()
        run.number = row["run"]

    async def lay_out(self, run: Run, pieces: list[Piece], *, again: bool = False) -> None:
        """Give a run its parts; unless `again`, those made before need not be made again."""
        facts = _facts(run) | {"noted": Jsonb(run.noted)}
        async with self._db.as_user(run.user_id) as conn:
            if await (await conn.execute(sql.lock_run, facts)).fetchone() is None:
                raise gone()
            await conn.execute(sql.note_run, facts)
            made = {} if again else await _made(conn, run.slate_id)
            for piece in pieces:
                if piece.digest in made:
                    piece.text, piece.status, piece.saved = made[piece.digest], "done", True
            await conn.execute(sql.drop_parts, facts)
            await _insert(conn, run, pieces)
        run.pieces = pieces

    async def save(self, run: Run, piece: Piece) -> None:
        """Keep a part as it is."""
        async with self._db.as_user(run.user_id) as conn:
            await self._save(conn, run, piece)

    async def end(self, run: Run) -> None:
        """Keep how a run has ended, with all of it that was not kept yet."""
        facts = _facts(run) | {
            "status": run.status, "error_code": run.error_code, "error": run.error,
            "noted": Jsonb(run.noted),
        }  # fmt: skip
        async with self._db.as_user(run.user_id) as conn:
            if await (await conn.execute(sql.lock_run, facts)).fetchone() is None:
                return  # a newer one has begun, or the slate is gone
            for piece in run.pieces:
                if not piece.saved:
                    await self._save(conn, run, piece)
            await conn.execute(sql.note_run, facts)
            await conn.execute(sql.end_run, facts)
            if run.status == "complete":
                await _keep_version(conn, run)

    async def last(self, user_id: UUID, slate_id: UUID) -> Run:
        """The last run of a slate as far as it is kept. Raises NotFound."""
        async with self._db.as_user(user_id) as conn:
            return await _read(conn, user_id, slate_id)

    async def amend(
        self, user_id: UUID, slate_id: UUID, place: int, old: str, new: str, nth: int = 0
    ) -> None:
        """Put other words into the result; the result as it is then is a version.

        `nth`: which of several places in the part that say `old`, from 0. Raises Busy while
        something is still being made, NotFound where the words are not there any more.
        """
        async with self._db.as_user(user_id) as conn:
            run = await _read(conn, user_id, slate_id)
            if run.status == "running":
                raise Busy("The result is still being written. Wait for it or stop it first.")
            piece = piece_with(run, place, old)
            piece.text = _replaced(piece.text, old, new, nth)
            await self._save(conn, run, piece)
            await _keep_version(conn, run)

    async def restore(self, user_id: UUID, slate_id: UUID, version_id: int) -> None:
        """Bring back the text, the options and the result of a version. Raises NotFound."""
        async with self._db.as_user(user_id) as conn:
            wanted = {"id": slate_id, "version_id": version_id}
            row = await (await conn.execute(sql.version, wanted)).fetchone()
            if row is None:
                raise NotFound("There is no such version. Reload the list of versions.")
            version = Version.of(row)
            back = {name: getattr(version, name) for name in ("text", "language", "engine")} | {
                "id": slate_id, "options": as_json(version.options),
                "noted": Jsonb(version.noted), "ran": fingerprint(version.text, version.options),
            }  # fmt: skip
            if (await conn.execute(sql.restore, back)).rowcount == 0:
                raise gone()
            run = Run(user_id, slate_id, version.text, version.options)
            run.pieces = [Piece(0, Part(version.text), "", version.result, "done")]
            await conn.execute(sql.drop_parts, wanted)
            await _insert(conn, run, run.pieces)

    async def _save(self, conn: Connection, run: Run, piece: Piece) -> None:
        kept = _row(run, piece) | {"run": run.number, "worker": self._db.worker}
        await conn.execute(sql.save_part, kept)
        piece.saved = piece.status == "done"


def piece_with(run: Run, place: int, words: str) -> Piece:
    """The part at a place, which says these words. Raises NotFound."""
    for piece in run.pieces:
        if piece.place == place and words and words in piece.text:
            return piece
    raise NotFound("This sentence is not there any more. Choose it again.")


def _replaced(text: str, old: str, new: str, nth: int) -> str:
    at = text.find(old)
    for _ in range(nth):
        found = text.find(old, at + len(old))
        at = found if found >= 0 else at
    return f"{text[:at]}{new}{text[at + len(old) :]}"


async def _read(conn: Connection, user_id: UUID, slate_id: UUID) -> Run:
    slate = await read_slate(conn, slate_id)
    rows = await (await conn.execute(sql.parts, {"id": slate_id})).fetchall()
    run = Run(user_id, slate_id, "".join(row["source"] for row in rows), slate.options)
    run.pieces = [
        Piece(
            row["place"], Part(row["source"]), row["digest"], row["result"], row["status"],
            row["error_code"], row["error"], saved=True,
        )
        for row in rows
    ]  # fmt: skip
    _take_over(run, slate)
    return run


def _take_over(run: Run, slate: Slate) -> None:
    run.number, run.status, run.language = slate.run, slate.status, slate.language
    run.engine, run.noted = slate.engine, slate.noted
    run.error_code, run.error = slate.error_code, slate.error
    run.stale = slate.ran is not None and slate.ran != fingerprint(slate.text, slate.options)
    if not run.stale:
        run.text = slate.text


async def _made(conn: Connection, slate_id: UUID) -> dict[str, str]:
    rows = await (await conn.execute(sql.parts, {"id": slate_id})).fetchall()
    return {row["digest"]: row["result"] for row in rows if row["status"] == "done"}


async def _insert(conn: Connection, run: Run, pieces: list[Piece]) -> None:
    async with conn.cursor() as cursor:
        await cursor.executemany(sql.insert_part, [_row(run, piece) for piece in pieces])


async def _keep_version(conn: Connection, run: Run) -> None:
    facts = _facts(run) | {
        "text": run.text, "task": run.options.task, "options": as_json(run.options),
        "result": run.result, "noted": Jsonb(run.noted),
    }  # fmt: skip
    await conn.execute(sql.keep_version, facts)


def _row(run: Run, piece: Piece) -> dict[str, Any]:
    status = "waiting" if piece.status == "running" else piece.status
    return {
        "id": run.slate_id, "user_id": run.user_id, "place": piece.place,
        "source": piece.part.text, "digest": piece.digest, "result": piece.text,
        "status": status, "error_code": piece.error_code, "error": piece.error,
    }  # fmt: skip


def _facts(run: Run) -> dict[str, Any]:
    return {
        "id": run.slate_id, "user_id": run.user_id, "run": run.number, "language": run.language,
        "engine": run.engine,
    }  # fmt: skip
