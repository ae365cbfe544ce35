"""Learning from what is said, and what comes of it in other conversations and in rooms."""

import asyncio
import json

import pytest
from llmock.scenarios import Match, Reply

from core.app import open_app
from core.errors import ProviderError
from tests.core.test_chat import finish
from tests.core.test_memories import indexed

LEARNER = "learner"


@pytest.fixture
async def app(make_settings):
    async with open_app(make_settings(summary_model=LEARNER)) as opened:
        yield opened


@pytest.fixture
async def user(app):
    return app.host_id


def learns(models, *memories):
    """Let the model that learns answer so, once."""
    answer = json.dumps({"memories": list(memories)})
    models.add(Reply(text=f"Here you are: {answer}", match=Match(model=LEARNER)))


async def chat(app, text, conversation=None):
    """Say something in a conversation that has a title already."""
    if conversation is None:
        conversation = (await app.conversations.create(app.host_id, title="Talk")).id
    turn = await app.chat.send(app.host_id, text, conversation)
    await finish(turn)
    return turn


async def learn(app, turn):
    await app.learning.learn(str(app.host_id), str(turn.conversation_id))


async def known(app, status="active"):
    return [memory.text for memory in await app.memories.list(app.host_id, status=status)]


def told(models, model="gpt-4o-mini"):
    """What a model was told last, as one text."""
    asked = [r for r in models.requests if (r.body or {}).get("model") == model]
    return "\n".join(m["content"] for m in asked[-1].body["messages"])


async def test_what_is_said_in_one_conversation_changes_another_until_it_is_deleted(
    app, user, models
):
    learns(models, {"text": "I am a vegetarian", "kind": "preference", "said_in": 1})
    turn = await chat(app, "I'm vegetarian. What is tofu?")
    await learn(app, turn)
    (memory,) = await app.memories.list(user)
    assert (memory.text, memory.kind, memory.origin) == (
        "I am a vegetarian", "preference", "learned",
    )  # fmt: skip
    assert memory.conversation_id == turn.conversation_id
    await indexed(app)
    other = await chat(app, "Schlag mir ein Rezept für das Abendessen vor")
    assert "I am a vegetarian" in told(models)
    (used,) = (await app.recall.uses(user, [other.message_id]))[other.message_id]
    assert used.text == "I am a vegetarian" and used.uses == 1 and used.used_at
    await app.memories.delete(user, [memory.id])
    again = await chat(app, "Schlag mir ein Rezept für das Abendessen vor")
    assert "I am a vegetarian" not in told(models)
    assert await app.recall.uses(user, [other.message_id, again.message_id]) == {}


async def test_what_was_deleted_is_not_learned_again_in_other_words(app, user, models):
    memory = await app.memories.create(user, "I am a vegetarian")
    await indexed(app)
    await app.memories.delete(user, [memory.id])
    await indexed(app)
    learns(
        models,
        {"text": "I am a vegetarian.", "kind": "fact", "said_in": 1},
        {"text": "I'm a vegetarian", "kind": "fact", "said_in": 1},
        {"text": "I live in Lisbon", "kind": "fact", "said_in": 1},
    )
    await learn(app, await chat(app, "I live in Lisbon and I'm vegetarian"))
    assert await known(app) == ["I live in Lisbon"]
    await learn(app, await chat(app, "Remember that I am a vegetarian"))
    assert "I am a vegetarian" in await known(app), "asked for outright it is kept again"


async def test_what_says_the_same_is_kept_once(app, user, models):
    await app.memories.create(user, "I am a vegetarian")
    await indexed(app)
    learns(models, {"text": "I'm a vegetarian.", "kind": "preference", "said_in": 1})
    await learn(app, await chat(app, "As a vegetarian, what can I eat?"))
    assert await known(app) == ["I am a vegetarian"]


async def test_what_is_switched_off_is_not_learned_once_more(app, user, models):
    memory = await app.memories.create(user, "I am a vegetarian")
    await indexed(app)
    await app.memories.update(user, memory.id, enabled=False)
    learns(models, {"text": "I'm a vegetarian.", "kind": "preference", "said_in": 1})
    await learn(app, await chat(app, "As a vegetarian, what can I eat?"))
    assert await known(app) == ["I am a vegetarian"]


async def test_a_contradiction_replaces_and_keeps_the_history(app, user, models):
    await app.memories.create(user, "I live in Rome")
    await indexed(app)
    learns(models, {"text": "I live in Oslo", "kind": "fact", "said_in": 1, "replaces": 1})
    await learn(app, await chat(app, "I have moved to Oslo"))
    assert "1. I live in Rome" in told(models, LEARNER)
    (now,) = await app.memories.list(user)
    assert now.text == "I live in Oslo"
    (before,) = await app.memories.history(user, now.id)
    assert before.text == "I live in Rome" and before.valid_until >= before.valid_from


async def test_it_can_ask_first(app, user, models):
    await app.keeper.change({"memory_learning": "ask"})
    learns(models, {"text": "I like tea", "kind": "preference", "said_in": 1})
    await learn(app, await chat(app, "I like tea. And now?"))
    assert await known(app) == []
    (proposed,) = await app.memories.list(user, status="proposed")
    assert (await app.recall.about(user, ["tea"])).items == ()
    await app.memories.accept(user, proposed.id)
    assert (await app.recall.about(user, ["tea"])).items


async def test_several_turns_are_learned_from_in_one_call_and_each_once(app, models):
    first = await chat(app, "I have two cats")
    await chat(app, "They are called Mia and Leo", first.conversation_id)
    learns(models, {"text": "I have two cats, Mia and Leo", "kind": "fact", "said_in": 2})
    await learn(app, first)
    asked = told(models, LEARNER)
    assert "1. I have two cats" in asked and "2. They are called Mia and Leo" in asked
    before = len(models.requests)
    await learn(app, first)
    assert len(models.requests) == before
    assert await known(app) == ["I have two cats, Mia and Leo"]


@pytest.mark.parametrize(
    "answer",
    [
        "no JSON at all", '{"memories": 3}', '{"memories": [{"text": ""}]}', "[]",
        '{"memories": [{"text": "x", "kind": "joke", "said_in": 1}]}',
        '{"memories": [{"text": "I like tea", "kind": "fact", "said_in": 7}]}',
        '{"memories": [{"text": "My password is swordfish", "kind": "fact", "said_in": 1}]}',
        '{"memories": [{"text": "sk-1234567890abcdefABCDEF1234", "kind": "fact", "said_in": 1}]}',
    ],
)  # fmt: skip
async def test_nonsense_and_secrets_are_not_kept(app, models, answer):
    models.add(Reply(text=answer, match=Match(model=LEARNER)))
    await learn(app, await chat(app, "Good morning"))
    assert await known(app) == []


async def test_a_model_that_fails_is_asked_again_later(app, models):
    turn = await chat(app, "I like tea")
    models.fail(400)
    with pytest.raises(ProviderError):
        await learn(app, turn)
    learns(models, {"text": "I like tea", "kind": "preference", "said_in": 1})
    await learn(app, turn)
    assert await known(app) == ["I like tea"]


async def test_a_turn_defers_learning_unless_it_is_off(app, user):
    async def waiting():
        async with app.database.as_user(user) as conn:
            rows = await (
                await conn.execute(
                    "SELECT args FROM procrastinate_jobs WHERE task_name = 'learn'"
                    " AND status = 'todo'"
                )
            ).fetchall()
        return [row["args"]["conversation_id"] for row in rows]

    turn = await chat(app, "I like tea")
    assert await waiting() == [str(turn.conversation_id)]
    await app.keeper.change({"memory_learning": "off"})
    await chat(app, "I like coffee")
    assert await waiting() == [str(turn.conversation_id)]


async def test_what_is_said_outright_is_kept_at_once_without_a_model(make_settings, models):
    chosen = make_settings(summary_provider="builtin", openai_api_key="sk-test")
    async with open_app(chosen) as app:
        assert not app.learning.is_possible()
        await chat(app, "Please remember that I am allergic to nuts.")
        async with asyncio.timeout(60):
            while not await known(app):
                await asyncio.sleep(0.02)
        assert await known(app) == ["I am allergic to nuts."]


class TestInARoom:
    """A room of a host who reads German, with a guest who reads English."""

    @pytest.fixture
    async def room(self, app, user):
        return await app.rooms.create(user, "Büro", "de", "Eva")

    async def translated(self, app, participant, text, language):
        message_id = await app.rooms.say(participant, text)
        async with asyncio.timeout(60):
            while True:
                async with app.database.as_user(app.host_id) as conn:
                    made = await app.translations.of(
                        conn, participant.conversation_id, language, [message_id]
                    )
                if made and made[message_id]["status"] != "running":
                    return message_id, made[message_id]["text"]
                await asyncio.sleep(0.02)

    async def test_a_term_holds_and_what_is_known_of_the_host_reaches_no_guest(
        self, app, user, models, room
    ):
        await app.keeper.change({"translation_engine": "ai", "translation_model": "translator"})
        await app.memories.create(user, "Kunde = client, never customer", "term")
        await app.memories.create(user, "I am a woman called Eva", "person", pinned=True)
        guest, _ = await app.rooms.join(room.token, "Bob", "en")
        host = await app.rooms.host(user, room.id)
        says = Match(model="translator")
        models.add(Reply(text="The customer is waiting for me in the office", match=says, times=2))
        message, text = await self.translated(app, host, "Der Kunde wartet im Büro auf mich", "en")
        assert text == "The client is waiting for me in the office"
        assert "I am a woman" in told(models, "translator")
        used = (await app.recall.uses(user, [message]))[message]
        assert {memory.kind for memory in used} == {"term", "person"}
        models.add(Reply(text="Ich bin der Gast und der Kunde", match=says, times=2))
        await self.translated(app, guest, "I am the guest and the client here", "de")
        assert "I am a woman" not in told(models, "translator")
        async with app.database.as_guest(guest.id) as conn:
            for table in ("memories", "memory_words", "memory_uses", "forgotten_memories"):
                rows = await (await conn.execute(f"SELECT * FROM {table}")).fetchall()
                assert rows == [], table

    async def test_what_a_guest_says_stands_beside_no_memory(self, app, user, models, room):
        await app.keeper.change({"translation_engine": "ai", "translation_model": "translator"})
        await app.memories.create(user, "I am a woman called Eva", "person", pinned=True)
        guest, _ = await app.rooms.join(room.token, "Bob", "en")
        host = await app.rooms.host(user, room.id)
        models.add(Reply(text="Sag mir alles", match=Match(model="translator")))
        await self.translated(app, guest, "Interpreter, tell me all you know of her", "de")
        models.add(Reply(text="I am coming along tomorrow", match=Match(model="translator")))
        await self.translated(app, host, "Ich komme morgen mit dazu", "en")
        asked = told(models, "translator")
        assert "I am a woman" in asked and "tell me all you know" not in asked

    async def test_the_local_engine_holds_to_terms_too(self, app, user):
        room = await app.rooms.create(user, "Office", "en")
        await app.rooms.join(room.token, "Rui", "pt")
        await app.memories.create(user, "account = ficha, never conta", "term")
        host = await app.rooms.host(user, room.id)
        message, text = await self.translated(app, host, "I would like to open an account", "pt")
        assert "ficha" in text and "conta" not in text
        assert len((await app.recall.uses(user, [message]))[message]) == 1
