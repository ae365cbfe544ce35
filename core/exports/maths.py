"""A formula in LaTeX as a tree of plain data, for the page to be set from: never as code."""

from __future__ import annotations

from html import unescape
from typing import Any
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert_to_element

Tree = dict[str, Any]

LONGEST = 2000
"""Characters after which a formula is shown as it was typed."""
_ROWS = {"math", "mrow", "mstyle", "mpadded", "semantics", "menclose", "mphantom"}
_SCRIPTS: dict[str, tuple[str, ...]] = {
    "msub": ("low",), "msup": ("high",), "msubsup": ("low", "high"),
    "munder": ("low",), "mover": ("high",), "munderover": ("low", "high"),
}  # fmt: skip


_OPENING, _CLOSING = "([{|‖", ")]}|‖"


class _Unknown(Exception):
    """An element the page cannot show."""


def tree_of(latex: str, *, display: bool = False) -> Tree | None:
    """The formula; None where it cannot be read, and is to be shown as it was typed."""
    if len(latex) > LONGEST:
        return None
    try:
        return _tree(convert_to_element(latex, display="block" if display else "inline"))
    except Exception:  # noqa: BLE001 - the converter raises whatever it stumbles on
        return None


def _tree(node: Element) -> Tree:
    kind = node.tag.rpartition("}")[2]
    parts = [*node]
    if kind in _ROWS:
        return {"kind": "row", "parts": _fenced([_tree(one) for one in parts])}
    if kind in ("mi", "mn", "mo", "mtext"):
        return _sign(kind, node)
    if kind == "mspace":
        return {"kind": "text", "text": " "}
    if kind == "mfrac":
        return {"kind": "fraction", "parts": [_tree(one) for one in parts]}
    if kind == "msqrt":
        return {"kind": "root", "parts": [{"kind": "row", "parts": [_tree(one) for one in parts]}]}
    if kind == "mroot":
        return {"kind": "root", "parts": [_tree(one) for one in parts]}
    if kind in _SCRIPTS:
        base, *scripts = (_tree(one) for one in parts)
        limits = kind.startswith(("munder", "mover"))
        named = dict(zip(_SCRIPTS[kind], scripts, strict=True))
        return {"kind": "scripts", "base": base, "limits": limits, **named}
    if kind == "mtable":
        rows = [[_row_of(cell) for cell in row] for row in parts]
        return {"kind": "matrix", "rows": rows}
    raise _Unknown(kind)


def _fenced(parts: list[Tree]) -> list[Tree]:
    """A matrix and what stands around it as one part, so that the fences grow with it."""
    fenced: list[Tree] = []
    for one in parts:
        if _is_one_of(one, _CLOSING) and _ends_in_opened_matrix(fenced):
            fenced[-2:] = [{"kind": "row", "parts": [*fenced[-2:], one]}]
        else:
            fenced.append(one)
    return fenced


def _ends_in_opened_matrix(parts: list[Tree]) -> bool:
    return len(parts) > 1 and parts[-1]["kind"] == "matrix" and _is_one_of(parts[-2], _OPENING)


def _is_one_of(part: Tree, signs: str) -> bool:
    return len(part.get("text", "")) == 1 and part["text"] in signs


def _sign(kind: str, node: Element) -> Tree:
    text = unescape(node.text or "")
    if len(text) == 1 and kind in ("mi", "mo") and not text.isspace():
        return {"kind": "sign", "text": text}
    return {"kind": "text", "text": text}


def _row_of(cell: Element) -> Tree:
    return {"kind": "row", "parts": [_tree(one) for one in cell]}
