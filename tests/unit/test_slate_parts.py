"""A long text is cut where nothing is broken, and its parts are the text again."""

from hypothesis import given, settings
from hypothesis import strategies as st

from core.slates.parts import Part, split

PIECES = st.sampled_from(
    [
        "One sentence here. ", "Another one! ", "is it? ", "A **bold word** and *more* ", "\n",
        "\n\n", "\r\n", "- a point\n", "# A heading\n\n", "```python\nx = 1\n\ny = 2\n```\n",
        "[a link. with dots](https://example.org/a.b?c=d) ", "| a | b |\n|---|---|\n| 1 | 2 |\n",
        "你好。今天天气很好。", "مرحبا بالعالم. ", "🎉 ", "> quoted. words. \n", "word " * 60,
        "x" * 400, "`code. here` ", "~~~\nopen fence\n", "   ", "\t", "\u2028", "e.g. this. ",
    ]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join), st.integers(20, 600))
def test_the_parts_joined_are_the_text(text, limit):
    assert "".join(part.text for part in split(text, limit)) == text


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300), st.integers(1, 50))
def test_so_are_those_of_any_text(text, limit):
    assert "".join(part.text for part in split(text, limit)) == text


@given(st.text(max_size=50), st.text(max_size=50))
def test_a_part_gives_its_space_to_what_is_made_of_it(text, made):
    part = Part(text)
    assert part.around(part.body) == text
    assert part.around(made).strip() == made.strip() or not part.body


def test_a_short_text_is_one_part_and_an_empty_one_is_none():
    assert split("Hello.\n\nBye.", 100) == [Part("Hello.\n\nBye.")]
    assert split("", 100) == []


def test_parts_end_with_a_paragraph_where_they_can():
    text = "\n\n".join(f"Paragraph {n}. It has two sentences." for n in range(40))
    parts = split(text, 200)
    assert len(parts) > 5
    assert all(part.text.endswith("\n\n") for part in parts[:-1])
    assert all(len(part.text) <= 200 for part in parts)


def test_a_long_paragraph_is_cut_after_a_sentence():
    text = " ".join(f"This is sentence number {n} of a long paragraph." for n in range(60))
    parts = split(text, 300)
    assert len(parts) > 8
    assert all(part.body.endswith(".") for part in parts)
    assert all(len(part.text) <= 300 for part in parts)


def test_a_code_block_is_never_cut_and_a_long_one_is_kept():
    code = "```python\n" + "\n\n".join(f"value_{n} = {n}. " for n in range(60)) + "\n```\n"
    parts = split(f"Before it.\n\n{code}\nAfter it.", 200)
    assert [part.kept for part in parts] == [False, True, False]
    assert code in parts[1].text


def test_emphasis_and_links_stay_whole():
    bold = "**" + "All of it is bold. " * 10 + "End.**"
    link = "[" + "One. Two. Three. " * 6 + "](https://example.org)"
    for part in split(f"{'Some words before. ' * 5}{bold} and {link} {'After. ' * 30}", 60):
        assert part.text.count("**") % 2 == 0, part
        assert part.text.count("[") == part.text.count("]("), part


def test_a_change_at_the_beginning_moves_few_cuts():
    paragraphs = [f"Paragraph {n} says this. And that, {n * 7} times." for n in range(200)]
    before = {part.text for part in split("\n\n".join(paragraphs), 400)}
    paragraphs[0] = "An entirely new beginning, rather longer than the old one was before."
    after = split("\n\n".join(paragraphs), 400)
    assert sum(part.text not in before for part in after) <= 4
