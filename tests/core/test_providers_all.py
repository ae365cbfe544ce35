"""Every row of the catalog against a server others wrote; and the page on adding one, followed."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
from llmock.pytest_plugin import LLMock
from llmock.scenarios import Reply
from pydantic import Field, SecretStr

from core.preferences import Preferences
from core.providers.catalog import CATALOG, ProviderRow
from core.providers.port import ChatMessage, Options, Provider
from core.providers.registry import Providers
from core.settings import Settings
from tests.misbehaving_server import Answer, MisbehavingServer, chunk, sse

HELLO = [ChatMessage("user", "Hello")]
SERVERS = [row for row in CATALOG if row.protocol != "builtin"]
CONTRIBUTING = Path(__file__).resolve().parents[2] / "CONTRIBUTING.md"


@pytest.fixture(params=SERVERS, ids=lambda row: row.name)
async def known(request: pytest.FixtureRequest, models: LLMock) -> AsyncIterator[Any]:
    """A provider set up as its row says, at llmock, which speaks its protocol."""
    row: ProviderRow = request.param
    address = models.base_url(row.protocol)
    if row.protocol == "anthropic":
        address = address.removesuffix("/v1")
    chosen: dict[str, Any] = {str(row.address_setting): address}
    if row.key_setting:
        chosen[row.key_setting] = "sk-a-key-0123456789"
    providers = Providers(Preferences(Settings(_env_file=None, **chosen)))
    yield providers, row, models
    await providers.close()


def model_of(row: ProviderRow) -> str:
    return {"anthropic": "claude-sonnet-4-5", "groq": "llama-3.3-70b-versatile"}.get(
        row.protocol, "gpt-4o"
    )


async def test_it_chats_streams_and_counts(known: Any) -> None:
    providers, row, models = known
    models.add(Reply(text="Hello, dear friend, how are you today?"))
    provider: Provider = providers.get(row.name)
    deltas = [delta async for delta in provider.stream(model_of(row), HELLO)]
    pieces = [delta.text for delta in deltas if delta.text]
    assert "".join(pieces) == "Hello, dear friend, how are you today?"
    assert len(pieces) > 1
    assert any(delta.usage and delta.usage.output_tokens for delta in deltas)


async def test_it_stops_when_nobody_reads_on(known: Any) -> None:
    providers, row, models = known
    models.add(Reply(text="One two three four five six seven eight nine ten."))
    async with aclosing(providers.get(row.name).stream(model_of(row), HELLO)) as deltas:
        async for delta in deltas:
            if delta.text:
                break
    models.add(Reply(text="Again."))
    again = [delta async for delta in providers.get(row.name).stream(model_of(row), HELLO)]
    assert "".join(delta.text for delta in again) == "Again."


async def test_it_can_be_held_to_json(known: Any) -> None:
    providers, row, models = known
    models.add(Reply(text='{"ok": true}'))
    stream = providers.get(row.name).stream(model_of(row), HELLO, Options(json=True))
    assert json.loads("".join([delta.text async for delta in stream])) == {"ok": True}


async def test_its_models_are_listed_for_the_settings_page(known: Any) -> None:
    providers, row, _ = known
    listing = await providers.models(row.name)
    assert listing.ok and listing.models
    assert "found" in listing.sentence
    assert await providers.models(row.name) is listing  # asked once


async def test_the_page_on_adding_a_provider_can_be_followed() -> None:
    row_code, setting_code = re.findall(r"```python\n(.*?)```", CONTRIBUTING.read_text(), re.DOTALL)
    assert len(row_code.strip().splitlines()) <= 10
    names = {"SecretStr": SecretStr, "Field": Field, "Settings": Settings}
    indented = f"class More(Settings):\n    {setting_code.strip()}\n"
    exec(compile(indented, "page", "exec", dont_inherit=True), names)
    row = eval(row_code, {"ProviderRow": ProviderRow})
    good = sse(chunk(role="assistant"), chunk("Hello"), chunk(finish="stop"))
    async with MisbehavingServer(Answer(good)) as server:
        near = ProviderRow(**{name: getattr(row, name) for name in row.__slots__} | {
            "address": server.url
        })  # fmt: skip
        settings = names["More"](_env_file=None, lab_api_key="lab-key-0123456789")  # type: ignore[operator]
        providers = Providers(Preferences(settings), (*CATALOG, near))
        assert "lab" in providers.names()
        stream = providers.get("lab").stream("lab-large", HELLO)
        assert "".join([delta.text async for delta in stream]) == "Hello"
        assert server.requests[-1].headers["authorization"] == "Bearer lab-key-0123456789"
        await providers.close()
