"""Models to choose from, as "provider:model"."""

from __future__ import annotations

from ui import models
from ui.host import bridge


def models_at_hand() -> list[str]:
    """Those of every provider that can be used; see `ui.models`."""
    return models.models_at_hand(bridge.core())


def readable(entry: str) -> str:
    """How a person reads "provider:model"."""
    return models.readable(bridge.core(), entry)
