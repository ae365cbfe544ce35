"""Fill a Parley with a life, to look at it: `python -m tests.histories --data-dir /tmp/parley`.

Or `--database-url URL`, of a Parley of one's own that may lose its peace. With `--data-dir` Parley
must not be running. `[--conversations 240] [--days 365] [--seed 1]`; the newest is of today.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from core.accounts import Accounts
from core.database import open_database
from core.settings import Settings
from tests.histories.life import Life, live_a_life


async def fill(settings: Settings, conversations: int, days: int, seed: int) -> Life:
    """The life of the host, in a database with the newest schema."""
    async with open_database(settings) as database:
        user: UUID = await Accounts(database).local_user()
        return await asyncio.to_thread(
            live_a_life, database.conninfo, user, conversations, days, seed, datetime.now(UTC)
        )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.histories", description=__doc__)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--data-dir", type=Path)
    where.add_argument("--database-url")
    parser.add_argument("--conversations", type=int, default=240)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    place = {"database_url": given.database_url} if given.database_url else {
        "data_dir": given.data_dir.absolute(), "database_url": None,
    }  # fmt: skip
    begun = time.perf_counter()
    life = asyncio.run(
        fill(Settings(_env_file=None, **place), given.conversations, given.days, given.seed)
    )
    print(
        f"{life.messages:,} messages in {len(life.conversations):,} conversations, "
        f"{len(life.known)} questions with known answers, {time.perf_counter() - begun:.1f} s"
    )


if __name__ == "__main__":
    main()
