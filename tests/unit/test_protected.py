"""What is found as protected, and that it survives any engine, however bad."""

import re
import time
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.translation import layout, protected
from core.translation.protected import Kind, Span, find, lost
from core.translation.shield import translate, translate_sentence


def texts(text: str, *kinds: Kind) -> list[str]:
    return [span.text for span in find(text) if not kinds or span.kind in kinds]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see https://example.com/a?b=1&c=%20, ok", ["https://example.com/a?b=1&c=%20"]),
        ("(https://x.com/a_(b)) and www.x.org.", ["https://x.com/a_(b)", "www.x.org"]),
        ("看https://x.com吧", ["https://x.com"]),
        ("https://zh.wikipedia.org/wiki/中国 or", ["https://zh.wikipedia.org/wiki/中国"]),
        ("example.com or e.g. this", ["example.com"]),
        ("[a](https://x.com/y) **https://z.io**", ["https://x.com/y", "https://z.io"]),
    ],
)  # fmt: skip
def test_addresses_end_where_the_sentence_goes_on(text: str, found: list[str]) -> None:
    assert texts(text, Kind.URL) == found


def test_names_tags_and_mail() -> None:
    text = "@maria, @João and @小明 你好 #paris2024 write to a.b+c@mail.example.co.uk or foo@bar"
    assert texts(text, Kind.NAME) == ["@maria", "@João", "@小明", "#paris2024"]
    assert texts(text, Kind.EMAIL) == ["a.b+c@mail.example.co.uk"]


@pytest.mark.parametrize(
    "emoji",
    ["😀", "👍🏽", "👩‍👩‍👧‍👦", "🏳️‍🌈", "🇧🇷", "1️⃣", "#️⃣", "❤️", "☺", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "👨🏿‍🚀",
     "™️", "🫶🏻", ":)", ";-)", "<3", "→", "★"],
)  # fmt: skip
def test_an_emoji_is_one_span_whatever_it_is_made_of(emoji: str) -> None:
    assert texts(f"so {emoji} good") == [emoji]
    assert texts(f"{emoji} {emoji}") == [emoji, emoji]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1,234.56 or 1.234,56 or 1'000", ["1,234.56", "1.234,56", "1'000"]),
        ("at 10:30, on 2024-05-01 or 01/05/2024", ["10:30", "2024-05-01", "01/05/2024"]),
        ("50% of 3", ["50%", "3"]),
        ("-5 degrees, +3, 10-20", ["-5", "+3", "10-20"]),
        ("call +1 (555) 123-4567 or (011) 4321-1234", ["+1 (555) 123-4567", "(011) 4321-1234"]),
        ("我有3个苹果", ["3"]),
        ("10 kg, 3 p.m., 44-year-old", ["10", "3", "44"]),
        ("the 3rd and 2º, 5kg, 10am, 7h55, A4, v1.2, ３ and ٣", []),
        ("end 7.", ["7"]),
    ],
)
def test_numbers(text: str, found: list[str]) -> None:
    assert texts(text) == found


def test_code() -> None:
    text = "use `a b` and ``x`y``\n```py\n@x 1\n```\n> ~~~\n> q\n> ~~~\nthen ```inline``` `open"
    assert texts(text) == [
        *("`a b`", "``x`y``", "```py\n@x 1\n```", "> ~~~\n> q\n> ~~~", "```inline```"),
    ]
    assert texts("```\nnever closed\n@x") == ["```\nnever closed\n@x"]


def test_lost_counts() -> None:
    assert lost("@a @a 1", "@a 1") == ["@a"]
    assert lost("@a 1", "1 @a @a") == []


def test_a_faithful_translation_neither_loses_nor_doubles_nor_invents() -> None:
    assert protected.faithful("@a twice", "2x @a")
    assert protected.faithful("aged 44, 100 percent", "44-year-old, 100%")
    assert protected.faithful("século 19", "19th century")
    assert not protected.faithful("50%", "50 of them")
    assert not protected.faithful("10:30", "10h30")
    assert not protected.faithful("@a 1", "1")
    assert not protected.faithful("@a 1", "1 @a @a")
    assert not protected.faithful("@a", "@a @b")
    assert not protected.faithful("twice", "2", known={"2"})


@pytest.mark.parametrize(
    "piece",
    ["a", "1", "1.", "@", "`", "a.", "(", "+1 ", "`a", "a@", "-",
     "a-", "*", "**a", "[a](", "_a ", "1️⃣", "👩‍"],
)  # fmt: skip
def test_no_text_takes_long_to_read(piece: str) -> None:
    text = piece * (12_000 // len(piece))
    start = time.perf_counter()
    find(text)
    layout.take_apart(text)
    assert time.perf_counter() - start < 3


# Texts as people and machines write them, and worse.

PIECES = st.sampled_from(
    ["hello", "the house", "Mr. Smith", "Olá,", "你好。", "我很好", "привет", "مرحبا",
     "HELLO THERE",
     "@maria", "@小明", "#tag", "a@b.com", "https://x.com/a_(b)?c=1", "www.x.org", "example.com",
     "`code here`", "``a`b``", "`", "1,234.56", "10:30", "2024-05-01", "50%", "3",
     "+1 (555) 123-4567",
     "5kg", "3rd", "😀", "👩‍👩‍👧‍👦", "👍🏽", "🇧🇷", "1️⃣", ":)", "**bold words**", "*soft*", "_it 3_",
     "**@maria 5**", "[the link](https://y.io/1)", "[x](b.md)", "~~gone~~", "**", "*", "_", "|",
     "Xq1",
     "zq2", ".", "!", "? ", ", ", "(", ")", "\"", "…"]
)  # fmt: skip
SEPARATORS = st.sampled_from([" ", " ", " ", "  ", "", "\t", "\u3000"])
STARTS = st.sampled_from(
    ["", "", "", "- ", "1. ", "# ", "> ", "  * ", "- [ ] ", "| ", "```", "~~~", "    "]
)


@st.composite
def lines(draw: st.DrawFn) -> str:
    words = draw(st.lists(st.tuples(PIECES, SEPARATORS), max_size=7))
    return draw(STARTS) + "".join(word + gap for word, gap in words)


MESSAGES = st.one_of(
    st.lists(lines(), min_size=1, max_size=5).map("\n".join),
    st.tuples(lines(), lines()).map("\n```py\nx = 1  # 3\n```\n".join),
    st.lists(lines(), min_size=1, max_size=3).map("\r\n".join),
    st.text(max_size=60),
    st.text(alphabet="ab 1.*_`@#[]()~|>\n-😀👍\u200d\ufe0f🏽。你", max_size=60),
)

HOSTILE: dict[str, Callable[[str], str]] = {
    "silent": lambda text: "",
    "echo": lambda text: text,
    "drops what has a digit": lambda text: re.sub(r"\S*\d\S*", "", text),
    "doubles": lambda text: f"{text} {text}",
    "reverses": lambda text: text[::-1],
    "shouts": str.upper,
    "breaks lines": lambda text: "\n".join(text.split()) + "\r\n\u2028x",
    "fences": lambda text: "```\n" + text,
    "ticks": lambda text: "`" + text + " ` `",
    "adds numbers": lambda text: f"3 {text} 10:30 1,234.56 50%",
    "adds names": lambda text: f"@maria {text} 😀 https://x.com #tag `code here`",
    "sticks": lambda text: text.replace(" ", ""),
    "renumbers": lambda text: re.sub(r"\d+", lambda m: str(int(m[0]) + 1), text),
    "foreign digits": lambda text: text.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
    "continental": lambda text: text.translate(str.maketrans(".,:", ",.h")),
    "marks": lambda text: f"**{text}* _[x](",
    "says one thing": lambda text: "Xq1",
    "is verbose": lambda text: text + " bla" * 300,
}  # fmt: skip


def how_often(span: Span, text: str) -> int:
    """How often a piece is in a text: a number whatever hangs on it, all else on its own."""
    if span.kind is not Kind.NUMBER or re.search("[ ()]", span.text):
        return texts(text).count(span.text)
    for other in reversed(find(text)):
        if other.kind is not Kind.NUMBER or re.search("[ ()]", other.text):
            text = f"{text[: other.start]}\0{text[other.end :]}"
    found = re.findall(r"(?:(?<![^\s(])[-+−])?[0-9]+(?:[.,:/\-–'’][0-9]+)*[%‰]?", text)
    return found.count(span.text) + found.count(f"{span.text}%")


def assert_kept(source: str, output: str) -> None:
    for span in find(source):
        wanted = texts(source).count(span.text)
        assert wanted <= how_often(span, output) <= how_often(span, source), span
    breaks = [re.findall(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]", t) for t in (source, output)]
    assert breaks[0] == breaks[1]
    assert texts(source, Kind.FENCE) == texts(output, Kind.FENCE)
    marker = re.compile(r"[ \t]*(?:[-*>]|#{1,6}|\d+\.)[ \t](?:\[[ x]\] )?")
    for before, after in zip(source.splitlines(), output.splitlines(), strict=True):
        if found_marker := marker.match(before):
            assert after.startswith(found_marker.group())


@pytest.mark.parametrize("kind", HOSTILE)
@settings(max_examples=120, deadline=None)
@given(source=MESSAGES)
@example(source="`s @maria. don`t")
@example(source="@maria@maria")
@example(source="three 3")
@example(source="```\nopen")
@example(source="a **b. c** d 😀 e")
def test_everything_protected_survives_any_engine(kind: str, source: str) -> None:
    assert_kept(source, translate(source, HOSTILE[kind]))


@settings(max_examples=300, deadline=None)
@given(source=MESSAGES, answers=st.lists(st.one_of(MESSAGES, st.text()), min_size=1, max_size=4))
def test_everything_protected_survives_arbitrary_answers(source: str, answers: list[str]) -> None:
    said: list[int] = []

    def engine(text: str) -> str:
        said.append(1)
        return answers[len(said) % len(answers)]

    assert_kept(source, translate(source, engine))


@settings(max_examples=300, deadline=None)
@given(source=MESSAGES)
def test_taking_apart_loses_nothing(source: str) -> None:
    assert "".join(line.text + line.end for line in layout.take_apart(source)) == source


# What a good engine is asked, and how its answer is put together.


def asked(source: str) -> list[str]:
    heard: list[str] = []

    def engine(text: str) -> str:
        heard.append(text)
        return text

    translate(source, engine)
    return heard


def test_sentences_are_translated_one_by_one() -> None:
    assert asked("Mr. Smith is here. He is late! Is he?") == [
        *("Mr. Smith is here.", "He is late!", "Is he?"),
    ]


def test_markdown_is_kept_out_of_the_engine() -> None:
    source = "# Title here\n\n- [x] first thing\n> quoted\n\n| a b | c |\n|---|---|\n| d | 12 |"
    assert asked(source) == ["Title here", "first thing", "quoted", "a b", "c", "d"]


def test_emoji_around_a_sentence_stay_outside_and_those_inside_are_shielded() -> None:
    assert asked("😀 Hello 👍🏽") == ["Hello"]
    assert asked("I ate 🍕 with you") == ["I ate Xq1 with you"]


def test_an_engine_does_not_see_what_it_would_spoil() -> None:
    source = "Ask @maria or a@b.com\nabout `x y` on https://x.com/y?z=1 😀 today"
    assert asked(source) == ["Ask Xq1 or Xq2", "about Xq1 on Xq2 Xq3 today"]


def test_nothing_is_asked_where_there_is_nothing_to_translate() -> None:
    assert asked("😀 https://x.com 12:30 `code` @maria #4\n---\n***\n") == []


def test_a_very_long_sentence_is_cut_at_clauses() -> None:
    source = ", ".join(["and then we went to the market to buy some bread and milk"] * 40)
    heard = asked(source)
    assert max(map(len, heard)) <= layout.LONGEST
    assert all(piece.endswith((",", "milk")) for piece in heard)
    assert translate(source, lambda text: text) == source


def test_a_long_text_without_spaces_is_cut_too() -> None:
    assert max(map(len, asked("我们去市场买面包和牛奶" * 60))) <= layout.LONGEST
    assert max(map(len, asked("a" * 5000))) <= layout.LONGEST


def test_numbers_in_another_style_are_set_right() -> None:
    engine = {"Owe 1,234.56 at 10:30": "Devo 1.234,56 às 10h30", "I have 3": "لدي ٣"}.__getitem__
    assert translate_sentence("Owe 1,234.56 at 10:30", engine) == "Devo 1,234.56 às 10:30"
    assert translate_sentence("I have 3", engine) == "لدي 3"


def test_a_number_that_became_a_word_is_asked_again_with_a_placeholder() -> None:
    engine = {"I have 3 dogs": "Tenho três cães", "I have Xq1 dogs": "Tenho Xq1 cães"}.__getitem__
    assert translate_sentence("I have 3 dogs", engine) == "Tenho 3 cães"


def test_a_lost_placeholder_is_asked_again_in_another_spelling_then_piece_by_piece() -> None:
    heard = []

    def engine(text: str) -> str:
        heard.append(text)
        return "gone" if "1" in text else text.upper()

    assert translate_sentence("ask @maria now", engine) == "ASK @maria NOW"
    assert heard == ["ask Xq1 now", "ask Zq1 now", "ask Zxz1 now", "ask", "now"]


def test_emphasis_is_put_back_around_the_words_it_stood_around() -> None:
    engine = {"See this now": "Veja isso agora", "this": "isso"}.__getitem__
    assert translate_sentence("See **this** now", engine) == "Veja **isso** agora"


def test_the_words_of_a_link_are_translated_and_its_address_is_not() -> None:
    engine = {"See Xq1 please": "Veja Xq1 por favor", "the docs": "os documentos"}.__getitem__
    output = translate_sentence("See [the docs](https://x.com/a) please", engine)
    assert output == "Veja [os documentos](https://x.com/a) por favor"


def test_capitals_are_translated_as_words_and_shouted_again() -> None:
    engine = {"Come here Xq1": "Venha cá Xq1"}.__getitem__
    assert translate_sentence("COME HERE @maria", engine) == "VENHA CÁ @maria"
    engine = {"Come here now": "Venha cá agora"}.__getitem__
    assert translate_sentence("COME HERE NOW", engine) == "VENHA CÁ AGORA"


def test_sentences_of_a_script_without_spaces_get_them() -> None:
    engine = {"你好。": "Hello.", "我很好。": "I am fine."}.__getitem__
    assert translate("你好。我很好。", engine) == "Hello. I am fine."
    engine = {"Hello.": "你好。", "I am fine.": "我很好。"}.__getitem__
    assert translate("Hello. I am fine.", engine) == "你好。我很好。"
