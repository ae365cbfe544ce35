"""The profile page: what Parley has learned of its person, and what they can do about it."""

from __future__ import annotations

import time
from pathlib import Path

import streamlit as st

from core.intelligence.profile.insight import Insight
from ui.host import bridge
from ui.host.memories import acting
from ui.host.memories.wording import counted
from ui.host.profile import entry
from ui.host.profile.wording import SECTIONS, Section
from ui.host.settings import preference

STYLE = Path(__file__).with_name("profile.css")
PLACE = "profile"
SHOWN = 60.0
"""Seconds the way back is offered."""
_FIRST = 12
"""Insights of a section shown at first."""
_FORGOTTEN = "profile_forgotten"


def draw() -> None:
    """The whole page."""
    core = bridge.core()
    acting.begin()
    if zone := st.context.timezone:
        bridge.run(core.profile.set_zone(core.host_id, zone))
    insights = bridge.run(core.profile.insights(core.host_id))
    st.html(STYLE)
    acting.draw_news()
    _draw_head(len(insights))
    acting.draw_problem(PLACE)
    _draw_way_back()
    drawn = entry.with_gone(insights)
    for section in SECTIONS:
        _draw_section(section, [one for one in drawn if one.kind in section.kinds])
    if not drawn:
        _draw_nothing_yet()


def _draw_head(count: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="profile_head"):
        st.header("Profile", anchor=False)
        if count and st.button(
            "Forget everything", icon=":material/delete_sweep:", type="tertiary", key="forget_all"
        ):
            _forget_dialog(count)
    st.caption(
        "What Parley has learned of you from what you wrote yourself: never from what others or "
        "the AI said, and never about health, belief, politics, sexuality or origin. It is told "
        "to the AI that answers you, and to nobody else."
    )
    learning = preference.current("profile_learning")
    st.toggle(
        "Learn what I like, and answer accordingly",
        key=preference.show("profile_learning", learning), on_change=_switch,
        help="Off: nothing is learned or told, from this moment on; what there is stays here. "
        "What is said meanwhile is not learned later.",
    )  # fmt: skip
    if not learning:
        st.info("Switched off: nothing is learned, and no reply is made with it.",
                icon=":material/pause_circle:")  # fmt: skip
    elif not bridge.core().analysis.is_possible():
        st.caption(
            ":material/info: Without an AI of your own, interests come from the keywords of "
            "finished conversations, and nothing suggests what to ask next. Add one on the "
            "Settings page; everything else here needs none."
        )


def _switch() -> None:
    core = bridge.core()
    wanted = bool(st.session_state[preference.key_of("profile_learning")])
    if acting.act(_switched(wanted), PLACE) is not None:
        on = "Parley learns, and answers accordingly." if core.profile.is_on else "Switched off."
        acting.tell(on)


async def _switched(wanted: bool) -> bool:
    core = bridge.core()
    await core.profile.skip(core.host_id)
    await core.keeper.change({"profile_learning": wanted})
    return True


def _draw_section(section: Section, insights: list[Insight]) -> None:
    if not insights:
        return
    with st.container(key=f"section-{section.kinds[0]}"):
        st.subheader(section.title, anchor=False)
        st.caption(section.caption)
        for one in insights[:_FIRST]:
            entry.draw(one.id)
        if rest := insights[_FIRST:]:
            with st.expander(f"{len(rest)} more", type="compact"):
                for one in rest:
                    entry.draw(one.id)


def _draw_nothing_yet() -> None:
    with st.container(border=True, key="profile_empty"):
        st.markdown(
            "**Nothing has been learned yet.** As you talk, this fills with what you come back "
            "to, how you like answers (“shorter, please”, or a thumbs up), the languages you "
            "write in and the times you are here. Each comes with the messages it was learned "
            "from, grows with every conversation that shows it and fades with time; and you can "
            "correct, lock or remove each."
        )
        st.page_link("app_pages/chat.py", label="Begin a chat", icon=":material/chat_bubble:")


# Forgetting everything


@st.dialog("Forget everything?")
def _forget_dialog(count: int) -> None:
    st.write(
        f"Parley forgets {counted(count, 'insight', 'insights')}. It begins anew with what you "
        "say from now on; what you removed stays removed. You can undo it for a minute."
    )
    with st.container(horizontal=True):
        if st.button(
            "Forget",
            type="primary",
            icon=":material/delete_sweep:",
            key="forget_yes",
            on_click=_forget,
        ):
            st.rerun()
        if st.button("Cancel", key="forget_no"):
            st.rerun()


def _forget() -> None:
    core = bridge.core()
    gone = acting.act(core.profile.reset(core.host_id), PLACE)
    if gone is not None:
        st.session_state[_FORGOTTEN] = (gone, time.monotonic())
        entry.forget_gone()
        acting.tell("Forgotten.", icon=":material/delete_sweep:")


@st.fragment(run_every=SHOWN / 4)
def _draw_way_back() -> None:
    acting.redrawn()
    count, moment = st.session_state.get(_FORGOTTEN, (0, 0.0))
    if not count or time.monotonic() - moment > SHOWN:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="profile_way_back"):
        st.markdown(
            f":material/delete_sweep: {counted(count, 'insight', 'insights')} forgotten.",
            width="content",
        )
        st.button("Undo", icon=":material/undo:", key="undo_forget", on_click=_undo)


def _undo() -> None:
    core = bridge.core()
    back = acting.act(core.profile.undo_reset(core.host_id), PLACE)
    if back is not None:
        st.session_state.pop(_FORGOTTEN, None)
        acting.redraw()
        acting.tell(f"{counted(back, 'insight', 'insights')} brought back.", icon=":material/undo:")
