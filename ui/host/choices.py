"""Models to choose from, as "provider:model"."""

from __future__ import annotations

from core.providers.catalog import parted
from core.providers.port import AUTO
from ui.host import bridge


def models_at_hand() -> list[str]:
    """The models of every provider that can be used, as far as they were listed lately.

    Nobody is asked here: a provider that was not listed shows its usual model.
    """
    known = bridge.core().providers
    return [f"{name}:{model}" for name in known.names() for model in known.at_hand(name)]


def readable(entry: str) -> str:
    """How a person reads "provider:model"."""
    name, model = parted(entry)
    rows = {row.name: row.label for row in bridge.core().providers.rows()}
    if name not in rows:
        return entry
    return rows[name] if model in ("", AUTO) else f"{model} · {rows[name]}"
