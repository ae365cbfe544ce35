"""Where a provider is reached and what to call it: a row of the catalog with its settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

from core.errors import BadKey
from core.providers.catalog import ProviderRow, variable
from core.providers.port import AUTO
from core.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A server that speaks a provider's protocol."""

    name: str
    label: str
    address: str
    chosen: bool = False
    """Whether a person has set the address."""
    key: str | None = field(default=None, repr=False)
    key_variable: str = ""
    address_variable: str = ""
    default_model: str = AUTO
    max_tokens_field: str = "max_tokens"
    key_check: str = ""

    @classmethod
    def of(cls, row: ProviderRow, settings: Settings) -> Self:
        """The endpoint `row` stands for. Raises BadKey where a key is missing."""
        row.require_configured(settings)
        _require_usable(row, settings)
        chosen = row.chosen_address(settings)
        return cls(
            name=row.name,
            label=row.label if chosen in (None, row.usual_address) else _server(chosen),
            address=chosen or row.address or "",
            chosen=chosen is not None,
            key=row.key(settings),
            key_variable=variable(row.key_setting),
            address_variable=variable(row.address_setting),
            default_model=default_model(row, settings),
            max_tokens_field="max_tokens" if chosen else row.max_tokens_field,
            key_check=row.key_check if chosen is None else "",
        )

    @property
    def place(self) -> str:
        """Host and port of the address, without whatever else it holds."""
        return _place(self.address)

    @property
    def is_here(self) -> bool:
        """Whether the server runs on this computer, where no proxy leads to."""
        return urlsplit(self.address).hostname in ("localhost", "127.0.0.1", "::1")


def _require_usable(row: ProviderRow, settings: Settings) -> None:
    key = row.key(settings) or ""
    if not (key.isascii() and key.isprintable() and " " not in key):
        raise BadKey(
            f"{variable(row.key_setting)} holds characters that no key has. "
            "Copy the key again, without quotes or line breaks.",
            provider=row.name,
        )


def default_model(row: ProviderRow, settings: Settings) -> str:
    """The row's default, but AUTO for a server of the person's own, whose models are its own."""
    return row.default_model if row.chosen_address(settings) is None else AUTO


def _server(address: str | None) -> str:
    return f"The server at {_place(address or '')}"


def _place(address: str) -> str:
    parts = urlsplit(address)
    return (parts.hostname or address) + (f":{parts.port}" if parts.port else "")
