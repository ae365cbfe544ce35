"""Which days the figures are of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import streamlit as st

from core.intelligence.period import Period
from ui.host.times import readers_timezone

_PERIODS = {"7": "7 days", "30": "30 days", "90": "90 days", "365": "1 year", "all": "All",
            "days": "Choose…"}  # fmt: skip
_USUAL = "30"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was picked, as `core.analytics.trends` takes it."""

    zone: str
    days: int | None = 30
    first: date | None = None
    last: date | None = None


def pick() -> Wanted | None:
    """Let somebody pick; None while they have chosen the first day and not yet the last."""
    zone = readers_timezone()
    name = getattr(zone, "key", "UTC")
    chosen = st.segmented_control(
        "Period", list(_PERIODS), format_func=_PERIODS.__getitem__, default=_USUAL, required=True,
        key="period", bind="query-params", label_visibility="collapsed",
    )  # fmt: skip
    if chosen != "days":
        return Wanted(name, None if chosen == "all" else int(chosen or _USUAL))
    today = datetime.now(zone).date()
    days = st.date_input(
        "From the first to the last day", (today - timedelta(days=29), today), max_value=today,
        min_value=date(1970, 1, 1), format="YYYY-MM-DD", key="period_days", width=300,
    )  # fmt: skip
    if not isinstance(days, tuple) or len(days) != 2:
        return None
    return Wanted(name, first=days[0], last=days[1])


def told(period: Period) -> str:
    """`3 – 9 Nov 2026 · Europe/Berlin`."""
    first, last = period.first, period.last
    begin = f"{first.day} {first:%b}" + (f" {first.year}" if first.year != last.year else "")
    days = (
        f"{last.day} {last:%b} {last.year}"
        if period.days == 1
        else (f"{begin} – {last.day} {last:%b} {last.year}")
    )
    return f"{days} · {period.zone.replace('_', ' ')}"
