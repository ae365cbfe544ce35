"""Somebody who reads a shared conversation."""

import asyncio
from contextlib import aclosing, asynccontextmanager

import psycopg

from core.errors import NotFound


def texts(messages):
    return [message["text"] for message in messages]


class Page:
    """Follows a link and keeps what comes, so that a test can wait for it."""

    def __init__(self, reader):
        self.reader = reader
        self.tails = []
        self.known = {}
        self.end = None
        self._heard = asyncio.Condition()

    async def run(self):
        try:
            async with aclosing(self.reader.follow()) as tails:
                async for tail in tails:
                    async with self._heard:
                        self.tails.append(tail)
                        self.known |= {one["id"]: one for one in tail["messages"]}
                        self._heard.notify_all()
        except NotFound as error:
            async with self._heard:
                self.end = error
                self._heard.notify_all()

    @property
    def shown(self):
        return texts(self.known[id] for id in self.tails[-1]["ids"]) if self.tails else []

    async def until(self, wanted):
        async with asyncio.timeout(60), self._heard:
            await self._heard.wait_for(lambda: wanted(self))


@asynccontextmanager
async def watching(reader):
    page = Page(reader)
    task = asyncio.create_task(page.run())
    try:
        yield page
    finally:
        task.cancel()


def expire(database_url, share):
    with psycopg.connect(database_url) as admin:
        admin.execute("UPDATE shares SET expires_at = now() WHERE id = %s", [share.id])
