"""The languages one can choose from on the host's pages, and the browser's own."""

from __future__ import annotations

import streamlit as st

from core import languages


def language_choices() -> list[dict[str, str]]:
    """Every language, as the scripts of `ui/live` take them."""
    found = (languages.get(code) for code in languages.LANGUAGES)
    return [{"code": one.code, "name": one.own, "english": one.english} for one in found]


def browser_language() -> str:
    """The language the browser asks for, as far as Parley knows it."""
    return languages.match(st.context.locale or "en") or "en"
