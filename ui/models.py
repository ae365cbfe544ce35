"""Models as people choose and read them; between programs a model is "provider:model"."""

from __future__ import annotations

from urllib.parse import urlsplit

from core.app import App
from core.providers.catalog import parted
from core.providers.port import AUTO


def models_at_hand(core: App) -> list[str]:
    """The models of every provider that can be used, as far as they were listed lately.

    Nobody is asked here: a provider that was not listed shows its usual model.
    """
    known = core.providers
    return [f"{name}:{model}" for name in known.names() for model in known.at_hand(name)]


def readable(core: App, entry: str) -> str:
    """How a person reads "provider:model"."""
    name, model = parted(entry)
    rows = {row.name: row.label for row in core.providers.rows()}
    if name not in rows:
        return entry
    return rows[name] if model in ("", AUTO) else f"{model} · {rows[name]}"


def model_name(core: App, provider: str | None, model: str | None) -> str:
    """What answers, as people read it: the model, else the server that picks one, else a label."""
    if model and model != AUTO and provider != "builtin":
        return model
    if provider is None:
        return "AI"
    row = core.providers.row(provider)
    address = row.chosen_address(core.preferences.current)
    return urlsplit(address).netloc if address and address != row.usual_address else row.label
