"""How much of what answers a question memories bring back, in one language and across several.

`python -m tests.bench.recall --locomo FILE [--k 5 10]`: long dialogues (LoCoMo), each turn a
memory, all turns of a dialogue the memories of one user. Prints one JSON line: the mean share
of the turns that answer a question (`evidence`) among the top k, over the questions of
categories 1 to 4 (5 has no answer); beside ours and its halves the plain ones: BM25 over
"speaker: text", the embeddings of that, and both fused by reciprocal ranks.

`python -m tests.bench.recall --xquad FOLDER --languages en es ar zh`: the share of questions
whose paragraph comes first among all of its language, and across languages (question ->
English paragraph), for ours and its halves.

`--cache FILE` keeps embeddings from run to run: making them is most of the time.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import itertools
import json
import re
import statistics
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from core.app import App, open_app
from core.embeddings import Embedder, LocalEmbedder, Vectors
from core.memories.memory import LONGEST
from core.recall import (
    NEAREST,
    SHORTLIST,
    Candidates,
    Collection,
    Postings,
    Question,
    ask,
    by_speaker,
    essential,
    index,
    rank,
)
from core.recall.indexing import NEIGHBOURS
from core.settings import Settings

OURS = "ours"
HALVES = ("ours in memory", "ours by words", "ours by meaning")
PLAIN = ("bm25", "meaning", "rrf")


@dataclass(frozen=True)
class Item:
    """What is kept as one memory."""

    id: int
    text: str
    language: str = "en"
    speaker: str = ""
    around: tuple[str, ...] = ()


class InMemory:
    """Memories in this process, where the halves of recall can be had apart."""

    def __init__(self, embedder: Embedder, way: str = HALVES[0]) -> None:
        """`way` is one of `HALVES`."""
        self._embedder = embedder
        self._way = way
        self._rows: dict[str, list[tuple[int, float, float]]] = defaultdict(list)
        self._speakers: dict[int, str] = {}
        self._ids = np.empty(0, np.int64)
        self._vectors = np.empty((0, embedder.dimensions), np.float32)
        self._length = 0.0
        self.milliseconds: list[float] = []
        """What each recall took beyond the embedding of its question."""

    async def keep(self, items: Sequence[Item]) -> None:
        indexed = [index(item.text, around=item.around, language=item.language) for item in items]
        for item, entry in zip(items, indexed, strict=True):
            for word, weight in entry.words.items():
                self._rows[word].append((item.id, weight, entry.length))
            self._length += entry.length
            self._speakers[item.id] = item.speaker
        made = await self._embedder.passages([entry.passage for entry in indexed])
        self._vectors = np.concatenate([self._vectors, made])
        self._ids = np.concatenate([self._ids, [item.id for item in items]])

    async def recall(self, question: str, k: int, language: str = "en") -> list[int]:
        asked = ask(question, language=language, speakers=set(self._speakers.values()))
        vector = (await self._embedder.queries([asked.passage]))[0]
        begin = time.perf_counter()
        near = self._near(vector) if self._way != "ours by words" else {}
        posted = self._posted(asked, near) if self._way != "ours by meaning" else {}
        collection = Collection(len(self._ids), self._length / max(1, len(self._ids)))
        found = rank(asked, Candidates(collection, posted, near, self._embedder.floor))
        short = found[: max(SHORTLIST, k)]
        best = by_speaker(asked, short, {id: self._speakers[id] for id, _ in short})
        self.milliseconds.append(1000 * (time.perf_counter() - begin))
        return [id for id, _ in best[:k]]

    def _near(self, vector: Vectors) -> dict[int, float]:
        cosines = self._vectors @ vector
        best = np.argpartition(-cosines, min(NEAREST, len(cosines)) - 1)[:NEAREST]
        return dict(zip(self._ids[best].tolist(), cosines[best].tolist(), strict=True))

    def _posted(self, asked: Question, near: Iterable[int]) -> dict[str, Postings]:
        frequencies = {word: len(self._rows[word]) for word in asked.words if word in self._rows}
        wanted = essential(frequencies)
        found = {id for word in wanted for id, _, _ in self._rows[word]} | set(near)
        return {
            word: Postings(*self._columns(word, None if word in wanted else found), frequency)
            for word, frequency in frequencies.items()
        }

    def _columns(
        self, word: str, among: set[int] | None
    ) -> tuple[list[int], list[float], list[float]]:
        rows = [row for row in self._rows[word] if among is None or row[0] in among]
        return [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]


class Product:
    """Memories as Parley keeps them: PostgreSQL, Chroma, its own recall."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._user = app.host_id
        self._ids: dict[int, int] = {}
        self.milliseconds: list[float] = []
        """What each recall took, the embedding of its question included."""

    async def keep(self, items: Sequence[Item]) -> None:
        async with self._app.database.as_nobody() as conn:
            handle = f"bench {next(_numbers)}"
            row = await (await conn.execute("SELECT local_user(%s) AS id", [handle])).fetchone()
        self._user = row["id"]
        for item in items:
            memory = await self._app.memories.create(
                self._user, item.text[:LONGEST], context="\n".join(item.around) or None,
                said_by=item.speaker or None,
            )  # fmt: skip
            self._ids.setdefault(memory.number, item.id)
        await self._app.memory_index.catch_up_with(str(self._user))

    async def recall(self, question: str, k: int, language: str = "en") -> list[int]:
        begin = time.perf_counter()
        found = await self._app.recall.search(self._user, question, k)
        self.milliseconds.append(1000 * (time.perf_counter() - begin))
        return [self._ids[hit.memory.number] for hit in found]


_numbers = itertools.count()


@asynccontextmanager
async def product(embedder: Embedder) -> AsyncIterator[App]:
    """A Parley of its own, whose database and index go with it."""
    with tempfile.TemporaryDirectory(prefix="parley-bench-") as folder:
        chosen = Settings(_env_file=None, data_dir=Path(folder), find_local_servers=False)
        async with open_app(chosen, embedder=embedder, working=False) as app:
            yield app


class PlainRanks:
    """What ours is measured against: BM25 and embeddings as they are, fused by their ranks."""

    def __init__(self, embedder: Embedder, way: str) -> None:
        self._embedder = embedder
        self._way = way
        self._items: Sequence[Item] = ()
        self._vectors = np.empty((0, embedder.dimensions), np.float32)
        self._counts: list[Counter[str]] = []

    async def keep(self, items: Sequence[Item]) -> None:
        self._items = items
        texts = [f"{item.speaker}: {item.text}" for item in items]
        self._vectors = await self._embedder.passages(texts)
        self._counts = [Counter(_split(text)) for text in texts]

    async def recall(self, question: str, k: int, language: str = "en") -> list[int]:
        scores = []
        if self._way in ("bm25", "rrf"):
            scores.append(self._bm25(question))
        if self._way in ("meaning", "rrf"):
            scores.append(self._vectors @ (await self._embedder.queries([question]))[0])
        ranks = [np.argsort(np.argsort(-one, kind="stable"), kind="stable") for one in scores]
        fused = sum(1 / (61 + one) for one in ranks)
        return [self._items[place].id for place in np.argsort(-fused, kind="stable")[:k]]

    def _bm25(self, question: str) -> np.ndarray:
        lengths = np.array([sum(count.values()) for count in self._counts])
        scores = np.zeros(len(self._items))
        for word in set(_split(question)):
            tf = np.array([count.get(word, 0) for count in self._counts], float)
            n = np.count_nonzero(tf)
            idf = np.log(1 + (len(tf) - n + 0.5) / (n + 0.5))
            scores += idf * tf * 2.2 / (tf + 1.2 * (0.25 + 0.75 * lengths / lengths.mean()))
        return scores


def _split(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


@dataclass
class Cached:
    """An embedder that keeps what it made in a file."""

    embedder: Embedder
    path: Path | None
    made: dict[str, Vectors] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.name, self.dimensions = self.embedder.name, self.embedder.dimensions
        self.floor, self.threshold = self.embedder.floor, self.embedder.threshold
        if self.path and self.path.exists():
            with np.load(self.path) as kept:
                self.made = dict(zip(kept["keys"].tolist(), kept["vectors"], strict=True))

    async def queries(self, texts: Sequence[str]) -> Vectors:
        return await self._look_up("query", texts)

    async def passages(self, texts: Sequence[str]) -> Vectors:
        return await self._look_up("passage", texts)

    async def close(self) -> None:
        await self.embedder.close()
        if self.path:
            np.savez(self.path, keys=list(self.made), vectors=list(self.made.values()))

    async def _look_up(self, kind: str, texts: Sequence[str]) -> Vectors:
        keys = [_key(self.name, kind, text) for text in texts]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in self.made}
        if new:
            make = self.embedder.queries if kind == "query" else self.embedder.passages
            self.made.update(zip(new, await make(list(new.values())), strict=True))
        return np.array([self.made[key] for key in keys], np.float32)


def _key(name: str, kind: str, text: str) -> str:
    return hashlib.sha256(f"{name}\n{kind}\n{text}".encode()).hexdigest()


def store(app: App, embedder: Embedder, way: str) -> Product | InMemory | PlainRanks:
    if way == OURS:
        return Product(app)
    return InMemory(embedder, way) if way in HALVES else PlainRanks(embedder, way)


async def locomo(path: Path, ks: Sequence[int], app: App, embedder: Embedder) -> dict[str, object]:
    """The line of figures for a file of dialogues."""
    ways = (OURS, *HALVES, *PLAIN)
    shares: dict[str, list[list[list[float]]]] = {way: [] for way in ways}
    times: list[float] = []
    for dialogue in json.loads(path.read_text("utf-8")):
        items, ids = turns(dialogue["conversation"])
        asked = questions(dialogue["qa"], ids)
        for way in ways:
            memories = store(app, embedder, way)
            await memories.keep(items)
            found = [await memories.recall(question, max(ks)) for question, _ in asked]
            shares[way].append([
                [len(wanted & set(best[:k])) / len(wanted) for k in ks]
                for best, (_, wanted) in zip(found, asked, strict=True)
            ])  # fmt: skip
            if isinstance(memories, Product):
                times += memories.milliseconds
    mean = {
        way: np.concatenate([np.array(d) for d in found]).mean(0) for way, found in shares.items()
    }
    return {
        "questions": sum(len(one) for one in shares[OURS]),
        **{f"{way} R@{k}": round(float(mean[way][n]), 4) for way in mean for n, k in enumerate(ks)},
        f"ours R@{max(ks)} by dialogue": [
            round(float(np.array(one)[:, -1].mean()), 4) for one in shares[OURS]
        ],
        "ms a recall, embedding included unless cached": {
            "median": round(statistics.median(times), 2),
            "p95": round(statistics.quantiles(times, n=20)[-1], 2),
        },
    }


def turns(conversation: dict[str, object]) -> tuple[list[Item], dict[str, int]]:
    """The turns of a dialogue in order as memories, and their ids by LoCoMo's names."""
    items: list[Item] = []
    ids: dict[str, int] = {}
    sessions = sorted(
        (key for key in conversation if re.fullmatch(r"session_\d+", key)),
        key=lambda key: int(key.split("_")[1]),
    )
    for session in (conversation[key] for key in sessions):
        assert isinstance(session, list)
        texts = [turn["text"] for turn in session]
        for n, turn in enumerate(session):
            around = texts[max(0, n - NEIGHBOURS) : n] + texts[n + 1 : n + 1 + NEIGHBOURS]
            ids[turn["dia_id"]] = len(items)
            items.append(Item(len(items), turn["text"], "en", turn["speaker"], tuple(around)))
    return items, ids


def questions(asked: list[dict], ids: dict[str, int]) -> list[tuple[str, set[int]]]:
    """Questions with the memories that answer them; those whose evidence is no turn are out."""
    found = []
    for one in asked:
        names = [name for given in one["evidence"] for name in re.split(r"[;,\s]+", given)]
        wanted = {ids[name] for name in names if name in ids}
        if one["category"] != 5 and wanted:
            found.append((one["question"], wanted))
    return found


async def xquad(
    folder: Path, languages: Sequence[str], app: App, embedder: Embedder
) -> dict[str, object]:
    """The line of figures for questions and paragraphs in several languages."""
    read = {language: paragraphs(folder / f"{language}.json") for language in languages}
    pairs = [(one, one) for one in languages]
    if "en" in languages:
        pairs += [(one, "en") for one in languages if one != "en"]
    figures: dict[str, object] = {}
    for asks, says in pairs:
        right: dict[str, float] = {}
        for way in (OURS, *HALVES[1:]):
            memories = store(app, embedder, way)
            await memories.keep([Item(n, text, says) for n, text in enumerate(read[says][0])])
            hits = [
                await memories.recall(question, 1, asks) == [wanted]
                for question, wanted in read[asks][1]
            ]
            right[way] = round(100 * statistics.mean(hits), 1)
        figures[asks if asks == says else f"{asks} -> {says}"] = right
    return figures


def paragraphs(path: Path) -> tuple[list[str], list[tuple[str, int]]]:
    texts: list[str] = []
    asked: list[tuple[str, int]] = []
    for article in json.loads(path.read_text("utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            asked += [(one["question"], len(texts)) for one in paragraph["qas"]]
            texts.append(paragraph["context"].strip("\ufeff"))
    return texts, asked


async def main(options: argparse.Namespace) -> None:
    embedder = Cached(LocalEmbedder(), options.cache)
    async with product(embedder) as app:
        if options.locomo:
            print(json.dumps(await locomo(options.locomo, options.k, app, embedder)), flush=True)
        if options.xquad:
            print(json.dumps(await xquad(options.xquad, options.languages, app, embedder)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--locomo", type=Path)
    parser.add_argument("--k", type=int, nargs="+", default=[5, 10])
    parser.add_argument("--xquad", type=Path)
    parser.add_argument("--languages", nargs="+", default=["en", "es", "ar", "zh"])
    parser.add_argument("--cache", type=Path)
    asyncio.run(main(parser.parse_args()))
