"""The charts, as Vega-Lite has them. Colours are the theme's; labels are never cut."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import Any

from core.intelligence.period import Bucket
from core.intelligence.tables import language_name
from core.intelligence.trends import Trends

Spec = dict[str, Any]

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_SHAPES = {"day": "%-d %b", "week": "%-d %b", "month": "%b %y"}
_ROW = 46
"""Pixels of a bar with its name above."""
_WHOLE = {"tickMinStep": 1, "format": ",d", "title": None}
_BELOW = {"orient": "bottom", "title": None, "labelLimit": 0, "columns": 3}


def activity(trends: Trends) -> Spec:
    """Messages and replies over time, one above the other."""
    rows = [
        {"begin": str(one.begin), "who": who, "messages": count, "place": place}
        for one in trends.activity
        for place, (who, count) in enumerate((("People", one.messages), ("AI", one.replies)))
    ]
    return _chart(
        rows, 300, {"type": "bar", "cornerRadius": 1},
        x=_time(trends, trends.period.bucket()), y=_amount("messages", "Messages"),
        color={"field": "who", "type": "nominal", "sort": ["People", "AI"], "legend": _BELOW},
        order={"field": "place"},
        tooltip=[_day(), _tip("who", "Written by"), _tip("messages", "Messages", ",d")],
    )  # fmt: skip


def conversations(trends: Trends) -> Spec:
    """Conversations begun over time."""
    rows = [{"begin": str(one.begin), "n": one.conversations} for one in trends.activity]
    return _chart(
        rows, 230, {"type": "bar", "cornerRadius": 1},
        x=_time(trends, trends.period.bucket()), y=_amount("n", "Conversations"), color=_one("n"),
        tooltip=[_day(), _tip("n", "Conversations", ",d")],
    )  # fmt: skip


def busiest(trends: Trends) -> Spec:
    """The days with most messages, the most first."""
    rows = [
        {"name": f"{one.begin:%a}, {one.begin.day} {one.begin:%b %Y} · {one.all:,}", "n": one.all}
        for one in trends.busiest[:5]
    ]  # fmt: skip
    return _named_bars(rows, "Messages and replies")


def hours(trends: Trends) -> Spec:
    """How much is said in each hour of the day."""
    sums = [0] * 24
    for one in trends.hours:
        sums[one.hour] += one.messages
    rows = [{"hour": f"{hour:02}:00", "n": count} for hour, count in enumerate(sums)]
    return _chart(
        rows, 230, {"type": "bar", "cornerRadius": 1},
        x={"field": "hour", "type": "ordinal", "axis": _each_third_hour()},
        y=_amount("n", "Messages"), color=_one("n"),
        tooltip=[_tip("hour", "From"), _tip("n", "Messages", ",d")],
    )  # fmt: skip


def week(trends: Trends) -> Spec:
    """Weekdays by hours, the darker the more."""
    rows = [
        {"weekday": WEEKDAYS[one.weekday - 1], "hour": f"{one.hour:02}:00", "n": one.messages}
        for one in trends.hours
    ]
    return _chart(
        rows, 320, {"type": "rect", "cornerRadius": 2},
        x={"field": "hour", "type": "ordinal", "axis": _each_third_hour()},
        y={"field": "weekday", "type": "ordinal", "sort": list(WEEKDAYS),
           "axis": {"title": None, "ticks": False, "domain": False, "labelOverlap": False}},
        color=_shade("Messages"),
        tooltip=[_tip("weekday", "Day"), _tip("hour", "From"), _tip("n", "Messages", ",d")],
    )  # fmt: skip


def languages(trends: Trends) -> Spec:
    """What people write in, the most first."""
    rows = [
        {"name": f"{language_name(one.language)} · {one.messages:,}", "n": one.messages}
        for one in trends.languages if one.messages
    ]  # fmt: skip
    return _named_bars(rows, "Messages")


def topics(trends: Trends) -> Spec:
    """What conversations were about, the darker the more of them."""
    names = list(dict.fromkeys(one.topic for one in trends.topics))
    rows = [
        {"begin": str(one.begin), "topic": _lines(one.topic), "n": one.conversations}
        for one in trends.topics
    ]
    return _chart(
        rows, 44 * len(names) + 110, {"type": "rect", "cornerRadius": 2},
        x=_time(trends, trends.period.bucket(coarse=True)),
        y={"field": "topic", "type": "ordinal", "sort": [_lines(name) for name in names],
           "axis": {"title": None, "ticks": False, "domain": False, "labelLimit": 0,
                    "labelOverlap": False, "labelExpr": "split(datum.label, '\\n')"}},
        color=_shade("Conversations"),
        tooltip=[_tip("topic", "Topic"), _day(), _tip("n", "Conversations", ",d")],
    )  # fmt: skip


def sentiment(trends: Trends) -> Spec:
    """The mean mood over time, around a line of neither."""
    rows = [
        {"begin": str(one.begin), "mood": round(one.sentiment, 3), "n": one.conversations}
        for one in trends.moods if one.sentiment is not None
    ]  # fmt: skip
    begins = [str(one.begin) for one in trends.moods]
    x = _time(trends, trends.period.bucket(coarse=True)) | {"scale": {"domain": begins}}
    y = {"field": "mood", "type": "quantitative", "scale": {"domain": [-1, 1]},
         "axis": {"title": None, "values": [-1, -0.5, 0, 0.5, 1],
                  "labelExpr": "datum.value == 1 ? 'good' : datum.value == -1 ? 'bad' : "
                  "datum.value == 0 ? 'neither' : ''"}}  # fmt: skip
    tooltip = [_day(), _tip("mood", "Mood", "+.2f"), _tip("n", "Conversations", ",d")]
    spec = _chart(rows, 320, None)
    zero: Spec = {"mark": {"type": "rule", "strokeDash": [4, 4], "color": "#8a877f"},
                  "data": {"values": [{"mood": 0}]}, "encoding": {"y": y}}  # fmt: skip
    line = {"mark": {"type": "line", "point": {"size": 55}, "strokeWidth": 2.5},
            "encoding": {"x": x, "y": y, "color": _one("mood"), "tooltip": tooltip}}  # fmt: skip
    return spec | {"layer": [zero, line]}


def tokens(trends: Trends) -> Spec:
    """Tokens by model."""
    used = sorted(trends.models, key=lambda one: -(one.input_tokens + one.output_tokens))
    rows = [
        {"name": f"{one.model or 'Unknown'} · {one.input_tokens + one.output_tokens:,}",
         "n": one.input_tokens + one.output_tokens}
        for one in used if one.input_tokens or one.output_tokens
    ]  # fmt: skip
    return _named_bars(_once(rows), "Tokens")


def speed(trends: Trends) -> Spec:
    """Tokens a second by model: the median."""
    rows = [
        {"name": f"{one.model or 'Unknown'} · {one.speed.median:,.0f}",
         "n": round(one.speed.median, 1)}
        for one in sorted(trends.models, key=lambda one: -(one.speed.median if one.speed else 0))
        if one.speed
    ]  # fmt: skip
    return _named_bars(_once(rows), "Tokens a second")


def waits(trends: Trends) -> Spec:
    """Seconds until the first word by model: from the median, a dot, to the 95th percentile."""
    rows = _once([
        {"name": f"{one.model or 'Unknown'} · {one.wait.median:.1f} to {one.wait.p95:.1f} s",
         "median": round(one.wait.median, 2), "p95": round(one.wait.p95, 2)}
        for one in sorted(trends.models, key=lambda one: one.wait.median if one.wait else 0)
        if one.wait
    ])  # fmt: skip
    tooltip = [_tip("name", "Model"), _tip("median", "Median, seconds", ".2f"),
               _tip("p95", "95 % at most, seconds", ".2f")]  # fmt: skip
    y = _names()
    x = {"field": "median", "type": "quantitative", "scale": {"zero": True}, "axis": None}
    dot = {"mark": {"type": "point", "filled": True, "size": 90, "yOffset": 9, "opacity": 1},
           "encoding": {"x": x, "y": y, "color": _one("name"), "tooltip": tooltip}}  # fmt: skip
    line = {"mark": {"type": "rule", "strokeWidth": 3, "yOffset": 9, "opacity": 0.45},
            "encoding": {"x": x, "x2": {"field": "p95"}, "y": y, "color": _one("name"),
                         "tooltip": tooltip}}  # fmt: skip
    return _chart(rows, _ROW * max(len(rows), 1), None) | {"layer": [line, dot]}


def marks(trends: Trends) -> Spec:
    """Bookmarks and reactions over time."""
    rows = [
        {"begin": str(one.begin), "kind": kind, "n": count, "place": place}
        for one in trends.marks
        for place, (kind, count) in enumerate(
            {"Bookmarks": one.bookmarks,
             **{kind.capitalize(): count for kind, count in one.reactions.items()}}.items()
        )
    ]  # fmt: skip
    kinds = list(dict.fromkeys(row["kind"] for row in rows))
    return _chart(
        rows, 320, {"type": "bar", "cornerRadius": 1},
        x=_time(trends, trends.period.bucket(coarse=True)), y=_amount("n", "Bookmarks, reactions"),
        color={"field": "kind", "type": "nominal", "sort": kinds, "legend": _BELOW},
        order={"field": "place"},
        tooltip=[_day(), _tip("kind", "What"), _tip("n", "How many", ",d")],
    )  # fmt: skip


def _chart(rows: Sequence[Spec], height: int, mark: Spec | None, **encoding: Any) -> Spec:
    spec: Spec = {
        "data": {"values": list(rows)}, "height": height,
        "padding": {"left": 0, "top": 10, "right": 0, "bottom": 20},
        "config": {"view": {"stroke": None}},
    }  # fmt: skip
    return spec | ({"mark": mark, "encoding": encoding} if mark else {})


def _named_bars(rows: list[Spec], title: str) -> Spec:
    """Horizontal bars, each with its name above, where there is room for it on a phone too."""
    return _chart(
        rows, _ROW * max(len(rows), 1), {"type": "bar", "cornerRadius": 2, "height": 12,
                                         "yOffset": 9},
        x={"field": "n", "type": "quantitative", "axis": None}, y=_names(), color=_one("n"),
        tooltip=[_tip("name", "What"), _tip("n", title, ",")],
    )  # fmt: skip


def _names() -> Spec:
    """What each is of, and how much, above it: as an axis, which has the theme's colours."""
    axis = {"title": None, "ticks": False, "domain": False, "grid": False, "labelAlign": "left",
            "labelPadding": 0, "labelOffset": -9, "labelLimit": 0, "labelOverlap": False,
            "labelFontSize": 13}  # fmt: skip
    return {"field": "name", "type": "nominal", "sort": None, "axis": axis}


def _time(trends: Trends, bucket: Bucket) -> Spec:
    """Days, weeks or months as they come; as many are named as there is room for."""
    shape = "%-d %b %y" if bucket == "week" and trends.period.days > 360 else _SHAPES[bucket]
    axis = {
        "title": None, "labelAngle": 0, "labelOverlap": "greedy", "labelSeparation": 12,
        "labelFlush": True, "labelExpr": f"utcFormat(toDate(datum.value), '{shape}')",
        "ticks": False,
    }  # fmt: skip
    return {"field": "begin", "type": "ordinal", "axis": axis}


def _each_third_hour() -> Spec:
    return {"title": None, "labelAngle": 0, "ticks": False, "labelOverlap": False,
            "values": [f"{hour:02}:00" for hour in range(0, 24, 6)]}  # fmt: skip


def _amount(field: str, title: str) -> Spec:
    return {"field": field, "type": "quantitative", "stack": "zero", "title": title,
            "axis": _WHOLE}  # fmt: skip


def _one(name: str) -> Spec:
    """The first colour of the theme."""
    return {"datum": name, "type": "nominal", "legend": None}


def _shade(title: str) -> Spec:
    legend = {"title": title, "orient": "bottom", "gradientLength": 140, "gradientThickness": 8,
              "tickMinStep": 1, "format": ",d", "tickCount": 3}  # fmt: skip
    return {"field": "n", "type": "quantitative", "legend": legend, "scale": {"domainMin": 0}}


def _tip(field: str, title: str, format: str | None = None) -> Spec:
    return {"field": field, "title": title} | ({"format": format} if format else {})


def _day() -> Spec:
    return {"field": "begin", "title": "From", "type": "ordinal"}


def _lines(name: str) -> str:
    """A name in lines of a width that leaves room for the chart on a phone."""
    return "\n".join(wrap(name, 14, max_lines=3, placeholder=" …"))


def _once(rows: list[Spec]) -> list[Spec]:
    """Rows whose names differ: the same model may come from two providers."""
    seen: dict[str, int] = {}
    for row in rows:
        count = seen[row["name"]] = seen.get(row["name"], 0) + 1
        if count > 1:
            row["name"] += f" ({count})"
    return rows
