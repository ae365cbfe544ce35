import pytest

from core.recall import Candidates, Collection, Postings, ask, by_speaker, index, rank

MANY = Collection(1000, 10)


def posting(*ids):
    return Postings(ids, [1.0] * len(ids), [10.0] * len(ids), len(ids))


def order(question, **found):
    return [id for id, _ in rank(ask(question), Candidates(MANY, floor=0.75, **found))]


def test_found_by_both_comes_first():
    found = order("rome", postings={"rome": posting(1, 2)}, similar={2: 0.85, 3: 0.86})
    assert found[0] == 2
    assert set(found) == {1, 2, 3}


def test_without_words_in_common_meaning_decides():
    similar = {1: 0.80, 2: 0.83, 3: 0.78}
    assert order("¿qué?", similar=similar) == [2, 1, 3]


def test_a_chance_word_does_not_overrule_meaning():
    question = "cuando fue maria a la playa en 2023"
    found = order(question, postings={"2023": posting(*range(100, 400))}, similar={1: 0.84})
    assert found[0] == 1


def test_meaning_below_the_floor_still_has_an_order():
    assert order("?", similar={1: 0.70, 2: 0.74}) == [2, 1]


def test_words_alone_rank_too_and_nothing_ranks_nothing():
    assert order("rome trip", postings={"rome": posting(1, 2), "trip": posting(2)}) == [2, 1]
    assert order("rome") == []


def test_equal_memories_come_newest_first():
    assert order("rome", postings={"rome": posting(1, 7, 4)}) == [7, 4, 1]


def test_who_is_named_is_moved_up():
    question = ask("What did Ana eat?", speakers=["Ana", "Ben"])
    ranking = [(1, 0.6), (2, 0.5), (3, 0.1)]
    moved = by_speaker(question, ranking, {1: "Ben", 2: "Ana", 3: "Ana"})
    assert [id for id, _ in moved] == [2, 1, 3]
    nobody = ask("What was eaten?", speakers=["Ana", "Ben"])
    assert by_speaker(nobody, ranking, {2: "Ana"}) == ranking


@pytest.mark.parametrize(
    ("text", "passage", "speakers"),
    [
        ("When did Maria's dog run?", "When did dog run?", {"Maria"}),
        ("Marianne runs", "Marianne runs", set()),
        ("Was hat maria gesagt?", "Was hat gesagt?", {"Maria"}),
        ("李华喜欢什么？", "喜欢什么？", {"李华"}),
        ("Maria?", "Maria?", {"Maria"}),
    ],
)
def test_names_of_speakers_are_not_looked_for(text, passage, speakers):
    question = ask(text, speakers=["Maria", "李华", ""])
    assert question.passage == passage
    assert question.speakers == speakers


def test_neighbours_count_half_and_are_not_embedded():
    kept = index("To Rome", around=["Where did you go to?", "Nice!"], language="en")
    assert kept.words["rome"] == 1
    assert kept.words["where"] == 0.5
    assert kept.words["to"] == 1.5
    assert kept.length == sum(kept.words.values())
    assert kept.passage == "To Rome"
