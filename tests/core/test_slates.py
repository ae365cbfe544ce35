"""Slates: run, cancelled, resumed, kept with their versions, searched, restored."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from uuid import UUID, uuid4

import pytest
from llmock.scenarios import Reply

from core.app import open_app
from core.errors import Busy, NotFound, Refused, TooLong
from core.memories.knowledge import Knowledge, Known
from core.slates.options import Options
from core.slates.runs import Runs
from core.slates.slates import TEXT_LENGTH
from core.slates.writing import Writer
from core.translation.terms import Term
from tests.misbehaving_server import Answer, MisbehavingServer, chunk, sse

TO_PORTUGUESE = Options(target="pt")
REWRITE = Options(task="rewrite", style="shorter")


class Friend:
    """Knows what a test says."""

    def __init__(self, *items: Known) -> None:
        self.known = Knowledge(items)

    async def about(self, user_id, texts):
        return self.known

    async def terms(self, user_id, texts):
        return Knowledge(tuple(item for item in self.known.items if item.term))


async def run(app, text, options=TO_PORTUGUESE, slate_id=None, runs=None, **more):
    """A whole run; it, as it is kept."""
    slate_id = slate_id or (await app.slates.create(app.host_id)).id
    runs = runs or app.slate_runs
    started = await runs.start(app.host_id, slate_id, text, options, **more)
    await ended(started)
    return await runs.last(app.host_id, slate_id)


async def ended(started):
    await asyncio.wait_for(asyncio.wait({started.task}), 240)


async def until(started, wanted):
    """Wait until a run is as wanted; it goes on."""
    async with asyncio.timeout(60), aclosing(started.follow()) as steps:
        async for now in steps:
            if wanted(now):
                return


async def versions(app, slate_id):
    return await app.slates.versions(app.host_id, slate_id)


def says(*pieces: str) -> Answer:
    return Answer(sse(*(chunk(piece) for piece in pieces), chunk(finish="stop")))


def breaks_after(*pieces: str) -> Answer:
    return Answer(sse(*(chunk(piece) for piece in pieces), done=False), then="drop")


@pytest.fixture
def open_with(make_settings):
    """A core whose AI is this server, which translates too where asked to."""

    def opened(server, **changes):
        return open_app(make_settings(openai_base_url=f"{server.url}/v1", **changes))

    return opened


async def test_a_text_is_translated_with_nothing_configured(app):
    made = await run(app, "Where is the train station?")
    assert made.status == "complete"
    assert made.result == "Onde está a estação de trem?"
    assert (made.language, made.engine) == ("en", "local")


async def test_a_slate_keeps_the_text_the_result_and_a_version(app):
    made = await run(app, "Where is the train station?")
    slate = await app.slates.get(app.host_id, made.slate_id)
    assert slate.text == "Where is the train station?"
    (version,) = await versions(app, made.slate_id)
    assert (version.text, version.result) == (slate.text, "Onde está a estação de trem?")
    assert (version.task, version.options.target, version.engine) == ("translate", "pt", "local")


async def test_the_same_again_is_no_new_version_and_another_text_is(app):
    made = await run(app, "Good morning.")
    await run(app, "Good morning.", slate_id=made.slate_id)
    assert len(await versions(app, made.slate_id)) == 1
    await run(app, "Good morning, my friends.", slate_id=made.slate_id)
    found = await versions(app, made.slate_id)
    assert [one.text for one in found] == ["Good morning, my friends.", "Good morning."]


async def test_markdown_code_and_line_breaks_survive_a_translation(app):
    text = (
        "# The house\n\nThe house is **very big**.\nIt has a garden.\n\n- one apple\n- two dogs\n\n"
        "```python\nprint('the house')\n```\n\nSee `main.py` and https://example.org/a?b=c.\n"
    )
    made = await run(app, text)
    lines = made.result.split("\n")
    assert len(lines) == len(text.split("\n"))
    assert lines[0].startswith("# ") and lines[0] != "# The house"
    assert "```python\nprint('the house')\n```" in made.result
    assert [line[:2] for line in lines[5:7]] == ["- ", "- "]
    assert "**" in lines[2] and "`main.py`" in made.result
    assert "https://example.org/a?b=c" in made.result
    assert "casa" in made.result


async def test_without_its_formatting_a_text_comes_out_plain(app):
    options = Options(target="pt", keep_formatting=False)
    made = await run(app, "# The house\n\nIt is **very big**, see [this](https://a.org).", options)
    assert not set("#*[]") & set(made.result)
    assert "casa" in made.result


async def test_thousands_of_words_come_out_in_order(app):
    """Ten thousand in `tests.bench.slate`."""
    lines = [f"The house number {n} is very big." for n in range(1, 430)]
    text = "\n".join(lines)
    slate = await app.slates.create(app.host_id)
    started = await app.slate_runs.start(app.host_id, slate.id, text, TO_PORTUGUESE)
    await until(started, lambda now: len(now.pieces) > 5 and 0 < now.done < len(now.pieces))
    await ended(started)
    made = await app.slate_runs.last(app.host_id, slate.id)
    assert made.status == "complete"
    translated = made.result.split("\n")
    assert len(translated) == len(lines)
    for n, line in enumerate(translated, 1):
        assert str(n) in line, line


async def test_stopped_a_run_keeps_what_is_finished_and_goes_on_with_the_rest(app):
    text = "\n\n".join(f"Chapter {n}. The house is big. The garden is small." for n in range(300))
    slate = await app.slates.create(app.host_id)
    started = await app.slate_runs.start(app.host_id, slate.id, text, TO_PORTUGUESE)
    await until(started, lambda now: now.done >= 2)
    await app.slate_runs.stop(app.host_id, slate.id)
    stopped = await app.slate_runs.last(app.host_id, slate.id)
    assert stopped.status == "stopped"
    assert 2 <= stopped.done < len(stopped.pieces)
    assert await versions(app, slate.id) == []
    resumed = await app.slate_runs.start(app.host_id, slate.id, text, TO_PORTUGUESE)
    await until(resumed, lambda now: now.pieces)
    assert resumed.done >= stopped.done
    await ended(resumed)
    made = await app.slate_runs.last(app.host_id, slate.id)
    assert made.status == "complete"
    assert made.result.count("\n\n") == 299
    assert len(await versions(app, slate.id)) == 1


async def test_a_change_makes_only_the_changed_part_anew(app, open_with):
    things = ("house", "dog", "boat", "man", "tree", "bird")
    paragraphs = [f"This one tells of a {what}. " * 50 for what in things]
    async with (
        MisbehavingServer(says("Um parágrafo sobre uma casa e mais nada.")) as server,
        open_with(server, translation_engine="ai") as app,
    ):
        first = await run(app, "\n\n".join(paragraphs))
        asked = len(server.requests)
        paragraphs[3] = "This one is new."
        await run(app, "\n\n".join(paragraphs), slate_id=first.slate_id)
    assert asked >= 6
    assert 1 <= len(server.requests) - asked <= 2


async def test_after_a_crash_a_run_is_interrupted_and_resumed(app, make_settings):
    text = "\n\n".join(f"Chapter {n}. The house is big. The garden is small." for n in range(200))
    slate = await app.slates.create(app.host_id)
    started = await app.slate_runs.start(app.host_id, slate.id, text, TO_PORTUGUESE)
    await until(started, lambda now: sum(piece.saved for piece in now.pieces) >= 4)
    await app.slate_runs.close()
    async with open_app(make_settings()) as next_process:
        found = await next_process.slate_runs.last(app.host_id, slate.id)
        assert found.status == "interrupted"
        assert found.done >= 2
        made = await run(next_process, text, slate_id=slate.id)
    assert made.status == "complete"


async def test_a_newer_run_cancels_the_stale_one(open_with):
    hangs = Answer(sse(chunk("An old "), done=False), then="hang")
    async with MisbehavingServer(hangs, says("Short.")) as server, open_with(server) as app:
        slate = await app.slates.create(app.host_id)
        stale = await app.slate_runs.start(app.host_id, slate.id, "A long old text.", REWRITE)
        await until(stale, lambda now: now.result)
        made = await run(app, "A long new text.", REWRITE, slate.id)
        await asyncio.wait_for(server.left.wait(), 60)
        assert stale.status == "stopped"
        assert made.result == "Short."
        assert [one.text for one in await versions(app, slate.id)] == ["A long new text."]


async def test_whoever_watches_sees_it_grow_and_then_the_next_run(open_with):
    waiting = Answer(sse(chunk("One two"), done=False), then="hang")
    async with MisbehavingServer(waiting, says("Six.")) as server, open_with(server) as app:
        slate = await app.slates.create(app.host_id)
        async with aclosing(app.slate_runs.watch(app.host_id, slate.id)) as looks:

            async def seen(status, result):
                async with asyncio.timeout(60):
                    async for now in looks:
                        if (now.status, now.result) == (status, result):
                            return

            await seen("empty", "")
            await app.slate_runs.start(app.host_id, slate.id, "Count to five.", REWRITE)
            await seen("running", "One two")
            await app.slate_runs.start(app.host_id, slate.id, "Count on.", REWRITE)
            await seen("complete", "Six.")


async def test_a_stream_cut_off_is_an_error_with_its_remedy_and_can_be_tried_again(open_with):
    async with (
        MisbehavingServer(breaks_after("Half a "), says("A whole one.")) as server,
        open_with(server) as app,
    ):
        failed = await run(app, "Something long.", REWRITE)
        assert failed.status == "failed"
        assert failed.error_code in ("broken_stream", "unreachable")
        assert failed.result == "Half a"
        assert await versions(app, failed.slate_id) == []
        again = await run(app, "Something long.", REWRITE, failed.slate_id)
    assert (again.status, again.result, again.error) == ("complete", "A whole one.", None)


async def test_a_part_that_failed_is_tried_again_without_the_others(open_with):
    text = "\n\n".join(
        f"This one tells of a {what}. " * 50 for what in ("house", "dog", "boat", "man")
    )
    good = says("Um parágrafo sobre uma casa e mais nada.")
    bad = breaks_after("Um parágrafo")
    async with (
        MisbehavingServer(good, bad, bad, good) as server,
        open_with(server, translation_engine="ai") as app,
    ):
        failed = await run(app, text)
        assert failed.status == "failed"
        missing = [piece.place for piece in failed.pieces if piece.status != "done"]
        assert 0 < len(missing) < len(failed.pieces)
        before = len(server.requests)
        made = await run(app, text, slate_id=failed.slate_id)
        assert made.status == "complete"
        assert len(server.requests) - before == len(missing)


async def test_a_refused_key_names_the_remedy(app, models):
    models.fail(401)
    failed = await run(app, "Hello there.", REWRITE)
    assert (failed.status, failed.error_code) == ("failed", "bad_key")
    assert "OPENAI_API_KEY" in failed.error
    assert "sk-test-secret" not in failed.error


async def test_what_needs_an_ai_says_so_where_there_is_none(make_settings):
    nobody = make_settings(openai_api_key=None, openai_base_url=None, ai_model=None)
    async with open_app(nobody) as app:
        assert not app.slate_runs.able()
        failed = await run(app, "Hello there.", REWRITE)
        assert (failed.status, failed.error_code) == ("failed", "needs_ai")
        assert "Settings" in failed.error
        translated = await run(app, "Where is the train station?", slate_id=failed.slate_id)
        assert translated.result == "Onde está a estação de trem?"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (Options(task="rewrite", style="politer"), ["rewrite", "politer", "(English)"]),
        (Options(task="rewrite", style="own", instruction="As a pirate"), ["As a pirate"]),
        (Options(task="explain", reply_in="pt"), ["explain", "Portuguese"]),
        (Options(task="answer", instruction="Say no"), ["answer", "Say no", "English"]),
        (Options(task="summarise", keep_formatting=False), ["summarise", "without any Markdown"]),
    ],
)
async def test_the_model_is_told_the_task(app, models, options, words):
    models.add(Reply(text="Done."))
    made = await run(app, "Please send me the report by Monday morning.", options)
    assert (made.status, made.result) == ("complete", "Done.")
    system, user = models.last_request.body["messages"]
    assert all(word in system["content"] for word in words), system
    assert "Please send me the report" in user["content"]


async def test_what_is_known_is_used_and_noted(app, models):
    memory = Known(uuid4(), "fact", "Ana is a doctor.")
    term = Known(uuid4(), "term", "ward: enfermaria", Term("ward", "enfermaria", ("ala",)))
    runs = Runs(
        app.database, app.events, app.engines, Writer(app.preferences, app.providers),
        Friend(memory, term),
    )  # fmt: skip
    models.add(Reply(text="Done."))
    made = await run(app, "I am in the ward.", REWRITE, runs=runs)
    system = models.last_request.body["messages"][0]["content"]
    assert "Ana is a doctor." in system
    assert '"ward" is "enfermaria"' in system and 'never "ala"' in system
    assert [one["text"] for one in made.noted] == ["Ana is a doctor.", "ward: enfermaria"]
    (version,) = await versions(app, made.slate_id)
    assert version.noted == made.noted


async def test_formality_terms_and_memories_reach_the_interpreter(open_with):
    term = Known(uuid4(), "term", "ward", Term("ward", "enfermaria"))
    other = Known(uuid4(), "term", "boat", Term("boat", "barco"))
    memory = Known(uuid4(), "fact", "Ana is a doctor.")
    async with (
        MisbehavingServer(says("Estou na enfermaria com o senhor.")) as server,
        open_with(server, translation_engine="ai") as app,
    ):
        runs = Runs(
            app.database, app.events, app.engines,
            Writer(app.preferences, app.providers), Friend(term, other, memory),
        )  # fmt: skip
        options = Options(target="pt", formality="formal")
        made = await run(app, "I am in the ward with you.", options, runs=runs)
        told = server.requests[0].json["messages"][0]["content"]
    assert made.result == "Estou na enfermaria com o senhor."
    assert "formal" in told and "Ana is a doctor." in told
    assert "enfermaria" in told and "barco" not in told


async def test_a_language_nobody_can_tell_is_asked_for(app):
    failed = await run(app, "12345 67")
    assert (failed.status, failed.error_code) == ("failed", "refused")
    assert "choose the language" in failed.error
    told = await run(app, "12345 67", Options(source="en", target="pt"), failed.slate_id)
    assert (told.status, told.result) == ("complete", "12345 67")


async def test_an_empty_text_and_one_too_long_are_refused(app):
    slate = await app.slates.create(app.host_id)
    with pytest.raises(Refused, match="no text"):
        await app.slate_runs.start(app.host_id, slate.id, "  \n", TO_PORTUGUESE)
    with pytest.raises(TooLong):
        await app.slates.write(app.host_id, slate.id, "x" * (TEXT_LENGTH + 1), TO_PORTUGUESE)


async def test_alternatives_for_a_sentence_and_one_of_them_in_its_place(app, models):
    made = await run(app, "Where is the train station? Thank you very much.")
    sentence = "Onde está a estação de trem?"
    models.add(Reply(text="1. Onde fica a estação?\n- Cadê a estação de trem?\n" + sentence))
    found = await app.slate_runs.alternatives(app.host_id, made.slate_id, 0, sentence)
    assert found == ["Onde fica a estação?", "Cadê a estação de trem?"]
    assert "Where is the train station?" in models.last_request.body["messages"][-1]["content"]
    await app.slate_runs.amend(app.host_id, made.slate_id, 0, sentence, found[0])
    now = await app.slate_runs.last(app.host_id, made.slate_id)
    assert now.result == made.result.replace(sentence, found[0])
    newest, before = await versions(app, made.slate_id)
    assert (newest.result, before.result) == (now.result, made.result)
    with pytest.raises(NotFound):
        await app.slate_runs.amend(app.host_id, made.slate_id, 0, sentence, "x")


async def test_of_two_like_sentences_the_one_meant_is_replaced(app):
    made = await run(app, "Thank you.\nThank you.")
    first, second = made.result.split("\n")
    assert first == second
    await app.slate_runs.amend(app.host_id, made.slate_id, 0, first, "Valeu.", nth=1)
    now = await app.slate_runs.last(app.host_id, made.slate_id)
    assert now.result == f"{first}\nValeu."


async def test_nothing_is_amended_while_it_is_being_written(open_with):
    hangs = Answer(sse(chunk("An old "), done=False), then="hang")
    async with MisbehavingServer(hangs) as server, open_with(server) as app:
        slate = await app.slates.create(app.host_id)
        started = await app.slate_runs.start(app.host_id, slate.id, "A text.", REWRITE)
        await until(started, lambda now: now.result)
        with pytest.raises(Busy):
            await app.slate_runs.amend(app.host_id, slate.id, 0, "An", "The")


async def test_a_version_is_restored_with_its_text_options_and_result(app):
    made = await run(app, "Good morning.")
    await run(app, "Where is the train station?", slate_id=made.slate_id)
    _, first = await versions(app, made.slate_id)
    await app.slate_runs.restore(app.host_id, made.slate_id, first.id)
    slate = await app.slates.get(app.host_id, made.slate_id)
    back = await app.slate_runs.last(app.host_id, made.slate_id)
    assert (slate.text, back.result, back.status) == ("Good morning.", first.result, "complete")
    assert not back.stale
    assert len(await versions(app, made.slate_id)) == 2
    with pytest.raises(NotFound):
        await app.slate_runs.restore(app.host_id, made.slate_id, first.id + 1000)


async def test_a_draft_is_kept_as_typed_and_what_was_run_is_stale(app):
    made = await run(app, "Good morning.")
    await app.slates.write(app.host_id, made.slate_id, "Good morning, A", TO_PORTUGUESE)
    assert (await app.slates.get(app.host_id, made.slate_id)).text == "Good morning, A"
    assert (await app.slate_runs.last(app.host_id, made.slate_id)).stale
    assert len(await versions(app, made.slate_id)) == 1


async def test_slates_are_listed_and_found_by_anything_in_them(app):
    station = await run(app, "Where is the train station?")
    apple = await run(app, "An apple a day, 100% of it.")
    listed = await app.slates.list(app.host_id)
    assert [one.id for one in listed] == [apple.slate_id, station.slate_id]
    assert listed[1].title == "Where is the train station?"

    async def found(query) -> list[UUID]:
        return [one.id for one in await app.slates.list(app.host_id, query)]

    assert await found("TRAIN") == [station.slate_id]
    assert await found("estação") == [station.slate_id]
    assert await found("100%") == [apple.slate_id]
    assert await found("1_0%") == []
    await run(app, "Something else entirely.", slate_id=station.slate_id)
    assert await found("train") == [station.slate_id], "an older version holds it"
    await app.slates.rename(app.host_id, apple.slate_id, "Fruit")
    assert await found("fruit") == [apple.slate_id]


async def test_a_deleted_slate_is_gone_and_can_be_brought_back(app):
    made = await run(app, "Good morning.")
    await app.slates.delete(app.host_id, made.slate_id)
    assert await app.slates.list(app.host_id) == []
    for attempt in (
        app.slates.get(app.host_id, made.slate_id),
        app.slates.write(app.host_id, made.slate_id, "x", TO_PORTUGUESE),
        app.slate_runs.start(app.host_id, made.slate_id, "x", TO_PORTUGUESE),
        app.slates.versions(app.host_id, made.slate_id),
        app.slates.delete(app.host_id, made.slate_id),
    ):
        with pytest.raises(NotFound):
            await attempt
    await app.slates.undelete(app.host_id, made.slate_id)
    assert len(await versions(app, made.slate_id)) == 1
    await app.slates.delete(app.host_id, made.slate_id)
    await app.slates.forget_deleted(0)
    with pytest.raises(NotFound):
        await app.slates.undelete(app.host_id, made.slate_id)


async def test_nobody_reaches_the_slate_of_another(app):
    made = await run(app, "Good morning.")
    async with app.database.as_nobody() as conn:
        row = await (await conn.execute("SELECT local_user('bob') AS id")).fetchone()
    bob = row["id"]
    for attempt in (
        app.slates.get(bob, made.slate_id),
        app.slate_runs.last(bob, made.slate_id),
        app.slate_runs.start(bob, made.slate_id, "x", TO_PORTUGUESE),
        app.slates.versions(bob, made.slate_id),
        app.slates.rename(bob, made.slate_id, "x"),
    ):
        with pytest.raises(NotFound):
            await attempt
    assert await app.slates.list(bob) == []
    assert (await app.slates.get(app.host_id, made.slate_id)).text == "Good morning."


async def test_another_process_shows_a_run_and_can_stop_it(make_settings):
    hangs = Answer(sse(chunk("An old "), done=False), then="hang")
    async with MisbehavingServer(hangs) as server:
        settings = make_settings(openai_base_url=f"{server.url}/v1")
        async with open_app(settings) as here, open_app(settings) as there:
            slate = await here.slates.create(here.host_id)
            started = await here.slate_runs.start(here.host_id, slate.id, "A text.", REWRITE)
            await until(started, lambda now: now.result)
            assert (await there.slate_runs.last(here.host_id, slate.id)).status == "running"
            async with aclosing(there.slate_runs.watch(here.host_id, slate.id)) as looks:
                assert (await anext(looks)).status == "running"
                await there.slate_runs.stop(here.host_id, slate.id)
                async with asyncio.timeout(60):
                    while (await anext(looks)).status != "stopped":
                        pass
            assert started.status == "stopped"


async def test_what_was_forgotten_is_told_no_more_with_a_version(app, models):
    memory = await app.memories.create(app.host_id, "I am a doctor", pinned=True)
    models.add(Reply(text="Done."))
    made = await run(app, "I am in the ward.", REWRITE)
    (version,) = await versions(app, made.slate_id)
    assert [one["text"] for one in version.noted] == ["I am a doctor"]
    await app.memories.delete(app.host_id, [memory.id])
    await app.memory_index.catch_up_with(str(app.host_id))
    await app.memories.purge(0)
    (version,) = await versions(app, made.slate_id)
    assert version.noted == []
