"""How soon what one side says is seen on the other: real pages, a real Chromium.

`python -m tests.bench.rooms [--rounds 40]`: beside each page a bare WebSocket participant in
the same room as the reference.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import time
import urllib.request
from typing import Any

import websockets
from playwright.async_api import Page, async_playwright

from tests.bench.processes import Parley, ms, parley, table, upstream
from tests.browser.chromium import launch

SEEN = """(text) => new Promise((resolve) => {
  const inside = (root) => [...root.querySelectorAll("*")].some((e) =>
    (e.matches(".message .text") && e.textContent.includes(text)) ||
    (e.shadowRoot && inside(e.shadowRoot)));
  const look = () => inside(document)
    ? resolve(performance.timeOrigin + performance.now()) : requestAnimationFrame(look);
  look();
})"""
ENGLISH = "The table in my garden is very beautiful today, and it has {} chairs."
PORTUGUESE = "A mesa do meu jardim está muito bonita hoje, e tem {} cadeiras."


class Person:
    """A bare WebSocket participant that notes when it heard what."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self._socket = socket
        self.heard: dict[tuple[str, int], float] = {}
        self.messages: list[int] = []
        self._news = asyncio.Condition()
        self.reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for frame in self._socket:
            event = json.loads(frame)
            async with self._news:
                if event["event"] == "message":
                    self.messages.append(event["id"])
                    self.heard[event["text"], 0] = time.time()
                elif event["event"] == "translation" and event["final"]:
                    self.heard["translation", event["message_id"]] = time.time()
                elif event["event"] == "caught_up":
                    self.heard["caught_up", 0] = time.time()
                self._news.notify_all()

    async def until(self, key: tuple[str, int]) -> float:
        async with self._news:
            await asyncio.wait_for(self._news.wait_for(lambda: key in self.heard), 20)
        return self.heard[key]

    async def until_messages(self, n: int) -> None:
        async with self._news:
            await asyncio.wait_for(self._news.wait_for(lambda: len(self.messages) >= n), 60)

    async def say(self, text: str) -> float:
        said = time.time()
        await self._socket.send(json.dumps({"say": text}))
        return said


async def enter(address: str, **join: Any) -> Person:
    """Join a room by WebSocket."""
    socket = await websockets.connect(f"ws://{address}")
    await socket.send(json.dumps({"join": join or {"after": 0}}))
    person = Person(socket)
    await person.until(("caught_up", 0))
    return person


def new_room(host: Parley) -> dict[str, Any]:
    """Open a room through the API."""
    request = urllib.request.Request(
        f"http://{host.host}/api/rooms",
        json.dumps({"name": "Bench", "language": "en"}).encode(),
        {"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        room: dict[str, Any] = json.load(answer)
        return room


def p95(values: list[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(values, n=20)[18]


async def sayings(
    speaker: Person, listener: Person, page: Page, rounds: int, sentence: str
) -> tuple[list[float], list[float], list[float]]:
    """Seconds from said to seen in the page, to heard by the socket, and to its translation."""
    seen, heard, translated = [], [], []
    for i in range(rounds):
        text = sentence.format(i)
        looking = asyncio.create_task(page.evaluate(SEEN, text))
        await asyncio.sleep(0.05)
        said = await speaker.say(text)
        seen.append(await looking / 1000 - said)
        at = await listener.until((text, 0))
        heard.append(at - said)
        translated.append(await listener.until(("translation", listener.messages[-1])) - at)
        await asyncio.sleep(0.05)
    return seen[3:], heard[3:], translated[3:]


async def two_pages(host: Parley, rounds: int) -> list[tuple[str, str, str, str]]:
    room = new_room(host)
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        phone = await browser.new_context(viewport={"width": 390, "height": 844}, locale="pt-BR")
        guest_page = await phone.new_page()
        await guest_page.goto(f"http://{host.guests}/s/{room['token']}")
        await guest_page.locator(".join-form input").fill("Maria")
        await guest_page.locator(".join-form button[type=submit]").click()
        await guest_page.locator(".composer textarea").wait_for()
        desk = await browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US")
        host_page = await desk.new_page()
        await host_page.goto(f"http://{host.host}/rooms?room={room['id']}")
        await host_page.locator(".composer textarea").wait_for()
        at_host = await enter(f"{host.host}/ws/rooms/{room['id']}")
        at_guest = await enter(f"{host.guests}/ws/rooms/{room['token']}", name="Ana", language="pt")
        to_guest = await sayings(at_host, at_guest, guest_page, rounds, ENGLISH)
        to_host = await sayings(at_guest, at_host, host_page, rounds, PORTUGUESE)
        await browser.close()
    return [
        ("host says, guest's page shows it, p95", ms(p95(to_guest[0])), ms(p95(to_guest[1])),
         "<= 150 ms"),
        ("guest says, host's page shows it, p95", ms(p95(to_host[0])), ms(p95(to_host[1])),
         "<= 350 ms"),
        ("translation after the original, local engine, p95", ms(p95(to_guest[2])), "-",
         "<= 100 ms"),
    ]  # fmt: skip


async def crowd(host: Parley, rooms: int, people: int, sayings_each: int) -> tuple[str, ...]:
    """Many rooms talking at once: is anything lost, doubled, or out of order?"""
    lost = disordered = 0
    begin = time.perf_counter()

    async def one_room() -> None:
        nonlocal lost, disordered
        room = await asyncio.to_thread(new_room, host)
        here = [await enter(f"{host.host}/ws/rooms/{room['id']}")]
        for i in range(people - 1):
            address = f"{host.guests}/ws/rooms/{room['token']}"
            here.append(await enter(address, name=f"P{i}", language="en"))

        async def talk(person: Person, number: int) -> None:
            for i in range(sayings_each):
                await person.say(f"This is person {number} saying number {i}.")

        await asyncio.gather(*(talk(p, n) for n, p in enumerate(here)))
        expected = people * sayings_each
        await asyncio.gather(*(p.until_messages(expected) for p in here))
        for person in here:
            lost += expected - len(set(person.messages))
            disordered += person.messages != sorted(set(person.messages))
            person.reading.cancel()

    await asyncio.gather(*(one_room() for _ in range(rooms)))
    total = rooms * people * sayings_each
    return (
        f"{rooms} rooms of {people} at once, {total} messages: lost or doubled, out of order",
        f"{lost}, {disordered} ({total / (time.perf_counter() - begin):.0f} a second)",
        "-",
        "0, 0",
    )


async def main(rounds: int) -> None:
    with upstream() as base, parley(base, ROOM_PARTICIPANTS="50") as host:
        rows = await two_pages(host, rounds)
        rows.append(await crowd(host, rooms=20, people=5, sayings_each=5))  # type: ignore[arg-type]
    print(table("Rooms (reference: a bare WebSocket in the same room)", rows))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    asyncio.run(main(parser.parse_args().rounds))
