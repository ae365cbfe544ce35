"""Share links: what readers see of a conversation, for how long, and nothing else."""

import asyncio
from contextlib import aclosing, asynccontextmanager
from datetime import timedelta

import psycopg
import pytest
from llmock.scenarios import Reply

from core.app import open_app
from core.errors import (
    LinkExpired,
    NotFound,
    PasswordNeeded,
    Refused,
    TooManyGuesses,
    WrongPassword,
)
from core.events import Event
from core.sharing.locks import is_ticket, locked_with, opens, ticket_for


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


async def test_revoking_closes_open_pages_at_once(app, chat):
    for live in (True, False):
        made = await app.shares.create(app.host_id, chat, live=live)
        reader = await app.readers.enter(made.token)
        async with watching(reader) as page:
            if live:
                await page.until(lambda p: p.shown)
            await app.shares.revoke(app.host_id, made.id)
            await page.until(lambda p: p.end)
        with pytest.raises(NotFound) as gone:
            await app.readers.enter(made.token)
        assert not isinstance(gone.value, LinkExpired)
        with pytest.raises(NotFound):
            await reader.messages()
        assert (await app.shares.get(app.host_id, made.id)).state == "revoked"


async def test_revoking_all_leaves_none(app, chat):
    made = [await app.shares.create(app.host_id, chat) for _ in range(3)]
    await app.shares.revoke(app.host_id, made[0].id)
    assert await app.shares.revoke_all(app.host_id) == 2
    assert {share.state for share in await app.shares.list(app.host_id)} == {"revoked"}


async def test_a_link_ends_when_its_time_is_over(app, chat, database_url):
    made = await app.shares.create(app.host_id, chat, expires_in=timedelta(hours=1))
    assert timedelta(minutes=59) < made.expires_at - made.created_at <= timedelta(hours=1)
    reader = await app.readers.enter(made.token)
    expire(database_url, made)
    with pytest.raises(LinkExpired):
        await reader.messages()
    with pytest.raises(LinkExpired):
        await app.readers.enter(made.token)
    assert (await app.shares.get(app.host_id, made.id)).state == "expired"
    short = await app.shares.create(app.host_id, chat, expires_in=timedelta(seconds=0.3))
    async with watching(await app.readers.enter(short.token)) as page:
        await page.until(lambda p: isinstance(p.end, LinkExpired))
    never = await app.shares.create(app.host_id, chat, expires_in=None)
    assert never.expires_at is None
    for wrong in (timedelta(0), timedelta(seconds=-1), timedelta(days=40_000)):
        with pytest.raises(Refused):
            await app.shares.create(app.host_id, chat, expires_in=wrong)


async def test_deleting_the_conversation_closes_its_links_and_undoing_opens_them(app, chat):
    made = await app.shares.create(app.host_id, chat, live=True)
    reader = await app.readers.enter(made.token)

    async with watching(reader) as page:
        await page.until(lambda p: p.shown)
        await app.conversations.delete(app.host_id, chat)
        await page.until(lambda p: p.end)
    with pytest.raises(NotFound):
        await app.readers.enter(made.token)
    await app.conversations.restore(app.host_id, chat)
    assert await reader.messages()
    await app.readers.enter(made.token)


async def test_a_password_is_asked_for_and_guessing_is_slow(app, chat):
    made = await app.shares.create(app.host_id, chat, password="blue fox")
    with pytest.raises(PasswordNeeded):
        await app.readers.enter(made.token)
    reader = await app.readers.enter(made.token, "blue fox")
    for guess in range(5):
        with pytest.raises(WrongPassword):
            await app.readers.enter(made.token, f"guess {guess}")
    with pytest.raises(TooManyGuesses) as wait:
        await app.readers.enter(made.token, "blue fox")
    assert 0 < wait.value.details["seconds"] <= 15
    again = await app.readers.enter(made.token, ticket=reader.ticket)
    assert await again.messages()
    assert "blue fox" not in str(await app.shares.list(app.host_id))


async def test_guessing_all_at_once_is_no_way_around(app, chat):
    made = await app.shares.create(app.host_id, chat, password="blue fox")
    tried = await asyncio.gather(
        *(app.readers.enter(made.token, f"{n}") for n in range(12)), return_exceptions=True
    )
    assert sum(isinstance(one, WrongPassword) for one in tried) == 5
    assert sum(isinstance(one, TooManyGuesses) for one in tried) == 7


async def test_the_right_password_clears_the_wrong_ones(app, chat):
    made = await app.shares.create(app.host_id, chat, password="blue fox")
    for _ in range(3):
        for _ in range(3):
            with pytest.raises(WrongPassword):
                await app.readers.enter(made.token, "red fox")
        await app.readers.enter(made.token, "blue fox")


async def test_a_ticket_holds_for_its_link_its_password_and_its_time(app, chat):
    made = await app.shares.create(app.host_id, chat, password="blue fox")
    other = await app.shares.create(app.host_id, chat, password="blue fox")
    ticket = (await app.readers.enter(made.token, "blue fox")).ticket
    for wrong in (ticket[:-1], "9" * 14 + "." + ticket.split(".")[1], "x", ".", "é.é", "1" * 50):
        with pytest.raises(PasswordNeeded):
            await app.readers.enter(made.token, ticket=wrong)
    with pytest.raises(PasswordNeeded):
        await app.readers.enter(other.token, ticket=ticket)
    lock = locked_with("blue fox")
    assert opens("blue fox", lock)
    assert not opens("blue fox ", lock)
    assert is_ticket(ticket_for(made.id, lock), made.id, lock)
    assert not is_ticket(ticket_for(made.id, lock, now=1), made.id, lock)


async def test_a_link_is_kept_so_that_only_its_owner_can_read_it(app, chat, database_url):
    made = await app.shares.create(app.host_id, chat, password="blue fox")
    assert (await app.shares.list(app.host_id))[0].token == made.token
    with psycopg.connect(database_url) as admin:
        (row,) = admin.execute("SELECT s::text FROM shares s").fetchone()
    assert made.token not in row
    assert made.token.encode().hex() not in row
    assert b"blue fox".hex() not in row


async def test_unknown_links_open_nothing(app, chat):
    for token in ("", "x", "é\udcff", "' OR 1=1", "x" * 10_000):
        with pytest.raises(NotFound):
            await app.readers.enter(token)


async def test_views_are_counted_once_for_each_visitor_and_hour(app, chat):
    made = await app.shares.create(app.host_id, chat)
    reader = await app.readers.enter(made.token)
    for visitor in ("one", "two", "one", "one"):
        await reader.note_visit(visitor)
    found = await app.shares.get(app.host_id, made.id)
    assert found.views == 2
    assert found.viewed_at is not None


async def test_links_long_gone_are_forgotten(app, chat, database_url):
    kept = await app.shares.create(app.host_id, chat)
    gone = await app.shares.create(app.host_id, chat)
    await app.shares.revoke(app.host_id, gone.id)
    await app.shares.forget(30)
    assert len(await app.shares.list(app.host_id)) == 2
    with psycopg.connect(database_url) as admin:
        admin.execute("UPDATE shares SET revoked_at = revoked_at - interval '31 days'")
    await app.shares.forget(30)
    assert [one.id for one in await app.shares.list(app.host_id)] == [kept.id]


async def test_long_conversations_are_read_in_pages_from_either_end(app, share, database_url):
    conversation = (await app.conversations.create(app.host_id)).id
    fill(database_url, conversation, 5000)
    reader = await share(conversation)
    newest = await reader.messages()
    assert texts(newest) == [f"message {n}" for n in range(4951, 5001)]
    older = await reader.messages(before=newest[0]["id"])
    assert texts(older)[-1] == "message 4950"
    oldest = await reader.messages(after=0)
    assert texts(oldest) == [f"message {n}" for n in range(1, 51)]
    pages = [page async for page in reader.everything()]
    assert texts(one for page in pages for one in page) == [f"message {n}" for n in range(1, 5001)]


def fill(database_url, conversation, count):
    """A branch of many messages, written by one statement."""
    with psycopg.connect(database_url) as admin:
        admin.execute(
            "WITH place AS (SELECT * FROM conversations WHERE id = %(id)s), last AS ("
            "  SELECT coalesce(max(id), 0) AS id FROM messages)"
            " INSERT INTO messages (id, conversation_id, user_id, parent_id, role, text)"
            " OVERRIDING SYSTEM VALUE"
            " SELECT last.id + n, place.id, place.user_id, nullif(last.id + n - 1, last.id),"
            " CASE n %% 2 WHEN 1 THEN 'user' ELSE 'assistant' END, 'message ' || n"
            " FROM place, last, generate_series(1, %(count)s) AS n",
            {"id": conversation, "count": count},
        )
        admin.execute(
            "SELECT setval(pg_get_serial_sequence('messages', 'id'), max(id)) FROM messages"
        )


async def test_a_copy_goes_on_by_itself(app, ask, share, chat):
    reader = await share(chat)
    title = (await reader.conversation())["title"]
    said = [one async for page in reader.everything() for one in page]
    copied = await app.shares.take_copy(app.host_id, title, said)
    messages = await app.conversations.messages(app.host_id, copied)
    assert texts([{"text": m.text} for m in messages]) == ["What is a fox?", "An animal."]
    await ask("And a wolf?", "Another one.", copied)
    assert len(await app.conversations.messages(app.host_id, copied)) == 4
    assert len(await reader.messages()) == 2
    with pytest.raises(Refused):
        await app.shares.take_copy(app.host_id, None, [])


async def test_a_link_of_another_is_nobodys_to_manage(app, chat):
    async with app.database.as_nobody() as conn:
        row = await (await conn.execute("SELECT local_user('bob') AS id")).fetchone()
    made = await app.shares.create(app.host_id, chat)
    assert await app.shares.list(row["id"]) == []
    for act in (app.shares.get, app.shares.revoke):
        with pytest.raises(NotFound):
            await act(row["id"], made.id)
    assert await app.shares.revoke_all(row["id"]) == 0
    with pytest.raises(NotFound):
        await app.shares.create(row["id"], chat)


async def test_a_reader_reaches_nothing_else(app, ask, chat, two_conversations):
    """Whatever a reader's connection asks: other messages, branches, what came before, tables."""
    made, hidden = two_conversations
    reader = await app.readers.enter(made.token)
    shown = await reader.messages()
    assert texts(shown) == ["And a wolf?", "Another one."]
    for around in (*hidden, 0, 1, 2**62):
        for page in (await reader.messages(before=around), await reader.messages(after=around)):
            assert {one["id"] for one in page} <= {one["id"] for one in shown}
    async with app.database.as_share(made.id) as conn:
        tables = await (
            await conn.execute(
                "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
                " WHERE nspname = 'public' AND relkind IN ('r', 'p', 'v') AND"
                " relname NOT LIKE 'procrastinate%' AND relname <> 'schema_migrations'"
            )
        ).fetchall()
        assert len(tables) > 15
        for table in tables:
            found = await conn.execute(f'SELECT count(*) AS n FROM "{table["relname"]}"')
            assert (await found.fetchone())["n"] == 0, table
        for call in ("leaf_below(1)", "branch_below(NULL, 1)", "current_user_id()"):
            row = await (
                await conn.execute(
                    f"SELECT max({call}::text) AS found FROM (VALUES (1)) v"
                    if "branch" not in call
                    else f"SELECT max(b) AS found FROM {call} b"
                )
            ).fetchone()
            assert row["found"] in (None, "1"), call
    async with app.database.as_nobody() as conn:
        for call in ("shared_conversation()", "shared_ids()", "shared_languages()",
                     "shared_messages(NULL, NULL, 50)"):  # fmt: skip
            assert await (await conn.execute(f"SELECT * FROM {call}")).fetchall() == []


@pytest.fixture
async def two_conversations(app, ask, chat):
    """A share that begins in the middle of a branch, and the ids of all that is not in it."""
    first = await app.conversations.messages(app.host_id, chat)
    wolf = await ask("And a wolf?", "Another one.", chat)
    aside = await ask("A secret aside", "Kept.", chat, beside=wolf.question_id)
    with_wolf = await ask("And a wolf?", "Another one.", chat, beside=wolf.question_id)
    other = await ask("Another conversation", "Of its own.")
    await app.memories.create(app.host_id, "A secret memory")
    made = await app.shares.create(app.host_id, chat, from_message_id=with_wolf.question_id)
    hidden = [one.id for one in first]
    for turn in (wolf, aside, other):
        hidden += [turn.question_id, turn.message_id]
    return made, hidden


async def test_a_bell_tells_that_something_happened_and_not_what(app, chat):
    async with app.events.bell(chat) as bell:
        app.events.flash(chat, "anything", {"text": "a secret"})
        async with asyncio.timeout(10):
            assert await bell.rings() is None
    app.events.resync()
    assert not isinstance(bell, Event)
