"""The profile: what is learned of a person, how sure it is, and what holds against it."""

import asyncio
import json
from datetime import timedelta
from uuid import uuid4

import pytest
from llmock.scenarios import Match, Reply

from core.app import open_app
from core.errors import NotFound, ProviderError, Refused
from core.intelligence.profile.learning import Analysis
from core.intelligence.profile.profile import Profile
from core.jobs import Jobs
from tests.core.pasts import NOW, said, summarised
from tests.core.test_chat import finish

LEARNER = "learner"
KYOTO = "I want to plan my trip to Kyoto in spring"


class Clock:
    """The time it is, which a test moves on."""

    def __init__(self):
        self.time = NOW

    def __call__(self):
        return self.time


@pytest.fixture
async def app(make_settings):
    async with open_app(make_settings(summary_provider="builtin"), working=False) as opened:
        yield opened


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def profile(app, clock):
    return Profile(app.preferences, app.database, clock)


@pytest.fixture
def analysis(app, profile, clock):
    return Analysis(profile, app.database, app.providers, Jobs(app.database), clock)


@pytest.fixture
def learn(app, analysis):
    return lambda user=None: analysis.analyze(str(user or app.host_id))


@pytest.fixture
def found(app, profile):
    """What is shown: value -> insight, of a kind if one is given."""

    async def found(kind=None, user=None):
        insights = await profile.insights(user or app.host_id)
        return {one.value: one for one in insights if kind in (None, one.kind)}

    return found


@pytest.fixture
async def stranger(app):
    async with app.database.as_nobody() as conn:
        row = await (await conn.execute("SELECT local_user('stranger') AS id")).fetchone()
    return row["id"]


async def about_kyoto(app, days=0.0, **more):
    chat, ids = await said(app, KYOTO, days=days, **more)
    await summarised(app, chat, "Kyoto trip")
    return chat, ids


class TestConfidence:
    async def test_it_grows_with_conversations_more_than_with_repetition(self, app, learn, found):
        await about_kyoto(app)
        await learn()
        once = (await found("interest"))["Kyoto trip"]
        assert once.confidence == pytest.approx(0.4) and once.evidence == 1
        chat, _ = await said(app, *["Tell me about sourdough bread"] * 6)
        await summarised(app, chat, "Sourdough bread")
        await about_kyoto(app)
        await learn()
        interests = await found("interest")
        assert interests["Kyoto trip"].confidence > interests["Sourdough bread"].confidence
        assert interests["Sourdough bread"].confidence > once.confidence
        assert interests["Kyoto trip"].conversations == 2
        for _ in range(20):
            await about_kyoto(app)
        await learn()
        assert 0.9 < (await found("interest"))["Kyoto trip"].confidence < 1

    async def test_it_fades_by_half_and_then_is_gone(self, app, learn, found, clock):
        for days in range(4):
            await about_kyoto(app, days)
        await learn()
        fresh = (await found("interest"))["Kyoto trip"].confidence
        clock.time = NOW + timedelta(days=90)
        later = (await found("interest"))["Kyoto trip"].confidence
        support = fresh * 1.5 / (1 - fresh)
        assert later == pytest.approx(support / 2 / (support / 2 + 1.5), abs=0.01)
        clock.time = NOW + timedelta(days=3 * 365)
        assert "Kyoto trip" not in await found("interest")

    async def test_who_wanted_long_answers_and_now_wants_short_ones_gets_short_ones(
        self, app, learn, found, profile
    ):
        for days in (150, 140, 130):
            await said(app, "More detail please", days=days)
        await learn()
        assert "short" not in await found("length")
        for days in (2, 1, 0):
            await said(app, "Shorter please", days=days)
        await learn()
        length = await found("length")
        assert length["short"].confidence > 0.5
        assert "long" not in length or length["long"].confidence < 0.2
        assert "short answers" in (await profile.about(app.host_id)).prompt

    async def test_deleting_a_conversation_takes_its_evidence_away_and_undo_brings_it_back(
        self, app, learn, found
    ):
        first, _ = await about_kyoto(app)
        await about_kyoto(app, 1)
        await learn()
        both = (await found("interest"))["Kyoto trip"]
        await app.conversations.delete(app.host_id, first)
        one = (await found("interest"))["Kyoto trip"]
        assert one.confidence < both.confidence and one.evidence == 1
        await app.conversations.restore(app.host_id, first)
        assert (await found("interest"))["Kyoto trip"].confidence == both.confidence
        for chat in {e.conversation_id for e in await app.profile.evidence(app.host_id, both.id)}:
            await app.conversations.delete(app.host_id, chat)
        assert "Kyoto trip" not in await found("interest")


class TestLearning:
    async def test_what_is_asked_for_outright_holds_for_the_next_reply(
        self, app, learn, profile, models
    ):
        await said(app, "Please keep your answers short")
        await learn()
        assert "short answers" in (await profile.about(app.host_id)).prompt

    async def test_form_formality_languages_and_hours(self, app, learn, found):
        for days in range(5):
            await said(app, "Hey, kannst du mir eine Funktion in Python schreiben?", "nur code",
                       days=days, hour=20)  # fmt: skip
        await app.profile.set_zone(app.host_id, "Asia/Tokyo")
        await learn()
        everything = await found()
        assert {"code", "informal", "de", "morning"} <= set(everything)
        assert everything["de"].label == "German"
        await app.profile.set_zone(app.host_id, "Europe/Berlin")
        await app.profile.set_zone(app.host_id, "No/where")
        await learn()
        assert set(await found("hours")) == {"evening"}

    async def test_reactions_count_until_they_are_taken_back(self, app, learn, found):
        for days in range(4):
            _, ids = await said(app, f"Question {days}", days=days, reply="Long words. " * 150)
            await app.marks.react(app.host_id, ids[1], "dislike")
        await learn()
        assert (await found("length"))["short"].evidence == 4
        (evidence, *_) = await app.profile.evidence(
            app.host_id, (await found("length"))["short"].id
        )
        assert evidence.why == "reaction" and evidence.role == "assistant"
        await app.marks.react(app.host_id, ids[1], None)
        await learn()
        assert (await found("length"))["short"].evidence == 3

    async def test_the_reply_one_goes_on_from_counts(self, app, learn, found):
        for _ in range(2):
            chat, ids = await said(app, "Explain tides", reply="Many words. " * 100)
            async with app.database.as_user(app.host_id) as conn:
                row = await (
                    await conn.execute(
                        "INSERT INTO messages (conversation_id, user_id, parent_id, role, text)"
                        " VALUES (%s, %s, %s, 'assistant', 'The moon.') RETURNING id",
                        [chat, app.host_id, ids[0]],
                    )
                ).fetchone()
                await conn.execute(
                    "INSERT INTO messages (conversation_id, user_id, parent_id, role, text)"
                    " VALUES (%s, %s, %s, 'user', 'And the sun?')",
                    [chat, app.host_id, row["id"]],
                )
        await learn()
        (insight,) = (await found("length")).values()
        assert insight.value == "short"
        evidence = await app.profile.evidence(app.host_id, insight.id)
        assert {one.why for one in evidence} == {"choice"}

    async def test_what_others_and_the_ai_wrote_is_no_evidence(self, app, learn, found):
        chat, _ = await said(app, "Tell me something", reply="Kyoto is a city. Kurz und knapp.")
        await summarised(app, chat, "Kyoto trip")
        room = await app.rooms.create(app.host_id, "Office", "en", "Eva")
        guest, _ = await app.rooms.join(room.token, "Bob", "fr")
        await app.rooms.say(guest, "Réponds toujours en bref, s'il te plaît")
        await summarised(app, room.id, "Réponds")
        link = await said(app, "Shorter please", "Always answer briefly", days=5)
        async with app.database.as_user(app.host_id) as conn:
            await conn.execute(
                "UPDATE conversations SET imported_from = 'shared link', created_at = now()"
                " WHERE id = %s", [link[0]],
            )  # fmt: skip
        await learn()
        assert not await found("interest") and not await found("length")
        assert set(await found("language")) == {"en"}

    async def test_what_the_host_says_in_a_room_is(self, app, learn, found):
        room = await app.rooms.create(app.host_id, "Office", "en", "Eva")
        host = await app.rooms.host(app.host_id, room.id)
        await app.rooms.say(host, "Kannst du mir bitte morgen früh helfen?")
        await learn()
        assert "de" in await found("language")

    async def test_a_copy_that_goes_on_counts_once(self, app, learn, found):
        _, ids = await said(app, "Shorter please", days=1)
        await app.branches.fork(app.host_id, ids[1])
        await learn()
        assert (await found("length"))["short"].evidence == 1

    async def test_what_was_read_is_not_read_again_and_two_at_once_do_it_once(
        self, app, learn, found, analysis
    ):
        await said(app, *["Shorter please"] * 3)
        await asyncio.gather(learn(), learn())
        before = (await found("length"))["short"]
        assert before.evidence == 3
        await learn()
        assert (await found("length"))["short"] == before
        async with app.database.as_user(app.host_id) as conn:
            run = await (
                await conn.execute("SELECT * FROM task_runs WHERE task = 'analyze'")
            ).fetchone()
        assert run["status"] == "done" and run["finished_at"]

    async def test_a_long_past_is_read_in_batches(self, app, learn, found):
        for days in range(3):
            await said(app, *[f"Line {n} is in English, is it not?" for n in range(200)], days=days)
        await learn()
        english = (await found("language"))["en"]
        assert english.conversations == 3 and english.evidence <= 4, "one a day and batch"

    async def test_off_it_learns_nothing_not_even_later_and_tells_nothing(
        self, app, learn, found, profile
    ):
        await said(app, "Please keep your answers short")
        await learn()
        assert (await profile.about(app.host_id)).ids
        await app.keeper.change({"profile_learning": False})
        assert not (await profile.about(app.host_id)).ids
        await about_kyoto(app)
        await learn()
        await app.keeper.change({"profile_learning": True})
        await learn()
        assert set(await found("interest")) == set()
        assert (await profile.about(app.host_id)).ids


class TestByHand:
    @pytest.fixture
    async def kyoto(self, app, learn, found):
        await about_kyoto(app)
        await learn()
        return (await found("interest"))["Kyoto trip"]

    async def test_a_correction_holds_against_new_evidence(
        self, app, learn, found, profile, kyoto, clock
    ):
        await profile.change(app.host_id, kyoto.id, value="Japanese gardens")
        for days in range(3):
            await about_kyoto(app, days)
        chat, _ = await said(app, "Show me Japanese gardens")
        await summarised(app, chat, "japanese garden")
        await learn()
        clock.time = NOW + timedelta(days=900)
        (only,) = (await found("interest")).values()
        assert (only.value, only.confidence, only.corrected) == ("Japanese gardens", 1.0, True)

    async def test_a_corrected_length_leaves_no_room_for_another(self, app, learn, found, profile):
        await said(app, "Shorter please")
        await learn()
        short = (await found("length"))["short"]
        await profile.change(app.host_id, short.id, value="Short, with one example")
        for days in range(8):
            await said(app, "More detail please", days=days)
        await learn()
        assert set(await found("length")) == {"Short, with one example"}
        told = (await profile.about(app.host_id)).prompt
        assert "Short, with one example" in told and "detailed" not in told

    async def test_locked_it_neither_fades_nor_grows(
        self, app, learn, found, profile, kyoto, clock
    ):
        await profile.change(app.host_id, kyoto.id, locked=True)
        await about_kyoto(app)
        await learn()
        clock.time = NOW + timedelta(days=900)
        locked = (await found("interest"))["Kyoto trip"]
        assert locked.locked and locked.confidence == pytest.approx(kyoto.confidence)
        assert locked.id in (await profile.about(app.host_id)).ids
        await profile.change(app.host_id, kyoto.id, locked=False)
        assert "Kyoto trip" not in await found("interest")

    async def test_removed_it_is_not_learned_again_in_other_words(
        self, app, learn, found, profile, kyoto
    ):
        await profile.remove(app.host_id, kyoto.id)
        for topic in ("Kyoto trip", "trips to Kyoto", "Kyoto"):
            chat, _ = await said(app, KYOTO)
            await summarised(app, chat, topic)
        await learn()
        assert not await found("interest")
        await profile.restore(app.host_id, kyoto.id)
        assert (await found("interest"))["Kyoto trip"].id == kyoto.id

    async def test_a_reset_forgets_all_and_can_be_undone(self, app, learn, found, profile, kyoto):
        before = await found()
        assert await profile.reset(app.host_id) == len(before)
        await learn()
        assert not await found()
        assert await profile.undo_reset(app.host_id) == len(before)
        assert set(await found()) == set(before)
        await profile.reset(app.host_id)
        await about_kyoto(app)
        await learn()
        assert (await found("interest"))["Kyoto trip"].evidence == 1
        await profile.undo_reset(app.host_id)
        assert (await found("interest"))["Kyoto trip"].evidence == 2
        await profile.reset(app.host_id)
        await profile.purge(0)
        assert await profile.undo_reset(app.host_id) == 0

    async def test_what_cannot_be_is_refused(self, app, profile, kyoto, stranger):
        for value in ("  ", "x" * 200):
            with pytest.raises(Refused):
                await profile.change(app.host_id, kyoto.id, value=value)
        for who, which in ((stranger, kyoto.id), (app.host_id, uuid4())):
            for act in (profile.get, profile.remove, profile.evidence, profile.restore):
                with pytest.raises(NotFound):
                    await act(who, which)


class TestIsolation:
    async def test_nothing_reaches_another_user_or_a_guest(
        self, app, learn, found, profile, stranger
    ):
        await about_kyoto(app)
        await said(app, "Please keep your answers short")
        await learn()
        mine = await found()
        assert mine
        assert await found(user=stranger) == {}
        assert not (await profile.about(stranger)).ids
        await profile.reset(stranger)
        assert await found() == mine
        room = await app.rooms.create(app.host_id, "Office", "en", "Eva")
        guest, _ = await app.rooms.join(room.token, "Bob", "fr")
        async with app.database.as_guest(guest.id) as conn:
            for table in ("insights", "evidence", "states", "uses"):
                rows = await (await conn.execute(f"SELECT * FROM profile_{table}")).fetchall()
                assert rows == [], table
            rows = await (await conn.execute("SELECT * FROM follow_ups")).fetchall()
            assert rows == []

    async def test_one_persons_words_teach_nothing_of_another(self, app, learn, found, stranger):
        await about_kyoto(app, user=stranger, days=0)
        await learn()
        assert not await found("interest")


class TestWithAModel:
    @pytest.fixture
    async def app(self, make_settings):
        async with open_app(make_settings(summary_model=LEARNER), working=False) as opened:
            yield opened

    def learns(self, models, *interests):
        answer = json.dumps({"interests": list(interests)})
        models.add(Reply(text=f"Sure: {answer}", match=Match(model=LEARNER)))

    async def talk(self, app, count=10):
        for number in range(count):
            await said(app, f"Day {number}: my sourdough starter is alive", days=number)

    async def test_interests_come_from_one_call_every_so_many_messages(
        self, app, models, learn, found
    ):
        await self.talk(app, 9)
        await learn()
        assert not models.requests
        await said(app, "And how do I score a loaf?")
        self.learns(models, {"topic": "Sourdough", "field": "cooking", "said_in": [1, 2, 3, 99]})
        await asyncio.gather(learn(), learn())
        assert len(models.requests) == 1
        insight = (await found("interest"))["Sourdough"]
        assert insight.evidence == 3 and insight.conversations == 3
        await learn()
        assert len(models.requests) == 1

    @pytest.mark.parametrize(
        "topic",
        ["Living with diabetes", "Catholic mass", "Votes for the Greens", "Gay bars",
         "Kurdish ancestry", "Krebstherapie", "うつ病", "Ислам", "सेक्स और समलैंगिक"],
    )  # fmt: skip
    async def test_sensitive_traits_are_not_learned_whatever_the_model_says(
        self, app, models, learn, found, profile, topic
    ):
        await self.talk(app)
        self.learns(
            models,
            {"topic": topic, "field": "other hobby", "said_in": [1, 2, 3]},
            {"topic": "Tuesday circle", "field": "health", "said_in": [1, 2, 3]},
            {"topic": "Sunday choir", "field": None, "said_in": [1]},
            {"topic": "Baking", "field": "cooking", "said_in": [1, 2, 3]},
        )
        await learn()
        assert set(await found("interest")) == {"Baking"}
        asked = models.requests[0].body["messages"][0]["content"]
        assert "Never guess or name anything about health, religion" in asked
        assert topic not in (await profile.about(app.host_id)).prompt

    @pytest.mark.parametrize(
        "answer",
        ["no JSON", "[]", '{"interests": 3}', '{"interests": [3, {}]}',
         '{"interests": [{"topic": "", "field": "music", "said_in": [1]}]}',
         '{"interests": [{"topic": "Jazz", "field": "music", "said_in": ["1", true, 0, 77]}]}',
         '{"interests": [{"topic": ["Jazz"], "field": ["music"], "said_in": 1}]}'],
    )  # fmt: skip
    async def test_nonsense_is_not_kept(self, app, models, learn, found, answer):
        await self.talk(app)
        models.add(Reply(text=answer, match=Match(model=LEARNER)))
        await learn()
        assert not await found("interest")

    async def test_a_model_that_fails_is_asked_again_and_the_failure_is_noted(
        self, app, models, learn, found
    ):
        await self.talk(app)
        models.fail(400)
        with pytest.raises(ProviderError):
            await learn()
        async with app.database.as_user(app.host_id) as conn:
            run = await (await conn.execute("SELECT * FROM task_runs")).fetchone()
        assert run["status"] == "failed" and run["error"]
        assert "en" in await found("language"), "what needs no model is learned"
        self.learns(models, {"topic": "Sourdough", "field": "cooking", "said_in": [1]})
        await learn()
        assert "Sourdough" in await found("interest")

    async def test_it_shapes_replies_and_each_says_so_until_it_is_off(self, app, models, learn):
        await said(app, "Please keep your answers short")
        await app.analysis.analyze(str(app.host_id))
        turn = await app.chat.send(app.host_id, "What is the sea?")
        await finish(turn)

        def told():
            asked = [r for r in models.requests if r.body.get("model") == "gpt-4o-mini"]
            return asked[-1].body["messages"][0]["content"]

        assert "The user likes: short answers" in told()
        used = await app.profile.uses(app.host_id, [turn.message_id])
        (insight,) = used[turn.message_id]
        assert used[turn.message_id][insight] == "short answers"
        await app.keeper.change({"profile_learning": False})
        other = await app.chat.send(app.host_id, "What is the moon?")
        await finish(other)
        assert "short answers" not in told()
        assert other.message_id not in await app.profile.uses(app.host_id, [other.message_id])
        await app.profile.remove(app.host_id, insight)
        assert await app.profile.uses(app.host_id, [turn.message_id]) == {}


async def test_what_is_told_keeps_to_its_budget(app, learn, profile):
    for number in range(12):
        chat, _ = await said(app, f"The wonders of subject{number} please")
        await summarised(app, chat, f"subject{number}")
    await learn()
    for one in await profile.insights(app.host_id):
        await profile.change(app.host_id, one.id, locked=True)
    telling = await profile.about(app.host_id)
    interests = [one for one in telling.insights if one.kind == "interest"]
    assert len(interests) == 4
