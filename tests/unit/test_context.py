import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.context import PER_MESSAGE, UNKNOWN_WINDOW, fit
from core.errors import ContextTooLong
from core.providers.port import ChatMessage


def turns(*texts):
    return [ChatMessage("user" if i % 2 == 0 else "assistant", t) for i, t in enumerate(texts)]


def test_all_fits_in_a_large_window():
    spoken = turns("a", "b", "c")
    assert fit("be kind", spoken, 10_000, len) == [ChatMessage("system", "be kind"), *spoken]


def test_the_oldest_turns_are_dropped_and_the_system_text_never():
    spoken = turns("x" * 100, "y" * 100, "z" * 100, "w" * 100, "question")
    fitted = fit("system", spoken, 400, len)
    assert fitted[0] == ChatMessage("system", "system")
    assert [m.text[0] for m in fitted[1:]] == ["z", "w", "q"]


def test_a_reply_never_stands_without_its_question():
    spoken = turns("x" * 100, "y" * 100, "question")
    assert [m.role for m in fit("s", spoken, 200, len)] == ["system", "user"]


def test_a_message_larger_than_the_window_says_what_to_do():
    with pytest.raises(ContextTooLong, match="Shorten it"):
        fit("s", turns("x" * 1000), 100, len)


@given(st.lists(st.text(max_size=300), min_size=1, max_size=30), st.integers(64, 4096))
def test_what_is_kept_leaves_a_quarter_of_the_window_free(texts, window):
    try:
        fitted = fit("s", turns(*texts), window, len)
    except ContextTooLong:
        return
    used = sum(len(m.text) + PER_MESSAGE for m in fitted)
    assert used <= window - window // 4
    assert [m.text for m in fitted[1:]] == texts[len(texts) - len(fitted) + 1 :]


def test_an_unknown_window_is_taken_as_a_modest_one():
    with pytest.raises(ContextTooLong):
        fit("s", turns("x" * UNKNOWN_WINDOW), None, len)
