"""Preferences: over the environment, encrypted, in force at once, everywhere."""

import asyncio
import stat

import psycopg
import pytest
from psycopg.types.json import Jsonb

from core.app import open_app
from core.errors import Refused
from core.preferences import Preferences
from core.settings import Settings
from core.vault import Vault

KEY = "sk-a-key-nobody-may-see-0123456789"


async def test_what_is_set_on_the_page_comes_first_and_can_be_given_back(app):
    assert app.preferences.origin("ai_model") == "environment"
    await app.keeper.change({"ai_model": "gpt-4o", "ai_temperature": 0.5})
    assert app.providers.default() == ("openai", "gpt-4o")
    assert app.preferences.current.ai_temperature == 0.5
    assert app.preferences.origin("ai_model") == "page"
    await app.keeper.change({"ai_model": None, "ai_temperature": None})
    assert app.providers.default() == ("openai", "gpt-4o-mini")
    assert app.preferences.origin("ai_model") == "environment"
    assert app.preferences.origin("ai_temperature") == "default"


async def test_they_are_there_after_a_restart(make_settings):
    settings = make_settings()
    async with open_app(settings) as first:
        await first.keeper.change({"groq_api_key": f" {KEY} ", "system_prompt": "Be brief."})
    async with open_app(settings) as second:
        key = second.preferences.current.groq_api_key
        assert key.get_secret_value() == KEY
        assert second.preferences.current.system_prompt == "Be brief."
        assert "groq" in second.providers.names()


async def test_a_key_is_encrypted_in_the_database(app, database_url, make_settings):
    await app.keeper.change({"groq_api_key": KEY})
    with psycopg.connect(database_url) as admin:
        ((row,),) = admin.execute("SELECT t::text FROM preferences t").fetchall()
    assert KEY not in row
    assert KEY.encode().hex() not in row
    file = app.settings.data_dir / "secret.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_a_key_sealed_with_another_secret_is_named_and_left_out(make_settings):
    async with open_app(make_settings(secret_key="one")) as first:
        await first.keeper.change({"groq_api_key": KEY, "ai_model": "gpt-4o"})
    async with open_app(make_settings(secret_key="two")) as second:
        assert second.preferences.unreadable == ["groq_api_key"]
        assert second.preferences.current.groq_api_key is None
        assert second.preferences.current.ai_model == "gpt-4o"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ai_temperature", 7),
        ("ai_max_tokens", "many"),
        ("groq_base_url", "not an address"),
        ("database_url", "postgres://elsewhere"),
        ("nonsense", 1),
    ],
)
async def test_what_does_not_fit_changes_nothing(app, name, value):
    with pytest.raises(Refused, match=name):
        await app.keeper.change({"ai_model": "gpt-4o", name: value})
    assert app.preferences.current.ai_model == "gpt-4o-mini"


async def test_another_process_hears_of_a_change(app, make_settings):
    async with open_app(make_settings()) as other:
        await app.keeper.change({"ai_model": "gpt-4o"})
        async with asyncio.timeout(60):
            while other.preferences.current.ai_model != "gpt-4o":
                await asyncio.sleep(0.01)


async def test_what_another_version_kept_and_this_one_cannot_use_is_left_out(app):
    async with app.database.as_user(app.host_id) as conn:
        await conn.execute(
            "INSERT INTO preferences (user_id, name, value) VALUES (%s, %s, %s), (%s, %s, %s)",
            (app.host_id, "ai_provider", Jsonb("gone"), app.host_id, "ai_temperature", Jsonb(1)),
        )
    await app.keeper.load()
    assert app.preferences.current.ai_provider is None
    assert app.preferences.current.ai_temperature == 1


async def test_a_provider_whose_key_changes_is_made_anew_and_no_other(app):
    before = app.providers.get("openai")
    await app.keeper.change({"ai_temperature": 1})
    assert app.providers.get("openai") is before
    await app.keeper.change({"openai_api_key": KEY})
    assert app.providers.get("openai") is not before


def test_what_was_found_here_counts_least():
    preferences = Preferences(Settings(_env_file=None, ollama_base_url="http://nas:11434/v1"))
    preferences.found({"ollama_base_url": "http://localhost:11434/v1"})
    assert preferences.current.ollama_base_url == "http://nas:11434/v1"
    preferences.found({"lmstudio_base_url": "http://localhost:1234/v1"})
    assert preferences.current.lmstudio_base_url == "http://localhost:1234/v1"
    assert preferences.origin("lmstudio_base_url") == "found"
    preferences.found({})
    assert preferences.current.lmstudio_base_url is None


def test_a_vault_opens_only_what_it_sealed(tmp_path):
    one = Vault(Settings(_env_file=None, data_dir=tmp_path, secret_key="one"))
    two = Vault(Settings(_env_file=None, data_dir=tmp_path, secret_key="two"))
    sealed = one.seal("ключ 🔑")
    assert one.open(sealed) == "ключ 🔑"
    assert two.open(sealed) is None
    assert one.seal("ключ 🔑") != sealed
