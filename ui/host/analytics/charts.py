"""Which charts there are, in the order of the page."""

from __future__ import annotations

import streamlit as st

from core.intelligence.trends import Trends
from ui.host.analytics import models, specs
from ui.host.analytics.panel import draw as panel

_BY = {"day": "by day", "week": "by week", "month": "by month"}


def draw(trends: Trends) -> None:
    """All of them, two beside each other where there is room."""
    by = _BY[trends.period.bucket()]
    panel(trends, "activity", "Messages", specs.activity(trends),
          f"Written by people and by AI, {by}")  # fmt: skip
    left, right = st.columns(2)
    with left:
        panel(trends, "activity", "Conversations", specs.conversations(trends), f"Begun, {by}")
    with right:
        panel(trends, "busiest", "Most active days", specs.busiest(trends), _busiest(trends))
    left, right = st.columns(2)
    with left:
        panel(trends, "hours", "Hours of the day", specs.hours(trends), _peak(trends))
    with right:
        panel(trends, "hours", "Through the week", specs.week(trends),
              "Messages by weekday and hour")  # fmt: skip
    left, right = st.columns(2)
    with left:
        spoken = [one for one in trends.languages if one.messages]
        panel(trends, "languages", "Languages", specs.languages(trends),
              "What people wrote in, by messages",
              None if spoken else "Nobody wrote anything in these days.")  # fmt: skip
    with right:
        _draw_topics(trends)
    left, right = st.columns(2)
    with left:
        _draw_moods(trends)
    with right:
        any_marks = trends.totals.bookmarks or trends.totals.reactions
        panel(trends, "marks", "Bookmarks and reactions", specs.marks(trends),
              f"Made {_BY[trends.period.bucket(coarse=True)]}",
              None if any_marks else "Bookmark a message, or say what you think of it: both stand "
              "below every message, and how often is counted here.")  # fmt: skip
    models.draw(trends)


def _draw_topics(trends: Trends) -> None:
    panel(trends, "topics", "Topics", specs.topics(trends),
          f"What conversations were most about, {_BY[trends.period.bucket(coarse=True)]}",
          None if trends.topics else "Topics are found when a conversation ends: press End, or "
          "leave it for a while. Those of these days will stand here.")  # fmt: skip


def _draw_moods(trends: Trends) -> None:
    judged = trends.totals.sentiment is not None
    panel(trends, "sentiment", "Mood", specs.sentiment(trends),
          f"Of conversations that have ended, {_BY[trends.period.bucket(coarse=True)]}",
          None if judged else "An AI judges the mood of a conversation when it has ended; the "
          "built-in model cannot. Choose another one on the Settings page.")  # fmt: skip


def _peak(trends: Trends) -> str:
    sums = [0] * 24
    for one in trends.hours:
        sums[one.hour] += one.messages
    most = max(range(24), key=lambda hour: sums[hour])
    return f"Most is said between {most}:00 and {most + 1}:00"


def _busiest(trends: Trends) -> str:
    if not trends.busiest:
        return "None"
    first = trends.busiest[0]
    day = f"{first.begin:%A}, {first.begin.day} {first.begin:%B %Y}"
    return f"Most was said on {day}: {first.all:,} messages and replies"
