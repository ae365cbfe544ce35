"""What was said is found again: by words, by meaning, in any language."""

from datetime import UTC, datetime
from functools import partial

import pytest

from core.intelligence.search import looking
from core.intelligence.search.query import Filter
from core.recall import essential


async def test_what_was_said_is_found_by_its_words_and_by_its_meaning(past, find):
    past.chat("How do I bake sourdough bread?", "Feed the starter twice a day.")
    past.chat("Which train goes to Kyoto?", "The Shinkansen from Tokyo, every ten minutes.")
    assert (await find("sourdough"))[0] == "How do I bake sourdough bread?"
    assert (await find("railway connection in Japan"))[0].startswith(("Which train", "The Shink"))


async def test_another_language_finds_it(past, find):
    past.chat("Meine Katze schläft den ganzen Tag", "Das ist bei Katzen üblich.", language="de")
    past.chat("How do I repair a bicycle tyre?", "Take the wheel off first.")
    assert "Katze" in (await find("my cat sleeps all day"))[0]


async def test_languages_without_spaces_are_found_by_their_words(past, find):
    past.chat("明日の会議は午後三時からです", "わかりました。", language="ja")
    past.chat("会议改到星期五上午", "好的。", language="zh")
    assert (await find("午後三時"))[0] == "明日の会議は午後三時からです"
    assert (await find("星期五"))[0] == "会议改到星期五上午"


async def test_operators_ask_for_the_very_words_and_against_others(past, find):
    past.chat("the red house on the hill", "the hill of the house, red", "a red car", "a blue car")
    assert await find('"red house"') == ["the red house on the hill"]
    found = await find("car -blue")
    assert found[0] == "a red car"
    assert "a blue car" not in found


async def test_filters_let_through_what_they_say(app, past, find):
    room = past.room(("Ana", "I will bring the keys", "en"), (None, "Thank you for the keys", "en"))
    past.chat("Where are my keys?", "I cannot know where the keys are.", model="gpt-x")
    assert await find("keys", Filter(people=("ana",))) == ["I will bring the keys"]
    assert await find("keys", Filter(models=("gpt-x",))) == ["I cannot know where the keys are."]
    assert set(await find("keys", Filter(conversation=room))) == {
        "I will bring the keys", "Thank you for the keys"}  # fmt: skip
    assert set(await find("keys", Filter(people=("",)))) == {
        "Thank you for the keys", "Where are my keys?"}  # fmt: skip


async def test_whom_the_question_names_comes_first(past, find):
    past.room(
        ("Ana", "I promise to send the invoice tomorrow", "en"),
        ("Kenji", "I promise to send the invoice today", "en"),
    )
    assert (await find("what did Kenji promise about the invoice"))[0].endswith("today")
    assert (await find("what did Ana promise about the invoice"))[0].endswith("tomorrow")


async def test_a_translation_is_found_by_its_words(app, past, find):
    past.room(("Ana", "A chave está debaixo do tapete", "pt"))
    past.translate("A chave está debaixo do tapete", "The key is under the doormat")
    await find("doormat")
    hit = (await app.search.find(app.host_id, "doormat", semantic=False)).hits[0]
    assert hit.excerpt.text == "A chave está debaixo do tapete"
    [(begin, end)] = hit.translation.marks
    assert hit.translation.text[begin:end] == "doormat"


async def test_what_is_still_being_typed_finds_already(past, find):
    past.chat("A recipe for pumpkin soup", "Roast the pumpkin first.")
    assert await find("pumpk", semantic=False) == []
    assert len(await find("pumpk", semantic=False, typing=True)) == 2


async def test_what_is_deleted_is_not_found_and_what_is_restored_is(app, past, find):
    chat = past.chat("My secret is a purple elephant", "I see.")
    assert await find("purple elephant")
    await app.conversations.delete(app.host_id, chat)
    assert await find("purple elephant") == []
    await app.conversations.restore(app.host_id, chat)
    assert await find("purple elephant")


async def test_what_is_gone_for_good_leaves_nothing_behind(app, past, find):
    chat = past.chat("My secret is a purple elephant", "I see.")
    assert await find("purple elephant")
    await app.conversations.delete(app.host_id, chat)
    await app.conversations.purge(0)
    await app.passage_index.catch_up()
    async with app.database.as_user(app.host_id) as conn:
        for table in ("passages", "lexicon", "gone_passages", "unread_passages"):
            assert await (await conn.execute(f"SELECT * FROM {table}")).fetchall() == [], table
        totals = await (await conn.execute("SELECT * FROM lexicon_totals")).fetchone()
    assert (totals["passages"], round(totals["length"])) == (0, 0)
    assert (await app.passage_index.differences()).none


async def test_what_stands_everywhere_is_not_marked_beside_what_is_rare(app, past, find):
    past.chat(*(f"This is the tide at buoy {n}" for n in range(40)))
    past.chat("Where is the heron?", "Over there.")
    await find("where is the heron")
    hit = (await app.search.find(app.host_id, "where is the heron", semantic=False)).hits[0]
    assert set(hit.words) == {"where", "heron"}
    only = (await app.search.find(app.host_id, "is the", semantic=False)).hits[0]
    assert set(only.words) == {"is", "the"}


async def test_a_word_alone_is_found_in_its_other_forms(past, find):
    past.chat("The pomegranate is ripe", "Good.", "Die Granatäpfel sind reif", "Gut.")
    assert await find("pomegranates", semantic=False)


@pytest.mark.parametrize("typing", [False, True])
@pytest.mark.parametrize("word", ["pears", "pear", "apples", "apple"])
async def test_in_which_form_ever_what_says_it_comes_before_what_stands_beside(
    past, find, word, typing
):
    past.chat("Apples are red", "Some are green.", "Pears are green", "Some are red.")
    past.chat("A pomegranate has many seeds", "Hundreds of them.")
    assert word in (await find(word, semantic=False, typing=typing))[0].lower()


TIDES = [f"This is the tide at buoy {n}" for n in range(40)]
LONG_AGO, SOME_DAY = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


async def test_of_what_stands_nearly_everywhere_the_newest_is_found(past, find, monkeypatch):
    monkeypatch.setattr(looking, "_NEWEST", 5)
    past.chat(*TIDES)
    assert set(await find("the tide", semantic=False)) == set(TIDES[-5:])
    assert set(await find("the ti", semantic=False, typing=True)) == set(TIDES[-5:])
    period = Filter(since=LONG_AGO, until=SOME_DAY)
    assert set(await find("the tide", period, semantic=False)) == set(TIDES[-5:])
    assert await find("the tide", Filter(since=SOME_DAY), semantic=False) == []
    assert TIDES[0] in await find('"buoy 0"', semantic=False)


async def test_frequent_words_order_what_rarer_ones_find(past, find, monkeypatch):
    monkeypatch.setattr(looking, "essential", partial(essential, enough=3))
    past.chat(*TIDES, "The heron flew away", "Good.", "The heron waits for the tide", "Good.")
    found = await find("heron tide", semantic=False)
    assert found[0] == "The heron waits for the tide"
    assert found[1] == "The heron flew away"


async def test_warming_up_opens_the_index_where_there_is_something_in_it(app, past, monkeypatch):
    asked = []
    nearest = app.passage_index.nearest
    monkeypatch.setattr(app.passage_index, "nearest", lambda *a: asked.append(a[1]) or nearest(*a))
    await app.search.warm(app.host_id)
    assert not asked
    past.chat("The heron flew away", "Good.")
    await app.reader.catch_up()
    await app.search.warm(app.host_id)
    assert len(asked) == 1
