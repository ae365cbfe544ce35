"""How long a backup takes and how large it is: `python -m tests.bench.backup`.

`[--sizes 2000 20000 200000] [--read]`: as many messages of a life in four languages, in a Parley
and a PostgreSQL of their own; with `--read` their passages too, which takes minutes to make at
the largest. Prints, per size, seconds and megabytes of a backup and seconds of putting it back into
an empty Parley, beside a plain COPY of the table of messages alone.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from core.app import open_app
from core.backup.backup import back_up
from core.backup.restore import restore
from core.database import reach
from core.settings import Settings
from tests.histories import live_a_life


async def measure(folder: Path, size: int, *, read: bool) -> dict[str, float]:
    """The figures of one size."""
    here, there = (
        Settings(_env_file=None, data_dir=folder / name, find_local_servers=False)
        for name in ("here", "there")
    )
    async with open_app(here, working=False) as app:
        life = await asyncio.to_thread(
            live_a_life, app.database.conninfo, app.host_id, max(size // 12, 1)
        )
        if read:
            await app.reader.read_everything_again()
            await app.reader.catch_up()
        copied, raw = await _plain_copy(app.database.conninfo)
        begin = time.perf_counter()
        made = await back_up(here, folder / "file")
        saved = time.perf_counter() - begin
    begin = time.perf_counter()
    await restore(there, folder / "file")
    return {
        "messages": life.messages,
        "rows": made.rows,
        "backup, s": round(saved, 2),
        "backup, MB": round((folder / "file").stat().st_size / 1e6, 1),
        "of rows, MB": round(made.bytes / 1e6, 1),
        "restore, s": round(time.perf_counter() - begin, 2),
        "plain COPY of messages, s": round(copied, 2),
        "of messages, MB": round(raw / 1e6, 1),
        "memory at most, MB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3),
    }


async def _plain_copy(conninfo: str) -> tuple[float, int]:
    begin, size = time.perf_counter(), 0
    async with (
        await reach(conninfo) as conn,
        conn.cursor() as cursor,
        cursor.copy("COPY messages TO STDOUT") as rows,
    ):
        async for row in rows:
            size += len(row)
    return time.perf_counter() - begin, size


async def main(sizes: Sequence[int], *, read: bool) -> None:
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="parley-bench-") as folder:
            print(json.dumps(await measure(Path(folder), size, read=read)), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[2_000, 20_000, 200_000])
    parser.add_argument("--read", action="store_true")
    chosen = parser.parse_args()
    asyncio.run(main(chosen.sizes, read=chosen.read))
