"""The analytics page by Streamlit's AppTest, with a real core on a thread of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from streamlit.testing.v1 import AppTest

from core.errors import DatabaseUnavailable
from tests.core.past import Past
from tests.ui.test_host import core, page  # noqa: F401 - a fixture

NOW = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture
def past(core, database_url):  # noqa: F811
    with psycopg.connect(database_url, autocommit=True) as conn:
        yield Past(conn, core.host)


def analytics() -> AppTest:
    test = page()
    test.switch_page("app_pages/analytics.py")
    return done(test.run())


def done(test: AppTest) -> AppTest:
    assert not test.exception
    return test


def figures(test: AppTest) -> dict[str, tuple[str, str]]:
    return {one.label: (one.value, one.delta) for one in test.metric}


def pick(test: AppTest, period: str) -> AppTest:
    return done(test.segmented_control(key="period").set_value(period).run())


def said(test: AppTest) -> str:
    return "\n".join(one.value for one in [*test.markdown, *test.caption])


def test_with_nothing_said_it_explains_what_will_be_here(core):  # noqa: F811
    test = analytics()
    assert "Nothing was said in these days" in said(test)
    test = pick(test, "all")
    assert "Nothing was said yet" in said(test) and "summaries" in said(test)
    assert not test.metric


def test_figures_of_a_period_beside_the_one_before(core, past):  # noqa: F811
    for days_ago, count in ((3, 3), (10, 2), (200, 1)):
        when = NOW - timedelta(days=days_ago)
        talk = past.chat(when)
        for _ in range(count):
            past.say(talk, when)
    past.reply(talk, NOW - timedelta(days=3), tokens=(1_000_000, 0))
    test = analytics()
    assert figures(test)["Messages"] == ("5", "")
    assert figures(test)["Cost"] == (r"\$0.1500", "")
    test = pick(test, "7")
    assert figures(test)["Messages"] == ("3", "+50%")
    test = pick(test, "365")
    assert figures(test)["Messages"][0] == "6"
    test = pick(test, "all")
    assert figures(test)["Conversations"] == ("3", "")


def test_days_of_ones_own(core, past):  # noqa: F811
    when = NOW - timedelta(days=100)
    past.say(past.chat(when), when)
    test = pick(analytics(), "days")
    first = when.date()
    done(test.date_input(key="period_days").set_value((first, first)).run())
    assert figures(test)["Messages"][0] == "1"


def test_charts_without_numbers_say_how_they_get_some(core, past):  # noqa: F811
    past.say(past.chat(NOW), NOW - timedelta(days=1))
    test = analytics()
    for sentence in (
        "Topics are found when a conversation ends", "An AI judges the mood",
        "Bookmark a message", "No AI answered in these days",
    ):  # fmt: skip
        assert sentence in said(test)


def test_what_fails_is_said(core, past, monkeypatch):  # noqa: F811
    async def away(*_: object, **__: object) -> None:
        raise DatabaseUnavailable

    monkeypatch.setattr(type(core.app.analytics), "trends", away)
    assert "database cannot be reached" in analytics().error[0].value
