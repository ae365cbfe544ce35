"""Rooms: joining, saying, reading in one's own language, coming back, limits."""

import asyncio
from contextlib import aclosing, asynccontextmanager

import psycopg
import pytest

from core.app import open_app
from core.errors import DatabaseError, NotFound, Refused, RoomFull, TooFast, TooLong

GREETING = "Good morning, how are you today?"


class Watcher:
    """Reads a feed and keeps what it hears, so that a test can wait for it."""

    def __init__(self, feed):
        self.feed = feed
        self.events = []
        self._heard = asyncio.Condition()

    async def run(self, after):
        async with aclosing(self.feed.follow(after)) as stream:
            async for event in stream:
                async with self._heard:
                    self.events.append(event)
                    self._heard.notify_all()

    async def until(self, wanted):
        async with asyncio.timeout(60), self._heard:
            await self._heard.wait_for(lambda: any(wanted(e) for e in self.events))
        return next(e for e in self.events if wanted(e))

    def of(self, name):
        return [e for e in self.events if e["event"] == name]


@asynccontextmanager
async def watching(app, participant, after=0):
    watcher = Watcher(app.feed(participant))
    task = asyncio.create_task(watcher.run(after))
    try:
        await watcher.until(lambda e: e["event"] == "caught_up")
        yield watcher
    finally:
        task.cancel()


def message(text):
    return lambda e: e["event"] == "message" and e["text"] == text


def translated(message_id, language=None):
    return lambda e: (
        e["event"] == "translation" and e["message_id"] == message_id and e["final"]
        and language in (None, e["language"])
    )  # fmt: skip


@pytest.fixture
async def room(app):
    return await app.rooms.create(app.host_id, "Kitchen", "en")


@pytest.fixture
async def host(app, room):
    return await app.rooms.host(app.host_id, room.id)


@pytest.fixture
async def guest(app, room):
    participant, _ = await app.rooms.join(room.token, "Maria", "pt-BR")
    return participant


SECRET = "0123456789abcdef-0123456789_ABCDEF"


async def test_whoever_brings_a_secret_comes_in_once(app):
    room = await app.rooms.create(app.host_id, "Kitchen", "en")
    (first, _), (second, secret) = await asyncio.gather(
        app.rooms.join(room.token, "Maria", "pt", SECRET),
        app.rooms.join(room.token, "Maria", "pt", SECRET),
    )
    assert (first.id, secret) == (second.id, SECRET)
    again, _ = await app.rooms.join(room.token, "Mary", "en", SECRET)
    assert (again.id, again.name, again.language) == (first.id, "Mary", "en")
    assert (await app.rooms.rejoin(room.token, SECRET)).id == first.id
    other = await app.rooms.create(app.host_id, "Garden", "en")
    with pytest.raises(DatabaseError):
        await app.rooms.join(other.token, "Maria", "pt", SECRET)
    with pytest.raises(Refused, match="secret"):
        await app.rooms.join(room.token, "Eve", "en", "short")


async def test_both_sides_read_everything_in_their_own_language(app, host, guest):
    async with watching(app, host) as at_host, watching(app, guest) as at_guest:
        said = await app.rooms.say(host, GREETING)
        original = await at_guest.until(message(GREETING))
        assert (original["host"], original["mine"], original["language"]) == (True, False, "en")
        portuguese = await at_guest.until(translated(said))
        assert portuguese["language"] == "pt"
        assert "Bom dia" in portuguese["text"]
        answer = await app.rooms.say(guest, "Estou muito bem, obrigada. E você?")
        english = await at_host.until(translated(answer))
        assert english["language"] == "en"
        assert "thank" in english["text"].lower()
    assert at_host.of("message")[0]["mine"] is True
    assert not [e for e in at_host.of("translation") if e["message_id"] == said]


async def test_the_original_goes_out_before_its_translation(app, host, guest):
    async with watching(app, guest) as at_guest:
        said = await app.rooms.say(host, GREETING)
        await at_guest.until(translated(said))
    order = [e["event"] for e in at_guest.events if e["event"] in ("message", "translation")]
    assert order[0] == "message"


async def test_a_translation_is_made_once_for_all_who_read_it(app, room, host, database_url):
    guests = [(await app.rooms.join(room.token, f"Guest {i}", "pt"))[0] for i in range(5)]
    watchers = [watching(app, guest) for guest in guests]
    feeds = [await w.__aenter__() for w in watchers]
    said = await app.rooms.say(host, GREETING)
    found = [await feed.until(translated(said)) for feed in feeds]
    assert len({e["text"] for e in found}) == 1
    with psycopg.connect(database_url) as admin:
        assert admin.execute("SELECT count(*) FROM translations").fetchone() == (1,)
        events = admin.execute("SELECT count(*) FROM events WHERE kind = 'translation'").fetchone()
        assert events == (1,)
    for watcher in watchers:
        await watcher.__aexit__(None, None, None)


async def test_a_guest_may_write_in_any_language(app, host, guest):
    async with watching(app, host) as at_host:
        said = await app.rooms.say(guest, "The meeting begins at three o'clock in the kitchen.")
        event = await at_host.until(lambda e: e["event"] == "message" and e["id"] == said)
    assert event["language"] == "en"
    assert not at_host.of("translation")


@pytest.mark.parametrize("text", ["🎉🎉", "12345", "https://example.com/a?b=c"])
async def test_what_is_in_no_language_is_not_translated(app, host, guest, text):
    async with watching(app, guest) as at_guest:
        await app.rooms.say(host, text)
        event = await at_guest.until(message(text))
        marker = await app.rooms.say(host, GREETING)
        await at_guest.until(translated(marker))
    assert event["language"] is None
    assert {e["message_id"] for e in at_guest.of("translation")} == {marker}


async def test_one_who_was_away_misses_nothing(app, host, guest):
    async with watching(app, guest) as at_guest:
        await app.rooms.say(host, "one")
        seen = (await at_guest.until(message("one")))["id"]
    said = [await app.rooms.say(host, f"Message number {i} of the host") for i in range(5)]
    async with watching(app, guest, after=seen) as back:
        assert [e["id"] for e in back.of("message")] == said
        await back.until(translated(said[-1]))
        assert back.of("caught_up") == [{"event": "caught_up", "last": said[-1], "more": False}]


async def test_a_translation_that_came_while_away_is_there_on_return(app, host, guest):
    said = await app.rooms.say(host, GREETING)
    async with watching(app, guest) as elsewhere:
        await elsewhere.until(translated(said))
    async with watching(app, guest, after=said) as back:
        assert back.of("message") == []
        assert [e["message_id"] for e in back.of("translation")] == [said]


async def test_a_newcomer_sees_the_recent_past_and_can_ask_for_older(app, host, guest):
    ids = [await app.rooms.say(host, f"This is message number {i}.") for i in range(60)]
    async with watching(app, guest) as at_guest:
        assert [e["id"] for e in at_guest.of("message")] == ids[10:]
        assert at_guest.of("caught_up")[0]["more"] is True
        await at_guest.feed.older(ids[10])
        await at_guest.until(lambda e: e["event"] == "older")
        older = [e["id"] for e in at_guest.of("message") if e.get("older")]
    assert older == ids[:10]
    assert at_guest.of("older")[0]["more"] is False


async def test_the_same_nonce_is_the_same_message(app, host, guest):
    first = await app.rooms.say(guest, "Olá a todos", nonce="n1")
    assert await app.rooms.say(guest, "Olá a todos", nonce="n1") == first
    assert await app.rooms.say(guest, "Olá a todos", nonce="n2") != first
    async with watching(app, host) as at_host:
        assert len(at_host.of("message")) == 2
        assert "nonce" not in at_host.of("message")[0]


async def test_coming_back_is_being_the_same_person(app, room):
    participant, secret = await app.rooms.join(room.token, "Maria", "pt")
    back = await app.rooms.rejoin(room.token, secret)
    assert back == participant
    other = await app.rooms.create(app.host_id, "Other", "en")
    for token, key in ((room.token, "wrong"), (other.token, secret), ("nowhere", secret)):
        with pytest.raises(NotFound):
            await app.rooms.rejoin(token, key)


async def test_the_secret_itself_is_not_stored(app, room, database_url):
    _, secret = await app.rooms.join(room.token, "Maria", "pt")
    with psycopg.connect(database_url) as admin:
        rows = admin.execute("SELECT p::text FROM participants p").fetchall()
    assert secret not in str(rows)


async def test_reading_in_another_language_from_now_on(app, host, guest):
    said = await app.rooms.say(guest, "Bom dia, tudo bem com vocês hoje?")
    async with watching(app, host) as at_host:
        await at_host.until(translated(said, "en"))
        await at_host.feed.read_in("pt")
        new = await app.rooms.say(guest, "Vamos começar a reunião agora mesmo.")
        event = await at_host.until(lambda e: e["event"] == "message" and e["id"] == new)
    assert event["language"] == "pt"
    assert not [e for e in at_host.of("translation") if e["message_id"] == new]
    assert (await app.rooms.get(app.host_id, host.conversation_id)).language == "pt"


async def test_a_language_without_an_engine_leaves_the_original_with_a_note(app, host, room):
    guest, _ = await app.rooms.join(room.token, "Yuki", "ja")
    async with watching(app, guest) as at_guest:
        said = await app.rooms.say(host, GREETING)
        failed = await at_guest.until(translated(said))
        assert failed["error"]
        assert failed["text"] == ""
        assert at_guest.of("message")[0]["text"] == GREETING
        await app.rooms.translate_again(guest, said)
        await at_guest.until(lambda _: len(at_guest.of("translation")) == 2)


async def test_who_is_there_is_seen(app, host, guest, room):
    async with watching(app, host) as at_host:
        async with app.presence.of(guest):
            there = await at_host.until(lambda e: _online(e, "Maria"))
            assert [p["host"] for p in there["participants"]] == [True, False]
            async with app.presence.of(guest):  # a second window
                pass
            assert _online(at_host.of("participants")[-1], "Maria")
        await at_host.until(lambda _: not _online(at_host.of("participants")[-1], "Maria"))
        await app.rooms.leave(guest)
        await at_host.until(
            lambda e: (
                e["event"] == "participants"
                and all(p["name"] != "Maria" for p in e["participants"])
            )
        )


def _online(event, name):
    return event["event"] == "participants" and any(
        p["name"] == name and p["online"] for p in event["participants"]
    )


async def test_limits_are_clear(make_settings):
    settings = make_settings(
        guest_message_length=20, guest_messages_per_minute=3, room_participants=3
    )
    async with open_app(settings) as app:
        room = await app.rooms.create(app.host_id, "Small", "en")
        guest, _ = await app.rooms.join(room.token, "Maria", "pt")
        await app.rooms.join(room.token, "João", "pt")
        with pytest.raises(RoomFull):
            await app.rooms.join(room.token, "Ana", "pt")
        with pytest.raises(TooLong) as too_long:
            await app.rooms.say(guest, "x" * 21)
        assert too_long.value.details == {"limit": 20}
        for i in range(3):
            await app.rooms.say(guest, f"Mensagem {i}")
        with pytest.raises(TooFast) as too_fast:
            await app.rooms.say(guest, "Mais uma")
        assert too_fast.value.details == {"limit": 3}
        host = await app.rooms.host(app.host_id, room.id)
        for i in range(5):
            await app.rooms.say(host, f"The host may say more than that: {i}")


@pytest.mark.parametrize(("name", "language"), [("", "pt"), ("  \x00 ", "pt"), ("Maria", "xx-yy")])
async def test_joining_needs_a_name_and_a_language(app, room, name, language):
    with pytest.raises(Refused):
        await app.rooms.join(room.token, name, language)


async def test_a_link_to_nothing_is_not_found(app):
    with pytest.raises(NotFound):
        await app.rooms.behind("nonsense")
    with pytest.raises(NotFound):
        await app.rooms.join("nonsense", "Maria", "pt")


async def test_a_deleted_room_is_gone_for_its_guests(app, room, guest):
    await app.conversations.delete(app.host_id, room.id)
    with pytest.raises(NotFound):
        await app.rooms.behind(room.token)
    with pytest.raises(NotFound):
        await app.rooms.say(guest, "Alguém aí?")


async def test_rooms_go_on_while_the_host_is_away(app, room, host, guest):
    said = await app.rooms.say(guest, "Vou chegar um pouco mais tarde hoje.")
    async with watching(app, host) as at_host:
        event = await at_host.until(translated(said))
    assert "late" in event["text"]


async def test_another_process_hears_the_room_too(app, make_settings, host, guest):
    async with open_app(make_settings()) as other:
        elsewhere = await other.rooms.host(other.host_id, host.conversation_id)
        async with watching(other, elsewhere) as at_host:
            said = await app.rooms.say(guest, "Bom dia a todos os presentes nesta sala.")
            await at_host.until(lambda e: e["event"] == "message" and e["id"] == said)
            await at_host.until(translated(said))


async def test_twenty_rooms_at_once_lose_and_double_nothing(app):
    async def one_room(number):
        room = await app.rooms.create(app.host_id, f"Room {number}", "en")
        people = [await app.rooms.host(app.host_id, room.id)]
        people += [(await app.rooms.join(room.token, f"P{i}", "en"))[0] for i in range(4)]
        watchers = [watching(app, person) for person in people]
        feeds = [await w.__aenter__() for w in watchers]

        async def talk(person, name):
            for i in range(4):
                await app.rooms.say(person, f"This is {name} saying number {i}.")

        await asyncio.gather(*(talk(p, f"person {i}") for i, p in enumerate(people)))
        for feed in feeds:
            await feed.until(lambda e: len(feed.of("message")) == 20)  # noqa: B023
        for watcher in watchers:
            await watcher.__aexit__(None, None, None)
        return [[e["id"] for e in feed.of("message")] for feed in feeds]

    for seen in await asyncio.gather(*(one_room(i) for i in range(20))):
        assert len(seen[0]) == 20
        assert seen[0] == sorted(set(seen[0]))
        assert all(ids == seen[0] for ids in seen)
