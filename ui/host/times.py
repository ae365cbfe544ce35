"""Times as the reader sees them: their own timezone, as short as the day allows."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st


def readers_timezone() -> tzinfo:
    """The timezone of the browser, UTC where it does not say."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def short(moment: datetime, zone: tzinfo, now: datetime | None = None) -> str:
    """`14:32` today, `3 May, 14:32` this year, `3 May 2024, 14:32` before."""
    here = moment.astimezone(zone)
    today = (now or datetime.now(UTC)).astimezone(zone)
    clock = f"{here:%H:%M}"
    if here.date() == today.date():
        return clock
    day = f"{here.day} {here:%b}"
    return f"{day}, {clock}" if here.year == today.year else f"{day} {here.year}, {clock}"


def day(moment: datetime, zone: tzinfo, now: datetime | None = None) -> str:
    """`today`, `yesterday`, `3 Nov` this year, `3 Nov 2024` before."""
    here = moment.astimezone(zone)
    today = (now or datetime.now(UTC)).astimezone(zone)
    ago = (today.date() - here.date()).days
    if ago in (0, 1):
        return "yesterday" if ago else "today"
    date = f"{here.day} {here:%b}"
    return date if here.year == today.year else f"{date} {here.year}"
