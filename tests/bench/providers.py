"""What Parley's layer adds to the SDK, and how soon another provider takes over.

`python -m tests.bench.providers [--rounds 200]`: a reply of twenty tokens from a stub that
answers at once, by the bare SDK and through Parley's provider in turn; then replies whose
provider refuses the key, timed from its answer to the question reaching the next one.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from pathlib import Path

from openai import AsyncOpenAI

from core.app import open_app
from core.preferences import Preferences
from core.providers.endpoint import Endpoint
from core.providers.openai_compatible import OpenAICompatible
from core.providers.port import ChatMessage
from core.providers.registry import Providers
from core.settings import Settings
from tests.bench.processes import ms, table, upstream
from tests.misbehaving_server import Answer, MisbehavingServer, chunk, refusal, sse

MODEL = "n20-d0"
GOOD = Answer(sse(chunk(role="assistant"), chunk("Here."), chunk(finish="stop")))


async def bare(client: AsyncOpenAI) -> float:
    """Seconds of one reply by the SDK alone."""
    begin = time.perf_counter()
    stream = await client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "Hello"}], stream=True
    )
    async for _ in stream:
        pass
    return time.perf_counter() - begin


async def ours(provider: OpenAICompatible) -> float:
    """Seconds of the same reply through Parley's provider."""
    begin = time.perf_counter()
    async for _ in provider.stream(MODEL, [ChatMessage("user", "Hello")]):
        pass
    return time.perf_counter() - begin


async def layer(base: str, rounds: int) -> tuple[list[float], list[float]]:
    """Both, in turn."""
    client = AsyncOpenAI(base_url=base, api_key="none", max_retries=0)
    provider = OpenAICompatible(Endpoint(name="bench", label="Bench", address=base))
    direct, through = [], []
    for number in range(rounds + 10):
        pair = await bare(client), await ours(provider)
        if number >= 10:
            direct.append(pair[0])
            through.append(pair[1])
    await provider.close()
    return direct, through


async def take_over(rounds: int) -> list[float]:
    """Seconds from a refusal going out to the next provider being asked."""
    waits: list[float] = []
    async with (
        MisbehavingServer(refusal(401, "No", "invalid_api_key")) as bad,
        MisbehavingServer(GOOD) as good,
    ):
        settings = Settings(
            _env_file=None, data_dir=Path(tempfile.mkdtemp(prefix="parley-bench-")),
            openai_base_url=good.url, custom_base_url=bad.url, ai_provider="custom",
            ai_model="gpt-4o", ai_fallbacks="openai:gpt-4o", find_local_servers=False,
        )  # fmt: skip
        async with open_app(settings) as app:
            for number in range(rounds + 3):
                bad.sent.clear()
                good.sent.clear()
                turn = await app.chat.send(app.host_id, "Hello", provider="custom")
                await bad.sent.wait()
                begin = time.perf_counter()
                await good.sent.wait()
                if number >= 3:
                    waits.append(time.perf_counter() - begin)
                async for _ in turn.follow():
                    pass
    return waits


async def listing(rounds: int) -> float:
    """Median seconds from a pasted key to its list of models, the server answering at once."""
    names = [{"id": f"model-{number}", "created": number} for number in range(300)]
    said = json.dumps({"object": "list", "data": names}).encode()
    answer = Answer(said, headers={"content-type": "application/json"})
    seconds = []
    async with MisbehavingServer(answer) as server:
        providers = Providers(Preferences(Settings(_env_file=None)))
        for _ in range(rounds + 1):
            begin = time.perf_counter()
            found = await providers.try_out("custom", "a-pasted-key-0123456789", server.url)
            seconds.append(time.perf_counter() - begin)
            assert found.ok and len(found.models) == 300
    return statistics.median(seconds[1:])


async def main(rounds: int) -> None:
    with upstream() as base:
        direct, through = await layer(base, rounds)
    waits = await take_over(max(10, rounds // 5))
    listed = await listing(20)
    added = statistics.median(through) - statistics.median(direct)
    rows = [
        ("a reply of 20 tokens, median", ms(statistics.median(through)),
         ms(statistics.median(direct)), ""),
        ("added by Parley's layer, median", ms(added), "-", "<= 3 ms"),
        ("a pasted key checked, 300 models listed, median", ms(listed), "-", "<= 2 s"),
        ("fallback asked after the failure, median", ms(statistics.median(waits)), "-", "<= 50 ms"),
        ("fallback asked after the failure, p95", ms(statistics.quantiles(waits, n=20)[18]), "-",
         ""),
    ]  # fmt: skip
    print(table("Providers (reference: the bare SDK)", rows))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    asyncio.run(main(parser.parse_args().rounds))
