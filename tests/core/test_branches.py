"""Branches: edited, regenerated, chosen, forked, quoted; marks."""

import pytest
from llmock.scenarios import Reply

from core.errors import NotFound, Refused
from tests.core.test_chat import finish, said, say


async def texts(app, turn):
    """What is said on the visible branch; replies, which the title's job may have had, as one."""
    return [m.text if m.role == "user" else "reply" for m in await said(app, turn)]


async def variants(app, message_id):
    return (await app.branches.facts(app.host_id, [message_id]))[message_id].variants


@pytest.fixture
async def talk(app, models):
    """Two turns; the last."""
    models.add(Reply(text="A one"))
    first = await say(app, "Q one")
    return await say(app, "Q two", first.conversation_id)


def told(models):
    """What the model was told for the last turn."""
    asked = [r.body["messages"] for r in models.requests]
    last = [a for a in asked if "title" not in a[0]["content"]][-1]
    return [m["content"] if m["role"] == "user" else "reply" for m in last if m["role"] != "system"]


async def test_an_edited_message_goes_on_from_there_and_both_histories_stay(app, models, talk):
    question = (await said(app, talk))[0]
    turn = await app.chat.send(app.host_id, "Q edited", talk.conversation_id, beside=question.id)
    await finish(turn)
    assert await texts(app, turn) == ["Q edited", "reply"]
    assert told(models) == ["Q edited"]
    assert await variants(app, question.id) == [question.id, turn.question_id]
    await app.branches.choose(app.host_id, question.id)
    assert await texts(app, turn) == ["Q one", "reply", "Q two", "reply"]
    await app.branches.choose(app.host_id, turn.message_id)
    assert await texts(app, turn) == ["Q edited", "reply"]


async def test_the_model_is_told_the_visible_branch_alone(app, models, talk):
    second = (await said(app, talk))[2]
    await finish(await app.chat.send(app.host_id, "Q 2b", talk.conversation_id, beside=second.id))
    assert told(models) == ["Q one", "reply", "Q 2b"]
    await app.branches.choose(app.host_id, second.id)
    await say(app, "Q three", talk.conversation_id)
    assert told(models) == ["Q one", "reply", "Q two", "reply", "Q three"]


async def test_a_reply_is_written_again_beside_the_first(app, models, talk):
    again = await app.chat.retry(app.host_id, talk.message_id)
    await finish(again)
    assert (await said(app, talk))[-1].id == again.message_id
    assert await variants(app, talk.message_id) == [talk.message_id, again.message_id]


async def test_only_a_message_of_ones_own_is_edited(app, talk):
    with pytest.raises(NotFound):
        await app.chat.send(app.host_id, "x", talk.conversation_id, beside=talk.message_id)
    other = await say(app, "Elsewhere")
    with pytest.raises(NotFound):
        await app.chat.send(app.host_id, "x", talk.conversation_id, beside=other.question_id)


async def test_a_conversation_goes_on_anew_from_any_message(app, models, talk):
    reply = (await said(app, talk))[1]
    made = await app.branches.fork(app.host_id, reply.id)
    copied = await app.conversations.messages(app.host_id, made)
    assert [message.text for message in copied] == ["Q one", "A one"]
    assert [m.created_at for m in copied] == [m.created_at for m in (await said(app, talk))[:2]]
    entry = await app.conversations.get(app.host_id, made)
    assert entry.forked_from == reply.id
    assert entry.title.endswith("(2)")
    await say(app, "On its own", made)
    assert len(await said(app, talk)) == 4
    with pytest.raises(NotFound):
        await app.branches.fork(app.host_id, 10**9)


async def test_a_reply_to_a_message_shows_it_and_the_model_is_told(app, models, talk):
    quoted = (await said(app, talk))[1]
    turn = await app.chat.send(
        app.host_id, "What do you mean?", talk.conversation_id, quote_id=quoted.id
    )
    await finish(turn)
    facts = (await app.branches.facts(app.host_id, [turn.question_id]))[turn.question_id]
    assert (facts.quote.id, facts.quote.text, facts.quote.role) == (quoted.id, "A one", "assistant")
    assert told(models)[-1] == "> A one\n\nWhat do you mean?"
    forked = await app.branches.fork(app.host_id, turn.question_id)
    copies = await app.conversations.messages(app.host_id, forked)
    assert copies[-1].quote_id == copies[1].id


async def test_newer_messages_are_read_page_by_page(app, talk):
    every = await said(app, talk)
    page = await app.branches.after(app.host_id, talk.conversation_id, every[0].id, 2)
    assert page == every[1:3]
    assert await app.branches.after(app.host_id, talk.conversation_id, every[-1].id, 2) == []


async def test_a_message_is_reacted_to_and_taken_back(app, talk):
    async def reaction():
        facts = await app.branches.facts(app.host_id, [talk.message_id])
        return facts[talk.message_id].reaction

    await app.marks.react(app.host_id, talk.message_id, "love")
    await app.marks.react(app.host_id, talk.message_id, "dislike")
    assert await reaction() == "dislike"
    await app.marks.react(app.host_id, talk.message_id, None)
    assert await reaction() is None
    with pytest.raises(Refused):
        await app.marks.react(app.host_id, talk.message_id, "angry")


async def test_bookmarks_lead_back_the_newest_first(app, talk):
    every = await said(app, talk)
    for message in (every[0], every[3]):
        await app.marks.bookmark(app.host_id, message.id)
    await app.marks.bookmark(app.host_id, every[0].id)  # twice is once
    newest, oldest = await app.marks.bookmarks(app.host_id)
    assert (newest.message, oldest.message) == (every[3], every[0])
    assert newest.kind == "chat"
    assert await app.marks.bookmarks(app.host_id, before=newest.bookmarked_at) == [oldest]
    await app.marks.bookmark(app.host_id, every[0].id, on=False)
    assert len(await app.marks.bookmarks(app.host_id)) == 1
    await app.conversations.delete(app.host_id, talk.conversation_id)
    assert await app.marks.bookmarks(app.host_id) == []


async def test_nobody_marks_or_chooses_what_is_anothers(app, talk):
    async with app.database.as_nobody() as conn:
        row = await (await conn.execute("SELECT local_user('stranger') AS id")).fetchone()
    for attempt in (
        app.marks.react(row["id"], talk.message_id, "like"),
        app.marks.bookmark(row["id"], talk.message_id),
        app.branches.choose(row["id"], talk.message_id),
        app.branches.fork(row["id"], talk.message_id),
    ):
        with pytest.raises(NotFound):
            await attempt
