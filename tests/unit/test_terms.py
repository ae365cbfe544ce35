"""Terms of a glossary: written down, found, held to."""

import pytest

from core.translation.shield import translate
from core.translation.shield import translate_sentence as sentence
from core.translation.terms import Term, corrected, for_pair, parse, places, unheeded, within

CLIENT = Term("Kunde", "client", ("customer",))


@pytest.mark.parametrize(
    ("line", "term"),
    [
        ("Kunde = client, never customer", CLIENT),
        ("Kunde → client, niemals customer", CLIENT),
        ("  Kunde=client ; not customer", CLIENT),
        ("Kunde = client ≠ customer", CLIENT),
        ("Kunde = client, never customer or buyer", Term("Kunde", "client", ("customer", "buyer"))),
        ("Kunde = client (de → en)", Term("Kunde", "client", (), ("de", "en"))),
        ("Kunde = client (VIP)", Term("Kunde", "client (VIP)")),
        ("客户 = client，不要 customer", Term("客户", "client", ("customer",))),
        ("Parley", Term("Parley", None)),
        ("Parley = parley", Term("Parley", None)),
        ('"Quiet Hour"', Term("Quiet Hour", None)),
        ("My cat is called Tom and sleeps a lot", None),
        ("Kunde =", None),
        ("= client", None),
        ("x" * 100, None),
    ],
)
def test_a_line_says_a_term(line, term):
    assert parse(line) == term


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Der Kunde wartet", ["Kunde"]),
        ("Die KUNDEN warten", ["KUNDEN"]),
        ("Kundendienst", []),
        ("Mein Stammkunde", []),
        ("Kunde, Kunde.", ["Kunde", "Kunde"]),
    ],
)
def test_it_is_found_in_its_usual_forms(text, found):
    assert [text[start:end] for start, end in places(text, "Kunde")] == found


def test_it_is_found_where_words_have_no_spaces():
    assert places("我们的客户很好", "客户") == [(3, 5)]


def test_a_pair_of_languages_holds_for_that_pair_and_backwards():
    term = Term("Kunde", "client", (), ("de", "en"))
    assert list(for_pair([term], "de", "en")) == [term]
    assert list(for_pair([term], "en", "de")) == [Term("client", "Kunde")]
    assert list(for_pair([term], "de", "fr")) == []
    assert within("The client waits", [term]) == [term]
    assert within("The client waits", [CLIENT]) == []


def test_what_does_not_hold_to_it_is_told_and_corrected():
    source = "Der Kunde wartet"
    assert unheeded([CLIENT], source, "The client is waiting") == []
    assert unheeded([CLIENT], source, "The customer is waiting") == [CLIENT]
    assert unheeded([CLIENT], source, "He is waiting") == [CLIENT]
    assert unheeded([CLIENT], "Hallo", "The customer") == []
    assert corrected([CLIENT], source, "The Customers wait") == "The client wait"
    assert corrected([CLIENT], "Hallo", "A customer") == "A customer"


def shout(text: str) -> str:
    return text.upper()


@pytest.mark.parametrize(
    ("text", "output"),
    [
        ("ask the Kunde now", "ASK THE client NOW"),
        ("ask **the Kunde** now", "ASK **THE client** NOW"),
        ("Kunde at 10:30 and kunden", "client AT 10:30 AND client"),
        ("see `Kunde` here", "SEE `Kunde` HERE"),
    ],
)
def test_an_engine_never_sees_it(text, output):
    assert sentence(text, shout, terms=[CLIENT]) == output


def test_a_name_stays_as_it_is():
    assert sentence("I use Parley daily", shout, terms=[Term("Parley", None)]) == (
        "I USE Parley DAILY"
    )
    assert translate("I use Parley daily", shout) == "I USE PARLEY DAILY"
