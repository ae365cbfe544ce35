"""Small parts of the host's pages."""

from datetime import UTC, datetime, timedelta

from ui.host.plain import plain
from ui.host.times import day


def test_a_name_is_shown_as_it_is():
    assert plain("gpt-4*o_[x](y):red[z]") == r"gpt\-4\*o\_\[x\]\(y\)\:red\[z\]"


def test_days_are_as_short_as_they_can_be():
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    said = [day(now - timedelta(days=n), UTC, now) for n in (0, 1, 18, 400)]
    assert said == ["today", "yesterday", "3 Nov", "17 Oct 2025"]
