"""Citations: held back until they are whole, dropped where nothing stands there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.intelligence.questions.citing import Citations, cited

ANSWER = "Ana brings the keys [1]. Kenji said so too [2][7], on Friday. See `a[0]` and [this](x)."


def citations(asked=None, known=(1, 2)):
    async def supports(sentence, number):
        if asked is not None:
            asked.append((sentence, number))
        return number in known

    return Citations(supports, "Nothing about that.")


async def shown(pieces, **how):
    one = citations(**how)
    return "".join([await one.take(piece) for piece in pieces]) + await one.rest()


async def test_what_stands_nowhere_is_not_cited():
    assert await shown([ANSWER]) == ANSWER.replace("[7]", "")
    assert await shown(["It is so [9]. And so [1]."]) == "It is so. And so [1]."


@given(st.data())
async def test_it_is_the_same_however_it_comes(data):
    cuts = sorted(data.draw(st.sets(st.integers(1, len(ANSWER) - 1), max_size=12)))
    pieces = [ANSWER[a:b] for a, b in zip([0, *cuts], [*cuts, len(ANSWER)], strict=True)]
    assert await shown(pieces) == await shown([ANSWER])


async def test_each_is_asked_for_the_sentence_it_belongs_to():
    asked = []
    await shown(["First. Ana brings the keys [1], and cake. [2]\nNew line【1】"], asked=asked)
    assert asked == [
        ("Ana brings the keys", 1),
        ("Ana brings the keys, and cake", 2),
        ("New line", 1),
    ]


async def test_several_in_one_bracket_come_apart():
    assert await shown(["So it is [1, 2, 5]."]) == "So it is [1][2]."


@pytest.mark.parametrize("pieces", [["NOTHING"], ["NOTH", "ING"], [" NOTHING", " at all"]])
async def test_a_model_that_finds_nothing_says_so_in_a_sentence(pieces):
    assert await shown(pieces) == "Nothing about that."


async def test_no_and_not_are_not_nothing():
    assert await shown(["N", "o, Ana did not [1]."]) == "No, Ana did not [1]."


async def test_a_bracket_that_never_closes_is_shown():
    assert await shown(["see [1 and more of it, far too long to be a citation"]) == (
        "see [1 and more of it, far too long to be a citation"
    )


def test_what_a_finished_reply_cites():
    assert cited("a [2] b [1][2] c【3】") == [2, 1, 3]
