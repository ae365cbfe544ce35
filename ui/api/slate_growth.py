"""A run as a page hears of it: only what has changed since it last heard."""

from __future__ import annotations

from typing import Any

from core.slates.run import Piece, Run

Frame = dict[str, Any]


class Growth:
    """What one page has been told of a slate's runs."""

    def __init__(self) -> None:
        self._told: dict[int, tuple[str, str, str | None, bool]] = {}

    def of(self, run: Run) -> Frame:
        """The run, with those of its pieces that are news."""
        fresh = [frame for piece in run.pieces if (frame := self._news(piece)) is not None]
        count = len(run.pieces)
        self._told = {place: told for place, told in self._told.items() if place < count}
        return {
            "run": run.number, "status": run.status, "done": run.done, "count": count,
            "language": run.language, "engine": run.engine, "used": run.noted, "note": run.note,
            "remark": run.remark, "code": run.error_code, "error": run.error, "stale": run.stale,
            "task": run.options.task, "target": run.options.target,
            "reply_in": run.options.reply_in, "pieces": fresh,
        }  # fmt: skip

    def _news(self, piece: Piece) -> Frame | None:
        ends = piece.part.text.endswith(("\n", "\r"))
        now = (piece.text, piece.status, piece.error, ends)
        before = self._told.get(piece.place)
        if before == now:
            return None
        self._told[piece.place] = now
        grown = before is not None and piece.text.startswith(before[0])
        said = {"more": piece.text[len(before[0]) :]} if before and grown else {"text": piece.text}
        return {
            "place": piece.place, "state": piece.status, "error": piece.error, "ends": ends, **said
        }  # fmt: skip
