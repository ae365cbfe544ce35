"""How fast a chat answers over the WebSocket, beside the bare SDK in the same run.

`python -m tests.bench.chat [--rounds 40]`
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import time

import websockets
from openai import AsyncOpenAI

from tests.bench.processes import Parley, ms, parley, table, upstream


async def bare(client: AsyncOpenAI, model: str) -> tuple[float, float]:
    """Seconds to the first token and to the end, by the SDK alone."""
    begin = time.perf_counter()
    first = 0.0
    stream = await client.chat.completions.create(
        model=model, messages=[{"role": "user", "content": "Hello"}], stream=True
    )
    async for part in stream:
        if not first and part.choices and part.choices[0].delta.content:
            first = time.perf_counter() - begin
    return first, time.perf_counter() - begin


async def through_parley(socket: websockets.ClientConnection, model: str) -> tuple[float, float]:
    """The same through `/ws/chat`, in a new conversation."""
    begin = time.perf_counter()
    first = 0.0
    await socket.send(json.dumps({"message": "Hello", "model": model}))
    while True:
        frame = json.loads(await socket.recv())
        if not first and frame.get("text"):
            first = time.perf_counter() - begin
        if frame["status"] == "complete":
            return first, time.perf_counter() - begin
        if frame["status"] == "error":
            raise RuntimeError(frame["error"])


async def one_by_one(host: Parley, base: str, rounds: int) -> list[tuple[str, str, str, str]]:
    client = AsyncOpenAI(base_url=base, api_key="none", max_retries=0)
    direct, ours = [], []
    async with websockets.connect(f"ws://{host.host}/ws/chat") as socket:
        for i in range(rounds + 5):
            pair = (await bare(client, "n20-d0"), await through_parley(socket, "n20-d0"))
            if i >= 5:
                direct.append(pair[0][0])
                ours.append(pair[1][0])
        long_direct, long_ours = [], []
        for i in range(6):
            pair = (await bare(client, "n200-d5"), await through_parley(socket, "n200-d5"))
            if i:
                long_direct.append(pair[0][1])
                long_ours.append(pair[1][1])
    mine, reference = statistics.median(ours), statistics.median(direct)
    long_mine, long_reference = statistics.median(long_ours), statistics.median(long_direct)
    return [
        ("first token over the WebSocket, median", ms(mine), ms(reference), ""),
        ("beyond the upstream's own", ms(mine - reference), "-", "<= 8 ms"),
        (
            "200 tokens at 5 ms, whole reply",
            f"{ms(long_mine)} ({(long_mine / long_reference - 1) * 100:+.1f} %)",
            ms(long_reference),
            "<= +2 %",
        ),
    ]


async def at_once(host: Parley, base: str, n: int) -> list[tuple[str, str, str, str]]:
    client = AsyncOpenAI(base_url=base, api_key="none", max_retries=0)

    async def ours() -> float:
        async with websockets.connect(f"ws://{host.host}/ws/chat") as socket:
            return (await through_parley(socket, "n200-d5"))[0]

    async def direct() -> float:
        return (await bare(client, "n200-d5"))[0]

    figures: dict[str, list[float]] = {"ours": [], "direct": []}
    failed = 0
    for _ in range(3):
        for name, work in (("direct", direct), ("ours", ours)):
            results = await asyncio.gather(*(work() for _ in range(n)), return_exceptions=True)
            good = [r for r in results if isinstance(r, float)]
            failed += len(results) - len(good)
            figures[name].append(statistics.quantiles(good, n=20)[18])
    p95 = {name: statistics.median(values) for name, values in figures.items()}
    return [
        (f"{n} at once, p95 to the first token", ms(p95["ours"]), ms(p95["direct"]), "<= 200 ms"),
        (f"{n} at once, failed", str(failed), "0", "0"),
    ]


async def main(rounds: int, n: int) -> None:
    with upstream() as base, parley(base) as host:
        rows = await one_by_one(host, base, rounds)
        rows += await at_once(host, base, n)
    print(table("Chat over the WebSocket (reference: the bare SDK)", rows))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--at-once", type=int, default=50)
    options = parser.parse_args()
    asyncio.run(main(options.rounds, options.at_once))
