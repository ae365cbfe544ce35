"""The text of a PDF where glyphs do not tell it: joined, stacked and right-to-left scripts.

A reader takes a PDF's text from its glyphs one by one. That fails where one letter is drawn as
several glyphs or several as one, and where lines run from the right. Such lines are drawn as a
pattern, which is seen and not read, and their text lies over them, read and not seen.
"""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from pypdf import PageObject, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    EncodedStreamObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NumberObject,
)

from core.exports.made import Share, unheard
from core.exports.script import as_laid_out, is_rtl
from core.exports.unseen_font import UnseenFont

SIZE = 10.0
"""Points of the unseen text."""
_MARGIN = 60.0
"""Points at the side of a page that stay free; some readers leave out what lies beyond its edge."""
_SAME_LINE = 5.0
"""Points that marks stand above or below the letters of their line, at most."""
_DRAWN = re.compile(
    rb"q 1 0 0 -1 (?P<x>[-\d.]+) (?P<y>[-\d.]+) cm/c\d+ cs "
    rb"(?P<tint>0\.0\d+ 0\.0\d+ 0\.0\d+) scn\nBT.*?\nET\nQ(?:\n|$)",
    re.DOTALL,
)
"""A run of glyphs as Typst writes it, in the colour that `tint` gives the words of complex lines.

All other colours of a page are lighter.
"""
_SHADES, _DARKEST = 20, 4
"""As in `tint`."""
_TINTS = _SHADES**3


@dataclass(slots=True)
class Line:
    """A line as it came to stand on a page; `left` and `right` are where its glyphs begin."""

    page: int
    y: float
    left: float
    right: float
    text: str = ""
    last: int = 0
    """Letters of the last word, whose end nothing tells."""
    laid: bool = False

    def take(self, word: str, places: Iterable[Place]) -> None:
        """One more word."""
        here = [place.x for place in places if self.holds(place)]
        self.left, self.right = min(self.left, *here, self.right), max(self.right, *here, self.left)
        self.text += word
        self.last = len(word)

    def holds(self, place: Place) -> bool:
        """Whether a place is on it."""
        return self.page == place.page and abs(self.y - place.y) < _SAME_LINE

    def extent(self) -> tuple[float, float]:
        """From where to where it reaches; the last word is guessed as wide as the others."""
        if is_rtl(self.text):
            return self.left, self.right + SIZE / 2
        before = len(self.text) - self.last
        each = (self.right - self.left) / before if before else SIZE / 2
        return self.left, self.right + each * self.last


class Place(NamedTuple):
    """Where a run of glyphs begins: page from 0, points from the lower left."""

    page: int
    x: float
    y: float


class Run(NamedTuple):
    """A run of glyphs: the number of its word, where it begins, how it is drawn."""

    word: int
    place: Place
    drawn: bytes


def lay(data: bytes, words: Sequence[str], ends: set[int], made: Share = unheard) -> bytes:
    """The PDF with its complex lines drawn as a pattern and their text over them.

    `words` by number, `ends` the last ones of their paragraphs.
    """
    writer = PdfWriter(clone_from=io.BytesIO(data))
    contents = [_contents(page) for page in writer.pages]
    runs = _runs(contents)
    lines = _lines(words, ends, _places(runs))
    kept = DictionaryObject()
    font, reference = UnseenFont(), writer._add_object(kept)
    for number, (page, drawn, here) in enumerate(zip(writer.pages, contents, runs, strict=True)):
        if here:
            _relay(writer, page, drawn, here, lines, font, reference)
        made(number / len(contents))
    kept.update(font.made(writer))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _contents(page: PageObject) -> bytes:
    found = page.get_contents()
    return b"" if found is None else found.get_data()


def _runs(contents: Iterable[bytes]) -> list[list[Run]]:
    """The runs of glyphs of complex lines, page by page.

    There are fewer tints than words: the same ones come again after thousands of words, and what
    stands nearest to the word before is meant.
    """
    pages, number = [], 0
    for page, drawn in enumerate(contents):
        runs = []
        for found in _DRAWN.finditer(drawn):
            shift = (_tint(found["tint"]) - number + _TINTS // 2) % _TINTS - _TINTS // 2
            number += shift
            place = Place(page, float(found["x"]), float(found["y"]))
            runs.append(Run(number, place, found[0].rstrip(b"\n")))
        pages.append(runs)
    return pages


@cache
def _tint(colour: bytes) -> int:
    low, middle, high = (round(float(one) * 255) - _DARKEST for one in colour.split())
    return (high * _SHADES + middle) * _SHADES + low


def _places(pages: Iterable[list[Run]]) -> dict[int, list[Place]]:
    """Where the runs of glyphs of each word stand."""
    places = defaultdict(list)
    for run in (run for runs in pages for run in runs):
        places[run.word].append(run.place)
    return places


def _lines(
    words: Sequence[str], ends: set[int], places: Mapping[int, list[Place]]
) -> dict[int, Line]:
    """The line of each word: the words of a paragraph that begin at one height."""
    lines: dict[int, Line] = {}
    line: Line | None = None
    before = ""
    for number, word in enumerate(words):
        there = places.get(number)
        if there and (line is None or not any(map(line.holds, there))):
            page, x, y = there[0]
            line = Line(page, y, x, x, before)
            before = ""
        if line is None:
            before += word
        else:
            line.take(word, there or ())
            lines[number] = line
        if number in ends:
            line, before = None, ""
    return lines


def _relay(
    writer: PdfWriter,
    page: PageObject,
    contents: bytes,
    runs: list[Run],
    lines: Mapping[int, Line],
    font: UnseenFont,
    reference: IndirectObject,
) -> None:
    width, height = float(page.mediabox.width), float(page.mediabox.height)
    coming = iter(runs)

    def text(_: re.Match[bytes]) -> bytes:
        """A line's text, where the first of its glyphs were."""
        line = lines.get(next(coming).word)
        if line is None or line.laid:
            return b""
        line.laid = True
        return _text(line, font, width - _MARGIN)

    rest = _DRAWN.sub(text, contents)
    resources = page["/Resources"].get_object()
    assert isinstance(resources, DictionaryObject)
    pattern = _pattern(b"\n".join(run.drawn for run in runs), width, height, resources)
    new = DecodedStreamObject()
    new.set_data(rest + b"\nq/Pattern cs/PL scn 0 0 %g %g re f Q\n" % (width, height))
    page[NameObject("/Contents")] = writer._add_object(new.flate_encode())
    page[NameObject("/Resources")] = DictionaryObject(
        {
            **resources,
            NameObject("/Font"): _with(resources.get("/Font"), "/TL", reference),
            NameObject("/Pattern"): _with(
                resources.get("/Pattern"), "/PL", writer._add_object(pattern)
            ),
        }
    )


def _with(kept: Any, name: str, value: Any) -> DictionaryObject:
    return DictionaryObject({**(kept.get_object() if kept else {}), NameObject(name): value})


def _text(line: Line, font: UnseenFont, edge: float) -> bytes:
    text = line.text.strip()
    if not text:
        return b""
    codes = font.codes(as_laid_out(text))
    left, right = line.extent()
    wide = max(min(right, edge) - left, 1) / (len(codes) / 4 * SIZE / 2) * 100
    place = (wide, left, line.y, codes)
    return b"q BT 3 Tr/TL %g Tf %.3f Tz 1 0 0 1 %.3f %.3f Tm<%s>Tj ET Q\n" % (SIZE, *place)


def _pattern(drawn: bytes, width: float, height: float, resources: Any) -> EncodedStreamObject:
    """One tile, larger than the page, so that readers draw it once and sharp."""
    plain = DecodedStreamObject()
    plain.set_data(drawn)
    tile = plain.flate_encode()
    box = ArrayObject(map(FloatObject, (-9, -9, width + 9, height + 9)))
    tile.update(
        {
            NameObject("/Type"): NameObject("/Pattern"),
            NameObject("/PatternType"): NumberObject(1),
            NameObject("/PaintType"): NumberObject(1),
            NameObject("/TilingType"): NumberObject(1),
            NameObject("/BBox"): box,
            NameObject("/XStep"): FloatObject(width + 99),
            NameObject("/YStep"): FloatObject(height + 99),
            NameObject("/Resources"): resources,
        }
    )
    return tile
