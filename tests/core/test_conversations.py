"""Conversations: listed, found, organised, ended, deleted and brought back."""

import pytest
from llmock.scenarios import Reply

from core.conversations.conversations import TAG_LENGTH
from core.errors import NotFound, Refused
from tests.core.test_chat import say


@pytest.fixture
async def chats(app):
    """Three chats, the last one with the latest activity."""
    return [
        (await say(app, text)).conversation_id
        for text in ("Apple pie", "Where is the café Über?", "日本語のテキストを書いて")
    ]


async def listed(app, **how):
    return [one.id for one in await app.conversations.list(app.host_id, **how)]


async def found(app, text):
    return [one.conversation.id for one in await app.conversations.search(app.host_id, text)]


async def test_pinned_ones_come_first_then_the_latest(app, chats):
    first, second, third = chats
    await app.conversations.pin(app.host_id, [first])
    assert await listed(app) == [first, third, second]
    assert (await app.conversations.get(app.host_id, first)).pinned
    await app.conversations.pin(app.host_id, [first], on=False)
    assert await listed(app) == [third, second, first]


async def test_the_list_is_read_page_by_page(app, chats):
    await app.conversations.pin(app.host_id, [chats[0]])
    whole, page, last = await listed(app), [], None
    while True:
        part = await app.conversations.list(app.host_id, limit=1, before=last)
        if not part:
            break
        last = part[0]
        page.append(last.id)
    assert page == whole


async def test_archived_ones_are_put_away_and_found_all_the_same(app, chats):
    await app.conversations.archive(app.host_id, chats[:2])
    assert await listed(app) == [chats[2]]
    assert await listed(app, archived=True) == [chats[1], chats[0]]
    assert await found(app, "apple") == [chats[0]]
    await app.conversations.archive(app.host_id, chats[:1], on=False)
    assert await listed(app, archived=True) == [chats[1]]


@pytest.mark.parametrize(
    ("typed", "place"),
    [("pie", 0), ("APP", 0), ("cafe uber", 1), ("uber where", 1), ("テキ", 2), ("日本語", 2)],
)
async def test_search_finds_words_by_their_beginning_in_any_script(app, chats, typed, place):
    assert await found(app, typed) == [chats[place]]


@pytest.mark.parametrize("typed", ["pple", "apple café", "'; DROP", "%", "<->", "", "🙂", "!!"])
async def test_search_finds_nothing_else(app, chats, typed):
    assert await found(app, typed) == []


async def test_a_hit_says_where_and_shows_it(app, models):
    long = "word " * 200 + "needle in the hay " + "more " * 200
    models.add(Reply(text=long))
    turn = await say(app, "Tell me")
    (hit,) = await app.conversations.search(app.host_id, "NEEDLE")
    assert hit.message_id == turn.message_id
    assert hit.hits == 1
    assert "needle in the hay" in hit.excerpt
    assert len(hit.excerpt) < 200


async def test_a_title_is_found_without_a_message(app):
    made = await app.conversations.create(app.host_id, title="Holidays in Évora")
    (hit,) = await app.conversations.search(app.host_id, "evora")
    assert (hit.conversation.id, hit.message_id, hit.excerpt) == (made.id, None, "")


async def test_nobody_finds_what_another_said(app, chats):
    async with app.database.as_nobody() as conn:
        row = await (await conn.execute("SELECT local_user('stranger') AS id")).fetchone()
    assert await app.conversations.search(row["id"], "apple") == []


async def test_tags_are_tidied_counted_and_filtered_by(app, chats):
    host = app.host_id
    await app.conversations.set_tags(host, chats[0], [" Food ", "food", "x" * 99, ""])
    await app.conversations.set_tags(host, chats[1], ["Food"])
    assert (await app.conversations.get(host, chats[0])).tags == ["Food", "x" * TAG_LENGTH]
    assert await app.conversations.tags(host) == {"Food": 2, "x" * TAG_LENGTH: 1}
    assert await listed(app, tag="Food") == [chats[1], chats[0]]
    with pytest.raises(Refused):
        await app.conversations.set_tags(host, chats[0], [str(n) for n in range(21)])


async def test_nothing_is_said_in_an_ended_conversation_until_it_is_reopened(app, chats):
    await app.conversations.end(app.host_id, chats[0])
    assert (await app.conversations.get(app.host_id, chats[0])).status == "ended"
    assert await listed(app, ended=True) == [chats[0]]
    with pytest.raises(Refused, match="Reopen it"):
        await app.chat.send(app.host_id, "More", chats[0])
    await app.conversations.reopen(app.host_id, chats[0])
    await say(app, "More", chats[0])


async def test_several_are_deleted_and_brought_back(app, chats):
    await app.conversations.delete(app.host_id, *chats[:2])
    assert await listed(app) == [chats[2]]
    assert await found(app, "apple") == []
    assert await app.conversations.messages(app.host_id, chats[0]) == []
    with pytest.raises(NotFound):
        await app.chat.send(app.host_id, "More", chats[0])
    await app.conversations.purge(minutes=60)
    await app.conversations.restore(app.host_id, *chats[:2])
    assert len(await listed(app)) == 3
    assert len(await app.conversations.messages(app.host_id, chats[0])) == 2


async def test_what_was_deleted_is_gone_for_good_after_a_while(app, chats):
    await app.conversations.delete(app.host_id, chats[0])
    await app.conversations.purge(minutes=0)
    with pytest.raises(NotFound, match="for good"):
        await app.conversations.restore(app.host_id, chats[0])


async def test_details_tell_what_was_said(app, models):
    models.add(Reply(text="The train leaves at noon from the central station."))
    turn = await say(app, "Quando é que parte o próximo comboio para Lisboa?")
    details = await app.conversations.details(app.host_id, [turn.conversation_id])
    known = details[turn.conversation_id]
    assert known.messages == 2
    assert set(known.languages) == {"pt", "en"}
    assert known.models == [turn.model]
    assert known.duration.total_seconds() > 0
