"""Formulas as models write them, ready for Streamlit's Markdown."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ui.host.maths import Maths, with_formulas


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (r"Euler: \( e^{i\pi} \) holds", r"Euler: $e^{i\pi}$ holds"),
        ("\\[\nx^2\n\\]\nthen", "$$\nx^2\n$$\nthen"),
        ("$$x^2$$", "$$\nx^2\n$$"),
        ("$$a\n+b$$ and so on", "$$\na\n+b\n$$\n\nand so on"),
        ("so $$x$$ it is", "so $x$ it is"),
        ("- item\n  \\[ a \\]\n- next", "- item\n  $$\n  a\n  $$\n- next"),
        (r"a $3 \times 4$ b", r"a $3 \times 4$ b"),
    ],
)
def test_formulas(written, shown):
    assert with_formulas(written) == shown


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("It costs $5 and $10.", "It costs \\$5 and \\$10."),
        ("Take $x$; it costs $5 today.", "Take $x$; it costs \\$5 today."),
        ("set $HOME first", "set \\$HOME first"),
        ("$5", "\\$5"),
        ("C:\\(dir", "C:\\(dir"),
        ("already \\$5", "already \\$5"),
    ],
)
def test_prices_and_the_like_are_no_formulas(written, shown):
    assert with_formulas(written) == shown


@pytest.mark.parametrize(
    "code",
    [
        "`\\(a\\)` and `$x$`",
        "```tex\n\\[x\\] $5\n```\n",
        "~~~\n$$\nx\n$$\n~~~\n",
        "1. so\n   ```\n   \\(a\\)\n   ```\n",
        "``a ` \\(b\\)``",
    ],
)
def test_code_stays_as_it_is(code):
    assert with_formulas(code) == code


def test_after_code_formulas_are_formulas_again():
    assert with_formulas("```\n\\(a\\)\n```\n\\(b\\)") == "```\n\\(a\\)\n```\n$b$"
    assert with_formulas("`a` \\(b\\)") == "`a` $b$"


PIECES = st.sampled_from(
    [
        "\\(",
        "\\)",
        "\\[",
        "\\]",
        "$",
        "$$",
        "`",
        "```",
        "\n",
        "\n\n",
        " ",
        "x",
        "5",
        "word",
        "\\",
        "~",
    ]
)


@given(st.lists(PIECES, max_size=30))
@example(["$$", "x", "$$", " ", " ", "\n"])
def test_in_pieces_it_comes_to_the_same_and_nothing_given_is_taken_back(pieces):
    whole = with_formulas("".join(pieces))
    maths, given_out = Maths(), ""
    for piece in pieces:
        given_out += maths.feed(piece)
        assert whole.startswith(given_out)
    assert given_out + maths.end() == whole


def test_a_formula_that_never_ends_does_not_hold_up_the_reply():
    maths = Maths()
    assert maths.feed("it costs $a " + "word " * 100)
    assert maths.feed("\\[ " + "word " * 2000)
