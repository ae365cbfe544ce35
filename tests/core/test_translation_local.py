"""The local engine with the real English-Portuguese models."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from core.errors import DownloadError, NoTranslationModel, TranslationError
from core.settings import Settings
from core.translation.catalog import Catalog
from core.translation.local import LocalTranslator
from core.translation.models import Models, _bundled
from core.translation.port import Brief
from core.translation.terms import Term
from tests.core.remote_settings import RemoteSettings
from tests.unit.test_protected import MESSAGES, assert_kept

NOBODY = "http://127.0.0.1:9/v1/records"


@pytest.fixture
async def local(tmp_path: Path) -> AsyncIterator[LocalTranslator]:
    local = LocalTranslator(Models(tmp_path, Catalog(NOBODY)))
    yield local
    await local.close()


@pytest.fixture
def server() -> Iterator[RemoteSettings]:
    server = RemoteSettings()
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def connected(server: RemoteSettings, tmp_path: Path) -> AsyncIterator[LocalTranslator]:
    """A translator that can fetch from the server."""
    local = LocalTranslator(Models(tmp_path, Catalog(server.url)))
    yield local
    await local.close()


async def items(local: LocalTranslator, text: str, source: str, target: str) -> list[str]:
    return [item async for item in local.translate(text, source, target)]


async def translated(local: LocalTranslator, text: str, source: str, target: str) -> str:
    return (await items(local, text, source, target))[-1]


@pytest.mark.parametrize(
    ("text", "source", "target", "expected"),
    [
        ("Where is the train station?", "en", "pt", "Onde está a estação de trem?"),
        ("I like this city very much.", "en", "pt", "Eu gosto muito desta cidade."),
        ("Eu moro em uma casa pequena.", "pt", "en", "I live in a small house."),
        ("See https://x.com/a?b=1 please", "en", "pt", "Veja https://x.com/a?b=1 por favor"),
        ("Ask @maria about it 👍🏽", "en", "pt", "Pergunte ao @maria sobre isso 👍🏽"),
        ("I have 3 dogs and 1,234.56 dollars.", "en", "pt", "Eu tenho 3 cães e 1,234.56 dólares."),
        ("It costs **5 dollars** only", "en", "pt", "Custa apenas **5 dólares**"),
        ("HELLO MY FRIEND", "en", "pt", "OLÁ MEU AMIGO"),
    ],
)
async def test_it_translates(
    local: LocalTranslator, text: str, source: str, target: str, expected: str
) -> None:
    assert await translated(local, text, source, target) == expected


async def test_markdown_survives(local: LocalTranslator) -> None:
    text = (
        "# My house\n\n- a red door\n- **two windows**, see `a b`\n\n```py\nx = 1\n```\n"
        "| Name | Age |\n|---|---|\n| My brother | 12 |"
    )
    output = await translated(local, text, "en", "pt")
    assert output.splitlines() == [
        "# A minha casa",
        "",
        "- uma porta vermelha",
        "- **duas janelas**, ver `a b`",
        "",
        *("```py", "x = 1", "```"),
        "| Nome | Idade |",
        "|---|---|",
        "| Meu irmão | 12 |",
    ]


async def test_a_long_text_grows_by_the_sentence(local: LocalTranslator) -> None:
    text = "The house is big. The garden is small. The street is long."
    seen = await items(local, text, "en", "pt")
    assert len(seen) == 3
    assert [len(item) for item in seen] == sorted(len(item) for item in seen)
    assert seen[-1].startswith(seen[0])


@pytest.mark.parametrize("text", ["", " \n ", "😀", "https://x.com 12:30", "```\ncode here\n```"])
async def test_what_needs_no_translation_needs_no_model(local: LocalTranslator, text: str) -> None:
    assert "".join(await items(local, text, "sw", "ja")) == text


async def test_the_readers_own_language_is_left_as_it_is(local: LocalTranslator) -> None:
    assert await items(local, "Hello **you**. Fine?", "en", "en") == ["Hello **you**. Fine?"]


async def test_phrases_need_no_model(local: LocalTranslator) -> None:
    assert await translated(local, "Thanks 😀", "en", "ja") == "ありがとう 😀"
    assert await translated(local, "Hello! How are you?", "en", "es") == "¡Hola! ¿Cómo estás?"
    assert await translated(local, "谢谢！", "zh", "pt") == "obrigado!"


async def test_without_network_another_pair_is_an_error_that_says_what_to_do(
    local: LocalTranslator,
) -> None:
    assert local.can("en", "pt") and local.can("pt", "en") and local.can("ja", "ja")
    assert not local.can("en", "ja")
    with pytest.raises(DownloadError, match=r"network once.*OPENAI_API_KEY"):
        await translated(local, "The house is big.", "en", "ja")


async def test_a_fetched_pair_translates_through_english(
    server: RemoteSettings, connected: LocalTranslator
) -> None:
    # What is called French here is Portuguese in truth, so that the words can be checked.
    server.add("fr", "en", like=("pt", "en"))
    assert await translated(connected, "Onde fica a casa?", "fr", "pt") == "Onde está a casa?"
    assert connected.can("fr", "pt")
    with pytest.raises(NoTranslationModel):
        await translated(connected, "Onde fica a estação?", "fr", "ja")


async def test_progress_is_told_while_a_model_comes(
    server: RemoteSettings, connected: LocalTranslator
) -> None:
    server.add("en", "es", like=("en", "pt"))
    heard: list[str] = []
    stream = connected.translate(
        "The house is big.", "en", "es", progress=lambda label, share: heard.append(label)
    )
    assert [item async for item in stream] == ["A casa é grande."]
    assert "Translation model English → Spanish" in heard


async def test_a_short_message_does_not_wait_for_a_long_one(local: LocalTranslator) -> None:
    long_text = "The house is big and the garden is small. " * 60
    seen = 0

    async def read_long() -> None:
        nonlocal seen
        async for _ in local.translate(long_text, "en", "pt"):
            seen += 1

    reading = asyncio.create_task(read_long())
    while seen < 2:
        await asyncio.sleep(0)
    before = seen
    assert await translated(local, "The street is long.", "en", "pt") == "A rua é longa."
    assert seen - before < 10
    reading.cancel()
    await asyncio.wait({reading})


async def test_everything_runs_on_one_thread_and_never_on_the_loop(local: LocalTranslator) -> None:
    threads: set[int] = set()
    real = local._through

    def through(*given: Any) -> str:
        threads.add(threading.get_ident())
        return real(*given)

    local._through = through  # type: ignore[method-assign, assignment]
    await asyncio.gather(
        *(translated(local, f"The house is big, number {n}.", "en", "pt") for n in range(8))
    )
    assert len(threads) == 1
    assert threading.get_ident() not in threads


async def test_only_so_many_models_stay_in_memory(tmp_path: Path) -> None:
    local = LocalTranslator(Models(tmp_path, Catalog(NOBODY)), engines_kept=1)
    for _ in range(2):
        assert await translated(local, "The street is long.", "en", "pt") == "A rua é longa."
        assert await translated(local, "A casa é grande.", "pt", "en") == "The house is great."
        assert len(local._engines) == 1
    await local.close()


async def test_warming_loads_what_is_there_and_fetches_nothing(local: LocalTranslator) -> None:
    await local.warm("en", "pt")
    await local.warm("en", "ja")
    assert [model.pair for model in local._engines] == [("en", "pt")]


async def test_a_damaged_model_is_named(local: LocalTranslator, tmp_path: Path) -> None:
    real = _bundled(("en", "pt"))
    assert real
    folder = tmp_path / "en-es"
    folder.mkdir()
    (folder / "model.enes.bin").write_bytes(b"no model")
    (folder / "vocab.enes.spm").write_bytes(real.source_vocabulary.read_bytes())
    with pytest.raises(TranslationError, match="en-es"):
        await translated(local, "The house is big.", "en", "es")


async def test_closing_in_the_middle_of_a_text_is_clean(tmp_path: Path) -> None:
    local = LocalTranslator(Models(tmp_path, Catalog(NOBODY)))
    stream = local.translate("The house is big. " * 50, "en", "pt")
    async for _ in stream:
        break
    await stream.aclose()  # type: ignore[attr-defined]
    await local.close()


def test_it_is_made_from_the_settings(tmp_path: Path) -> None:
    assert LocalTranslator.from_settings(Settings(data_dir=tmp_path)).can("en", "pt")


def test_everything_protected_survives_the_real_engine(tmp_path: Path) -> None:
    with asyncio.Runner() as runner:
        local = LocalTranslator(Models(tmp_path, Catalog(NOBODY)))

        @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
        @given(source=MESSAGES)
        def survives(source: str) -> None:
            output = "".join(runner.run(items(local, source, "en", "pt"))[-1:])
            assert_kept(source, output)

        survives()
        runner.run(local.close())


async def test_a_glossary_holds(local: LocalTranslator) -> None:
    brief = Brief(terms=(Term("account", "ficha", ("conta",)), Term("Blue Door", None)))
    text = "Please open an account for the Blue Door team."
    said = [item async for item in local.translate(text, "en", "pt", brief=brief)][-1]
    assert "ficha" in said and "conta" not in said and "Blue Door" in said
