"""The guests' page is made once there is a room for it."""

import asyncio

from ui.house import _first_room


async def test_the_guests_page_is_not_made_before_there_is_a_room(app):
    waiting = asyncio.create_task(_first_room(app))
    conversation = await app.conversations.create(app.host_id)
    await app.conversations.rename(app.host_id, conversation.id, "Not a room")
    async with app.conversations.watch(app.host_id) as news:
        await app.conversations.create(app.host_id)
        async for _ in news:
            break
    assert not waiting.done()
    await app.rooms.create(app.host_id, "Kitchen", "en")
    async with asyncio.timeout(30):
        await waiting
        await _first_room(app)
