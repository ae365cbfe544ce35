"""One preference on the screen: a widget that keeps what is chosen, and where that comes from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.errors import ParleyError
from ui.host import bridge

_TOLD = "settings_problem"


def current(name: str) -> Any:
    """The value in force."""
    return getattr(bridge.core().preferences.current, name)


def change(changes: Mapping[str, Any]) -> bool:
    """Keep preferences; where one does not fit, say so on the page and return False."""
    try:
        bridge.run(bridge.core().keeper.change(changes))
    except ParleyError as error:
        st.session_state[_TOLD] = str(error)
        return False
    return True


def set_(changes: Mapping[str, Any]) -> None:
    """What a button does that keeps preferences."""
    change(changes)


def draw_problem() -> None:
    """Say once what did not fit."""
    if problem := st.session_state.pop(_TOLD, None):
        st.error(problem, icon=":material/error:")


def key_of(name: str) -> str:
    """The widget of a preference. What is in force is what it shows when it appears."""
    return f"setting_{name}"


def show(name: str, value: Any) -> str:
    """Let the widget of `name` show `value`, unless the person is changing it; its key."""
    key = key_of(name)
    if st.session_state.get(f"{key}_shown") != value or key not in st.session_state:
        st.session_state[f"{key}_shown"] = value
        st.session_state[key] = value
    return key


def keep(name: str) -> None:
    """What to do when the widget of `name` has changed."""
    change({name: st.session_state[key_of(name)]})


def origin(*names: str) -> None:
    """Say where the values come from; what was set here can be given back."""
    origins = [bridge.core().preferences.origin(name) for name in names]
    if "page" in origins:
        st.button(
            "Set here · Reset", icon=":material/undo:", type="tertiary",
            key=f"reset_{'_'.join(names)}", help="Goes back to the environment or the default.",
            on_click=set_, args=[dict.fromkeys(names)],
        )  # fmt: skip
    elif "found" in origins:
        st.caption("Found on this computer")
    elif "environment" in origins:
        st.caption(f"From {names[origins.index('environment')].upper()} in the environment or .env")
