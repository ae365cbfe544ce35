"""The providers a person can choose from, made from the catalog when they are first asked for."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import aclosing, suppress
from typing import Any, Literal

from core.errors import NotFound, ProviderError
from core.preferences import Preferences, checked
from core.providers import catalog, discovery, endpoint
from core.providers.anthropic import Anthropic
from core.providers.builtin import Builtin
from core.providers.catalog import CATALOG, ProviderRow, parted
from core.providers.endpoint import Endpoint
from core.providers.listing import Listing, Listings, failed, listed
from core.providers.openai_compatible import Groq, OpenAICompatible
from core.providers.port import ChatMessage, ModelInfo, Options, Provider
from core.providers.remote import Patience
from core.settings import Settings

Maker = Callable[[ProviderRow, Settings], Provider]
Purpose = Literal["translation", "summary"]
LOOK_EVERY = 10.0
"""Seconds within which servers on this computer are not looked for again."""
MAKERS: dict[catalog.Protocol, Maker] = {
    "openai": lambda row, settings: OpenAICompatible(*_server(row, settings)),
    "groq": lambda row, settings: Groq(*_server(row, settings)),
    "anthropic": lambda row, settings: Anthropic(*_server(row, settings)),
    "builtin": lambda row, settings: Builtin(row, settings),
}
"""Who speaks each wire protocol."""


class Providers:
    """All providers, one instance of each, shared by everybody."""

    def __init__(self, preferences: Preferences, rows: tuple[ProviderRow, ...] = CATALOG) -> None:
        self._preferences = preferences
        self._rows = {row.name: row for row in rows}
        self._made: dict[str, tuple[Any, Provider]] = {}
        self._retired: list[Provider] = []
        self._listings = Listings()
        self._looked = -LOOK_EVERY

    @property
    def _settings(self) -> Settings:
        return self._preferences.current

    def rows(self) -> list[ProviderRow]:
        """Every provider Parley knows."""
        return [*self._rows.values()]

    def names(self) -> list[str]:
        """The providers that can be used as things are set, best first."""
        return [name for name, row in self._rows.items() if row.is_configured(self._settings)]

    def row(self, name: str) -> ProviderRow:
        """The catalog's row of a provider. Raises NotFound that names those there are."""
        if name not in self._rows:
            raise NotFound(
                f'There is no AI provider "{name}". Choose one of: {", ".join(self._rows)}.'
            )
        return self._rows[name]

    def get(self, name: str) -> Provider:
        """The provider `name`. Raises NotFound if unknown, BadKey if it is not configured.

        One whose settings have changed is made anew; replies on their way keep the old one.
        """
        row = self.row(name)
        facts = self._facts(row)
        made = self._made.get(name)
        if made is None or made[0] != facts:
            if made:
                self._retired.append(made[1])
            self._made[name] = made = facts, MAKERS[row.protocol](row, self._settings)
        return made[1]

    async def ask(
        self, name: str, model: str, messages: Sequence[ChatMessage], options: Options
    ) -> str:
        """A model's whole answer, for what nobody watches. Raises ProviderError."""
        async with aclosing(self.get(name).stream(model, messages, options)) as deltas:
            return "".join([delta.text async for delta in deltas])

    def endpoint(self, name: str) -> Endpoint:
        """Where a provider is reached. Raises NotFound, BadKey."""
        return Endpoint.of(self.row(name), self._settings)

    def default(self) -> tuple[str, str]:
        """Provider and model for a chat that names none; the model may be AUTO."""
        name = self._default_name()
        return name, self.default_model(name)

    def default_model(self, name: str) -> str:
        """The model of provider `name` for a chat that names none."""
        row = self.row(name)
        if self._settings.ai_model and name == self._default_name():
            return self._settings.ai_model
        return endpoint.default_model(row, self._settings)

    def choice_for(
        self, purpose: Purpose, otherwise: tuple[str, str] | None = None
    ) -> tuple[str, str]:
        """Provider and model for a purpose: those set for it, else `otherwise`, else the chat's."""
        provider = getattr(self._settings, f"{purpose}_provider")
        model = getattr(self._settings, f"{purpose}_model")
        if provider is None and model is None:
            return otherwise or self.default()
        provider = provider or (otherwise or self.default())[0]
        return provider, model or self.default_model(provider)

    def fallbacks(self) -> list[tuple[str, str]]:
        """Who answers where the chosen provider fails, in order, as far as they can be used."""
        chosen = []
        for entry in (self._settings.ai_fallbacks or "").split(","):
            name, model = parted(entry)
            if name in self.names():
                chosen.append((name, model or self.default_model(name)))
        return chosen

    async def models(self, name: str, *, anew: bool = False) -> Listing:
        """The models of a provider for chat; asked at most every ten minutes unless `anew`.

        Raises NotFound. A provider that cannot be asked is no error: see `Listing`.
        """
        return await self._list(self.row(name), self._settings, anew=anew)

    def at_hand(self, name: str) -> list[str]:
        """The models of a usable provider as far as known without asking it. Raises NotFound."""
        row, known = self.row(name), list[str]()
        with suppress(ProviderError):  # a key that cannot be one: it is told when it is used
            known = [info.id for info in self._known(row)]
        return list(dict.fromkeys([*known, self.default_model(name)]))

    def _known(self, row: ProviderRow) -> tuple[ModelInfo, ...]:
        if row.protocol == "builtin":
            return ()
        kept = self._listings.kept(Endpoint.of(row, self._settings))
        return kept.models if kept else ()

    async def try_out(self, name: str, key: str | None, address: str | None) -> Listing:
        """What a provider would list with another key or address. Raises NotFound, Refused."""
        row = self.row(name)
        changes = {row.key_setting: key, row.address_setting: address}
        given = {setting: value for setting, value in changes.items() if setting and value}
        return await self._list(row, checked(self._settings, given), anew=True)

    async def look_around(self) -> None:
        """Find the servers that run on this computer, unless that was done a moment ago."""
        now = time.monotonic()
        if self._settings.find_local_servers and now - self._looked > LOOK_EVERY:
            self._looked = now
            self._preferences.found(await discovery.running_here(self.rows()))

    async def warm(self) -> None:
        """Do what would delay the default provider's first reply; failures show up then."""
        await self.get(self.default()[0]).warm()

    async def close(self) -> None:
        """Close every provider that was used."""
        made = [*self._retired, *(provider for _, provider in self._made.values())]
        self._made, self._retired = {}, []
        for provider in made:
            await provider.close()

    async def _list(self, row: ProviderRow, settings: Settings, *, anew: bool) -> Listing:
        if row.protocol == "builtin":
            return await listed(row, self.get(row.name), with_key=False)
        try:
            where = Endpoint.of(row, settings)
        except ProviderError as error:
            return failed(row, error)
        kept = None if anew else self._listings.kept(where)
        if kept:
            return kept
        provider = MAKERS[row.protocol](row, settings)
        try:
            listing = await listed(row, provider, with_key=where.key is not None)
        finally:
            await provider.close()
        self._listings.keep(where, listing)
        return listing

    def _facts(self, row: ProviderRow) -> Any:
        """What a provider is made of; it is made anew where that changes."""
        if row.protocol == "builtin":
            return self._settings.builtin_model
        return _server(row, self._settings)

    def _default_name(self) -> str:
        return self._settings.ai_provider or self.names()[0]


def _server(row: ProviderRow, settings: Settings) -> tuple[Endpoint, Patience]:
    patience = Patience(connect=settings.ai_connect_timeout, read=settings.ai_read_timeout)
    return Endpoint.of(row, settings), patience
