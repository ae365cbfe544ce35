"""A conversation as PDF: set by Typst in fonts that come with Parley, whatever its scripts."""

from __future__ import annotations

import json
import logging
import tempfile
from functools import cache
from importlib.resources import files
from pathlib import Path

import typst

from core.errors import ExportFailed
from core.exports.blocks import Blocks
from core.exports.document import Document
from core.exports.made import Share, unheard
from core.exports.pages import pages_of
from core.exports.text_layer import lay

log = logging.getLogger(__name__)

FONTS = ("manimgx_fonts", "manimgx_fonts_cjk")
"""Packages of requirements.txt that hold the fonts: Noto, under the Open Font License."""
_HERE = Path(__file__).parent
_SETTING = ("conversation.typ", "code.tmTheme")
_READ, _SET = 0.2, 0.7
"""Of the time, as measured, that is over when the text is read and when its pages are set."""


def write(document: Document, made: Share = unheard) -> bytes:
    """The pages of a conversation. Raises ExportFailed.

    Should one of its formulas be beyond Typst, they all stand as they were typed.
    """
    _fonts()
    blocks = Blocks()
    try:
        return _written(document, blocks, made)
    except ExportFailed:
        if not blocks.formulas:
            raise
        return _written(document, Blocks(formulas=False), made)


def _written(document: Document, blocks: Blocks, made: Share) -> bytes:
    said = pages_of(document, blocks, lambda share: made(share * _READ))
    with tempfile.TemporaryDirectory(prefix="parley-pdf-") as folder:
        root = Path(folder)
        for name in _SETTING:
            (root / name).write_bytes((_HERE / name).read_bytes())
        (root / "said.json").write_text(json.dumps(said), "utf-8")
        for number, image in enumerate(blocks.images, 1):
            (root / f"{number}.png").write_bytes(image)
        data = _typeset(root, tagged=not blocks.words)
    made(_SET)
    if not blocks.words:
        return data
    return lay(data, blocks.words, blocks.ends, lambda share: made(_SET + share * (1 - _SET)))


def _typeset(root: Path, *, tagged: bool) -> bytes:
    """The PDF of what lies in a folder.

    The folder is all that Typst may read, and nothing in it but the template is code. Tags would
    name the glyphs of complex lines in the order they are drawn, which is not that of reading.
    """
    try:
        data = typst.compile(
            root / "conversation.typ",
            root=root,
            font_paths=_fonts(),
            ignore_system_fonts=True,
            package_path=root,
            package_cache_path=root,
            pdf_tags=tagged,
        )
    except typst.TypstError as error:
        log.warning("Typst did not set a conversation", exc_info=error)
        raise ExportFailed(
            "The PDF could not be set. Export Markdown instead, and report this with the log."
        ) from error
    assert isinstance(data, bytes)
    return data


@cache
def _fonts() -> typst.Fonts:
    folders = {name: _folder(name) for name in FONTS}
    if missing := [name for name, folder in folders.items() if folder is None]:
        names = " ".join(name.replace("_", "-") for name in missing)
        raise ExportFailed(
            f"The fonts for PDF are not installed. Run: pip install {names} (or again "
            "pip install -r requirements.txt), then export again."
        )
    found = [str(folder) for folder in folders.values()]
    return typst.Fonts(include_system_fonts=False, font_paths=found)


def _folder(package: str) -> Path | None:
    """Where a package's fonts lie; None where it is not installed or holds none."""
    try:
        folder = Path(str(files(package)))
    except ModuleNotFoundError:
        return None
    return folder if any(folder.glob("*.tt[fc]")) else None
