"""The figures of small pasts, every one told by hand."""

from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest

from core.errors import ConfigurationError, Refused
from core.intelligence.analytics import Analytics
from core.intelligence.period import period
from core.intelligence.prices import Cost, read_prices
from core.intelligence.tables import CHARTS, table
from tests.core.past import Past, at

MARCH = {"first": date(2026, 3, 2), "last": date(2026, 3, 8)}
"""A week from Monday to Sunday."""


@pytest.fixture
def past(app, database_url):
    with psycopg.connect(database_url, autocommit=True) as conn:
        yield Past(conn, app.host_id)


@pytest.fixture
def trends(app):
    async def trends(zone="UTC", **asked):
        return await app.analytics.trends(app.host_id, zone, **(asked or MARCH))

    return trends


def of(activities):
    """Those days on which something was."""
    return {
        one.begin.isoformat(): (one.conversations, one.messages, one.replies)
        for one in activities
        if one.conversations or one.all
    }


async def test_nothing_was_said(trends):
    for asked in ({}, {"days": None}, {"days": 365}):
        found = await trends(**asked)
        assert found.is_empty
        assert found.totals.costs == [] and found.totals.mean_seconds is None
        assert found.totals.sentiment is None
        for chart in CHARTS:
            assert table(found, chart).csv().startswith(b"\xef\xbb\xbf")


async def test_a_week_is_counted(past, trends):
    talk = past.chat(at("2026-03-02 09:00"))
    past.say(talk, at("2026-03-02 09:00"))
    past.reply(talk, at("2026-03-02 09:00:10"), language="en")
    past.say(talk, at("2026-03-04 22:10"), language="es")
    past.reply(talk, at("2026-03-04 22:11"), language="es", status="interrupted")
    other = past.chat(at("2026-03-04 08:00"))
    past.say(other, at("2026-03-04 08:00"), language=None)
    past.reply(other, at("2026-03-04 08:01"), status="failed", tokens=(None, None))
    past.chat(at("2026-03-05 08:00"))  # opened, and nothing said
    found = await trends()
    assert of(found.days) == {"2026-03-02": (1, 1, 1), "2026-03-04": (1, 2, 1)}
    assert found.activity == found.days
    assert [one.begin for one in found.busiest] == [date(2026, 3, 4), date(2026, 3, 2)]
    totals = found.totals
    assert (totals.conversations, totals.messages, totals.replies) == (2, 3, 2)
    assert (totals.active_days, totals.languages) == (2, 2)
    assert {(one.weekday, one.hour): one.messages for one in found.hours if one.messages} == {
        (1, 9): 2, (3, 22): 2, (3, 8): 1,
    }  # fmt: skip
    assert [(one.language, one.messages, one.replies) for one in found.languages] == [
        ("en", 1, 1), ("es", 1, 1), (None, 1, 0),
    ]  # fmt: skip


async def test_days_and_hours_are_those_of_the_reader(past, trends):
    talk = past.chat(at("2026-03-03 20:30"))
    past.say(talk, at("2026-03-03 20:30"))
    for zone, day, weekday, hour in (
        ("UTC", "2026-03-03", 2, 20), ("Asia/Tokyo", "2026-03-04", 3, 5),
        ("America/Los_Angeles", "2026-03-03", 2, 12), ("Asia/Kathmandu", "2026-03-04", 3, 2),
    ):  # fmt: skip
        found = await trends(zone)
        assert of(found.days) == {day: (1, 1, 0)}
        (only,) = (one for one in found.hours if one.messages)
        assert (only.weekday, only.hour) == (weekday, hour)


async def test_a_day_has_23_or_25_hours_where_the_clock_is_moved(past, trends):
    talk = past.chat(at("2026-03-28 23:30"))
    for moment in ("2026-03-28 22:59", "2026-03-28 23:00", "2026-03-29 21:59", "2026-03-29 22:00"):
        past.say(talk, at(moment))
    spring = {"first": date(2026, 3, 29), "last": date(2026, 3, 29)}
    found = await trends("Europe/Berlin", **spring)
    assert found.period.until - found.period.since == timedelta(hours=23)
    assert (found.totals.messages, found.before.messages) == (2, 1)
    assert {one.hour for one in found.hours if one.messages} == {0, 23}
    for moment in ("2026-10-25 00:30", "2026-10-25 01:30", "2026-10-25 22:59"):
        past.say(talk, at(moment))
    autumn = {"first": date(2026, 10, 25), "last": date(2026, 10, 25)}
    found = await trends("Europe/Berlin", **autumn)
    assert found.period.until - found.period.since == timedelta(hours=25)
    assert {one.hour: one.messages for one in found.hours if one.messages} == {2: 2, 23: 1}


async def test_the_period_before_is_as_long_and_just_before(past, trends):
    for day in ("2026-02-22", "2026-02-23", "2026-03-01", "2026-03-02", "2026-03-08", "2026-03-09"):
        past.say(past.chat(at(f"{day} 12:00")), at(f"{day} 12:00"))
    found = await trends()
    assert found.period.before == period(first=date(2026, 2, 23), last=date(2026, 3, 1))
    assert (found.totals.messages, found.before.messages) == (2, 2)
    whole = await trends(days=None, last=date(2026, 3, 8))
    assert whole.before is None
    assert (whole.period.first, whole.totals.messages) == (date(2026, 2, 22), 5)


async def test_models_with_tokens_cost_and_speed(past, trends):
    talk = past.chat(at("2026-03-02 09:00"))
    for minute, (wait, writing) in enumerate(((1, 2), (2, 5), (3, 1))):
        past.reply(talk, at(f"2026-03-02 09:0{minute}"), wait=wait, writing=writing,
                   tokens=(1_000_000, 10))  # fmt: skip
    past.reply(talk, at("2026-03-02 09:10"), status="interrupted", tokens=(None, None))
    past.reply(talk, at("2026-03-02 09:20"), status="failed", tokens=(None, None))
    past.reply(talk, at("2026-03-02 10:00"), "ollama:qwen3:8b")
    past.reply(talk, at("2026-03-02 11:00"), "custom:mine")
    found = await trends()
    cloud, local, mine = sorted(found.models, key=lambda one: one.model)
    assert (cloud.model, cloud.replies, cloud.interrupted, cloud.failed, cloud.unmetered) == (
        "gpt-4o-mini", 4, 1, 1, 1,
    )  # fmt: skip
    assert (cloud.input_tokens, cloud.output_tokens) == (3_000_000, 30)
    assert cloud.cost == Cost(pytest.approx(3 * 0.15 + 30 * 0.6 / 1e6), "USD")
    assert cloud.speed.median == pytest.approx(5) and cloud.speed.p95 == pytest.approx(9.5)
    assert cloud.wait.median == pytest.approx(1) and cloud.wait.p95 == pytest.approx(2.8)
    assert (local.model, local.cost) == ("mine", None)
    assert (mine.model, mine.cost.amount) == ("qwen3:8b", 0)
    assert (found.totals.unpriced, found.totals.unmetered) == (1, 1)
    assert [one.currency for one in found.totals.costs] == ["USD"]


async def test_pauses_are_no_part_of_a_conversation(past, trends):
    quick = past.chat(at("2026-03-02 09:00"))
    for minute in (0, 4, 10):
        past.say(quick, at(f"2026-03-02 09:{minute:02}"))
    slow = past.chat(at("2026-03-02 09:00"))
    for moment in ("02 09:00", "02 09:20", "02 09:50", "03 18:00", "03 18:10"):
        past.say(slow, at(f"2026-03-{moment}"))
    found = (await trends()).totals
    assert (found.mean_seconds, found.median_seconds) == ((600 + 3600) / 2, (600 + 3600) / 2)


async def test_topics_moods_and_marks_over_time(past, trends):
    for day, mood, topics in (
        (2, 0.5, ("Bread", "Plans")), (2, None, ("bread",)), (4, -0.3, ("BREAD",)), (5, 0.1, ()),
    ):  # fmt: skip
        talk = past.chat(at(f"2026-03-0{day} 12:00"))
        message = past.say(talk, at(f"2026-03-0{day} 12:00"))
        past.sums_up(talk, mood, *topics)
        past.mark(message, at("2026-03-06 12:00"))
    past.mark(message, at("2026-03-07 12:00"), "love")
    found = await trends()
    counts = {(one.topic.lower(), one.begin.day): one.conversations for one in found.topics}
    assert {key: count for key, count in counts.items() if count} == {
        ("bread", 2): 2, ("bread", 4): 1, ("plans", 2): 1,
    }  # fmt: skip
    assert len(counts) == 14
    moods = {one.begin.day: one.sentiment for one in found.moods if one.conversations}
    assert moods == {2: 0.5, 4: pytest.approx(-0.3), 5: pytest.approx(0.1)}
    assert found.totals.sentiment == pytest.approx(0.1)
    marks = {one.begin.day: (one.bookmarks, one.reactions) for one in found.marks}
    none = {"like": 0, "love": 0, "funny": 0, "dislike": 0}
    assert marks[6] == (4, none) and marks[7] == (0, none | {"love": 1})
    assert (found.totals.bookmarks, found.totals.reactions) == (4, 1)


async def test_nothing_of_deleted_conversations_counts(app, past, trends):
    talk = past.chat(at("2026-03-02 09:00"))
    message = past.say(talk, at("2026-03-02 09:00"))
    past.reply(talk, at("2026-03-02 09:01"))
    past.mark(message, at("2026-03-02 09:02"))
    past.mark(message, at("2026-03-02 09:02"), "like")
    past.sums_up(talk, 0.5, "Bread")
    assert not (await trends()).is_empty
    await app.conversations.delete(app.host_id, talk)
    found = await trends()
    assert found.is_empty and found.models == [] and found.topics == []
    assert found.totals.bookmarks == found.totals.reactions == 0
    assert found.totals.sentiment is None and found.totals.mean_seconds is None
    assert (await trends(days=None)).period.days == 1


async def test_what_a_fork_took_over_counts_once(app, past, trends):
    talk = past.chat(at("2026-03-02 09:00"))
    past.say(talk, at("2026-03-02 09:00"))
    first = past.conn.execute("SELECT max(id) FROM messages").fetchone()[0]
    past.reply(talk, at("2026-03-02 09:01"), parent_id=first)
    last = past.conn.execute("SELECT max(id) FROM messages").fetchone()[0]
    forked = await app.branches.fork(app.host_id, last)
    assert forked != talk
    found = await trends()
    assert (found.totals.messages, found.totals.replies) == (1, 1)
    assert found.totals.output_tokens == 50


async def test_nobody_sees_the_figures_of_another(app, past, trends):
    past.conn.execute("SELECT local_user('another')")
    other = past.conn.execute("SELECT id FROM users WHERE handle = 'another'").fetchone()[0]
    talk = past.chat(at("2026-03-02 09:00"))
    message = past.say(talk, at("2026-03-02 09:00"))
    past.mark(message, at("2026-03-02 09:02"))
    past.sums_up(talk, 0.5, "Bread")
    theirs = await app.analytics.trends(other, **MARCH)
    assert theirs.is_empty and theirs.totals.bookmarks == 0 and theirs.topics == []
    async with app.database.as_user(other) as conn:
        rows = await (await conn.execute("SELECT count(*) AS n FROM counted_messages")).fetchone()
    assert rows["n"] == 0
    assert not (await trends()).is_empty


async def test_long_periods_are_told_by_the_week_and_the_month(past, trends):
    for day in ("2025-12-31", "2026-01-01", "2026-01-04", "2026-01-05"):
        past.say(past.chat(at(f"{day} 12:00")), at(f"{day} 12:00"))
    weeks = await trends(first=date(2025, 12, 1), last=date(2026, 6, 30))
    assert of(weeks.activity) == {"2025-12-29": (3, 3, 0), "2026-01-05": (1, 1, 0)}
    assert weeks.activity[0].begin == date(2025, 12, 1)
    months = await trends(first=date(2024, 12, 15), last=date(2026, 6, 30))
    assert of(months.activity) == {"2025-12-01": (1, 1, 0), "2026-01-01": (3, 3, 0)}
    assert months.activity[0].begin == date(2024, 12, 15)
    for found in (weeks, months):
        assert sum(one.messages for one in found.activity) == found.totals.messages == 4


@pytest.mark.parametrize(
    "asked", [{"days": 0}, {"days": 40_000}, {"first": date(2026, 3, 2), "last": date(2026, 3, 1)},
              {"first": date(1, 1, 1)}, {"last": date(9999, 12, 31)}, {"zone": "Mars/Base"},
              {"zone": "../etc/passwd"}, {"zone": ""}, {"zone": "Factory"}],
)  # fmt: skip
async def test_what_is_no_period_is_refused_with_a_sentence(trends, asked):
    with pytest.raises(Refused) as refused:
        await trends(**asked)
    assert str(refused.value).endswith(".")


async def test_every_time_zone_of_python_is_answered_or_refused(app):
    """Whatever the database makes of the names that Python knows."""
    for zone in ("GMT", "Etc/GMT+12", "Asia/Kolkata", "CET", "Pacific/Apia", "America/Sao_Paulo"):
        assert (await app.analytics.trends(app.host_id, zone)).is_empty


def test_prices_fit_the_models_they_are_meant_for():
    prices = read_prices()
    million = 1_000_000
    for provider, model, cost in (
        ("openai", "gpt-5.4-mini-2026-03-05", 0.75), ("openai", "gpt-5.4", 2.5),
        ("anthropic", "claude-sonnet-4-5-20250929", 3), ("gemini", "models/gemini-2.5-flash", 0.3),
        ("gemini", "gemini-2.5-flash-lite", 0.1), ("builtin", "anything", 0),
    ):  # fmt: skip
        assert prices.cost(provider, model, million, 0) == Cost(pytest.approx(cost), "USD")
    for provider, model in (
        ("openai", "gpt-99"),
        ("custom", "gpt-5.4"),
        (None, "gpt-4o"),
        ("openai", None),
    ):
        assert prices.cost(provider, model, million, million) is None


async def test_prices_of_ones_own(app, past, tmp_path: Path):
    file = tmp_path / "prices.toml"
    file.write_text(
        'as_of = 2026-01-01\ncurrency = "EUR"\n'
        '[[prices]]\nprovider = "custom"\nmodel = "min*"\ninput = 10\noutput = 20\n'
    )
    past.reply(past.chat(at("2026-03-02 09:00")), at("2026-03-02 09:00"), "custom:mine")
    own = Analytics(app.database, file)
    found = await own.trends(app.host_id, **MARCH)
    assert found.totals.costs == [Cost(pytest.approx((100 * 10 + 50 * 20) / 1e6), "EUR")]
    assert found.prices_as_of == date(2026, 1, 1) and found.prices_problem is None
    for wrong in ("as_of = 1", "nonsense", "as_of = 2026-01-01\nprice = 1"):
        file.write_text(wrong)
        found = await own.trends(app.host_id, **MARCH)
        assert found.totals.costs == [] and found.totals.unpriced == 1
        assert str(file) in found.prices_problem and "Correct" in found.prices_problem
    file.unlink()
    with pytest.raises(ConfigurationError, match="PRICES_FILE"):
        read_prices(file)
