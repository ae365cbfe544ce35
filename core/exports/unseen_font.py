"""A font that shows nothing: it only tells a PDF reader which characters are written."""

from __future__ import annotations

from typing import Any

from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)


class UnseenFont:
    """A font without glyphs: each character has a code or several, half an em wide."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, int], int] = {}
        self._lines = 0

    def codes(self, line: str) -> bytes:
        """A line in the font's codes, in hexadecimal.

        PDFium takes a text for the shadow of an equal one among the five before it, and leaves it
        out: the first letter has another code in each of them.
        """
        self._lines += 1
        shades = [self._lines % 7] + [0] * len(line)
        codes = (self._code(one, shade) for one, shade in zip(line, shades, strict=False))
        return "".join(f"{code:04X}" for code in codes).encode()

    def _code(self, character: str, shade: int) -> int:
        return self._codes.setdefault((character, shade), len(self._codes) + 1)

    def made(self, writer: PdfWriter) -> DictionaryObject:
        """The font as an object of the PDF; every character it may show has its code by now."""
        to_unicode = DecodedStreamObject()
        to_unicode.set_data(self._to_unicode())
        descriptor = _dictionary(
            Type="/FontDescriptor", FontName="/TextLayer", Flags=4, ItalicAngle=0, Ascent=800,
            Descent=-200, CapHeight=700, StemV=80, FontBBox=[0, -200, 500, 800],
        )  # fmt: skip
        descendant = _dictionary(
            Type="/Font", Subtype="/CIDFontType2", BaseFont="/TextLayer", DW=500,
            CIDSystemInfo=_dictionary(Registry="Adobe", Ordering="Identity", Supplement=0),
            FontDescriptor=writer._add_object(descriptor),
        )  # fmt: skip
        return _dictionary(
            Type="/Font", Subtype="/Type0", BaseFont="/TextLayer", Encoding="/Identity-H",
            DescendantFonts=[writer._add_object(descendant)],
            ToUnicode=writer._add_object(to_unicode.flate_encode()),
        )  # fmt: skip

    def _to_unicode(self) -> bytes:
        pairs = [
            f"<{code:04X}> <{one.encode('utf-16-be').hex().upper()}>"
            for (one, _), code in self._codes.items()
        ]
        parts = [pairs[start : start + 100] for start in range(0, len(pairs), 100)]
        maps = "".join(
            f"{len(part)} beginbfchar\n" + "\n".join(part) + "\nendbfchar\n" for part in parts
        )
        return f"{_MAP_HEAD}{maps}{_MAP_FOOT}".encode()


_MAP_HEAD = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def
/CMapName /TextLayer def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
"""
_MAP_FOOT = "endcmap CMapName currentdict /CMap defineresource pop end end"


def _dictionary(**entries: Any) -> DictionaryObject:
    return DictionaryObject({NameObject(f"/{name}"): _object(one) for name, one in entries.items()})


def _object(value: Any) -> Any:
    if isinstance(value, list):
        return ArrayObject(map(_object, value))
    if isinstance(value, int):
        return NumberObject(value)
    if isinstance(value, str):
        return NameObject(value) if value.startswith("/") else TextStringObject(value)
    return value
