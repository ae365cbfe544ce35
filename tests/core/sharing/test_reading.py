"""What readers see of a shared conversation."""

import asyncio

import pytest
from llmock.scenarios import Reply

from core.errors import (
    NotFound,
    Refused,
)
from core.events import Event
from core.sharing.reading import BREATH
from tests.core.altering import alter
from tests.core.sharing.reader import texts, watching
from tests.histories import fill


async def test_a_snapshot_never_changes(app, ask, share, chat):
    reader = await share(chat)
    first = await reader.messages()
    before = await reader.conversation()
    assert texts(first) == ["What is a fox?", "An animal."]
    question = first[0]["id"]
    await ask("And a wolf?", "Another one.", chat)
    await ask("What is a bear?", "A large one.", chat, beside=question)
    await app.conversations.rename(app.host_id, chat, "Animals")
    assert await reader.messages() == first
    assert await reader.conversation() == before
    assert before["title"] == "What is a fox?"


@pytest.mark.parametrize("live", [True, False])
async def test_a_title_made_of_what_is_not_shared_is_not_shown(app, chat, live):
    said = await app.conversations.messages(app.host_id, chat)
    wishes = {"live": live, "from_message_id": said[1].id}
    made = await app.shares.create(app.host_id, chat, **wishes)
    assert (await app.readers.behind(made.token)).title is None
    assert (await (await app.readers.enter(made.token)).conversation())["title"] is None
    await app.conversations.rename(app.host_id, chat, "Animals")
    shown = (await app.readers.behind(made.token)).title
    assert shown == ("Animals" if live else None)
    again = await app.shares.create(app.host_id, chat, **wishes)
    assert (await app.readers.behind(again.token)).title == "Animals"


async def test_a_snapshot_ends_before_the_reply_being_written(app, models, share, chat):
    models.add(Reply(text="One two three four")).stall(after_chunks=2, seconds=30)
    turn = await app.chat.send(app.host_id, "Count", chat)
    async for update in turn.follow():
        if update.text:
            break
    reader = await share(chat)
    assert texts(await reader.messages()) == ["What is a fox?", "An animal.", "Count"]
    await app.chat.stop(app.host_id, chat)
    interrupted = await share(chat)
    before = await interrupted.messages()
    assert before[-1]["status"] == "interrupted"
    assert before[-1]["text"].startswith("One")
    models.add(Reply(text=" and all the rest"))
    async for _ in (await app.chat.continue_(app.host_id, turn.message_id)).follow():
        pass
    again = await interrupted.messages()
    assert [(m["text"], m["status"]) for m in again] == [(m["text"], m["status"]) for m in before]


async def test_a_live_link_follows_what_is_said_while_it_is_said(app, models, ask, share, chat):
    reader = await share(chat, live=True)
    async with watching(reader) as page:
        await page.until(lambda p: p.shown == ["What is a fox?", "An animal."])
        models.add(Reply(text="One two three four")).stall(after_chunks=2, seconds=30)
        turn = await app.chat.send(app.host_id, "Count", chat)
        await page.until(lambda p: p.shown[2:3] == ["Count"])
        await page.until(lambda p: p.shown[-1].startswith("One"))
        assert page.known[turn.message_id]["status"] == "streaming"
        await app.chat.stop(app.host_id, chat)
        await page.until(lambda p: p.known[turn.message_id]["status"] == "interrupted")
        question = page.tails[0]["ids"][0]
        await ask("What is a bear?", "A large one.", chat, beside=question)
        await page.until(lambda p: p.shown == ["What is a bear?", "A large one."])


async def test_a_live_link_tells_another_title_and_another_language(app, share):
    room = await app.rooms.create(app.host_id, "Kitchen", "en")
    host = await app.rooms.host(app.host_id, room.id)
    await app.rooms.join(room.token, "Maria", "pt")
    async with watching(await share(room.id, live=True)) as page:
        await page.until(lambda p: p.conversation)
        assert (page.conversation["title"], page.conversation["languages"]) == ("Kitchen", [])
        await app.rooms.say(host, "Good morning, how are you today?")
        await page.until(lambda p: p.conversation["languages"] == ["pt"])
        await app.conversations.rename(app.host_id, room.id, "Our kitchen")
        await page.until(lambda p: p.conversation["title"] == "Our kitchen")


async def test_a_reply_being_written_is_looked_at_now_and_then(
    app, models, share, chat, database_url
):
    models.add(Reply(text="One two three four")).stall(after_chunks=2, seconds=30)
    turn = await app.chat.send(app.host_id, "Count", chat)
    async with watching(await share(chat, live=True)) as page:
        await page.until(lambda p: p.shown and p.shown[-1].startswith("One"))
        heard = len(page.tails)
        await alter(
            database_url, "UPDATE messages SET text = 'More' WHERE id = %s", turn.message_id
        )
        await page.until(lambda p: p.shown[-1] == "More")
        assert page.times[heard] - page.times[heard - 1] >= BREATH
        await app.chat.stop(app.host_id, chat)
        await page.until(lambda p: p.known[turn.message_id]["status"] == "interrupted")


async def test_only_what_comes_after_a_message_is_shown(app, ask, share, chat):
    turn = await ask("And a wolf?", "Another one.", chat)
    beginning = turn.question_id
    reader = await share(chat, live=True, from_message_id=beginning)
    seen = await reader.messages()
    assert texts(seen) == ["And a wolf?", "Another one."]
    assert await reader.messages(before=beginning) == []
    await ask("And a lynx?", "A cat.", chat, beside=beginning)
    assert texts(await reader.messages()) == ["And a lynx?", "A cat."]
    first = (await app.conversations.messages(app.host_id, chat))[0].id
    await ask("Never mind.", "Fine.", chat, beside=first)
    assert await reader.messages() == []
    with pytest.raises(NotFound, match="no such message"):
        await share(chat, from_message_id=beginning)


async def test_people_without_names_are_numbered_as_they_speak(app, share):
    room = await app.rooms.create(app.host_id, "Maria's kitchen", "en", "Ana")
    host = await app.rooms.host(app.host_id, room.id)
    maria, _ = await app.rooms.join(room.token, "Maria", "pt")
    joao, _ = await app.rooms.join(room.token, "João", "pt")
    await app.rooms.say(host, "Good morning to all of you")
    second = await app.rooms.say(joao, "Bom dia a todos os meus amigos")
    await app.rooms.say(maria, "Bom dia, como estão vocês hoje?")
    reader = await share(room.id, hide_names=True)
    assert [m["person"] for m in await reader.messages()] == [1, 2, 3]
    told = str(await reader.messages()) + str(await reader.conversation())
    for name in ("Maria", "João", "Ana", str(maria.id), str(app.host_id)):
        assert name not in told
    named = await share(room.id)
    assert [m["name"] for m in await named.messages()] == ["Ana", "João", "Maria"]
    later = await share(room.id, hide_names=True, from_message_id=second)
    assert [m["person"] for m in await later.messages()] == [1, 2]


async def test_a_room_is_read_in_the_languages_there_are(app, share):
    room = await app.rooms.create(app.host_id, "Kitchen", "en")
    host = await app.rooms.host(app.host_id, room.id)
    await app.rooms.join(room.token, "Maria", "pt")
    said = await app.rooms.say(host, "Good morning, how are you today?")
    reader = await share(room.id, live=True)

    def translated(page):
        return "pt" in page.known.get(said, {"translations": {}})["translations"]

    async with watching(reader) as page:
        await page.until(translated)
    assert (await reader.conversation())["languages"] == ["pt"]
    (message,) = await reader.messages()
    assert "Bom dia" in message["translations"]["pt"]
    assert message["language"] == "en"


async def test_long_conversations_are_read_in_pages_from_either_end(app, share, database_url):
    made = await asyncio.to_thread(fill, database_url, app.host_id, 1, 5000, "message {}".format)
    reader = await share(made[0])
    newest = await reader.messages()
    assert texts(newest) == [f"message {n}" for n in range(4951, 5001)]
    older = await reader.messages(before=newest[0]["id"])
    assert texts(older)[-1] == "message 4950"
    oldest = await reader.messages(after=0)
    assert texts(oldest) == [f"message {n}" for n in range(1, 51)]
    pages = [page async for page in reader.everything()]
    assert texts(one for page in pages for one in page) == [f"message {n}" for n in range(1, 5001)]


async def test_a_copy_goes_on_by_itself(app, ask, share, chat):
    reader = await share(chat)
    title, said = await reader.whole()
    copied = await app.shares.take_copy(app.host_id, title, said)
    messages = await app.conversations.messages(app.host_id, copied)
    assert texts([{"text": m.text} for m in messages]) == ["What is a fox?", "An animal."]
    await ask("And a wolf?", "Another one.", copied)
    assert len(await app.conversations.messages(app.host_id, copied)) == 4
    assert len(await reader.messages()) == 2
    with pytest.raises(Refused):
        await app.shares.take_copy(app.host_id, None, [])


async def test_a_bell_tells_that_something_happened_and_not_what(app, chat):
    async with app.events.bell(chat) as bell:
        app.events.flash(chat, "anything", {"text": "a secret"})
        async with asyncio.timeout(10):
            assert await bell.rings() is None
    app.events.resync()
    assert not isinstance(bell, Event)
