"""The catalog of providers, model facts, estimates, and choosing among them."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import BadKey, NotFound
from core.preferences import Preferences
from core.providers import model_facts
from core.providers.catalog import CATALOG, ProviderRow
from core.providers.endpoint import Endpoint
from core.providers.port import AUTO
from core.providers.registry import MAKERS, Providers
from core.providers.tokens import estimate_tokens
from core.settings import Settings

OPENAI = next(row for row in CATALOG if row.name == "openai")


@pytest.fixture(autouse=True)
def nothing_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def settings(**values: object) -> Settings:
    return Settings(_env_file=None, **values)


@pytest.mark.parametrize("row", CATALOG, ids=lambda row: row.name)
def test_a_row_names_settings_and_a_protocol_that_exist(row: ProviderRow) -> None:
    for name in (row.key_setting, row.address_setting):
        assert name is None or name in Settings.model_fields
    assert row.protocol in MAKERS


def test_names_are_unique() -> None:
    names = [row.name for row in CATALOG]
    assert len(names) == len(set(names))


def test_with_nothing_set_the_built_in_model_answers() -> None:
    providers = Providers(Preferences(settings()))
    assert providers.names() == ["builtin"]
    assert providers.default() == ("builtin", "smollm2-135m-instruct")


def test_a_key_makes_openai_the_default() -> None:
    providers = Providers(Preferences(settings(openai_api_key="sk-1")))
    assert providers.names() == ["openai", "builtin"]
    assert providers.default() == ("openai", OPENAI.default_model)


def test_a_server_of_ones_own_needs_no_key_and_chooses_its_model() -> None:
    providers = Providers(Preferences(settings(openai_base_url="http://localhost:1234/v1")))
    assert providers.default() == ("openai", AUTO)
    assert providers.get("openai").name == "openai"


def test_what_is_set_is_what_is_used() -> None:
    chosen = settings(ai_provider="builtin", ai_model="gpt-x", openai_api_key="sk-1")
    assert Providers(Preferences(chosen)).default() == ("builtin", "gpt-x")
    assert Providers(Preferences(chosen)).default_model("openai") == OPENAI.default_model


def test_a_file_of_ones_own_has_its_own_name() -> None:
    providers = Providers(Preferences(settings(builtin_model=Path("/models/other.gguf"))))
    assert providers.default() == ("builtin", AUTO)


def test_a_provider_is_made_once() -> None:
    providers = Providers(Preferences(settings()))
    assert providers.get("builtin") is providers.get("builtin")


def test_an_unknown_provider_is_told_with_those_there_are() -> None:
    with pytest.raises(NotFound, match=r'"nobody".*Choose one of: openai, .*builtin'):
        Providers(Preferences(settings())).get("nobody")


@pytest.mark.parametrize(
    "changes", [{"ai_provider": "nobody"}, {"ai_fallbacks": "groq:llama, nobody:x"}]
)
def test_a_setting_names_only_providers_there_are(changes: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r'no AI provider "nobody".*openai, .*builtin'):
        settings(**changes)


def test_a_provider_without_its_key_says_what_to_set() -> None:
    with pytest.raises(BadKey) as caught:
        Providers(Preferences(settings(ai_provider="openai"))).get("openai")
    for part in ("OPENAI_API_KEY", "OPENAI_BASE_URL", OPENAI.key_page or "?"):
        assert part in str(caught.value)


@pytest.mark.parametrize("key", ["sk-ключ", "sk-1\nsk-2", "sk 1"])
def test_a_key_that_cannot_be_one_is_told_without_showing_it(key: str) -> None:
    with pytest.raises(BadKey, match="OPENAI_API_KEY") as caught:
        Providers(Preferences(settings(openai_api_key=key))).get("openai")
    assert key not in str(caught.value)


def test_spaces_around_a_copied_key_are_no_part_of_it() -> None:
    assert Endpoint.of(OPENAI, settings(openai_api_key=" sk-1\n")).key == "sk-1"


def test_an_address_of_ones_own_is_what_people_read() -> None:
    own = settings(openai_base_url="http://user:secret@localhost:1234/v1")
    endpoint = Endpoint.of(OPENAI, own)
    assert endpoint.label == "The server at localhost:1234"
    assert endpoint.max_tokens_field == "max_tokens"
    assert Endpoint.of(OPENAI, settings(openai_api_key="a")).label == "OpenAI"


async def test_closing_forgets_what_was_made() -> None:
    providers = Providers(Preferences(settings()))
    first = providers.get("builtin")
    await providers.close()
    assert providers.get("builtin") is not first


# Model facts


@pytest.mark.parametrize(
    ("model", "window"),
    [
        ("gpt-4", 8_192),
        ("gpt-4o-mini-2024-07-18", 128_000),
        ("gpt-4-turbo-preview", 128_000),
        ("gpt-5-chat-latest", 128_000),
        ("o1-mini", 128_000),
        ("meta-llama/Llama-3.3-70B-Instruct", 131_072),
        ("models/gemini-2.5-flash", 1_048_576),
        ("house-brand", None),
    ],
)
def test_the_longest_known_start_of_a_name_tells_the_window(model: str, window: int | None) -> None:
    assert model_facts.context_window(model) == window


def test_models_that_do_not_chat_are_known() -> None:
    chat = ["gpt-5.4-mini", "o3", "llama3.1:8b", "qwen2.5-7b-instruct", "mistral-small-latest"]
    other = ["text-embedding-3-small", "whisper-1", "tts-1-hd", "dall-e-3",
             "omni-moderation-latest", "gpt-4o-realtime-preview", "nomic-embed-text",
             "gpt-3.5-turbo-instruct"]  # fmt: skip
    assert all(map(model_facts.is_for_chat, chat))
    assert not any(map(model_facts.is_for_chat, other))


# Estimates


def test_an_estimate_of_nothing_is_nothing() -> None:
    assert estimate_tokens("") == 0


def test_other_scripts_cost_more_than_english() -> None:
    english, chinese = "The quick brown fox", "敏捷的棕色狐狸跳过懒狗"
    assert estimate_tokens(english) == 7
    assert estimate_tokens(chinese) > len(chinese)
    assert estimate_tokens(chinese, bytes_per_token=1) == len(chinese.encode())
    assert estimate_tokens(english + chinese) >= estimate_tokens(chinese)


def test_broken_text_can_be_estimated() -> None:
    assert estimate_tokens("a\ud800b") > 0
