"""Conversations as PDF: what is read out of the pages is what was said, in every script."""

import base64
import io
from datetime import UTC, datetime, timedelta

import pypdfium2
import pytest
from PIL import Image

from core.errors import ExportFailed
from core.exports import pdf
from core.exports.document import Document, Message, Participant, Translation
from tests.unit.scripts import SENTENCES

T = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def chat(*texts, languages=None, title="A talk"):
    """A chat of these messages, one after the other."""
    messages = [
        Message(
            parent=place or None,
            role="assistant" if place % 2 else "user",
            text=text,
            language=(languages or ["en"])[place % len(languages or ["en"])],
            created_at=T + timedelta(seconds=place),
        )
        for place, text in enumerate(texts)
    ]
    return Document(
        kind="chat", title=title, created_at=T, updated_at=T, visible=len(texts), messages=messages
    )


def pages(document):
    return pypdfium2.PdfDocument(pdf.write(document))


def text(document):
    """All that is read out of the pages, lines joined by a blank."""
    said = "\n".join(page.get_textpage().get_text_range() for page in pages(document))
    return " ".join(said.replace("\ufffe", "").split())


def ink(page, *, side=None):
    """How much of a page, or of its left or right half, is printed: 0 to 1."""
    picture = page.render(scale=1, grayscale=True).to_pil()
    width, height = picture.size
    left = width // 2 if side == "right" else 0
    part = picture.crop((left, 0, width // 2 if side == "left" else width, height))
    dark = sum(part.histogram()[:160])
    return dark / (part.width * part.height)


@pytest.mark.parametrize("language", SENTENCES)
def test_what_is_read_is_what_was_said(language):
    sentence = SENTENCES[language]
    assert sentence in text(chat(sentence, languages=[language]))


@pytest.mark.parametrize("language", SENTENCES)
def test_a_paragraph_of_many_lines_is_read_in_its_order(language):
    sentence = SENTENCES[language]
    many = " ".join([sentence] * 12)
    # A line's end is a blank or, where a script has none, nothing.
    assert many.replace(" ", "") in text(chat(many, languages=[language])).replace(" ", "")


@pytest.mark.parametrize("language", ["ta", "bn", "hi", "th", "ar"])
def test_the_text_ends_before_the_edge_of_the_page(language):
    (page,) = pages(chat(SENTENCES[language], languages=[language]))
    found = page.get_textpage()
    right = max(found.get_charbox(n, loose=True)[2] for n in range(found.count_chars()))
    assert right < page.get_width()


def test_all_scripts_stand_in_one_document():
    said = text(chat(*SENTENCES.values(), languages=list(SENTENCES), title="Ἑλλάς عربى 日本"))
    assert [one for one in SENTENCES.values() if one not in said] == []


def test_scripts_mixed_in_a_line_are_read_as_said():
    mixed = "The word سلام means peace, שלום too, and 平和 as well."
    assert mixed in text(chat(mixed))


def test_every_word_is_drawn():
    (page,) = pages(chat(SENTENCES["ar"], languages=["ar"]))
    nothing = next(iter(pages(chat("", languages=["ar"]))))
    assert ink(page) > ink(nothing) * 1.2


def test_text_from_the_right_stands_at_the_right():
    (right,) = pages(chat(*["שלום"] * 12, languages=["he"]))
    (left,) = pages(chat(*["Word"] * 12))
    assert ink(right, side="right") > 5 * ink(left, side="right")


def test_code_tables_lists_headings_and_quotes_are_set():
    said = text(
        chat(
            "# Head\n\n- one\n- two\n\n1. first\n\n> quoted\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n"
            "```python\ndef f(x):\n    return x  # why\n```\n\n~~old~~ **bold** `mono`"
        )
    )
    for part in ("Head", "• one", "1. first", "quoted", "a b 1 2", "def f(x):", "# why", "mono"):
        assert part in said
    assert "```" not in said
    assert "**" not in said


def test_a_formula_is_set_or_stands_as_it_was_typed():
    said = text(chat(r"So $\frac{a}{b} = \sqrt{x^2}$ and $$\sum_{i=1}^n i$$ and $\nonsense{$ here"))
    assert r"\frac" not in said
    assert "∑" in said
    assert r"\nonsense{" in said


def test_prices_are_no_formulas():
    assert "It costs $5 or $6 today" in text(chat("It costs $5 or $6 today"))


def test_an_image_of_the_message_is_shown_and_others_are_not_fetched():
    out = io.BytesIO()
    Image.new("RGB", (300, 200), "black").save(out, "PNG")
    data = base64.b64encode(out.getvalue()).decode()
    (page,) = pages(chat(f"Look: ![square](data:image/png;base64,{data})"))
    assert ink(page) > 0.05
    assert "[far]" in text(chat("![far](http://127.0.0.1:9/x.png)"))
    assert "[torn]" in text(chat("![torn](data:image/png;base64,AAAA)"))


HOSTILE = [
    '#read("/etc/passwd")',
    '#image("/etc/passwd")',
    '`#read("conversation.typ")`',
    '```typ\n#read("/etc/passwd")\n```',
    '#import "@preview/example:0.1.0": *',
    '"] #panic("out") #["',
    '$#read("/etc/passwd")$',
    '\\u{23}eval("1+1")',
    "![x](../../../../etc/passwd)",
    "![x](file:///etc/passwd)",
    "<script>alert(1)</script> <img src=/etc/passwd>",
    r"$\input{/etc/passwd}$",
    "]]></x>&lt;&amp;",
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_said_is_a_command(hostile):
    said = text(chat(hostile, title=hostile))
    assert "root:" not in said
    assert "json(" not in said
    if "#" in hostile:
        assert "#" in said


def test_links_go_only_to_the_web():
    said = pdf.write(chat("[a](https://example.org/x) [b](javascript:alert(1)) [c](file:///etc)"))
    assert b"https://example.org/x" in said
    assert b"javascript" not in said
    assert b"file:///" not in said


def test_a_link_too_long_for_a_page_stands_as_its_words():
    fits, longer = ("https://example.org/" + "x" * (length - 20) for length in (8000, 8001))
    said = pdf.write(chat(f"[one]({fits}) [two]({longer})"))
    assert fits.encode() in said
    assert longer.encode() not in said
    assert "two" in text(chat(f"[two]({longer})"))


@pytest.mark.parametrize(("said", "times"), [("No formula", 1), ("$x$", 2), ("$$\nx\n$$", 2)])
def test_what_typst_refuses_is_set_again_only_without_its_formulas(monkeypatch, said, times):
    tried = []

    def refuse(*_, **__):
        tried.append(said)
        raise ExportFailed

    monkeypatch.setattr(pdf, "_typeset", refuse)
    with pytest.raises(ExportFailed):
        pdf.write(chat(said))
    assert len(tried) == times


def room():
    """A room of two who read each other in their languages."""
    people = [
        Participant(language="en", host=True, joined_at=T),
        Participant(name="ليلى", language="ar", joined_at=T),
    ]
    english, arabic = "Where do we meet tomorrow?", "نلتقي في المقهى الكبير"
    messages = [
        Message(role="user", participant=0, author="Host", language="en", text=english,
                created_at=T, translations=[Translation(
                    language="ar", text="أين نلتقي غدا؟", created_at=T)]),
        Message(role="user", participant=1, author="ليلى", language="ar", text=arabic, quote=1,
                created_at=T, translations=[Translation(
                    language="en", text="We meet in the big café", created_at=T)]),
    ]  # fmt: skip
    return Document(
        kind="room", title="Kitchen", language="en", created_at=T, updated_at=T, visible=2,
        participants=people, messages=messages,
    )  # fmt: skip


def test_a_room_shows_original_and_translation_side_by_side():
    (page,) = pages(room())
    found = page.get_textpage()
    places = {}
    for words in ("Where do we", "We meet in the big", "نلتقي في المقهى الكبير", "أين نلتقي"):
        index, _ = found.search(words).get_next() or (None, 0)
        assert index is not None, words
        places[words] = found.get_charbox(index)
    width = page.get_width()
    assert places["Where do we"][0] < width / 3
    assert places["We meet in the big"][0] > width / 2
    assert abs(places["Where do we"][1] - places["أين نلتقي"][1]) < 12
    assert "ليلى" in found.get_text_range()


@pytest.mark.parametrize(("one", "other"), [("ar", "hi"), ("en", "th"), ("th", "ar")])
def test_long_messages_stay_in_their_columns_over_many_pages(one, other):
    """Sentence after sentence the same: PDFium leaves out what it takes for a shadow."""
    said = [Translation(language=other, text=" ".join([SENTENCES[other]] * 120), created_at=T)]
    text = " ".join([SENTENCES[one]] * 120)
    message = Message(role="user", text=text, language=one, created_at=T, translations=said)
    document = room().model_copy(update={"messages": [message]})
    for side, language in (("left", one), ("right", other)):
        sentence = "".join(SENTENCES[language].split())
        assert column(document, side).count(sentence) == 120


def column(document, side):
    """The text of one half of each page, without blanks."""
    said = []
    for page in pages(document):
        middle, width, height = page.get_width() / 2, page.get_width(), page.get_height()
        box = {"left": 0, "right": middle} if side == "left" else {"left": middle, "right": width}
        said.append(page.get_textpage().get_text_bounded(**box, top=height - 60, bottom=55))
    return "".join("".join(said).split())


DEEP = {
    "quotes": ">" * 2000 + " deep",
    "emphasis": "**" * 3000 + "deep" + "**" * 3000,
    "brackets": "[" * 3000 + "deep" + "]" * 3000,
    "formula": "deep $" + r"\frac{a}{" * 250 + "b" + "}" * 250 + "$",
    "marks": "deep a" + "\u0301" * 3000,
    "columns": "|".join(["deep"] * 300) + "\n" + "|".join(["-"] * 300),
}


@pytest.mark.parametrize("what", DEEP)
def test_what_is_nested_deep_is_still_written(what):
    assert "deep" in text(chat(DEEP[what]))


def test_what_cannot_be_shown_does_no_harm():
    odd = "\x07bell \u202egnp.exe\u202c \U0001fae8 \U00012345 \uffff end"
    assert "bell" in text(chat(odd, "", "\n\n", "   "))


@pytest.mark.parametrize("letters", ["abcdefghijk", "אבגדהוזחטיכ", "ابتثجحخدذرز"])
@pytest.mark.parametrize("around", ["{}", "`{}`", "```\n{}\n```"])
def test_a_word_longer_than_a_line_stays_on_the_page(letters, around):
    word = letters * 40
    (page,) = pages(chat(around.format(word)))
    assert word in "".join(page.get_textpage().get_text_range().split())
    (margin,) = pages(chat("Word"))
    assert ink_in_margins(page) == ink_in_margins(margin) == 0


def ink_in_margins(page):
    picture = page.render(scale=1, grayscale=True).to_pil()
    sides = (
        picture.crop((picture.width - 50, 0, *picture.size)),
        picture.crop((0, 0, 50, picture.height)),
    )
    return sum(sum(side.histogram()[:160]) for side in sides)


def test_hundreds_of_messages_are_written():
    """How long thousands take, `tests.bench.exports` prints."""
    sentences = [*SENTENCES.values()]
    many = chat(*(sentences[n % len(sentences)] for n in range(300)), languages=[*SENTENCES])
    assert len(pypdfium2.PdfDocument(pdf.write(many))) > 6


def test_without_fonts_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(pdf, "FONTS", ("no_such_fonts",))
    pdf._fonts.cache_clear()
    with pytest.raises(ExportFailed, match="pip install no-such-fonts"):
        pdf.write(chat("Hello"))
    pdf._fonts.cache_clear()
