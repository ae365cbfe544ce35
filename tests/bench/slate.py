"""How long ten thousand words take on the Slate, and when the first of them are there.

`python -m tests.bench.slate [--words 10000] [--text FILE]`: English into Portuguese by the local
engine, kept in a PostgreSQL of its own, beside the same engine called directly, line after line,
in the same run.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from contextlib import aclosing
from pathlib import Path

from core.app import open_app
from core.settings import Settings
from core.slates.options import Options
from core.translation.catalog import Catalog
from core.translation.local import _load
from core.translation.models import Models


def made_up(words: int) -> list[str]:
    """Lines that differ, `words` words of them."""
    return [f"The house number {n} is very big." for n in range(1, words // 7 + 2)]


async def ours(lines: list[str], data: Path) -> tuple[float, float]:
    """Seconds until the first part is there, and until all is."""
    settings = Settings(
        data_dir=data, database_url=None, translation_engine="local", find_local_servers=False
    )
    async with open_app(settings) as app:
        slate, options = await app.slates.create(app.host_id), Options(target="pt")
        warm = await app.slate_runs.start(app.host_id, slate.id, "Good morning.", options)
        await asyncio.wait({warm.task})
        begin, first = time.perf_counter(), 0.0
        run = await app.slate_runs.start(app.host_id, slate.id, "\n".join(lines), options)
        async with aclosing(run.follow()) as steps:
            async for now in steps:
                if now.done and not first:
                    first = time.perf_counter() - begin
        took = time.perf_counter() - begin
        made = await app.slate_runs.last(app.host_id, slate.id)
        assert made
        assert made.status == "complete"
        assert len(made.result.split("\n")) == len(lines)
        return first, took


def direct(lines: list[str], data: Path) -> float:
    """Seconds the engine alone takes."""
    engine = _load((Models(data, Catalog()).at_hand("en", "pt") or [])[0])
    engine.translate_long("Good morning.")
    begin = time.perf_counter()
    for line in lines:
        engine.translate_long(line)
    return time.perf_counter() - begin


def main(lines: list[str]) -> None:
    words = sum(len(line.split()) for line in lines)
    with tempfile.TemporaryDirectory() as folder:
        first, took = asyncio.run(ours(lines, Path(folder) / "data"))
        alone = direct(lines, Path(folder))
    figures = {"words": words, "first_s": first, "all_s": took, "engine_alone_s": alone}
    print(json.dumps({"slate": {key: round(value, 1) for key, value in figures.items()}}))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--words", type=int, default=10_000)
    parser.add_argument("--text", type=Path, metavar="FILE")
    given = parser.parse_args()
    chosen = given.text.read_text("utf-8").splitlines() if given.text else made_up(given.words)
    main(chosen)
