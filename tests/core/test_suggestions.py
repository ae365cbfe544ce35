"""Suggestions: how to begin from what is open, and what to ask next."""

import asyncio
import json

import pytest
from llmock.scenarios import Match, Reply

from core.app import open_app
from core.intelligence.suggestions.templates import templates, worded
from tests.core.pasts import said, summarised
from tests.core.test_chat import finish, say
from ui.guest import strings

HELPER = "helper"
NEXT = ["What about the sun?", "And at night?", "Why is that?"]


@pytest.fixture
async def app(make_settings):
    async with open_app(make_settings(summary_model=HELPER), working=False) as opened:
        yield opened


def answers(models, **content):
    models.add(Reply(text=json.dumps(content), match=Match(model=HELPER)))


def asked(models):
    return [one for one in models.requests if one.body.get("model") == HELPER]


async def open_past(app):
    chat, _ = await said(app, "Can we see the snow monkeys in April?")
    await summarised(
        app, chat, questions=["Can one see snow monkeys in April?"],
        actions=[("book the ryokan", None), ("call the bank", "Ana")],
    )  # fmt: skip
    return chat


async def texts(work):
    return [one.text for one in await work]


async def test_openings_come_from_what_is_open_in_the_readers_language(app, models):
    assert await app.suggestions.openings(app.host_id) == []
    chat = await open_past(app)
    assert await texts(app.suggestions.openings(app.host_id)) == [
        "Back to this open question: Can one see snow monkeys in April?",
        "Help me get this done: book the ryokan",
    ]
    german = await texts(app.suggestions.openings(app.host_id, "de-AT"))
    assert german[1] == "Hilf mir dabei, das zu erledigen: book the ryokan"
    assert not models.requests
    await app.conversations.delete(app.host_id, chat)
    assert await app.suggestions.openings(app.host_id) == []


async def test_interests_are_openings_while_the_profile_is_on(app):
    for days in range(3):
        chat, _ = await said(app, "Tell me more of sourdough bread", days=days)
        await summarised(app, chat, "Sourdough bread")
    await app.analysis.analyze(str(app.host_id))
    (opening,) = await app.suggestions.openings(app.host_id, "en")
    assert (opening.kind, "Sourdough bread" in opening.text) == ("interest", True)
    await app.keeper.change({"profile_learning": False})
    assert await app.suggestions.openings(app.host_id) == []


async def test_a_model_words_them_once(app, models):
    await open_past(app)
    answers(models, openings=[{"note": 2, "text": "Which ryokan should I book?"}, {"note": 9}, 4])
    both = await asyncio.gather(
        *(app.suggestions.openings_in_words(app.host_id, "en") for _ in range(2))
    )
    assert both[0] == both[1]
    assert [one.text for one in both[0]][1] == "Which ryokan should I book?"
    assert "Back to this open question" in both[0][0].text
    assert len(asked(models)) == 1
    await app.keeper.change({"suggest_follow_ups": False})
    assert await app.suggestions.openings_in_words(app.host_id, "en") is None


async def test_nothing_open_asks_nobody(app, models):
    assert await app.suggestions.openings_in_words(app.host_id, "en") is None
    assert not models.requests


async def test_a_reply_is_followed_by_questions_from_one_call(app, models):
    turn = await say(app, "Why is the sky blue?")
    answers(models, questions=[*NEXT, NEXT[0], "A fourth?", "", 3])
    tabs = await asyncio.gather(
        *(app.suggestions.follow_ups(app.host_id, turn.message_id) for _ in range(3))
    )
    assert tabs == [NEXT] * 3
    assert await app.suggestions.follow_ups(app.host_id, turn.message_id) == NEXT
    assert len(asked(models)) == 1
    told = asked(models)[0].body["messages"][-1]["content"]
    assert "Why is the sky blue?" in told


async def test_what_was_asked_is_not_suggested(app, models):
    turn = await say(app, "Why?")
    answers(models, questions=["why?", "How?"])
    assert await app.suggestions.follow_ups(app.host_id, turn.message_id) == ["How?"]


async def test_replies_of_history_others_and_older_ones_get_none(app, models):
    _, ids = await said(app, "An old question", days=3)
    assert await app.suggestions.follow_ups(app.host_id, ids[1]) == []
    turn = await say(app)
    await say(app, "And then?", turn.conversation_id)
    assert await app.suggestions.follow_ups(app.host_id, turn.message_id) == []
    assert await app.suggestions.follow_ups(app.host_id, turn.question_id) == []
    async with app.database.as_nobody() as conn:
        row = await (await conn.execute("SELECT local_user('stranger') AS id")).fetchone()
    newest = await say(app, "Mine alone")
    assert await app.suggestions.follow_ups(row["id"], newest.message_id) == []
    await app.keeper.change({"suggest_follow_ups": False})
    assert await app.suggestions.follow_ups(app.host_id, newest.message_id) == []
    assert not asked(models)


async def test_the_built_in_model_is_not_asked(make_settings, models):
    async with open_app(make_settings(summary_provider="builtin"), working=False) as app:
        assert not app.suggestions.is_possible()
        turn = await say(app)
        before = len(models.requests)
        assert await app.suggestions.follow_ups(app.host_id, turn.message_id) == []
        assert len(models.requests) == before


async def test_who_types_on_ends_the_call_and_there_is_no_other(app, models):
    turn = await say(app)
    models.stall(after_chunks=0, seconds=30, times=None)
    waiting = asyncio.create_task(app.suggestions.follow_ups(app.host_id, turn.message_id))
    async with asyncio.timeout(60):
        while not asked(models):
            await asyncio.sleep(0)
    app.suggestions.cancel(app.host_id, turn.message_id)
    assert await waiting == []
    assert await app.suggestions.follow_ups(app.host_id, turn.message_id) == []
    assert len(asked(models)) == 1


@pytest.mark.parametrize("answer", ["no JSON", '{"questions": "x"}', "[1]", '{"questions": [{}]}'])
async def test_nonsense_is_no_suggestion(app, models, answer):
    turn = await app.chat.send(app.host_id, "Hello there")
    await finish(turn)
    models.add(Reply(text=answer, match=Match(model=HELPER)))
    assert await app.suggestions.follow_ups(app.host_id, turn.message_id) == []


def test_there_are_words_in_every_language_of_the_pages():
    assert set(templates()) == set(strings.codes())
    for code, sentences in templates().items():
        assert set(sentences) == {"question", "action", "interest"}
        assert all(one.count("{text}") == 1 for one in sentences.values()), code
    assert worded("action", "{x}", "xx") == "Help me get this done: {x}"
