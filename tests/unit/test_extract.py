"""Summaries and topics without a model, in any script; answers of models, however they come."""

import json
from collections import Counter
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from core.intelligence.answer import read_answer
from core.intelligence.extract import MOST, extract, pick
from core.intelligence.keywords import keywords
from core.intelligence.talk import Said, Talk
from core.intelligence.writer import packed, pieces


def talk(*lines, kind="room", language="en"):
    said = [
        Said(n, "user", who, False, spoken, text, None, False, None, None, datetime.now(UTC))
        for n, (who, spoken, text) in enumerate(lines, 1)
    ]
    return Talk(uuid4(), kind, "user", language, len(said), said)


@pytest.mark.parametrize(
    ("language", "texts", "expected"),
    [
        ("en", ["Hotels in the old town of Lisbon?", "Lisbon has hotels."], "Lisbon"),
        ("de", ["Wann ist die Sitzung?", "Die Sitzung ist am Freitag."], "Sitzung"),
        ("ru", ["Когда собрание?", "Собрание в пятницу утром"], "собрание"),
        ("ar", ["متى الاجتماع القادم؟", "الاجتماع يوم الجمعة في المكتب"], "الاجتماع"),
        ("hi", ["बैठक कब है?", "बैठक शुक्रवार को है"], "बैठक"),
        ("zh", ["项目会议改到星期五。", "好的，项目会议我来通知。"], "项目会议"),
        ("ja", ["会議室は予約しましたか？", "はい、会議室を予約しました。"], "会議室"),
        ("ko", ["회의는 금요일이에요.", "회의를 금요일에 해요."], "금요일"),
        ("th", ["ประชุมวันศุกร์", "วันศุกร์ไม่ว่าง"], "วันศุกร์"),
    ],
)  # fmt: skip
def test_topics_are_what_is_said_again_and_again(language, texts, expected):
    found = keywords([(text, language) for text in texts])
    assert expected.casefold() in [one.casefold() for one in found]


def test_code_addresses_and_words_that_say_nothing_are_no_topics():
    text = "Is it the one that we had? ```python\nimport secret\nsecret()``` https://secret.example"
    assert keywords([(text, "en"), (text, "en")]) == []


def test_the_sentences_that_stand_for_the_others_are_picked():
    of = [
        "the train to Lisbon leaves at night", "the train to Lisbon is cheap at night",
        "we book the night train to Lisbon", "my cat sleeps", "Lisbon by night train it is",
    ]  # fmt: skip
    assert 3 not in pick([Counter(one.split()) for one in of], 2)


def test_an_extract_names_who_said_it_and_claims_no_more_than_it_knows():
    lines = [("Ana", "pt", f"O comboio para Lisboa parte às {n} horas da noite.") for n in range(9)]
    draft = extract(talk(*lines))
    assert draft.text.startswith("Ana: O comboio para Lisboa")
    assert len(draft.text.splitlines()) == 3
    assert (draft.model, draft.sentiment, draft.decisions, draft.title) == (None, None, [], "")
    assert draft.language == "pt"


def test_an_extract_of_very_much_is_quick():
    lines = [("A", "en", f"Sentence number {n} speaks of word{n % 50} and thing{n % 7}.")
             for n in range(4 * MOST)]  # fmt: skip
    assert len(extract(talk(*lines)).text.splitlines()) == 5


def test_one_short_word_is_its_own_extract():
    assert extract(talk(("Ana", "en", "Hi"))).text == "Hi"


@pytest.mark.parametrize(
    "answer",
    [
        'Sure!\n```json\n{"summary": "S", "decisions": [{"text": "D", "message": 2}],}\n```',
        '<think>{"summary": "no"}</think>'
        '{"summary": "S", "decisions": [{"what": "D", "message": "#2"}]}',
        'A {brace} and {"summary": "S", "decisions": [{"text": "D", "said_in": [2, 9]}]} at last',
    ],
)
def test_answers_are_read_however_they_are_wrapped(answer):
    draft = read_answer(answer, {2: 77}, "en")
    assert draft.text == "S"
    assert [(one.text, one.message_id) for one in draft.decisions] == [("D", 77)]


@pytest.mark.parametrize(
    "answer",
    ["", "no", "{", "[]", '{"summary": ""}', '{"summary": null}', '{"topics": 3}', "{" * 9999],
)
def test_what_is_no_summary_is_none(answer):
    assert read_answer(answer, {1: 1}, "en") is None


@pytest.mark.parametrize(
    ("said", "is_"),
    [(0.4, 0.4), ("0.4", 0.4), (7, 1), ("Negative", -0.6), (None, None), ("?", None), (True, None),
     ("nan", None)],
)  # fmt: skip
def test_a_mood_is_understood_in_numbers_and_words(said, is_):
    assert read_answer(json.dumps({"summary": "S", "sentiment": said}), {}, "en").sentiment == is_


@pytest.mark.parametrize("topics", [3, {"a": 1}, None, [None, 3], "a"])
def test_odd_topics_do_no_harm(topics):
    draft = read_answer(json.dumps({"summary": "S", "topics": topics}), {}, "en")
    assert draft.topics in ([], ["a"])


def test_parts_hold_every_line_in_order_and_fit():
    lines = [f"line {n} " * (n % 5 + 1) for n in range(50)]
    parts = packed(lines, 60, len)
    assert [line for part in parts for line in part] == lines
    assert all(sum(len(line) + 1 for line in part) <= 60 or len(part) == 1 for part in parts)
    text = "word " * 500
    assert "".join(pieces(text, 100, len)) == text
    assert max(len(piece) for piece in pieces(text, 100, len)) <= 100
