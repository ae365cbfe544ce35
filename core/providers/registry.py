"""The providers a person can choose from, made from the catalog when they are first asked for."""

from __future__ import annotations

from collections.abc import Callable

from core.errors import NotFound
from core.providers import catalog, endpoint
from core.providers.builtin import Builtin
from core.providers.catalog import CATALOG, ProviderRow
from core.providers.endpoint import Endpoint
from core.providers.openai_compatible import OpenAICompatible
from core.providers.port import Provider
from core.settings import Settings

Maker = Callable[[ProviderRow, Settings], Provider]
MAKERS: dict[catalog.Protocol, Maker] = {
    "openai": lambda row, settings: OpenAICompatible(Endpoint.of(row, settings)),
    "builtin": lambda row, settings: Builtin(row, settings),
}
"""Who speaks each wire protocol."""


class Providers:
    """All providers, one instance of each, shared by everybody."""

    def __init__(self, settings: Settings, rows: tuple[ProviderRow, ...] = CATALOG) -> None:
        self._settings = settings
        self._rows = {row.name: row for row in rows}
        self._made: dict[str, Provider] = {}

    def names(self) -> list[str]:
        """The providers that can be used as things are set, best first."""
        return [name for name, row in self._rows.items() if row.is_configured(self._settings)]

    def row(self, name: str) -> ProviderRow:
        """The catalog's row of a provider. Raises NotFound that names those there are."""
        if name not in self._rows:
            raise NotFound(
                f'There is no AI provider "{name}". Set AI_PROVIDER to one of: '
                f"{', '.join(self._rows)}."
            )
        return self._rows[name]

    def get(self, name: str) -> Provider:
        """The provider `name`. Raises NotFound if unknown, BadKey if it is not configured."""
        row = self.row(name)
        if name not in self._made:
            self._made[name] = MAKERS[row.protocol](row, self._settings)
        return self._made[name]

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

    def _default_name(self) -> str:
        return self._settings.ai_provider or self.names()[0]

    async def warm(self) -> None:
        """Do what would delay the default provider's first reply; failures show up then."""
        await self.get(self.default()[0]).warm()

    async def close(self) -> None:
        """Close every provider that was used."""
        made, self._made = self._made, {}
        for provider in made.values():
            await provider.close()
