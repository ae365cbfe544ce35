"""What was said in numbers: when, how much, in which languages, about what, with which models.

Messages count in the time zone they are asked about in. What failed is no message; nothing of
deleted conversations counts, and nothing twice that a fork took over.
"""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg

from core.database import Database
from core.errors import ConfigurationError, Refused
from core.intelligence.period import Period, period
from core.intelligence.prices import Prices, read_prices
from core.intelligence.reckoning import Raw, reckon
from core.intelligence.trends import Trends
from core.queries import load

sql = load("analytics")

PAUSE = 1800
"""Seconds without a word after which people were not talking any more."""
TOPICS = 6
"""Topics followed over time, those there are most of."""
_MEMORY = "SELECT set_config('work_mem', '64MB', true)"

Row = dict[str, Any]


class Analytics:
    """The figures of a person."""

    def __init__(self, database: Database, prices: Path | None = None) -> None:
        """`prices`: a file instead of Parley's own."""
        self._db = database
        self._prices = prices

    async def trends(
        self,
        user_id: UUID,
        zone: str = "UTC",
        days: int | None = 30,
        first: date | None = None,
        last: date | None = None,
    ) -> Trends:
        """All figures of the days from `first` to `last`, or of the last `days` up to `last`.

        `zone`: an IANA name; `days` None: all there is, with nothing before to compare it with.
        Raises Refused for what is no period or time zone.
        """
        asked = period(zone, 1 if days is None else days, first, last)
        is_all = days is None and first is None
        if is_all:
            asked = await self._all(user_id, asked)
        prices, problem = await asyncio.to_thread(self._read_prices)
        wanted = [asked] if is_all else [asked, asked.before]
        raw = await asyncio.gather(*(self._raw(user_id, one, prices) for one in wanted))
        return reckon(asked, raw[0], None if is_all else raw[1], prices.as_of, problem)

    async def _all(self, user_id: UUID, asked: Period) -> Period:
        """From the first word to the end of `asked`."""
        async with self._db.as_user(user_id) as conn:
            row = await (await conn.execute(sql.first_said, {"user_id": user_id})).fetchone()
        if row is None:
            return asked
        first = row["created_at"].astimezone(ZoneInfo(asked.zone)).date()
        return period(asked.zone, first=min(first, asked.last), last=asked.last)

    def _read_prices(self) -> tuple[Prices, str | None]:
        try:
            return read_prices(self._prices), None
        except ConfigurationError as error:
            return Prices(as_of=date.min), str(error)

    async def _raw(self, user_id: UUID, asked: Period, prices: Prices) -> Raw:
        """Several questions at once: a database has more than one processor."""
        names = ("said", "models", "durations", "topics", "begun", "moods", "marks")
        values = {
            "user_id": user_id, "zone": asked.zone, "since": asked.since, "until": asked.until,
            "pause": PAUSE, "many": TOPICS,
        }  # fmt: skip
        groups = (names[:1], names[1:2], names[2:])
        found = await asyncio.gather(*(self._ask(user_id, some, values) for some in groups))
        return Raw({name: rows for some in found for name, rows in some.items()}, prices)

    async def _ask(
        self, user_id: UUID, names: tuple[str, ...], values: Row
    ) -> dict[str, list[Row]]:
        found = {}
        try:
            async with self._db.as_user(user_id) as conn:
                await conn.execute(_MEMORY)
                for name in names:
                    found[name] = await (await conn.execute(getattr(sql, name), values)).fetchall()
        except Exception as error:
            if isinstance(error.__cause__, psycopg.errors.InvalidParameterValue):
                raise Refused(
                    f"The database does not know the time zone {values['zone']}. Name another one."
                ) from error
            raise
        return found
