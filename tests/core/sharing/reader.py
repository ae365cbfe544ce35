"""Somebody who reads a shared conversation."""

import asyncio
import time
from contextlib import aclosing, asynccontextmanager

from core.errors import NotFound
from tests.core.altering import alter


def texts(messages):
    return [message["text"] for message in messages]


class Page:
    """Follows a link and keeps what comes, so that a test can wait for it."""

    def __init__(self, reader):
        self.reader = reader
        self.tails = []
        self.times = []
        self.conversation = None
        self.known = {}
        self.end = None
        self._heard = asyncio.Condition()

    async def run(self):
        try:
            conversation = await self.reader.conversation()
            async with self._heard:
                self.conversation = conversation
                self._heard.notify_all()
            async with aclosing(self.reader.follow(conversation)) as events:
                async for event in events:
                    async with self._heard:
                        self._hear(event)
                        self._heard.notify_all()
        except NotFound as error:
            async with self._heard:
                self.end = error
                self._heard.notify_all()

    def _hear(self, event):
        if event["event"] == "conversation":
            self.conversation = event
            return
        self.tails.append(event)
        self.times.append(time.monotonic())
        self.known |= {one["id"]: one for one in event["messages"]}

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


async def expire(database_url, share):
    await alter(database_url, "UPDATE shares SET expires_at = now() WHERE id = %s", share.id)
