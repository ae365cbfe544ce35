"""The analytics page: a period, its key figures, its charts."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core.errors import ParleyError
from core.intelligence.trends import Trends
from ui.host import bridge
from ui.host.analytics import charts, figures, picker

STYLE = Path(__file__).with_name("analytics.css")


def draw() -> None:
    """The whole page: the head at once, the figures as soon as they are counted."""
    st.html(STYLE)
    st.header("Analytics", anchor=False)
    _figures()


@st.fragment
def _figures() -> None:
    wanted = picker.pick()
    if wanted is None:
        st.caption("Choose the last day, too.")
        return
    place = st.empty()
    with place.container():
        st.skeleton(180)
        st.skeleton(300)
    core = bridge.core()
    asked = core.analytics.trends(core.host_id, wanted.zone, wanted.days, wanted.first, wanted.last)
    try:
        trends = bridge.run(asked)
    except ParleyError as error:
        place.error(str(error), icon=":material/error:")
        return
    with place.container(key="analytics"):
        _draw(trends, everything=wanted.days is None and wanted.first is None)


def _draw(trends: Trends, *, everything: bool) -> None:
    before = f", compared with the {_days(trends)} before" if trends.before else ""
    if trends.is_empty:
        _draw_nothing(everything=everything)
        return
    st.caption(f"{picker.told(trends.period)}{before}")
    if trends.prices_problem:
        st.warning(trends.prices_problem, icon=":material/sell:")
    figures.draw(trends)
    charts.draw(trends)


def _days(trends: Trends) -> str:
    return f"{trends.period.days:,} days" if trends.period.days > 1 else "day"


def _draw_nothing(*, everything: bool) -> None:
    with st.container(border=True, key="analytics_empty"):
        if not everything:
            st.markdown("**Nothing was said in these days.** Choose a longer period, or “All”.")
            return
        st.markdown(
            "**Nothing was said yet.** Once you have chatted with an AI or met somebody in a room, "
            "this page shows when and how much, in which languages, which models answered, how "
            "fast and for how much. What conversations were about, and in which mood, comes with "
            "the summaries that are made when they end. All of it is counted on this computer and "
            "stays there."
        )
        with st.container(horizontal=True):
            st.page_link("app_pages/chat.py", label="Chat", icon=":material/chat_bubble:")
            st.page_link("app_pages/rooms.py", label="Open a room", icon=":material/groups:")
