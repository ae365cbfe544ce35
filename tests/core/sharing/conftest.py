"""A chat that is shared."""

import pytest
from llmock.scenarios import Reply

from core.app import open_app


@pytest.fixture
async def app(make_settings):
    """The core without its jobs, which would ask the model server for titles in between."""
    async with open_app(make_settings(), working=False) as opened:
        yield opened


@pytest.fixture
def ask(app, models):
    """Says something in a chat and waits for the reply; the turn."""

    async def say(text, reply, conversation=None, **more):
        models.add(Reply(text=reply))
        turn = await app.chat.send(app.host_id, text, conversation, **more)
        async for _ in turn.follow():
            pass
        return turn

    return say


@pytest.fixture
async def chat(ask):
    return (await ask("What is a fox?", "An animal.")).conversation_id


@pytest.fixture
def share(app):
    """Shares a conversation; who reads it."""

    async def opened(conversation, **wishes):
        made = await app.shares.create(app.host_id, conversation, **wishes)
        return await app.readers.enter(made.token)

    return opened
