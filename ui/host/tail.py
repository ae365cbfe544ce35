"""What stands below the last message: what can be done now, or how to begin."""

from __future__ import annotations

import streamlit as st

from core.conversations import Message
from ui.host import bridge
from ui.host.messages import model_name
from ui.host.view import View, Wish, wish

SUGGESTIONS = (
    (
        "Help me translate",
        ":material/translate:",
        "How do I politely ask for the bill in Spanish, French and Japanese?",
    ),
    (
        "Draft a message",
        ":material/edit_note:",
        "Write a short, friendly message that invites my neighbours to dinner on Saturday.",
    ),
    (
        "Explain something",
        ":material/lightbulb:",
        "Explain in simple words why the sky is blue and sunsets are red.",
    ),
)
"""What to begin with: label, icon, and what is said."""


def draw(shown: View) -> None:
    """Draw it for a conversation in which no reply is being written."""
    last = next((part[-1] for part in (shown.live, *reversed(shown.history)) if part), None)
    with st.container():
        if shown.problem:
            st.error(shown.problem, icon=":material/error:")
            shown.problem = None
        if last is None:
            _welcome()
        elif last.role == "assistant":
            _actions(last)


def _actions(reply: Message) -> None:
    with st.container(horizontal=True, gap="small", key="actions"):
        if reply.status == "interrupted" and reply.text:
            st.button(
                "Continue",
                icon=":material/play_arrow:",
                key=f"continue_{reply.id}",
                on_click=wish,
                args=[Wish("continue", message_id=reply.id)],
            )
        st.button(
            "Try again",
            icon=":material/refresh:",
            key=f"retry_{reply.id}",
            type="tertiary" if reply.status == "complete" else "secondary",
            help="Have this answered once more",
            on_click=wish,
            args=[Wish("retry", message_id=reply.id)],
        )


def _welcome() -> None:
    """How to begin: what this is, who answers, a few things to say."""
    core = bridge.core()
    bridge.begin(core.providers.look_around())  # a server started since is there next time
    provider, model = core.providers.default()
    row = core.providers.row(provider)
    st.header("What would you like to talk about?", anchor=False)
    st.markdown("Ask anything, or begin with one of these. Every conversation is kept.")
    with st.container(horizontal=True, gap="small", key="suggestions"):
        for label, icon, text in SUGGESTIONS:
            st.button(label, icon=icon, on_click=wish, args=[Wish("send", text=text)])
    note = row.note
    if row.address_setting and core.preferences.origin(row.address_setting) == "found":
        note = f"Parley found {row.label} on this computer; nothing leaves it."
    st.caption(
        f":material/forum: {model_name(provider, model)} answers." + (f" {note}" if note else "")
    )
    st.page_link(
        "app_pages/settings.py",
        label="Choose another model, or bring a key of your own",
        icon=":material/tune:",
    )
    st.page_link(
        "app_pages/rooms.py",
        label="Open a room to talk across languages",
        icon=":material/groups:",
    )
