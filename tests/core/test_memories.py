"""Memories: kept, found in any language, corrected, deleted for good; the index that follows."""

import asyncio

import pytest

from core.app import open_app
from core.embeddings import LocalEmbedder
from core.errors import NotFound, Refused
from core.queries import load


@pytest.fixture
async def user(app):
    return app.host_id


async def indexed(app):
    """Wait until the index holds everything."""
    async with asyncio.timeout(60):
        while not (await app.memory_index.differences()).none:
            await asyncio.sleep(0.02)
    await app.memory_index.catch_up_with(str(app.host_id))  # waits for the job to note it


async def texts(found):
    return [hit.memory.text for hit in await found]


async def test_what_was_created_is_found_at_once_by_its_words(app, user):
    await app.memories.create(user, "I am a vegetarian", "preference")
    assert await texts(app.recall.search(user, "vegetarian")) == ["I am a vegetarian"]


async def test_it_is_found_by_meaning_in_another_language(app, user):
    for text in (
        "I am a vegetarian", "My sister Ana lives in Lisbon", "I work as a nurse at night",
        "Our project is due in March", "I play the piano",
    ):  # fmt: skip
        await app.memories.create(user, text)
    await indexed(app)
    for question, answer in (
        ("Was darf ich nicht essen, Fleisch?", "I am a vegetarian"),
        ("¿Dónde vive mi hermana?", "My sister Ana lives in Lisbon"),
        ("我是做什么工作的？", "I work as a nurse at night"),
    ):
        assert (await texts(app.recall.search(user, question, 1))) == [answer], question


async def test_what_is_not_related_is_not_recalled(app, user):
    await app.memories.create(user, "I am a vegetarian")
    await indexed(app)
    assert (await app.recall.about(user, ["How do I sort a list in Python?"])).items == ()
    assert (await app.recall.about(user, ["What shall I cook tonight?"])).sentences


async def test_the_same_is_kept_once_and_what_cannot_be_is_refused(app, user):
    one = await app.memories.create(user, "I like tea.")
    two = await app.memories.create(user, "i  like TEA.")
    assert one.id == two.id
    for text, kind in (
        ("", "fact"),
        ("x" * 2001, "fact"),
        ("x", "joke"),
        ("no term at all is this sentence", "term"),
    ):
        with pytest.raises(Refused):
            await app.memories.create(user, text, kind)


async def test_what_was_proposed_is_kept_when_it_is_written_outright(app, user):
    proposed = await app.memories.create(user, "I like tea", status="proposed", origin="learned")
    kept = await app.memories.create(user, "I like tea")
    assert (kept.id, kept.status) == (proposed.id, "active")


async def test_what_was_declined_comes_back_as_a_proposal(app, user):
    kept = await app.memories.create(user, "I play the piano")
    proposed = await app.memories.create(user, "I like tea", status="proposed", origin="learned")
    gone = await app.memories.delete_all(user)
    await app.memories.bring_back(user, [one.id for one in gone])
    assert (await app.memories.get(user, proposed.id)).status == "proposed"
    assert (await app.memories.get(user, kept.id)).status == "active"


async def test_a_search_finds_one_kind_and_on_request_what_is_switched_off(app, user):
    off = await app.memories.create(user, "Ana likes tea", "person")
    await app.memories.create(user, "I like tea")
    await app.memories.update(user, off.id, enabled=False)
    assert await texts(app.recall.search(user, "tea")) == ["I like tea"]
    assert await texts(app.recall.search(user, "tea", kind="person")) == []
    assert await texts(app.recall.search(user, "tea", kind="person", off=True)) == ["Ana likes tea"]


async def test_a_correction_changes_what_it_is_found_by(app, user):
    memory = await app.memories.create(user, "I live in Rome")
    await indexed(app)
    await app.memories.update(user, memory.id, text="I live in Oslo")
    assert await texts(app.recall.search(user, "Oslo")) == ["I live in Oslo"]
    await indexed(app)
    assert await texts(app.recall.search(user, "Oslo")) == ["I live in Oslo"]
    assert await texts(app.recall.search(user, "Norwegian capital")) == ["I live in Oslo"]


async def test_what_was_deleted_is_never_found_again_unless_it_is_brought_back(app, user):
    memory = await app.memories.create(user, "I am allergic to nuts")
    await indexed(app)
    await app.memories.delete(user, [memory.id])
    assert await texts(app.recall.search(user, "allergic to nuts")) == []
    assert await app.memories.list(user) == []
    with pytest.raises(NotFound):
        await app.memories.get(user, memory.id)
    assert await app.memories.bring_back(user, [memory.id]) == 1
    assert await texts(app.recall.search(user, "nuts")) == ["I am allergic to nuts"]
    await app.memories.delete_all(user)
    await indexed(app)
    await app.memories.purge(0)
    assert await app.memories.bring_back(user, [memory.id]) == 0


async def test_a_replaced_one_stays_in_the_history(app, user):
    rome = await app.memories.create(user, "I live in Rome")
    oslo = await app.memories.create(user, "I live in Oslo", replaces=rome.id)
    bern = await app.memories.create(user, "I live in Bern", replaces=oslo.id)
    history = await app.memories.history(user, bern.id)
    assert [memory.text for memory in history] == ["I live in Oslo", "I live in Rome"]
    assert all(memory.valid_until for memory in history)
    assert await texts(app.recall.search(user, "live in")) == ["I live in Bern"]


async def test_a_switched_off_one_is_kept_but_not_used(app, user):
    memory = await app.memories.create(user, "I like short answers", "preference", pinned=True)
    assert (await app.recall.about(user, ["Hello"])).sentences == ("I like short answers",)
    await app.memories.update(user, memory.id, enabled=False)
    assert (await app.recall.about(user, ["short answers"])).items == ()
    await app.memories.switch_all(user, True)
    assert (await app.recall.about(user, ["short answers"])).items


async def test_a_term_is_known_where_its_word_stands(app, user):
    await app.memories.create(user, "Kunde = client, never customer", "term")
    known = await app.recall.about(user, ["Die Kunden warten"])
    assert [(term.source, term.target, term.never) for term in known.terms] == [
        ("Kunde", "client", ("customer",))
    ]
    assert (await app.recall.about(user, ["Die Leute warten"])).terms == ()


async def test_one_that_says_what_it_replaces_stays(app, user):
    memory = await app.memories.create(user, "I live in Rome")
    again = await app.memories.create(user, "I live in Rome", origin="learned", replaces=memory.id)
    assert again.id == memory.id
    assert [one.text for one in await app.memories.list(user)] == ["I live in Rome"]


async def test_fifty_who_recall_at_once_wait_for_no_connection_of_each_other(app, user):
    await app.memories.create(user, "I am a vegetarian")
    await indexed(app)
    async with asyncio.timeout(60):
        found = await asyncio.gather(
            *(app.recall.about(user, [f"vegetarian dish number {n}"]) for n in range(50))
        )
    assert all(known.sentences for known in found)


async def test_memories_fit_a_budget(app, user):
    for n in range(30):
        await app.memories.create(user, f"Fact {n} about tea: " + "very long " * 40, pinned=True)
    known = await app.recall.about(user, ["tea"])
    assert 0 < len(known.items) < 12


async def test_an_index_that_is_gone_is_made_anew_and_words_do_meanwhile(make_settings):
    settings = make_settings()
    async with open_app(settings) as app:
        await app.memories.create(app.host_id, "I am a vegetarian")
        await indexed(app)
    for file in (settings.data_dir / "index").rglob("*"):
        if file.is_file():
            file.write_bytes(b"nonsense")
    async with open_app(settings) as app:
        assert await texts(app.recall.search(app.host_id, "vegetarian")) == ["I am a vegetarian"]
        await indexed(app)
        assert await texts(app.recall.search(app.host_id, "Soll es Fleisch sein?")) == [
            "I am a vegetarian"
        ]
    assert list(settings.data_dir.glob("index-damaged-*"))


async def test_an_index_that_does_not_answer_leaves_the_words(make_settings):
    async with open_app(make_settings(chroma_url="http://127.0.0.1:9")) as app:
        await app.memories.create(app.host_id, "I am a vegetarian")
        assert await texts(app.recall.search(app.host_id, "vegetarian")) == ["I am a vegetarian"]
        assert (await app.recall.about(app.host_id, ["vegetarian food"])).items


async def test_a_model_that_does_not_load_leaves_the_words(make_settings):
    class Broken(LocalEmbedder):
        async def queries(self, texts):
            raise OSError("the file is cut off")

    async with open_app(make_settings(), embedder=Broken()) as app:
        await app.memories.create(app.host_id, "I am a vegetarian")
        assert (await app.recall.about(app.host_id, ["vegetarian food"])).sentences


async def test_what_differs_is_found_and_mended(app, user):
    kept = await app.memories.create(user, "I am a vegetarian")
    gone = await app.memories.create(user, "I play the piano")
    await indexed(app)
    space = app.memory_index.space
    await app.vectors.drop(space, user, [kept.number])
    vector = (await app.vectors.of(space, user, [gone.number]))[gone.number]
    await app.vectors.put(space, user, [999_999], vector[None], 2)
    found = await app.memory_index.differences(mend=True)
    assert (found.missing, found.orphans) == (1, 1)
    assert (await app.memory_index.differences()).none


async def test_another_embedder_fills_the_index_anew(app, user):
    await app.memories.create(user, "I am a vegetarian")
    await indexed(app)
    await app.memory_index.forget_all()
    heard = []
    assert await app.memory_index.catch_up(lambda done, total: heard.append((done, total))) == 1
    assert heard == [(1, 1)]
    assert (await app.memory_index.differences()).none


async def test_what_is_being_changed_is_indexed_once_it_is(app):
    """The index waits for no row: two that change several would wait for each other."""
    user = app.host_id
    texts = ("I live in Rome", "I live in Oslo")
    rome, oslo = [await app.memories.create(user, text) for text in texts]
    await indexed(app)
    async with app.database.as_user(user) as conn:
        await conn.execute("UPDATE memories SET pinned = true WHERE id = %s", [rome.id])
        marked = {"mark": "m", "numbers": [rome.number, oslo.number], "revisions": [1, 1]}
        async with asyncio.timeout(30), app.database.as_user(user) as other:
            rows = await (await other.execute(load("memories").indexed, marked)).fetchall()
    assert [row["number"] for row in rows] == [oslo.number]
