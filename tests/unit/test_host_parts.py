"""Small parts of the host's pages."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ui.host.plain import plain
from ui.host.times import day, short

NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (datetime(2026, 3, 5, 1, 2, tzinfo=UTC), "10:02"),
        (datetime(2026, 3, 4, 1, 2, tzinfo=UTC), "4 Mar, 10:02"),
        (datetime(2024, 12, 31, 23, 0, tzinfo=UTC), "1 Jan 2025, 08:00"),
    ],
)
def test_times_are_the_readers(moment, shown):
    assert short(moment, ZoneInfo("Asia/Tokyo"), NOW) == shown


def test_a_name_is_shown_as_it_is():
    assert plain("gpt-4*o_[x](y):red[z]") == r"gpt\-4\*o\_\[x\]\(y\)\:red\[z\]"


def test_days_are_as_short_as_they_can_be():
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    said = [day(now - timedelta(days=n), UTC, now) for n in (0, 1, 18, 400)]
    assert said == ["today", "yesterday", "3 Nov", "17 Oct 2025"]
