"""The key figures, each beside what it was in as many days before."""

from __future__ import annotations

import streamlit as st

from core.intelligence.prices import Cost
from core.intelligence.trends import Totals, Trends

_UNKNOWN = "—"
_NOTHING = Totals(0, 0, 0, 0, 0, 0, 0, [], 0, 0, None, None, None, 0, 0)
_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}


def draw(trends: Trends) -> None:
    """All of them."""
    now, before = trends.totals, trends.before
    earlier = before or _NOTHING
    with st.container(horizontal=True, key="key_figures"):
        _count("Conversations", now.conversations, earlier.conversations,
               "Begun in these days, chats and rooms, in which something was said")  # fmt: skip
        _count("Messages", now.messages, earlier.messages,
               "Written by people: you and your guests")  # fmt: skip
        _count("AI replies", now.replies, earlier.replies)
        _count("Active days", now.active_days, earlier.active_days,
               f"Of {trends.period.days:,}")  # fmt: skip
        _show("Average length", duration(now.mean_seconds),
              _change(now.mean_seconds, earlier.mean_seconds),
              "Of a conversation, without pauses of more than half an hour. Half of them are "
              f"shorter than {duration(now.median_seconds)}")  # fmt: skip
        _count("Tokens", _tokens(now), _tokens(earlier),
               f"{now.input_tokens:,} read and {now.output_tokens:,} written by AI")  # fmt: skip
        _cost(trends)
        _mood(now, before)
        _count("Bookmarks", now.bookmarks, earlier.bookmarks)
        _count("Reactions", now.reactions, earlier.reactions)


def duration(seconds: float | None) -> str:
    """`45 s`, `12 min`, `1 h 5 min`."""
    if seconds is None:
        return _UNKNOWN
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def money(cost: Cost) -> str:
    """`$1.23`; what is small with as many digits as it takes to be more than nothing."""
    digits = 2 if cost.amount >= 1 or not cost.amount else 4
    sign = _SIGNS.get(cost.currency)
    amount = f"{cost.amount:,.{digits}f}"
    return f"{sign}{amount}" if sign else f"{amount} {cost.currency}"


def _tokens(totals: Totals) -> int:
    return totals.input_tokens + totals.output_tokens


def _count(label: str, value: int, before: int, help: str | None = None) -> None:
    shown = f"{value:,}" if value < 1_000_000 else f"{value / 1e6:.2f} M"
    _show(label, shown, _change(value, before), help)


def _cost(trends: Trends) -> None:
    now, before = trends.totals.costs, trends.before.costs if trends.before else []
    earlier = next((one.amount for one in before if now and one.currency == now[0].currency), 0.0)
    change = _change(now[0].amount, earlier) if now and trends.before else None
    _show("Cost", " + ".join(money(one).replace("$", r"\$") for one in now) or _UNKNOWN, change,
          _about_cost(trends))  # fmt: skip


def _about_cost(trends: Trends) -> str:
    if trends.prices_problem:
        return trends.prices_problem
    totals = trends.totals
    parts = [f"Of replies, at list prices as of {trends.prices_as_of}; what providers bill may "
             "differ"]  # fmt: skip
    if totals.unpriced:
        parts.append(f"{totals.unpriced:,} replies are of models whose price is not known")
    if totals.unmetered:
        parts.append(f"of {totals.unmetered:,} replies the tokens were not counted")
    return "; ".join(parts)


def _mood(now: Totals, before: Totals | None) -> None:
    if now.sentiment is None:
        return
    earlier = before.sentiment if before else None
    change = None if earlier is None else f"{now.sentiment - earlier:+.2f}"
    _show("Mood", f"{now.sentiment:+.2f}", change,
          "Of conversations that have ended, from -1 to +1, as the AI judged them")  # fmt: skip


def _change(value: float | None, before: float | None) -> str | int | None:
    """In percent, 0 for less than half a percent; None where there is nothing to compare with."""
    if value is None or not before:
        return None
    percent = round((value - before) / before * 100)
    return f"{percent:+,}%" if percent else 0


def _show(label: str, value: str, change: str | int | None, help: str | None = None) -> None:
    """More is neither good nor bad: a change has an arrow and no colour."""
    st.metric(label, value, change, delta_color="off", help=help, border=True)
