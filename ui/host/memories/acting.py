"""What the page does with memories: each act says what came of it, and never raises."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeVar

import streamlit as st

from core.errors import ParleyError
from ui.host import bridge
from ui.host.plain import plain

T = TypeVar("T")
_PROBLEM = "memories_problem"
_REDRAW = "memories_redraw"
_NEWS = "memories_news"


def act(
    work: Coroutine[Any, Any, T], place: str, timeout: float = bridge.ANSWER_WITHIN
) -> T | None:
    """Have something done; where that fails, `draw_problem(place)` says why, and None returns."""
    try:
        return bridge.run(work, timeout)
    except ParleyError as error:
        st.session_state[_PROBLEM] = (place, str(error))
        return None


def draw_problem(place: str) -> None:
    """Say once what did not work here."""
    found = st.session_state.get(_PROBLEM)
    if found and found[0] == place:
        del st.session_state[_PROBLEM]
        say(found[1])


def say(problem: object) -> None:
    """Show why something did not work."""
    st.error(plain(str(problem)), icon=":material/error:")


def redraw() -> None:
    """Have the whole page drawn anew by the fragment that runs next."""
    st.session_state[_REDRAW] = True


def redrawn() -> None:
    """At the beginning of a fragment: draw the whole page anew if that is wanted."""
    if st.session_state.pop(_REDRAW, False):
        st.rerun()
    draw_news()


def tell(text: str, icon: str = ":material/check:") -> None:
    """Say what was done, in a toast.

    Not at once: what a callback of a fragment draws takes the place of the page's style sheet,
    as both have their places outside of the page, counted from the first.
    """
    st.session_state[_NEWS] = (text, icon)


def draw_news() -> None:
    """What `tell` was told, after the style sheets."""
    if news := st.session_state.pop(_NEWS, None):
        st.toast(news[0], icon=news[1])


def begin() -> None:
    """The whole page is being drawn: nothing is wanted any more."""
    st.session_state.pop(_REDRAW, None)
