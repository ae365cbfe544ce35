import numpy as np
import pytest

from core.recall import Collection, Postings, essential, shares

MANY = Collection(1000, 10)


def posting(ids, frequency=None, weight=1.0, length=10.0):
    return Postings(ids, [weight] * len(ids), [length] * len(ids), frequency or len(ids))


def test_all_of_a_question_is_a_share_of_one():
    ids, share = shares(["rome", "trip"], {"rome": posting([1]), "trip": posting([1, 2])}, MANY)
    assert ids.tolist() == [1, 2]
    assert share[0] == pytest.approx(1)
    assert 0 < share[1] < 0.5


def test_one_chance_word_of_many_is_next_to_nothing():
    question = ["que", "2023", "comio", "perro", "jardin"]
    _, share = shares(question, {"2023": posting(list(range(200)))}, MANY)
    assert share.max() < 0.1


def test_rare_words_count_more_than_frequent_ones():
    posted = {"the": posting([1], frequency=900), "zebra": posting([2], frequency=1)}
    _, share = shares(["the", "zebra"], posted, MANY)
    assert share[1] > 10 * share[0]


def test_a_short_memory_counts_more_than_a_long_one():
    posted = {"x": Postings([1, 2], [1, 1], [5, 50], 2)}
    _, share = shares(["x"], posted, MANY)
    assert share[0] > share[1]


def test_nothing_found_is_no_memories():
    ids, share = shares(["x"], {}, MANY)
    assert len(ids) == len(share) == 0
    ids, _ = shares(["x"], {"x": Postings([], [], [], 5)}, MANY)
    assert len(ids) == 0


def test_columns_may_be_arrays():
    columns = np.array([3]), np.array([1.0]), np.array([10.0])
    assert shares(["x"], {"x": Postings(*columns, 1)}, MANY)[0].tolist() == [3]


def test_frequent_words_are_not_read_in_full_once_there_is_enough():
    assert essential({"the": 9000, "rome": 20, "trip": 300}, enough=1000) == {"rome", "trip"}
    assert essential({"the": 9000}, enough=1000) == {"the"}
    assert essential({}) == set()
