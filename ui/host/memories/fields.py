"""The fields one memory is written in: a sentence, or a word and how it is translated."""

from __future__ import annotations

from typing import cast

import streamlit as st

from core.memories.knowledge import Kind
from core.memories.memory import LONGEST
from core.translation.terms import LONGEST as LONGEST_TERM
from core.translation.terms import parse
from ui.host.memories.wording import KINDS

_TERM = (
    ("word", "Word", "Kunde"),
    ("target", "Translated as", "client"),
    ("never", "Never (if you like)", "customer"),
)
_NAMES = ("kind", "text", *(name for name, _, _ in _TERM))


def key(form: str, name: str) -> str:
    """The widget of a field."""
    return f"memory_{form}_{name}"


def fill(form: str, kind: Kind, text: str) -> None:
    """Let the fields say this."""
    term = parse(text) if kind == "term" else None
    said = {"kind": kind, "text": "" if term else text}
    if term:
        never = ", ".join(term.never)
        pair = f" ({term.pair[0]} → {term.pair[1]})" if term.pair else ""
        said |= {"word": term.source, "target": (term.target or "") + pair, "never": never}
    for name in _NAMES:
        st.session_state[key(form, name)] = said.get(name, "")


def draw_kind(form: str) -> Kind:
    """Which kind it is; outside of a form, as the fields depend on it."""
    chosen: Kind = st.selectbox(
        "Kind", list(KINDS), key=key(form, "kind"), width=170,
        format_func=lambda kind: KINDS[kind].one,
    )  # fmt: skip
    return chosen


def draw(form: str, kind: Kind, *, tall: bool = False) -> None:
    """The fields of a kind; `tall` for texts that are there already."""
    if kind != "term":
        field = st.text_area if tall else st.text_input
        field(
            "What should Parley remember?", key=key(form, "text"), max_chars=LONGEST,
            placeholder=KINDS[kind].example,
        )  # fmt: skip
        return
    with st.container(horizontal=True, key=f"memory_{form}_term"):
        for name, label, example in _TERM:
            limit = None if name == "word" else 2 * LONGEST_TERM
            st.text_input(
                label, key=key(form, name), max_chars=limit, placeholder=example, width="stretch"
            )
    st.caption(
        "“Kunde” is always translated as “client” and never as “customer”. Without a translation "
        "a name stays as it is. One line in the first field does as well: "
        "`Kunde = client, never customer`."
    )


def value(form: str) -> tuple[Kind, str]:
    """What the fields say."""
    said = {name: str(st.session_state.get(key(form, name)) or "") for name in _NAMES}
    kind = cast("Kind", said["kind"] or "fact")
    return kind, _term(said) if kind == "term" else said["text"]


def _term(said: dict[str, str]) -> str:
    word, target, never = (said[name].strip() for name in ("word", "target", "never"))
    if not target and not never:
        return word
    target, found, pair = (target or word).partition(" (")
    forbidden = f", never {never}" if never else ""
    return f"{word} = {target}{forbidden}{found}{pair}"
