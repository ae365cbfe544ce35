"""The days somebody asks about, in their own time zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from core.errors import Refused

Bucket = Literal["day", "week", "month"]
LONGEST = 36_600
"""Days."""
_FIRST, _LAST = date(1970, 1, 1), date(2200, 12, 31)
_BY: tuple[tuple[int, int, Bucket], ...] = ((92, 21, "day"), (400, 130, "week"))
"""Days up to which something is told by the day, by the week; where that is fine, where coarse."""


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days, both ends included, as they are in a time zone. Make one with `period`."""

    first: date
    last: date
    zone: str

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1

    @property
    def since(self) -> datetime:
        """When it begins."""
        return _midnight(self.first, self.zone)

    @property
    def until(self) -> datetime:
        """When it is over."""
        return _midnight(self.last + timedelta(days=1), self.zone)

    @property
    def before(self) -> Period:
        """As many days, just before."""
        last = self.first - timedelta(days=1)
        return Period(last - timedelta(days=self.days - 1), last, self.zone)

    def bucket(self, *, coarse: bool = False) -> Bucket:
        """By what something over time is told; `coarse`: what there is less of."""
        return next((name for *most, name in _BY if self.days <= most[coarse]), "month")

    def each_day(self) -> Iterator[date]:
        """All its days."""
        return (self.first + timedelta(days=number) for number in range(self.days))

    def begin_of(self, day: date, bucket: Bucket) -> date:
        """The first day of the bucket a day is in; weeks begin on Monday, the first with us."""
        if bucket == "week":
            day -= timedelta(days=day.weekday())
        elif bucket == "month":
            day = day.replace(day=1)
        return max(day, self.first)

    def buckets(self, bucket: Bucket) -> list[date]:
        """The first days of all its buckets."""
        return sorted({self.begin_of(day, bucket) for day in self.each_day()})


def period(
    zone: str = "UTC",
    days: int = 30,
    first: date | None = None,
    last: date | None = None,
    today: date | None = None,
) -> Period:
    """The days from `first` to `last`, or the last `days` up to `last` (today where None).

    `zone`: an IANA name. Raises Refused for what is no period or time zone.
    """
    here = _zone(zone)
    last = last or today or datetime.now(here).date()
    if first is None:
        if not 1 <= days <= LONGEST:
            raise Refused(f"A period has 1 to {LONGEST:,} days. Choose another one.")
        first = max(max(last, _FIRST) - timedelta(days=days - 1), _FIRST)
    if not _FIRST <= first <= last <= _LAST:
        raise Refused(
            "A period begins before it ends, in the years 1970 to 2200. Choose other days."
        )
    return Period(first, last, zone)


def _zone(name: str) -> ZoneInfo:
    if name not in _zones():
        raise Refused(f'There is no time zone "{name[:60]}". Name one like Europe/Madrid or UTC.')
    return ZoneInfo(name)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones() - {"Factory", "localtime"})


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)
