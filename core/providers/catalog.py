"""The AI providers Parley knows, as data: to add one that speaks a known protocol, add a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from core.errors import BadKey
from core.providers.port import AUTO

if TYPE_CHECKING:
    from core.settings import Settings

SMOLLM2_ID = "smollm2-135m-instruct"
USUAL_TRANSCRIBER = "whisper-1"
"""What a server usually calls its model for speech."""
Protocol = Literal["builtin", "openai", "groq", "anthropic"]
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
    usual_address: str | None = None
    """Where a server on this computer is looked for, which needs neither key nor setting."""
    key_check: str = ""
    """What to ask to see whether a key is good, where everybody may list the models."""
    default_model: str = AUTO
    usual_models: tuple[str, ...] = ()
    """Offered where the provider cannot be asked."""
    max_tokens_field: str = "max_tokens"
    """What the provider calls the limit of a reply."""
    capabilities: tuple[Capability, ...] = ("chat",)
    transcriber: str = USUAL_TRANSCRIBER
    """The model that writes down speech."""
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
        if self.protocol == "builtin" or self.chosen_address(settings) is not None:
            return True
        needs_key = self.key_setting is not None
        return self.address is not None and (not needs_key or self.key(settings) is not None)

    def require_configured(self, settings: Settings) -> None:
        """Raise BadKey that says what to set, unless the provider is configured."""
        if self.is_configured(settings):
            return
        if self.address is None:
            where = f"or {variable(self.address_setting)} in .env"
            raise BadKey(f"{self.label} needs an address. Set it on the Settings page, {where}.")
        page = f" (get one at {self.key_page})" if self.key_page else ""
        raise BadKey(
            f"{self.label} needs a key{page}. Set it on the Settings page, or "
            f"{variable(self.key_setting)} in .env; for a server of your own, "
            f"{variable(self.address_setting)}.",
            provider=self.name,
        )


def parted(entry: str) -> tuple[str, str]:
    """Provider and model of "provider:model"; the model is empty where none is named."""
    name, _, model = entry.strip().partition(":")
    return name, model.strip()


def variable(setting: str | None) -> str:
    """The environment variable of a setting."""
    return (setting or "").upper()


def _setting(settings: Settings, name: str | None) -> Any:
    return getattr(settings, name) if name else None


_ALL: tuple[Capability, ...] = ("chat", "embeddings", "transcription")

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
        usual_models=("gpt-5.4-mini", "gpt-5.4", "gpt-5-mini", "gpt-4.1-mini", "gpt-4o-mini"),
        max_tokens_field="max_completion_tokens",
        capabilities=_ALL,
        transcriber="gpt-4o-mini-transcribe",
    ),
    ProviderRow(
        name="anthropic",
        label="Anthropic",
        protocol="anthropic",
        address="https://api.anthropic.com",
        address_setting="anthropic_base_url",
        key_setting="anthropic_api_key",
        key_page="https://console.anthropic.com/settings/keys",
        default_model="claude-sonnet-4-5",
        usual_models=("claude-sonnet-4-5", "claude-haiku-4-5", "claude-opus-4-1"),
    ),
    ProviderRow(
        name="gemini",
        label="Google Gemini",
        protocol="openai",
        address="https://generativelanguage.googleapis.com/v1beta/openai",
        address_setting="gemini_base_url",
        key_setting="gemini_api_key",
        key_page="https://aistudio.google.com/apikey",
        default_model="gemini-2.5-flash",
        usual_models=("gemini-2.5-flash", "gemini-2.5-pro", "gemini-2.5-flash-lite"),
        capabilities=("chat", "embeddings"),
    ),
    ProviderRow(
        name="groq",
        label="Groq",
        protocol="groq",
        address="https://api.groq.com/openai/v1",
        address_setting="groq_base_url",
        key_setting="groq_api_key",
        key_page="https://console.groq.com/keys",
        default_model="llama-3.3-70b-versatile",
        usual_models=("llama-3.3-70b-versatile", "openai/gpt-oss-120b", "llama-3.1-8b-instant"),
        max_tokens_field="max_completion_tokens",
        capabilities=("chat", "transcription"),
        transcriber="whisper-large-v3-turbo",
    ),
    ProviderRow(
        name="cerebras",
        label="Cerebras",
        protocol="openai",
        address="https://api.cerebras.ai/v1",
        address_setting="cerebras_base_url",
        key_setting="cerebras_api_key",
        key_page="https://cloud.cerebras.ai",
        default_model="gpt-oss-120b",
        usual_models=("gpt-oss-120b", "llama-3.3-70b", "llama3.1-8b"),
        max_tokens_field="max_completion_tokens",
    ),
    ProviderRow(
        name="openrouter",
        label="OpenRouter",
        protocol="openai",
        address="https://openrouter.ai/api/v1",
        address_setting="openrouter_base_url",
        key_setting="openrouter_api_key",
        key_page="https://openrouter.ai/settings/keys",
        key_check="/key",
        default_model="openrouter/auto",
        usual_models=("openrouter/auto", "openai/gpt-5.4-mini", "anthropic/claude-sonnet-4.5"),
    ),
    ProviderRow(
        name="custom",
        label="Another server",
        protocol="openai",
        address_setting="custom_base_url",
        key_setting="custom_api_key",
        capabilities=_ALL,
        note="Any server that speaks the OpenAI protocol. Its address usually ends in /v1.",
    ),
    ProviderRow(
        name="ollama",
        label="Ollama",
        protocol="openai",
        address_setting="ollama_base_url",
        usual_address="http://localhost:11434/v1",
        key_page="https://ollama.com/download",
        capabilities=("chat", "embeddings"),
        note="Runs models on this computer. Parley finds it by itself while it runs.",
    ),
    ProviderRow(
        name="lmstudio",
        label="LM Studio",
        protocol="openai",
        address_setting="lmstudio_base_url",
        usual_address="http://localhost:1234/v1",
        key_page="https://lmstudio.ai",
        capabilities=("chat", "embeddings"),
        note="Runs models on this computer. Parley finds it by itself while it runs.",
    ),
    ProviderRow(
        name="builtin",
        label="Built-in model",
        protocol="builtin",
        address_setting="builtin_model",
        default_model=SMOLLM2_ID,
        usual_models=(SMOLLM2_ID,),
        note=(
            "This is a small model that runs on this computer. It knows mainly English and "
            "often makes mistakes. Choose a better one on the Settings page."
        ),
    ),
)
"""In the order in which Parley prefers them when several are configured."""


def require_known(name: str) -> str:
    """`name`, which must be a provider's. Raises ValueError that names those there are."""
    known = [row.name for row in CATALOG]
    if name not in known:
        raise ValueError(f'there is no AI provider "{name}"; it must be one of {", ".join(known)}')
    return name
