import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.titles import first_words


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Hello", "Hello"),
        ("  two\n lines ", "two lines"),
        ("日本語" * 30, ("日本語" * 30)[:60] + "…"),
        (
            "How do I get from the central station to the harbour, if I may ask, by boat?",
            "How do I get from the central station to the harbour, if I…",
        ),
    ],
)
def test_the_beginning_of_a_text_is_its_title(text, title):
    assert first_words(text) == title


@given(st.text(min_size=1, max_size=500))
def test_a_title_is_one_short_line(text):
    title = first_words(text)
    assert len(title) <= 61
    assert "\n" not in title
