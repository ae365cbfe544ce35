"""Who does what, on the settings page: chat, translation, titles and summaries, speech."""

from __future__ import annotations

import streamlit as st

from core.providers.catalog import parted
from core.providers.port import AUTO
from ui.host import bridge
from ui.host.choices import models_at_hand, readable
from ui.host.settings import preference

PURPOSES = (
    ("ai", "Chat", "Answers in chats."),
    ("translation", "Translation", "Translates rooms; without one of its own, the chat's model."),
    ("summary", "Titles and summaries", "Without one of its own, the model that answered."),
    ("speech", "Speech", "Writes down what is said into the microphone."),
)
AS_CHAT = "as_chat"
ENGINES = {
    "auto": "The AI where one is configured, else on this computer",
    "local": "Always on this computer",
    "ai": "Always the AI",
}


def draw() -> None:
    """A model for each purpose, and the order in which others take over."""
    with st.container(border=True):
        st.subheader("Models", anchor=False)
        for purpose, label, help_text in PURPOSES:
            _draw_choice(purpose, label, help_text)
        engines = list(ENGINES)
        st.selectbox(
            "Who translates", engines, format_func=ENGINES.__getitem__,
            key=preference.show("translation_engine", preference.current("translation_engine")),
            on_change=preference.keep, args=["translation_engine"],
        )  # fmt: skip
        preference.origin("translation_engine")
        _draw_fallbacks()


def _draw_choice(purpose: str, label: str, help_text: str) -> None:
    provider, model = f"{purpose}_provider", f"{purpose}_model"
    chosen = _entry(preference.current(provider), preference.current(model))
    known = [] if purpose == "speech" else models_at_hand()
    options = list(dict.fromkeys([AS_CHAT, *known, *([chosen] if chosen != AS_CHAT else [])]))
    unset = "By itself: the best there is" if purpose == "ai" else "By itself"
    st.selectbox(
        label, options, key=preference.show(f"{purpose}_choice", chosen), help=help_text,
        format_func=lambda one: unset if one == AS_CHAT else readable(one),
        accept_new_options=True, filter_mode="contains", on_change=_keep, args=[purpose],
    )  # fmt: skip
    preference.origin(provider, model)


def _entry(provider: str | None, model: str | None) -> str:
    if provider is None and model is None:
        return AS_CHAT
    return f"{provider or bridge.core().providers.default()[0]}:{model or AUTO}"


def _keep(purpose: str) -> None:
    chosen = st.session_state[preference.key_of(f"{purpose}_choice")]
    provider, model = ("", "") if chosen == AS_CHAT else parted(str(chosen))
    if provider and provider not in {row.name for row in bridge.core().providers.rows()}:
        provider, model = bridge.core().providers.default()[0], str(chosen)
    model = "" if model == AUTO else model
    preference.change({f"{purpose}_provider": provider or None, f"{purpose}_model": model or None})


def _draw_fallbacks() -> None:
    """In the order in which they were chosen."""
    kept = [one.strip() for one in (preference.current("ai_fallbacks") or "").split(",")]
    kept = [one for one in kept if one]
    key = preference.show("ai_fallbacks", kept)
    options = list(dict.fromkeys([*kept, *models_at_hand()]))
    st.multiselect(
        "When the model for chat fails, in this order", options,
        key=key, format_func=readable, accept_new_options=True, placeholder="Nobody takes over",
        on_change=_keep_fallbacks, args=[key],
    )  # fmt: skip
    preference.origin("ai_fallbacks")


def _keep_fallbacks(key: str) -> None:
    preference.change({"ai_fallbacks": ", ".join(st.session_state[key]) or None})
