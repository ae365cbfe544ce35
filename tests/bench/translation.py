"""How well and how fast the local engine translates: chrF and milliseconds a line.

`python -m tests.bench.translation --ntrex FOLDER [--lines 300]`: FOLDER holds NTREX's
`eng.txt` and `por-BR.txt`, parallel line by line. Beside our translator the same engine
called directly, line after line in the same run: what keeping code, names and numbers
costs in quality and in time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from fxtranslate import Translator
from sacrebleu.metrics import CHRF

from core.translation import protected
from core.translation.catalog import Catalog
from core.translation.local import LocalTranslator, _load
from core.translation.models import Models

FILES = {"en": "eng.txt", "pt": "por-BR.txt"}


@dataclass(frozen=True)
class Figures:
    """One direction: chrF (higher is better), median and 95th percentile in ms a line, and
    the share of lines with everything protected still in them."""

    direction: str
    lines: int
    chrf: float
    direct_chrf: float
    median_ms: float
    direct_median_ms: float
    p95_ms: float
    direct_p95_ms: float
    kept: float
    direct_kept: float


async def measure(folder: Path, source: str, target: str, count: int) -> Figures:
    """Translate `count` lines both ways at once, ours and direct taking turns."""
    texts, wanted = (read(folder / FILES[code])[:count] for code in (source, target))
    with tempfile.TemporaryDirectory() as empty:
        models = Models(Path(empty), Catalog())
        local = LocalTranslator(models)
        await local.warm(source, target)
        direct = _load((models.at_hand(source, target) or [])[0])
        ours, theirs = [], []
        for text in texts:
            ours.append(await timed_ours(local, text, source, target))
            theirs.append(timed_direct(direct, text))
        await local.close()
    return figures(f"{source}-{target}", texts, wanted, ours, theirs)


Timed = tuple[str, float]
"""A translation and the milliseconds it took."""


async def timed_ours(local: LocalTranslator, text: str, source: str, target: str) -> Timed:
    begin = time.perf_counter()
    items = [item async for item in local.translate(text, source, target)]
    return items[-1], 1000 * (time.perf_counter() - begin)


def timed_direct(engine: Translator, text: str) -> Timed:
    begin = time.perf_counter()
    output = engine.translate_long(text)
    return output, 1000 * (time.perf_counter() - begin)


def figures(
    direction: str, texts: list[str], wanted: list[str], ours: list[Timed], theirs: list[Timed]
) -> Figures:
    def chrf(done: list[Timed]) -> float:
        return round(CHRF().corpus_score([text for text, _ in done], [wanted]).score, 2)

    def times(done: list[Timed]) -> tuple[float, float]:
        taken = [ms for _, ms in done]
        return round(statistics.median(taken), 1), round(statistics.quantiles(taken, n=20)[-1], 1)

    def kept(done: list[Timed]) -> float:
        intact = [not protected.lost(text, out) for text, (out, _) in zip(texts, done, strict=True)]
        return round(statistics.mean(intact), 3)

    (median, p95), (direct_median, direct_p95) = times(ours), times(theirs)
    return Figures(
        direction, len(texts), chrf(ours), chrf(theirs), median, direct_median, p95, direct_p95,
        kept(ours), kept(theirs),
    )  # fmt: skip


def read(path: Path) -> list[str]:
    return [line.strip() for line in path.read_text("utf-8").splitlines()]


def table(rows: list[Figures]) -> str:
    """The figures as Markdown, ours / direct."""
    head = "| NTREX | lines | chrF | median ms | p95 ms | all kept |\n|---|---|---|---|---|---|"
    lines = [
        f"| {row.direction} | {row.lines} | {row.chrf} / {row.direct_chrf} "
        f"| {row.median_ms} / {row.direct_median_ms} | {row.p95_ms} / {row.direct_p95_ms} "
        f"| {row.kept:.1%} / {row.direct_kept:.1%} |"
        for row in rows
    ]
    return "\n".join([head, *lines])


async def main(folder: Path, count: int) -> None:
    rows = [await measure(folder, *pair, count) for pair in (("en", "pt"), ("pt", "en"))]
    print(json.dumps({"translation": [asdict(row) for row in rows]}))
    print(f"\nParley / the engine called directly\n\n{table(rows)}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ntrex", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--lines", type=int, default=300)
    options = parser.parse_args()
    asyncio.run(main(options.ntrex, options.lines))
