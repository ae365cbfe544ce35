"""What a person can choose from: a provider's models, and whether its key is good."""

from __future__ import annotations

import time
from dataclasses import dataclass

from core.errors import BadKey, ProviderError
from core.providers.catalog import ProviderRow
from core.providers.endpoint import Endpoint
from core.providers.port import ModelInfo, Provider

FRESH, FAILED = 600.0, 20.0
"""Seconds a list of models is taken for current, and a failure to get one."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A provider's models for chat, the newest first, and how they were found."""

    models: tuple[ModelInfo, ...]
    ok: bool
    """Whether the provider itself has listed them."""
    sentence: str
    """What a person reads about it."""
    error_code: str | None = None


class Listings:
    """The lists of models that were asked for lately."""

    def __init__(self) -> None:
        self._kept: dict[Endpoint, tuple[float, Listing]] = {}

    def kept(self, endpoint: Endpoint) -> Listing | None:
        """What came of asking, while it is fresh enough."""
        until, listing = self._kept.get(endpoint, (0.0, None))
        return listing if time.monotonic() < until else None

    def keep(self, endpoint: Endpoint, listing: Listing) -> None:
        """Keep what came of asking: a page must not wait for a failing provider at every click."""
        lasts = FRESH if listing.ok else FAILED
        self._kept[endpoint] = (time.monotonic() + lasts, listing)


async def listed(row: ProviderRow, provider: Provider, *, with_key: bool) -> Listing:
    """Ask the provider for its models; where that fails, the usual ones and why."""
    try:
        models = await provider.models()
    except ProviderError as error:
        return failed(row, error)
    count = f"{len(models)} model{'' if len(models) == 1 else 's'} found"
    if not models:
        return Listing((), True, f"{row.label} answers, but offers no model for chat.")
    sentence = f"Key is valid, {count}." if with_key else f"Connected, {count}."
    return Listing(tuple(models), True, sentence)


def failed(row: ProviderRow, error: ProviderError) -> Listing:
    """What to show where a provider could not list its models."""
    usual = tuple(ModelInfo(name) for name in row.usual_models)
    if isinstance(error, BadKey):
        return Listing(usual, False, f"Invalid key: {error}", error.code)
    using = " Using the usual models." if usual else ""
    return Listing(usual, False, f"{error}{using}", error.code)
