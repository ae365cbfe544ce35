"""A message's Markdown as blocks: plain data that the page is set from, words numbered."""

from __future__ import annotations

import base64
import binascii
import io
import re
import warnings
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.texmath import texmath_plugin
from PIL import Image

from core.exports.maths import tree_of
from core.exports.script import (
    cut,
    east_asian,
    is_complex,
    is_long,
    is_rtl,
    printable,
    split_emoji,
    words,
)

Block = dict[str, Any]
Run = dict[str, Any]

DEEPEST = 20
"""Lists and quotations within each other; the parser leaves out what is deeper."""
LARGEST_IMAGE = 1600
"""Pixels of an image's longer side; what is larger is made smaller."""
LONGEST_LINK = 8000
"""Bytes of an address; of a longer one Typst makes no link, and no page either."""
_DATA = re.compile(r"data:image/[\w.+-]+;base64,", re.IGNORECASE)
_BROKEN_IMAGE = (
    binascii.Error, OSError, ValueError, SyntaxError, Image.DecompressionBombError,
)  # fmt: skip
_LINK = re.compile(r"(?:https?|mailto):", re.IGNORECASE)
_STYLES = {"strong": "bold", "em": "italic", "s": "struck"}


def _parser(*, formulas: bool) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": DEEPEST})
    parser.enable(["table", "strikethrough"]).disable("html_block").disable("html_inline")
    if not formulas:
        return parser
    parser.use(dollarmath_plugin, allow_space=False, allow_digits=False, double_inline=True)
    return parser.use(texmath_plugin, delimiters="brackets")


_MARKDOWN = {formulas: _parser(formulas=formulas) for formulas in (True, False)}


class Blocks:
    """Makes blocks of texts. Collects the words whose places are asked for, and the images."""

    def __init__(self, *, formulas: bool = True) -> None:
        self._parser = _MARKDOWN[formulas]
        self.words: list[str] = []
        """Words of complex lines, by number."""
        self.ends: set[int] = set()
        """Numbers of the words that end a line of their own, whatever the page does."""
        self.images: list[bytes] = []
        self.formulas = False
        """Whether there is a formula."""

    def markdown(self, text: str, language: str | None) -> list[Block]:
        """The blocks of a text in Markdown; plain where it is nested too deep to be read whole."""
        tokens = self._parser.parse(printable(text))
        if all(token.level < DEEPEST - 1 for token in tokens):
            with suppress(RecursionError):
                return [*self._all(SyntaxTreeNode(tokens).children, language or "en")]
        return self.plain(text, language)

    def plain(self, text: str, language: str | None) -> list[Block]:
        """The blocks of a text in which nothing is markup: its paragraphs, lines kept."""
        parts = re.split(r"\n{2,}", printable(text).strip("\n"))
        return [self._text(_lines(part), language or "en") for part in parts]

    def line(self, text: str, language: str | None = None) -> Block:
        """One line."""
        return self._line([{"text": " ".join(printable(text).split())}], language or "en")

    def _all(self, nodes: list[SyntaxTreeNode], language: str) -> Iterator[Block]:
        for node in nodes:
            yield from self._block(node, language)

    def _block(self, node: SyntaxTreeNode, language: str) -> Iterator[Block]:
        kind = node.type
        if kind == "paragraph":
            yield from self._paragraph(node, language)
        elif kind == "heading":
            line = self._line([*_runs(node)], language)
            yield {"kind": "heading", "level": int(node.tag[1:]), "line": line}
        elif kind in ("bullet_list", "ordered_list"):
            yield self._list(node, language)
        elif kind == "blockquote":
            inside = [*self._all(node.children, language)]
            yield {"kind": "quote", "rtl": _rtl_of(inside), "blocks": inside}
        elif kind in ("fence", "code_block"):
            yield self._code(node.content, node.info.split(" ")[0] if node.info else "")
        elif kind == "table":
            yield self._table(node, language)
        elif kind == "hr":
            yield {"kind": "rule"}
        elif kind.startswith("math_block"):
            tree = tree_of(node.content, display=True)
            self.formulas |= tree is not None
            yield {"kind": "maths", "tree": tree} if tree else self._code(node.content, "")
        elif node.content:
            yield self._text([{"text": node.content}], language)

    def _paragraph(self, node: SyntaxTreeNode, language: str) -> Iterator[Block]:
        """Text and images; an image stands in a block of its own."""
        runs: list[Run] = []
        for run in _runs(node):
            picture = _picture(run["image"]) if "image" in run else None
            if picture is None:
                runs.append({"text": f"[{run.get('alt') or 'image'}]"} if "image" in run else run)
                continue
            if runs:
                yield self._text(runs, language)
            self.images.append(picture)
            file = f"{len(self.images)}.png"
            yield {"kind": "image", "file": file, "alt": run["alt"] or "image"}
            runs = []
        if runs:
            yield self._text(runs, language)

    def _list(self, node: SyntaxTreeNode, language: str) -> Block:
        items = [[*self._all(item.children, language)] for item in node.children]
        ordered = node.type == "ordered_list"
        start = int(node.attrs.get("start", 1)) if ordered else None
        rtl = _rtl_of([one for item in items for one in item])
        return {"kind": "list", "start": start, "rtl": rtl, "items": items}

    def _table(self, node: SyntaxTreeNode, language: str) -> Block:
        rows = []
        for row in (row for part in node.children for row in part.children):
            cells = []
            for cell in row.children:
                style = str(cell.attrs.get("style", ""))
                align = style.removeprefix("text-align:") or "start"
                cells.append({**self._line([*_runs(cell)], language), "align": align})
            rows.append(cells)
        return {"kind": "table", "rtl": rows[0][0]["rtl"], "rows": rows}

    def _code(self, text: str, language: str) -> Block:
        text = text.expandtabs(4).removesuffix("\n")
        lines = None
        if is_complex(text) or is_long(text):
            lines = [self._code_line(one) for one in text.split("\n")]
        return {"kind": "code", "language": language or None, "text": text, "lines": lines}

    def _code_line(self, text: str) -> list[Run]:
        pieces = [one for piece in _in_pieces({"text": text}) for one in self._numbered(piece)]
        self.ends.add(len(self.words) - 1)
        return pieces

    def _text(self, runs: list[Run], language: str) -> Block:
        return {"kind": "text", "line": self._line(runs, language)}

    def _line(self, runs: list[Run], language: str) -> Block:
        self.formulas |= any("maths" in run for run in runs)
        text = "".join(run.get("text", "") for run in runs)
        complex_ = is_complex(text)
        pieces = [piece for run in runs for piece in _in_pieces(run)]
        if complex_:
            pieces = [one for piece in pieces for one in self._numbered(piece)]
            self.ends.add(len(self.words) - 1)
        look = {"lang": _code(language), "east": east_asian(text, language), "rtl": is_rtl(text)}
        return {**look, "complex": complex_, "runs": pieces}

    def _numbered(self, run: Run) -> Iterator[Run]:
        if "text" not in run:
            yield run
            return
        for word in [run["text"]] if run.get("emoji") else words(run["text"]):
            self.words.append(word)
            yield {**run, "text": word, "word": len(self.words) - 1}


def _runs(node: SyntaxTreeNode, **style: Any) -> Iterator[Run]:
    """The pieces of a line, each with how it looks."""
    for child in node.children:
        kind = child.type
        if kind == "text":
            yield {"text": child.content, **style}
        elif kind == "code_inline":
            yield {"text": child.content, **style, "code": True}
        elif kind in ("softbreak", "hardbreak"):
            yield {"break": True}
        elif kind == "image":
            yield {"image": str(child.attrs.get("src", "")), "alt": child.content}
        elif kind.startswith("math"):
            tree = tree_of(child.content)
            yield {"maths": tree} if tree else {"text": child.content, **style, "code": True}
        elif kind == "link":
            yield from _runs(child, **style, **_link(str(child.attrs.get("href", ""))))
        else:
            named = {_STYLES[kind]: True} if kind in _STYLES else {}
            yield from _runs(child, **style, **named)


def _link(target: str) -> Run:
    fits = _LINK.match(target) and len(target.encode()) <= LONGEST_LINK
    return {"link": target} if fits else {}


def _code(language: str) -> str:
    """A language as Typst takes it: two or three letters."""
    code = language.split("-")[0].lower()
    return code if re.fullmatch(r"[a-z]{2,3}", code) else "en"


def _lines(text: str) -> list[Run]:
    runs: list[Run] = []
    for line in text.split("\n"):
        runs += [{"break": True}] * bool(runs) + [{"text": line}]
    return runs


def _in_pieces(run: Run) -> Iterator[Run]:
    if "text" not in run:
        yield run
        return
    for text, emoji in split_emoji(run["text"]):
        for place, piece in enumerate([text] if emoji else cut(text)):
            marks = {"emoji": emoji, "cut": place > 0}
            yield {**run, "text": piece, **{name: True for name, on in marks.items() if on}}


def _rtl_of(inside: list[Block]) -> bool:
    """The direction of the first text inside."""
    for one in inside:
        if "line" in one:
            return bool(one["line"]["rtl"])
        if "rtl" in one:
            return bool(one["rtl"])
    return False


def _picture(source: str) -> bytes | None:
    """An image of a data: address as PNG; None for anything else, which is never fetched."""
    found = _DATA.match(source)
    if not found:
        return None
    try:
        data = base64.b64decode(source[found.end() :], validate=True)
        with warnings.catch_warnings(action="error", category=Image.DecompressionBombWarning):
            image = Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "GIF", "WEBP"))
            image.thumbnail((LARGEST_IMAGE, LARGEST_IMAGE))
            out = io.BytesIO()
            image.convert("RGBA" if image.has_transparency_data else "RGB").save(out, "PNG")
    except (*_BROKEN_IMAGE, Warning):
        return None
    return out.getvalue()
