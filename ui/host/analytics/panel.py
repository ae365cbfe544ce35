"""One chart with its name, and its numbers as a table and as CSV."""

from __future__ import annotations

import streamlit as st

from core.intelligence.tables import Chart, Table, table
from core.intelligence.trends import Trends
from ui.host.analytics.specs import Spec


def draw(
    trends: Trends, chart: Chart, title: str, spec: Spec, about: str, nothing: str | None = None
) -> None:
    """`about`: what it shows, also for those who cannot see it; `nothing`: why it is empty."""
    with st.container(border=True, key=f"panel_{chart}_{_key(title)}", height="stretch"):
        st.subheader(title, anchor=False)
        if nothing:
            st.caption(nothing)
            return
        st.caption(about)
        st.vega_lite_chart(spec=spec, alt=f"{title}: {about}", key=f"chart_{chart}_{_key(title)}")
        numbers(table(trends, chart), chart, f"{trends.period.first}-{trends.period.last}", title)


@st.fragment
def numbers(found: Table, chart: Chart, days: str, title: str) -> None:
    """Drawn once somebody opens it; nothing else of the page is drawn anew for that."""
    key = f"{chart}_{_key(title)}"
    expander = st.expander("Numbers", key=f"numbers_{key}", on_change="rerun")
    if not expander.open:
        return
    with expander:
        names = [name.replace("_", " ").capitalize() for name in found.columns]
        columns = {name: [row[place] for row in found.rows] for place, name in enumerate(names)}
        st.dataframe(columns, hide_index=True, alt=f"The numbers of: {title}")
        st.download_button(
            "CSV", found.csv(), f"parley-{chart}-{days}.csv", "text/csv", on_click="ignore",
            icon=":material/download:", key=f"csv_{key}",
        )  # fmt: skip


def _key(title: str) -> str:
    return "".join(letter for letter in title.lower() if letter.isalnum())
