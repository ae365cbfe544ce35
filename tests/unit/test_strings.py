"""The words of the guest page: complete in every language, and all of them in use."""

import json
import re
from pathlib import Path

import pytest

from core import languages
from core.errors import NotFound
from ui.guest import strings
from ui.guest.waiting import waiting_html

ROOT = Path(__file__).resolve().parents[2]
ENGLISH = strings.load("en")
PROMISED = {
    "en", "es", "fr", "de", "pt", "it", "zh", "zh-Hant", "ja", "ko", "ar", "hi", "ru", "he", "tr",
    "uk", "nl", "pl", "vi",
}  # fmt: skip
SAME_AS_IN_ENGLISH = {
    ("fr", "room.messages"), ("de", "message.translated"), ("de", "shared.person"),
    ("it", "shared.password"), ("de", "shared.live_short"), ("nl", "shared.live_short"),
}  # fmt: skip
"""What is the same word in both languages."""
PLACEHOLDER = re.compile(r"\{\w+\}")


def test_there_is_a_file_for_every_language_promised():
    assert set(strings.codes()) == PROMISED
    assert set(strings.codes()) <= set(languages.LANGUAGES)


@pytest.mark.parametrize("code", strings.codes())
def test_has_the_same_keys_in_the_same_order(code):
    assert list(strings.load(code)) == list(ENGLISH)


@pytest.mark.parametrize("code", strings.codes())
def test_has_the_same_placeholders(code):
    for key, text in strings.load(code).items():
        assert sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(ENGLISH[key])), key


@pytest.mark.parametrize("code", sorted(PROMISED - {"en"}))
def test_leaves_nothing_in_english(code):
    left = {
        key for key, text in strings.load(code).items()
        if text == ENGLISH[key] and (code, key) not in SAME_AS_IN_ENGLISH
    }  # fmt: skip
    assert not left


@pytest.mark.parametrize("code", strings.codes())
def test_is_written_in_the_script_of_the_language(code):
    scripts = {"Arab": "؀-ۿ", "Hebr": "֐-׿", "Deva": "ऀ-ॿ", "Cyrl": "Ѐ-ӿ", "Jpan": "぀-ヿ一-鿿",
               "Kore": "가-힣", "Hans": "一-鿿", "Hant": "一-鿿"}  # fmt: skip
    wanted = re.compile(f"[{scripts.get(languages.get(code).script, 'a-zA-Z')}]")
    for key, text in strings.load(code).items():
        assert text.strip() == text, key
        assert wanted.search(PLACEHOLDER.sub("", text)), f"{key}: {text}"


def test_the_two_chinese_scripts_differ():
    simplified, traditional = json.dumps([dict(strings.load(c)) for c in ("zh", "zh-Hant")],
                                         ensure_ascii=False).split("}, {")  # fmt: skip
    assert not set("这进语没无请离开连线发") & set(traditional)
    assert not set("這進語沒無請離開連線發") & set(simplified)


def test_every_key_is_used_and_every_key_used_is_there():
    live, guest = ROOT / "ui" / "live", ROOT / "ui" / "guest"
    files = [*live.glob("*.js"), *live.glob("shared/*.js"), *guest.glob("*.py")]
    source = "\n".join(file.read_text("utf-8") for file in files)
    families = re.findall(r"`([a-z.]+)\.\$\{", source)  # keys made of a family and a code
    assert set(families) == {"end", "error", "line", "message.failed", "theme"}
    for key in ENGLISH:
        family = next((one for one in families if key.startswith(f"{one}.")), None)
        assert f'"{key}"' in source or family, f"{key} is used nowhere"
    said = set(re.findall(r'(?:say\(|words\[)\s*"([a-z_.]+)"', source))
    said |= set(re.findall(r'say\([^"()]*\? "([a-z_.]+)" : "[a-z_.]+"\)', source))
    assert said <= set(ENGLISH)


def test_has_words_for_what_the_room_may_refuse():
    from core.errors import NotFound, RoomFull, TooFast, TooLong

    assert {f"error.{error.code}" for error in (TooLong, TooFast)} <= set(ENGLISH)
    assert {f"end.{error.code}.title" for error in (NotFound, RoomFull)} <= set(ENGLISH)


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("ja-JP,ja;q=0.9,en;q=0.8", "ja"),
        ("sw-KE, fr-CA;q=0.7, en;q=0.3", "fr"),
        ("en;q=0.2, ar-EG;q=0.9", "ar"),
        ("zh-TW,zh;q=0.9", "zh-Hant"),
        ("zh-CN", "zh"),
        ("pt-BR", "pt"),
        ("iw", "he"),
        ("sw", "en"),
        ("de;q=nonsense, es;q=0.1", "es"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_prefers_what_the_browser_asks_for(header, code):
    assert strings.prefer(header) == code


def test_knows_no_language_without_a_file():
    with pytest.raises(NotFound):
        strings.load("../../secret")


@pytest.mark.parametrize("code", strings.codes())
def test_the_waiting_page_is_in_the_guests_language(code):
    page = waiting_html(code)
    assert f'<html lang="{code}" dir="{languages.get(code).direction}">' in page
    assert strings.load(code)["waiting.text"] in page
    assert not re.search(r"\$[a-z]", page)
