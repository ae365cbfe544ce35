"""How the AI answers, on the settings page: what it is told first, how freely, how long."""

from __future__ import annotations

import streamlit as st

from ui.host.settings import preference

TIMES = (
    ("ai_connect_timeout", "For a connection"),
    ("ai_read_timeout", "For the next sign of life"),
    ("ai_total_timeout", "For a whole reply"),
)


def draw() -> None:
    """System prompt, temperature, length, patience."""
    with st.container(border=True):
        st.subheader("Answers", anchor=False)
        st.text_area(
            "What the AI is told before every conversation", height=110,
            key=preference.show("system_prompt", preference.current("system_prompt")),
            on_change=preference.keep, args=["system_prompt"],
        )  # fmt: skip
        preference.origin("system_prompt")
        _draw_follow_ups()
        _draw_number(
            "ai_temperature", "Temperature", 0.0, 2.0, 0.1, "0: the same each time, 2: wild"
        )
        _draw_number("ai_max_tokens", "Longest reply, in tokens", 1, 1_000_000, 256, None)
        st.markdown("**Patience**, in seconds")
        for column, (name, label) in zip(st.columns(3), TIMES, strict=True):
            with column:
                _draw_number(name, label, 0.1, 86_400.0, 1.0, None)


def _draw_follow_ups() -> None:
    st.toggle(
        "Suggest what to ask next",
        key=preference.show("suggest_follow_ups", preference.current("suggest_follow_ups")),
        on_change=preference.keep, args=["suggest_follow_ups"],
        help="Two or three questions below a reply, by one small call of an AI of your own after "
        "the reply is there. The built-in model makes none.",
    )  # fmt: skip
    preference.origin("suggest_follow_ups")


def _draw_number(
    name: str, label: str, least: float, most: float, step: float, help_text: str | None
) -> None:
    st.number_input(
        label, min_value=least, max_value=most, step=step, help=help_text,
        key=preference.show(name, preference.current(name)), placeholder="The provider's own",
        on_change=preference.keep, args=[name],
    )  # fmt: skip
    preference.origin(name)
