"""The index by meaning itself: what lies near a vector is found."""

from uuid import uuid4

import numpy as np

from core.app import open_app
from core.vectors import OWN_FROM, Vectors
from tests.core.test_memories import indexed, texts


def of_length_one(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


async def test_the_nearest_is_found_among_much_that_is_nearly_the_same(make_settings):
    chance, owner = np.random.default_rng(1), uuid4()
    said = chance.normal(size=(40, 384)) + 1  # whatever is said points one way
    kept = of_length_one(np.repeat(said, 200, axis=0) + chance.normal(0, 0.001, (8_000, 384)))
    chance.shuffle(kept)
    questions = of_length_one(said + chance.normal(0, 1, said.shape))
    vectors = Vectors(make_settings())
    await vectors.put("x", owner, range(len(kept)), kept, OWN_FROM)
    found = []
    for question in questions:
        best = set(np.argsort(-(kept @ question))[:10].tolist())
        there = {number for number, _ in await vectors.nearest("x", owner, question, 200)}
        found.append(len(best & there) / 10)
    await vectors.close()
    assert np.mean(found) > 0.95


async def test_of_some_numbers_the_nearest_are_found(make_settings):
    owner, vectors = uuid4(), Vectors(make_settings())
    await vectors.put("x", owner, [1, 2, 3], np.eye(3, dtype=np.float32), 3)
    question = of_length_one(np.array([[3.0, 2.0, 1.0]]))[0]
    assert [n for n, _ in await vectors.nearest("x", owner, question, 2)] == [1, 2]
    assert [n for n, _ in await vectors.nearest("x", owner, question, 5, [3, 2, 9])] == [2, 3]
    assert await vectors.nearest("x", owner, question, 5, []) == []
    await vectors.close()


async def test_what_an_older_parley_put_there_is_made_anew(make_settings, monkeypatch):
    settings = make_settings()
    monkeypatch.setattr("core.chroma._MARKER", "parley-index")
    async with open_app(settings) as app:
        await app.memories.create(app.host_id, "I am a vegetarian")
        await indexed(app)
        older = await app.vectors.identity()
    monkeypatch.undo()
    async with open_app(settings) as app:
        assert await app.vectors.identity() != older
        await indexed(app)
        assert await texts(app.recall.search(app.host_id, "Soll es Fleisch sein?")) == [
            "I am a vegetarian"
        ]
