"""Background work: done if and only if its cause was committed."""

import asyncio

import psycopg
import pytest

from core.database import open_database
from core.jobs import Jobs


@pytest.fixture
async def database(make_settings):
    async with open_database(make_settings()) as opened:
        yield opened


@pytest.fixture
async def jobs(database):
    jobs = Jobs(database)
    jobs.done = asyncio.Queue()

    async def note(**arguments):
        jobs.done.put_nowait(arguments)

    async def fail(**_):
        raise ZeroDivisionError

    jobs.register("note", note)
    jobs.register("fail", fail)
    async with jobs.open(), jobs.working():
        yield jobs


async def next_done(jobs):
    async with asyncio.timeout(60):
        return await jobs.done.get()


async def test_a_job_is_done_after_its_cause_is_committed(database, jobs):
    async with database.as_nobody() as conn:
        await jobs.defer(conn, "note", n=1)
        assert jobs.done.empty()
    assert await next_done(jobs) == {"n": 1}


async def test_a_job_whose_cause_is_rolled_back_does_not_exist(database, jobs, database_url):
    with pytest.raises(ZeroDivisionError):
        async with database.as_nobody() as conn:
            await jobs.defer(conn, "note", n=1)
            raise ZeroDivisionError
    async with database.as_nobody() as conn:
        await jobs.defer(conn, "note", n=2)
    assert await next_done(jobs) == {"n": 2}
    with psycopg.connect(database_url) as admin:
        assert admin.execute("SELECT count(*) FROM procrastinate_jobs WHERE args->>'n' = '1'"
                             ).fetchone() == (0,)  # fmt: skip


async def test_the_same_job_waits_once(database, jobs, database_url):
    async with database.as_nobody() as conn:
        for _ in range(3):
            await jobs.defer(conn, "note", n=1)
        await conn.execute("SELECT 1")  # the transaction goes on
    assert await next_done(jobs) == {"n": 1}
    async with database.as_nobody() as conn:
        await jobs.defer(conn, "note", n=2)
    assert await next_done(jobs) == {"n": 2}


async def test_a_job_that_fails_does_not_stop_the_others(database, jobs):
    async with database.as_nobody() as conn:
        await jobs.defer(conn, "fail")
        await jobs.defer(conn, "note", n=1)
    assert await next_done(jobs) == {"n": 1}
