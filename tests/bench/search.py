"""How well and how fast everything that was said is found, through Parley's own search.

`python -m tests.bench.search --locomo FILE [--k 5 10]`: long dialogues (LoCoMo); each dialogue is
a person's past, each of its sessions a conversation of its date, each turn a message. Prints one
JSON line: the mean share of the turns that answer a question among the first k hits, over the
questions of categories 1 to 4; beside it the same search by words alone and by meaning alone.

`python -m tests.bench.search --speed [--sizes 2000 20000 200000]`: milliseconds a search, the
embedding of the question included, as whole questions and as one types; megabytes of the index by
words and by meaning; messages read and embedded in a second; seconds from said to found. Beyond
the first 4,000 passages vectors are earlier ones slightly turned: to embed them all would take
hours and says nothing about looking.

`python -m tests.bench.search --browser [--size 20000]`: the search page in Chromium; milliseconds
from a key to its results on the screen (80 of them it waits whether another key comes) and of the
request alone, as questions are typed; beside them the API's own, asked the same by a program.

`--cache FILE` keeps embeddings from run to run.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import numpy as np
from playwright.async_api import Page, async_playwright

from core.app import App, open_app
from core.embeddings import Embedder, LocalEmbedder, Vectors
from core.intelligence.search.query import Filter
from core.recall import NEAREST, Candidates, Collection, ask, by_speaker, rank
from core.settings import Settings
from tests.bench.processes import parley
from tests.bench.recall import Cached, product, questions
from tests.bench.recall_speed import settle
from tests.browser.chromium import launch
from tests.histories import Known, live_a_life

WAYS = ("ours", "words alone", "meaning alone")


async def locomo(path: Path, ks: Sequence[int], app: App) -> dict[str, Any]:
    """The line of figures for a file of dialogues."""
    shares: dict[str, list[list[list[float]]]] = {way: [] for way in WAYS}
    for number, dialogue in enumerate(json.loads(path.read_text("utf-8"))):
        owner, ids = await _live(app, f"dialogue {number}", dialogue["conversation"])
        asked = questions(dialogue["qa"], ids)
        for way in WAYS:
            found = [await _found(app, owner, way, question, max(ks)) for question, _ in asked]
            shares[way].append([
                [len(wanted & set(best[:k])) / len(wanted) for k in ks]
                for best, (_, wanted) in zip(found, asked, strict=True)
            ])  # fmt: skip
    mean = {
        way: np.concatenate([np.array(one) for one in found]).mean(0)
        for way, found in shares.items()
    }
    return {
        "questions": sum(len(one) for one in shares["ours"]),
        **{f"{way} R@{k}": round(float(mean[way][n]), 4) for way in mean for n, k in enumerate(ks)},
        f"ours R@{max(ks)} by dialogue": [
            round(float(np.array(one)[:, -1].mean()), 4) for one in shares["ours"]
        ],
    }


async def _live(app: App, handle: str, dialogue: dict[str, Any]) -> tuple[UUID, dict[str, int]]:
    """Keep a dialogue as conversations of their dates; whose, and messages by LoCoMo's names."""
    ids: dict[str, int] = {}
    async with app.database.as_nobody() as conn:
        row = await (await conn.execute("SELECT local_user(%s) AS id", [handle])).fetchone()
    owner: UUID = row["id"]
    sessions = sorted(
        (key for key in dialogue if key.startswith("session_") and key[8:].isdigit()),
        key=lambda key: int(key[8:]),
    )
    async with app.database.as_user(owner) as conn:
        for name in sessions:
            at = datetime.strptime(dialogue[f"{name}_date_time"], "%I:%M %p on %d %B, %Y")
            ids |= await _session(conn, owner, dialogue[name], at.replace(tzinfo=UTC))
    await app.reader.catch_up()
    await app.passage_index.catch_up()
    return owner, ids


async def _session(conn: Any, owner: UUID, turns: list[Any], at: datetime) -> dict[str, int]:
    room, people, ids = uuid4(), {}, {}
    await conn.execute(
        "INSERT INTO conversations (id, user_id, kind, language, token, created_at)"
        " VALUES (%s, %s, 'room', 'en', %s, %s)",
        [room, owner, room.hex, at],
    )
    for turn in turns:
        who = turn["speaker"]
        if who not in people:
            row = await (await conn.execute(
                "INSERT INTO participants (conversation_id, user_id, name, language)"
                " VALUES (%s, %s, %s, 'en') RETURNING id", [room, owner, who],
            )).fetchone()  # fmt: skip
            people[who] = row["id"]
        row = await (await conn.execute(
            "INSERT INTO messages (conversation_id, user_id, participant_id, author, role, text,"
            " language, created_at) VALUES (%s, %s, %s, %s, 'user', %s, 'en', %s) RETURNING id",
            [room, owner, people[who], who, turn["text"], at],
        )).fetchone()  # fmt: skip
        ids[turn["dia_id"]] = row["id"]
    return ids


async def _found(app: App, owner: UUID, way: str, question: str, k: int) -> list[int]:
    if way != "meaning alone":
        semantic = way == "ours"
        found = await app.search.find(owner, question, limit=k, semantic=semantic)
        return [hit.message_id or 0 for hit in found.hits]
    return await _by_meaning(app, owner, question, k)


async def _by_meaning(app: App, owner: UUID, question: str, k: int) -> list[int]:
    """As ours, but no word counts: who is named is heeded all the same."""
    async with app.database.as_user(owner) as conn:
        people = await (await conn.execute("SELECT DISTINCT name FROM participants")).fetchall()
        asked = ask(question, language="en", speakers=[row["name"] for row in people])
        near = dict(await app.passage_index.nearest(owner, asked.passage, NEAREST))
        rows = await (await conn.execute(
            "SELECT number, message_id, speaker FROM passages WHERE number = ANY (%s)", [[*near]]
        )).fetchall()  # fmt: skip
    ranking = rank(asked, Candidates(Collection(len(near), 1.0), {}, near, 0.75))
    speakers = {row["number"]: row["speaker"] for row in rows}
    messages = {row["number"]: row["message_id"] for row in rows}
    return [messages[number] for number, _ in by_speaker(asked, ranking, speakers)][:k]


class Turned:
    """An embedder that makes real vectors for so many passages, then slightly turned ones."""

    REAL = 4_000

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.name, self.dimensions = embedder.name, embedder.dimensions
        self.floor, self.threshold = embedder.floor, embedder.threshold
        self.queries, self.close = embedder.queries, embedder.close
        self._real = np.empty((0, embedder.dimensions), np.float32)
        self._chance = np.random.default_rng(1)
        self.seconds = 0.0
        self.turns = True

    async def passages(self, texts: Sequence[str]) -> Vectors:
        if not self.turns:
            return await self._embedder.passages(texts)
        if len(self._real) < self.REAL:
            begin = time.perf_counter()
            made = await self._embedder.passages(texts)
            self.seconds += time.perf_counter() - begin
            self._real = np.concatenate([self._real, made])
            return made
        some = self._real[self._chance.integers(len(self._real), size=len(texts))]
        noise = self._chance.normal(0, 0.01, some.shape).astype(np.float32)
        made = some + noise
        return made / np.linalg.norm(made, axis=1, keepdims=True)

    @property
    def speed(self) -> float:
        """Real passages a second."""
        return len(self._real) / self.seconds


async def speed(sizes: Sequence[int], folder: Path, app: App, turned: Turned) -> None:
    """A line of figures for each size, the same person's past growing."""
    there = 0
    for size in sizes:
        life = await asyncio.to_thread(
            live_a_life, app.database.conninfo, app.host_id, max((size - there) // 12, 1), 365, size
        )
        there += life.messages
        await app.reader.read_everything_again()
        begin = time.perf_counter()
        await app.reader.catch_up()
        read = there / (time.perf_counter() - begin)
        await app.passage_index.catch_up()
        await settle(app)
        figures = {
            "messages": there,
            "read a second": round(read),
            "embedded a second": round(turned.speed, 1),
            "MB by words": round(await _words_size(app), 1),
            "MB by meaning": round(_folder_size(folder / "index"), 1),
            "embedding a question, ms": await _embedding(turned, life.known),
            "a question, ms": await _asked(app, life.known, "whole"),
            "as one types, ms": await _asked(app, life.known, "typed"),
            "words alone, ms": await _asked(app, life.known, "words"),
            "of one month, ms": await _asked(app, life.known, "month"),
            "from said to found, s": await _said_to_found(app, turned),
        }
        print(json.dumps(figures), flush=True)


async def _asked(app: App, known: Sequence[Known], how: str) -> dict[str, float]:
    """Each question once, none asked before: a question asked lately is not embedded again."""
    month = Filter(since=datetime(2026, 9, 1, tzinfo=UTC), until=datetime(2026, 10, 1, tzinfo=UTC))
    times = []
    for n, one in enumerate([*known, *known]):
        question = f"{one.question} {how} {n}" if how != "typed" else f"{n} {one.question}"[:14]
        begin = time.perf_counter()
        await app.search.find(
            app.host_id, question, month if how == "month" else Filter(),
            typing=how == "typed", semantic=how != "words",
        )  # fmt: skip
        times.append(1000 * (time.perf_counter() - begin))
    return _spread(times[10:])


async def _embedding(turned: Turned, known: Sequence[Known]) -> dict[str, float]:
    times = []
    for n, one in enumerate([*known, *known]):
        begin = time.perf_counter()
        await turned.queries([f"{one.question} alone {n}"])
        times.append(1000 * (time.perf_counter() - begin))
    return _spread(times[10:])


async def _said_to_found(app: App, turned: Turned) -> float:
    """In a room of a Parley at work, by its meaning: the question has none of its words."""
    turned.turns = False
    room = await app.rooms.create(app.host_id, "Bench", "en")
    reading = asyncio.create_task(app.reader.keep_up())
    async with app.jobs.working():
        begin = time.perf_counter()
        host = await app.rooms.host(app.host_id, room.id)
        message = await app.rooms.say(host, "My neighbour's parrot whistles the national anthem")
        while True:
            near = await app.search.find(app.host_id, "a bird that sings a patriotic song")
            if any(hit.message_id == message and hit.meaning for hit in near.hits):
                break
            await asyncio.sleep(0.02)
        took = time.perf_counter() - begin
    reading.cancel()
    turned.turns = True
    await app.conversations.delete(app.host_id, room.id)
    return round(took, 2)


async def _words_size(app: App) -> float:
    async with app.database.as_nobody() as conn:
        row = await (await conn.execute(
            "SELECT sum(pg_total_relation_size(name::regclass)) / 1e6 AS mb"
            " FROM unnest(ARRAY['passages', 'lexicon']) AS name"
        )).fetchone()  # fmt: skip
    return float(row["mb"])


def _folder_size(folder: Path) -> float:
    return sum(one.stat().st_size for one in folder.rglob("*") if one.is_file()) / 1e6


# From each key to the frame that shows what it found; not of keys that another one overtook.
WATCH = """() => {
  window.shown = [];
  const finder = [...document.querySelectorAll("*")].map((one) => one.shadowRoot?.querySelector(".finder")).find(Boolean);
  const input = finder.querySelector("input[type=search]");
  const fetched = window.fetch;
  let key = null, answered = null;
  finder.addEventListener("input", () => (key = performance.now()));
  window.fetch = async (url, ...more) => {
    const answer = await fetched(url, ...more);
    answered = new URL(url).searchParams.get("q");
    return answer;
  };
  const look = () => {
    if (key === null || answered !== input.value.trim() || !finder.querySelector(".hit, .nothing")) return;
    const begun = key;
    key = null;
    requestAnimationFrame(() => setTimeout(() => window.shown.push(performance.now() - begun)));
  };
  for (const name of [".results", ".instead"]) new MutationObserver(look).observe(finder.querySelector(name), { childList: true });
  performance.setResourceTimingBufferSize(10000);
  performance.clearResourceTimings();
}"""  # noqa: E501 - JavaScript
TOOK = """() => ({ shown: window.shown,
  requests: performance.getEntriesByType("resource")
    .filter((one) => one.name.includes("/api/search?") && one.responseStatus === 200)
    .map((one) => [one.name, one.duration]) })"""


async def browser(size: int) -> dict[str, Any]:
    """The line of figures for the page over so many messages."""
    with tempfile.TemporaryDirectory(prefix="parley-bench-") as folder:
        known = await _prepared(Path(folder), size)
        with parley("http://127.0.0.1:9/v1", DATA_DIR=folder) as running:
            took = await _typed(running.host, known)
            async with httpx.AsyncClient(timeout=60) as http:
                alone = [await _once(http, url) for url, _ in took["requests"]]
    return {
        "messages": size,
        "from a key to its results, ms": _spread(took["shown"]),
        "its request, ms": _spread([ms for _, ms in took["requests"]]),
        "the API alone, ms": _spread(alone),
        "requests": len(alone),
    }


async def _prepared(folder: Path, size: int) -> list[Known]:
    """A past of so many messages in a data folder, read and put into the index."""
    chosen = Settings(_env_file=None, data_dir=folder, find_local_servers=False)
    async with open_app(chosen, embedder=Turned(LocalEmbedder()), working=False) as app:
        life = await asyncio.to_thread(
            live_a_life, app.database.conninfo, app.host_id, size // 12, 365, 1
        )
        await app.reader.catch_up()
        await app.passage_index.catch_up()
    return life.known


async def _typed(address: str, known: Sequence[Known]) -> dict[str, Any]:
    """Questions typed at 130 ms a key, a pause after every third word."""
    async with async_playwright() as playwright:
        chromium = await launch(playwright)
        page = await chromium.new_page()
        await page.goto(f"http://{address}/search")
        await page.locator(".finder .example").first.wait_for(timeout=60_000)
        await page.evaluate(WATCH)
        for one in known[::2]:
            await _type(page, one.question)
        took: dict[str, Any] = await page.evaluate(TOOK)
        await chromium.close()
    return took


async def _type(page: Page, question: str) -> None:
    box = page.get_by_label("Search everything", exact=True)
    await box.fill("")
    for part in (question[:4], question[4:9], question[9:18]):
        before = await page.evaluate("window.shown.length")
        await box.press_sequentially(part, delay=130)
        await page.wait_for_function("(before) => window.shown.length > before", arg=before)


async def _once(http: httpx.AsyncClient, url: str) -> float:
    begin = time.perf_counter()
    (await http.get(url)).raise_for_status()
    return 1000 * (time.perf_counter() - begin)


def _spread(times: Sequence[float]) -> dict[str, float]:
    return {
        "median": round(statistics.median(times), 1),
        "p95": round(statistics.quantiles(times, n=20)[-1], 1),
    }


async def main(options: argparse.Namespace) -> None:
    if options.locomo:
        async with product(Cached(LocalEmbedder(), options.cache)) as app:
            print(json.dumps(await locomo(options.locomo, options.k, app)), flush=True)
    if options.speed:
        turned = Turned(LocalEmbedder())
        async with product(turned) as app:
            await speed(options.sizes, app.settings.data_dir, app, turned)
    if options.browser:
        print(json.dumps(await browser(options.size)), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--locomo", type=Path)
    parser.add_argument("--k", type=int, nargs="+", default=[5, 10])
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--sizes", type=int, nargs="+", default=[2_000, 20_000, 200_000])
    parser.add_argument("--browser", action="store_true")
    parser.add_argument("--size", type=int, default=20_000)
    parser.add_argument("--cache", type=Path)
    asyncio.run(main(parser.parse_args()))
