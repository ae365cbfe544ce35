"""Components of the host's pages: what Streamlit has no element for."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent


def source(*names: str) -> str:
    """The files beside this one, one after another."""
    return "\n".join((HERE / name).read_text(encoding="utf-8") for name in names)
