"""The memories page: what Parley knows, and everything one can do about it."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core.memories.knowledge import Kind
from ui.host import bridge
from ui.host.memories import acting, adding, listing, moving, proposals, undo
from ui.host.memories.wording import KINDS
from ui.host.settings import preference

STYLE = Path(__file__).with_name("memories.css")
LEARNING = {
    "off": "Nothing by itself: only what I write here",
    "ask": "It proposes, I decide",
    "automatic": "By itself",
}
EXAMPLES: tuple[tuple[Kind, str], ...] = (
    ("preference", "I am a vegetarian"),
    ("person", "My sister Ana lives in Lisbon"),
    ("term", "Kunde = client, never customer"),
)
_SWITCH = "memories_used"


def draw() -> None:
    """The whole page."""
    core = bridge.core()
    acting.begin()
    count = bridge.run(core.memories.count(core.host_id))
    st.html(STYLE)
    acting.draw_news()
    _draw_head(count)
    proposals.draw(count["proposed"])
    adding.draw()
    opened, lost = listing.opened()
    if lost:
        st.info("There is no such memory. It may have been deleted.", icon=":material/search_off:")
    acting.draw_problem("memories")
    if count["active"]:
        listing.draw(opened)
        return
    if ids := undo.gone():
        undo.line(ids)
    _draw_nothing_yet()


def _draw_head(count: dict[str, int]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="memories_head"):
        st.header("Memories", anchor=False)
        moving.draw(count["active"] + count["proposed"])
    st.caption(
        "What Parley knows of you and uses where it fits, in chats and translations. The AI that "
        "answers or translates for you is told what helps with the text at hand; no guest and "
        "nobody you write to ever is."
    )
    _draw_learning()
    if count["active"]:
        st.toggle(
            "Use memories", key=preference.show(_SWITCH, count["enabled"] > 0),
            on_change=_switch_all,
            help="Off: all are kept and none is used. On: all are used again, also those that "
            "were switched off one by one.",
        )  # fmt: skip


def _switch_all() -> None:
    core, key = bridge.core(), preference.key_of(_SWITCH)
    wanted = bool(st.session_state[key])
    done = core.memories.switch_all(core.host_id, wanted)
    acting.act(done, "memories")
    undo.forget()
    acting.tell("Memories are used." if wanted else "Memories are not used now.")


def _draw_learning() -> None:
    """What is remembered by itself."""
    st.selectbox(
        "Learning", list(LEARNING), format_func=LEARNING.__getitem__, width=360,
        key=preference.show("memory_learning", preference.current("memory_learning")),
        on_change=preference.keep, args=["memory_learning"],
    )  # fmt: skip
    core = bridge.core()
    if not core.learning.is_possible() and preference.current("memory_learning") != "off":
        st.caption(
            "Without an AI of your own, Parley keeps only what you say outright: “Remember "
            "that …”. Set one up on the Settings page."
        )
    preference.origin("memory_learning")


def _draw_nothing_yet() -> None:
    with st.container(border=True, key="memories_empty"):
        st.markdown(
            "**Nothing is remembered yet.** A memory is one short thing about you that Parley "
            "should know next time: what you do and like, who is who, what you work on, and how "
            "your words are to be translated. You see each of them here, and change or delete it "
            "whenever you like. For example:"
        )
        with st.container(horizontal=True, key="memory_examples"):
            for kind, text in EXAMPLES:
                st.button(
                    text, icon=KINDS[kind].icon, on_click=adding.suggest, args=[kind, text],
                    key=f"example_{kind}",
                )  # fmt: skip
