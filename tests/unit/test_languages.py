"""Languages: their names, the tags that mean them, and which one a chat line is in."""

import time

import pytest

from core.errors import NotFound
from core.languages import LANGUAGES, detect, get, match, prefer, warm

ASKED = [
    *("en", "es", "fr", "de", "pt", "it", "zh", "ja", "ko", "ar", "hi", "ru", "he", "fa", "ur"),
    *("tr", "uk", "pl", "nl", "vi", "th", "id"),
]

LINES = {
    "en": ["good morning", "what time is it?", "I'm on my way", "I live in a small town", "thanks"],
    "es": ["hola", "¿dónde estás?", "nos vemos mañana", "te quiero", "no sé qué decirte"],
    "fr": ["ça va ?", "je suis en retard", "où es-tu ?", "c'est bon", "à demain"],
    "de": ["guten Morgen", "wo bist du?", "ich komme gleich", "schönen Tag noch", "danke"],
    "pt": ["tudo bem?", "oi", "onde você está?", "até amanhã", "estou a caminho", "quanto custa?"],
    "it": ["ciao a tutti", "come stai?", "dove sei?", "va bene", "grazie"],
    "zh": ["你好吗？", "明天见", "我在路上", "谢谢"],
    "ja": ["こんにちは", "今どこ？", "また明日", "了解です"],
    "ko": ["안녕하세요", "내일 봐요", "어디예요?"],
    "ar": ["مرحبا", "كيف حالك؟", "صباح الخير", "أين أنت الآن؟"],
    "hi": ["नमस्ते", "आप कैसे हैं?", "कल मिलते हैं", "धन्यवाद"],
    "ru": ["привет", "как дела?", "доброе утро", "я уже еду"],
    "uk": ["дякую", "добрий ранок", "як справи?", "привіт"],
    "tr": ["merhaba", "evet", "nasılsın?", "yarın görüşürüz"],
    "fa": ["ممنون", "حالت چطوره؟"],
    "ur": ["آپ کیسے ہیں؟", "شکریہ"],
    "he": ["שלום", "מה שלומך?"],
    "pl": ["dzień dobry", "jak się masz?", "dziękuję"],
    "nl": ["dank je wel", "hoe gaat het?", "ik kom eraan"],
    "vi": ["cảm ơn", "bạn khỏe không?"],
    "id": ["selamat pagi", "terima kasih", "sampai jumpa besok"],
    "th": ["สวัสดี", "ขอบคุณ"],
    "zh-Hant": ["我們明天見", "謝謝你"],
}
EVERY_LINE = [(code, line) for code, lines in LINES.items() for line in lines]


@pytest.mark.parametrize(("code", "line"), EVERY_LINE)
def test_a_chat_line_is_recognised(code: str, line: str) -> None:
    assert detect(line) == code


@pytest.mark.parametrize(("code", "line"), EVERY_LINE)
def test_a_hint_that_is_right_never_hurts(code: str, line: str) -> None:
    assert detect(line, hint=code) == code


@pytest.mark.parametrize(
    ("line", "written_in", "chosen"),
    [
        ("where are you from?", "en", "es"),
        ("je ne sais pas ce que tu veux dire", "fr", "en"),
        ("hola", "es", "en"),
        ("obrigado", "pt", "en"),
        ("привет", "ru", "en"),
        ("piacere di conoscerti", "it", "pt"),
        ("O que você acha disso?", "pt", "es"),
    ],
)
def test_a_guest_may_write_in_another_language_than_chosen(
    line: str, written_in: str, chosen: str
) -> None:
    assert detect(line, hint=chosen) == written_in


@pytest.mark.parametrize(
    ("line", "hint"),
    [("ok", "pt"), ("no", "es"), ("no", "en"), ("no", "it"), ("ja", "de"), ("ja", "nl"),
     ("hallo", "de"), ("Maria", "fr"), ("да", "bg"), ("سلام", "ur"), ("你好", "zh-Hant"),
     ("zdravo kako si", "sr")],
)  # fmt: skip
def test_what_could_be_several_leans_to_the_hint(line: str, hint: str) -> None:
    assert detect(line, hint=hint) == hint


@pytest.mark.parametrize(
    "text",
    ["", "  \n", "😀👍🏽", "12:30", "1,234.56 €", "https://example.com/hola", "@maria", "a@b.com",
     "`print('hola')`", "```\nhola amigos\n```", "...", "hahaha", "kkkkk", "jajaja",
     "哈哈哈", "ㅋㅋㅋ"],
)  # fmt: skip
def test_there_is_nothing_to_detect(text: str) -> None:
    assert detect(text, hint="es") is None


def test_a_line_nobody_can_place_is_not_guessed() -> None:
    assert detect("Maria") is None
    assert detect("ja") is None


def test_a_foreign_name_does_not_change_the_language_of_a_sentence() -> None:
    assert detect("We had jalapeños and crème brûlée yesterday") == "en"
    assert detect("I live in São Paulo", hint="en") == "en"


def test_what_is_protected_does_not_count() -> None:
    text = "Как дела? `for item in the_list: print(item)` https://example.com/what-is-this-page"
    assert detect(text) == "ru"


def test_a_hint_in_another_script_is_no_hint() -> None:
    assert detect("ok", hint="ja") is None
    assert detect("привет", hint="he") == "ru"


def test_detection_is_quick() -> None:
    warm()
    lines = [line for _, line in EVERY_LINE] * 5
    start = time.perf_counter()
    for line in lines:
        detect(line, hint="en")
    assert (time.perf_counter() - start) / len(lines) < 0.002


def test_a_long_text_is_as_quick_as_its_beginning() -> None:
    assert detect("This is a rather long text about nothing. " * 500) == "en"


@pytest.mark.parametrize(
    ("tag", "code"),
    [("pt-BR", "pt"), ("pt_BR", "pt"), ("EN-us", "en"), ("zh-Hans-CN", "zh"), ("zh", "zh"),
     ("zh-CN", "zh"), ("zh-TW", "zh-Hant"), ("zh-Hant-HK", "zh-Hant"), ("zh-HK", "zh-Hant"),
     ("zh-Hans-HK", "zh"), ("yue", "zh-Hant"), ("iw", "he"), ("in", "id"), ("no", "nb"),
     ("nb-NO", "nb"), ("fil-PH", "tl"), ("sr-Latn-RS", "sr"), ("es-419", "es"), (" de ", "de")],
)  # fmt: skip
def test_a_tag_is_matched(tag: str, code: str) -> None:
    assert match(tag) == code


@pytest.mark.parametrize("tag", ["", None, "*", "tlh", "x-private", "123"])
def test_an_unknown_tag_matches_nothing(tag: str | None) -> None:
    assert match(tag) is None


def test_a_browser_gets_the_first_language_there_is() -> None:
    assert prefer("tlh, pt-BR;q=0.8, en;q=0.9") == "en"
    assert prefer("zh-TW,zh;q=0.9,en;q=0.8") == "zh-Hant"
    assert prefer("fr;q=oops, de;q=0.1") == "de"
    assert prefer(None) is None


def test_every_language_has_a_name_of_its_own_and_a_direction() -> None:
    assert set(ASKED) <= set(LANGUAGES)
    assert len({language.own for language in LANGUAGES.values()}) == len(LANGUAGES)
    right_to_left = {code for code, lang in LANGUAGES.items() if lang.direction == "rtl"}
    assert right_to_left == {"ar", "he", "fa", "ur", "ckb", "ps", "sd", "ug", "yi"}
    assert all(match(code) == code for code in LANGUAGES)


def test_an_unknown_code_is_not_found() -> None:
    with pytest.raises(NotFound):
        get("tlh")
