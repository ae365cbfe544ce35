"""Components of the host's pages: what Streamlit has no element for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def source(*names: str) -> str:
    """The files beside this one, one after another."""
    return "\n".join((HERE / name).read_text(encoding="utf-8") for name in names)


def handed(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What a component's script gets, as `[data]`.

    Streamlit looks for tables among the values of a mapping, and imports pandas for it: half a
    second of the first page.
    """
    return [data]
