"""Translates a text with an engine that spoils what it does not know.

Translation models drop emoji, turn "@maria" into "amaria" and "1,234.56" into "1.234,56".
So what must stay is replaced by placeholders the models were measured to copy ("Xq1"),
the result is checked, and where anything is lost or doubled the next way is tried:

1. placeholders, but numbers and emphasised words left in place, for the sake of grammar;
   numbers that come out in another style are set right, emphasis is put back around the
   translation of the words it stood around;
2. placeholders for numbers and emphasis too, in one spelling after another;
3. the pieces between what is protected, one by one;
4. the sentence as it was.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from core.translation import protected
from core.translation.layout import Line, Part, take_apart
from core.translation.markup import Group, groups
from core.translation.protected import Kind
from core.translation.terms import Term, places
from core.translation.wording import emphasised, said, sticks, with_numbers

Engine = Callable[[str], str]
"""Translates one sentence without line breaks."""

SPELLINGS = ("Xq", "Zq", "Zxz")
"""Placeholders; the en-pt models copied 240, 239 and 238 of 240."""


_WORDS = re.compile(r"\w(?:.*\w)?", re.DOTALL)


def translate(text: str, engine: Engine) -> str:
    """`text` translated by `engine`, with all that `protected.find` finds in it kept."""
    return "".join(translate_line(line, engine) + line.end for line in take_apart(text))


def translate_line(line: Line, engine: Engine) -> str:
    """One line translated, without its line break."""
    draft = Draft(line)
    for part in line.parts:
        kept = part.kept
        draft.add(part, part.text if kept else translate_sentence(part.text, engine, line.known))
    return draft.finished()


class Draft:
    """The translation of a line while it grows."""

    def __init__(self, line: Line) -> None:
        self.text = ""
        self._source = line.text
        self._known = line.known
        self._open = False

    def add(self, part: Part, translation: str) -> None:
        """Append the translation of the line's next part (of a kept one: the part itself)."""
        if part.kept and part.text == " " and self.text.endswith(tuple("。！？；，、")):
            return
        if self._open and not part.kept and sticks(self.text, translation):
            self.text += " "
        self.text += translation
        self._open = not part.kept

    def finished(self) -> str:
        """The whole line; the original where its parts, put together, lost something."""
        if protected.opens_fence(self.text) != protected.opens_fence(self._source):
            return self._source
        kept = protected.faithful(self._source, self.text, self._known)
        return self.text if kept else self._source


def translate_sentence(
    text: str, engine: Engine, known: Collection[str] = (), terms: Sequence[Term] = ()
) -> str:
    """One sentence, its protected spans kept; unchanged where nothing can be translated.

    `known` are the protected pieces of the text around it, which it must not repeat; `terms`
    are translated as they say.
    """
    if not has_words(text):
        return text
    for output in _ways(text, cache(engine), terms):
        if output and protected.faithful(text, output, known):
            return output
    return text


@dataclass(frozen=True, slots=True)
class _Cut:
    """A stretch of the sentence the engine does not see, and what the reader sees there."""

    start: int
    end: int
    shown: str


def has_words(text: str) -> bool:
    """Whether there is anything to translate: a letter outside the protected spans."""
    cuts = [_Cut(span.start, span.end, "") for span in protected.find(text)]
    return any(char.isalpha() for piece in _between(text, cuts) for char in piece)


def _ways(text: str, engine: Engine, terms: Sequence[Term]) -> Iterator[str | None]:
    """Translations, the most natural first; None where one went wrong."""
    spellings = [spelling for spelling in SPELLINGS if spelling.lower() not in text.lower()]
    if spellings:
        yield _in_place(text, engine, spellings[0], terms)
    cuts = _all_cuts(text, engine, terms)
    if cuts:
        for spelling in spellings:
            yield _revealed(said(engine, _masked(text, cuts, spelling), spelling), cuts, spelling)
        yield _piecewise(text, cuts, engine)


def _in_place(text: str, engine: Engine, spelling: str, terms: Sequence[Term]) -> str | None:
    simple = [group for group in groups(text) if _is_simple(group, text, terms)]
    whole = [group for group in groups(text) if group not in simple]
    spans = list(_outside(whole, text))
    cuts = _in_order(
        [*_translated(whole, text, engine, terms), *_term_cuts(text, terms)]
        + [_Cut(span.start, span.end, span.text) for span in spans if span.kind is not Kind.NUMBER]
    )
    output = said(engine, _masked(text, cuts, spelling, simple), spelling)
    output = with_numbers(output, [span.text for span in spans if span.kind is Kind.NUMBER])
    for group in simple:
        inner = said(engine, text[group.inner_start : group.inner_end], spelling)
        found = emphasised(output, inner, text[group.start : group.inner_start])
        if found is None:
            return None
        output = found
    return _revealed(output, cuts, spelling)


def _all_cuts(text: str, engine: Engine, terms: Sequence[Term]) -> list[_Cut]:
    """Every span and group of the sentence held back, the words in groups translated."""
    found = groups(text)
    spans = [_Cut(span.start, span.end, span.text) for span in _outside(found, text)]
    return _in_order([*_translated(found, text, engine, terms), *spans, *_term_cuts(text, terms)])


def _piecewise(text: str, cuts: list[_Cut], engine: Engine) -> str:
    first, *others = [_translated_piece(piece, engine) for piece in _between(text, cuts)]
    output = first
    for cut, piece in zip(cuts, others, strict=True):
        output = _joined(output, cut.shown, piece)
    return output


def _translated_piece(piece: str, engine: Engine) -> str:
    """A piece translated, the space and punctuation at its edges kept."""
    words = _WORDS.search(piece)
    if not words or not any(char.isalpha() for char in piece):
        return piece
    output = said(engine, words.group()) or words.group()
    return piece[: words.start()] + output + piece[words.end() :]


def _is_simple(group: Group, text: str, terms: Sequence[Term]) -> bool:
    """Whether it is emphasis around words and numbers alone, none of them a term."""
    inner = text[group.inner_start : group.inner_end]
    plain = all(span.kind is Kind.NUMBER for span in protected.find(inner))
    plain = plain and not any(places(inner, term.source) for term in terms)
    return plain and not group.is_link and not groups(inner) and has_words(inner)


def _term_cuts(text: str, terms: Sequence[Term]) -> Iterator[_Cut]:
    """The terms of a sentence, outside of what is protected or emphasised."""
    taken = [(span.start, span.end) for span in protected.find(text)]
    taken += [(group.start, group.end) for group in groups(text)]
    for term in sorted(terms, key=lambda term: -len(term.source)):
        for start, end in places(text, term.source):
            if all(end <= other or start >= beyond for other, beyond in taken):
                taken.append((start, end))
                yield _Cut(start, end, term.target or text[start:end])


def _translated(
    found: Iterable[Group], text: str, engine: Engine, terms: Sequence[Term]
) -> Iterator[_Cut]:
    for group in found:
        words = text[group.inner_start : group.inner_end]
        inner = translate_sentence(words, engine, terms=terms)
        opening = text[group.start : group.inner_start]
        yield _Cut(group.start, group.end, opening + inner + text[group.inner_end : group.end])


def _outside(found: list[Group], text: str) -> Iterator[protected.Span]:
    for span in protected.find(text):
        if not any(group.start <= span.start < group.end for group in found):
            yield span


def _in_order(cuts: list[_Cut]) -> list[_Cut]:
    return sorted(cuts, key=lambda cut: cut.start)


def _between(text: str, cuts: Iterable[_Cut]) -> list[str]:
    """The pieces before, between and after the cuts."""
    pieces, place = [], 0
    for cut in cuts:
        pieces.append(text[place : cut.start])
        place = cut.end
    return [*pieces, text[place:]]


def _masked(text: str, cuts: list[_Cut], spelling: str, unmarked: Iterable[Group] = ()) -> str:
    """The sentence as the engine sees it: placeholders for `cuts`, no markers of `unmarked`."""
    names = {cut.start: f"{spelling}{number}" for number, cut in enumerate(cuts, 1)}
    markers = [
        _Cut(start, end, "")
        for group in unmarked
        for start, end in ((group.start, group.inner_start), (group.inner_end, group.end))
    ]
    everything = _in_order([*cuts, *markers])
    first, *others = _between(text, everything)
    output = first
    for cut, piece in zip(everything, others, strict=True):
        name = names.get(cut.start)
        output = _joined(output, name, piece) if name else output + piece
    return output


def _revealed(output: str, cuts: list[_Cut], spelling: str) -> str | None:
    """`output` with the cuts in place of their placeholders; None unless each is there once."""
    pieces = protected.placeholder(spelling).split(output)
    numbers = [int(number) for number in pieces[1::2]]
    if Counter(numbers) != Counter(range(1, len(cuts) + 1)):
        return None
    result = pieces[0]
    for number, piece in zip(numbers, pieces[2::2], strict=True):
        result = _joined(result, cuts[number - 1].shown, piece)
    return result


def _joined(left: str, word: str, right: str) -> str:
    """`word` between two texts, with a space where it would grow into another word."""
    before = " " if left[-1:].isalnum() else ""
    after = " " if right[:1].isalnum() else ""
    return left + before + word + after + right
