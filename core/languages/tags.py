"""From a language tag (BCP 47), as browsers and programs send it, to a code of Parley."""

from __future__ import annotations

from core.languages.table import LANGUAGES

# Old, macro and neighbouring codes for a language of the table.
_SAME = {
    "iw": "he",
    "in": "id",
    "ji": "yi",
    "jw": "jv",
    "no": "nb",
    "mo": "ro",
    "fil": "tl",
    "sh": "sr",
    "cmn": "zh",
    "yue": "zh-Hant",
    "prs": "fa",
    "pes": "fa",
    "arb": "ar",
    "arz": "ar",
    "swh": "sw",
    "zsm": "ms",
    "kmr": "ku",
    "gsw": "de",
    "ekk": "et",
    "lvs": "lv",
    "azj": "az",
    "uzn": "uz",
    "khk": "mn",
    "ory": "or",
    "npi": "ne",
    "pbt": "ps",
    "als": "sq",
}
_TRADITIONAL = frozenset({"hant", "tw", "hk", "mo"})


def match(tag: str | None) -> str | None:
    """The code for a tag such as `pt-BR`, `zh_Hans_CN` or `iw`; None if Parley has none."""
    parts = (tag or "").strip().replace("_", "-").lower().split("-")
    code = _SAME.get(parts[0], parts[0])
    if code == "zh" and "hans" not in parts and not _TRADITIONAL.isdisjoint(parts[1:]):
        return "zh-Hant"
    return code if code in LANGUAGES else None


def prefer(accept_language: str | None) -> str | None:
    """The code a browser's `Accept-Language` asks for first among those Parley has."""
    wishes = [_wish(item) for item in (accept_language or "").split(",")]
    for _, tag in sorted(wishes, key=lambda wish: -wish[0]):
        if code := match(tag):
            return code
    return None


def _wish(item: str) -> tuple[float, str]:
    tag, _, parameter = item.partition(";")
    try:
        quality = float(parameter.strip().removeprefix("q=") or 1)
    except ValueError:
        quality = 0.0
    return quality, tag
