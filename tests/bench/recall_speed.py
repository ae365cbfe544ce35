"""How quickly memories are recalled, as they grow: `python -m tests.bench.recall_speed`.

One user with 1,000, 10,000 and 100,000 memories, and 1,000 users with 100 each, in PostgreSQL
and Chroma as Parley keeps them. The memories' vectors are made up (to embed 100,000 sentences
takes an hour), the questions are embedded by the real model, each for the first time. Prints
milliseconds of a recall (embedding included), of an embedding alone as the reference, and the
memory of the process with the index in it. The many are asked twice, one after the other: what
of the index belongs to somebody is read from the disk the first time.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import random
import statistics
import time
from collections.abc import Sequence
from uuid import UUID

import numpy as np
import psutil
import psycopg

from core.app import App
from core.embeddings import LocalEmbedder, Vectors
from tests.bench.recall import product

SUBJECTS = "my sister|my brother|our office|the team|my neighbour|Ana|Tom|our dog|my doctor|I"
VERBS = "likes|lives near|works with|is afraid of|bought|never eats|painted|sold|studies|met"
THINGS = (
    "green tea|the harbour|old maps|a piano|fresh bread|the night train|wild horses|chess|"
    "Portuguese|a blue bicycle|mushrooms|the museum|winter|a sailing boat|jazz|the market"
)


_questions = itertools.count(1_000_000, 1_000_000)


class MadeUp(LocalEmbedder):
    """The real model for questions; random directions for what is kept."""

    async def passages(self, texts: Sequence[str]) -> Vectors:
        seed = abs(hash(texts[0])) % 2**32 if texts else 0
        made = np.random.default_rng(seed).standard_normal((len(texts), self.dimensions))
        return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


def question(n: int) -> str:
    """What somebody says in a chat, different for every `n`."""
    pick = random.Random(n)
    subject, verb = (pick.choice(some.split("|")) for some in (SUBJECTS, VERBS))
    return f"Do you know what {subject} {verb} since {1900 + n % 125}?"


def sentence(n: int) -> str:
    """A memory, different for every `n`."""
    pick = random.Random(n)
    words = [pick.choice(some.split("|")) for some in (SUBJECTS, VERBS, THINGS)]
    return f"{' '.join(words)} since {1900 + n % 125}, number {n}"


async def user(app: App, name: str) -> UUID:
    async with app.database.as_nobody() as conn:
        row = await (await conn.execute("SELECT local_user(%s) AS id", [name])).fetchone()
    return row["id"]


async def fill(app: App, who: UUID, first: int, many: int) -> None:
    """Give somebody memories, and have them indexed."""
    for start in range(first, first + many, 1000):
        end = min(start + 1000, first + many)
        entries = [{"text": sentence(n)} for n in range(start, end)]
        await app.memories.create_many(who, entries)
    await app.memory_index.catch_up_with(str(who))


async def settle(app: App) -> None:
    """Have PostgreSQL count what has come, as it does by itself within a minute."""
    conninfo = app.database.conninfo
    async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as conn:
        await conn.execute("ANALYZE")


async def ask(app: App, whom: Sequence[UUID], rounds: int) -> dict[str, float]:
    """Milliseconds of a recall for what is said in a chat."""
    took, first = [], next(_questions)
    for n in range(rounds + 5):
        text = question(first + n)
        begin = time.perf_counter()
        await app.recall.about(whom[n % len(whom)], [text])
        took.append(1000 * (time.perf_counter() - begin))
    return figures(took[5:])


async def embed(rounds: int) -> dict[str, float]:
    """Milliseconds of an embedding alone."""
    embedder, took = LocalEmbedder(), []
    for n in range(rounds + 5):
        text = question(n)
        begin = time.perf_counter()
        await embedder.queries([text])
        took.append(1000 * (time.perf_counter() - begin))
    await embedder.close()
    return figures(took[5:])


def figures(took: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(took, n=20)
    return {"median ms": round(statistics.median(took), 1), "p95 ms": round(cuts[-1], 1)}


def megabytes() -> int:
    return psutil.Process().memory_info().rss // 2**20


async def main(sizes: Sequence[int], users: int, rounds: int) -> None:
    print(json.dumps({"an embedding alone": await embed(rounds)}), flush=True)
    async with product(MadeUp()) as app:
        one, there = await user(app, "one"), 0
        for size in sizes:
            begin = time.perf_counter()
            await fill(app, one, there, size - there)
            await settle(app)
            line = {"memories of one user": size, **await ask(app, [one], rounds)}
            line["indexed in s"] = round(time.perf_counter() - begin, 1)
            print(json.dumps(line), flush=True)
            there = size
    async with product(MadeUp()) as app:
        everybody, before = [await user(app, f"user {n}") for n in range(users)], megabytes()
        for n, who in enumerate(everybody):
            await fill(app, who, n * 100, 100)
        await settle(app)
        first = await ask(app, everybody, users)
        line = {"users with 100 memories": users, **await ask(app, everybody, users)}
        more = {"each for the first time": first, "MB more": megabytes() - before}
        print(json.dumps({**line, **more}), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--users", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=100)
    chosen = parser.parse_args()
    asyncio.run(main(chosen.sizes, chosen.users, chosen.rounds))
