"""The AI providers Parley knows, as data: to add one that speaks a known protocol, add a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from core.errors import BadKey
from core.providers.port import AUTO
from core.settings import Settings

SMOLLM2_ID = "smollm2-135m-instruct"
Protocol = Literal["builtin", "openai"]
Capability = Literal["chat", "embeddings", "transcription"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderRow:
    """One provider. Settings are named by their field in `core.settings`."""

    name: str
    """What AI_PROVIDER says."""
    label: str
    """What people read."""
    protocol: Protocol
    address: str | None = None
    """Base URL, where the provider has one of its own."""
    address_setting: str | None = None
    """Setting for a server (or, built in, a file) of the person's own, which needs no key."""
    key_setting: str | None = None
    """Setting that holds the key; None for a provider that takes none."""
    key_page: str | None = None
    """Where a person gets a key."""
    default_model: str = AUTO
    max_tokens_field: str = "max_tokens"
    """What the provider calls the limit of a reply."""
    capabilities: tuple[Capability, ...] = ("chat",)
    note: str | None = None
    """An honest sentence about its limits, shown in the page."""

    def key(self, settings: Settings) -> str | None:
        """The key a person has set, without the spaces that copying adds."""
        secret = _setting(settings, self.key_setting)
        return (secret.get_secret_value().strip() or None) if secret else None

    def chosen_address(self, settings: Settings) -> str | None:
        """The address a person has set instead of the provider's own."""
        address = _setting(settings, self.address_setting)
        return str(address) if address else None

    def is_configured(self, settings: Settings) -> bool:
        """Whether a person has set what this provider needs."""
        return (
            self.key_setting is None
            or self.key(settings) is not None
            or self.chosen_address(settings) is not None
        )

    def require_configured(self, settings: Settings) -> None:
        """Raise BadKey that says what to set, unless the provider is configured."""
        if self.is_configured(settings):
            return
        ways = [f"{variable(self.key_setting)} in .env"]
        if self.key_page:
            ways[0] += f" (get one at {self.key_page})"
        if self.address_setting:
            ways.append(f"{variable(self.address_setting)} for a server of your own")
        raise BadKey(f"{self.label} needs a key. Set {', or '.join(ways)}.", provider=self.name)


def variable(setting: str | None) -> str:
    """The environment variable of a setting."""
    return (setting or "").upper()


def _setting(settings: Settings, name: str | None) -> Any:
    return getattr(settings, name) if name else None


CATALOG: tuple[ProviderRow, ...] = (
    ProviderRow(
        name="openai",
        label="OpenAI",
        protocol="openai",
        address="https://api.openai.com/v1",
        address_setting="openai_base_url",
        key_setting="openai_api_key",
        key_page="https://platform.openai.com/api-keys",
        default_model="gpt-5.4-mini",
        max_tokens_field="max_completion_tokens",
        capabilities=("chat", "embeddings", "transcription"),
    ),
    ProviderRow(
        name="builtin",
        label="Built-in model",
        protocol="builtin",
        address_setting="builtin_model",
        default_model=SMOLLM2_ID,
        note=(
            "This is a small model that runs on this computer. It knows mainly English and "
            "often makes mistakes. For a better one set OPENAI_API_KEY or OPENAI_BASE_URL."
        ),
    ),
)
"""In the order in which Parley prefers them when several are configured."""
