"""Every setting of Parley: read once, from the environment and `.env`, checked at start."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.errors import ConfigurationError
from core.providers.catalog import parted, require_known

Port = Annotated[int, Field(ge=0, le=65535)]


class Settings(BaseSettings):
    """Parley's settings. Each field is the environment variable of the same name, upper case."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore"
    )

    # Where Parley listens
    host_address: str = Field("127.0.0.1", description="address of the host door")
    host_port: Port = Field(8501, description="port of the host door")
    host_password: SecretStr | None = Field(
        None, description="login of the host door; needed for any other address than loopback"
    )
    guest_address: str = Field("0.0.0.0", description="address of the guest door")  # noqa: S104 - guests come from the LAN
    guest_port: Port = Field(7860, description="port of the guest door")
    public_url: str | None = Field(
        None, description="address guests see when a proxy or tunnel stands in front"
    )

    # Where Parley keeps things
    data_dir: Path = Field(
        default_factory=lambda: user_data_path("parley", appauthor=False),
        description="folder for the database, the index and downloaded models",
    )
    database_url: SecretStr | None = Field(
        None, description="a PostgreSQL 15+ server instead of the embedded one"
    )
    chroma_url: str | None = Field(None, description="a Chroma server instead of the embedded one")

    # The AI: everything here can also be set on the Settings page, which comes first
    ai_provider: str | None = Field(None, description="default provider for chat")
    ai_model: str | None = Field(None, description="default model for chat")
    ai_fallbacks: str | None = Field(
        None,
        description="who answers where that one fails, in order: `groq:llama-3.3-70b-versatile, "
        "builtin`",
    )
    ai_temperature: float | None = Field(
        None, ge=0, le=2, description="0: always the same answer, 2: wild; unset: the provider's"
    )
    ai_max_tokens: int | None = Field(
        None, ge=1, le=1_000_000, description="longest reply in tokens; unset: the provider's"
    )
    ai_connect_timeout: float = Field(
        10, gt=0, le=600, description="seconds to wait for a connection to a provider"
    )
    ai_read_timeout: float = Field(
        120, gt=0, le=3600, description="seconds to wait for a provider's next sign of life"
    )
    ai_total_timeout: float = Field(
        900, gt=0, le=86_400, description="seconds a whole reply may take"
    )
    translation_provider: str | None = Field(
        None, description="provider that translates, instead of the one for chat"
    )
    translation_model: str | None = Field(None, description="model that translates")
    summary_provider: str | None = Field(
        None, description="provider for titles and summaries, instead of the one for chat"
    )
    summary_model: str | None = Field(None, description="model for titles and summaries")
    summary_idle_minutes: int = Field(
        30,
        ge=0,
        le=43_200,
        description="minutes of silence after which a conversation is summarised; 0: when it is "
        "ended, or on request",
    )
    summary_days_back: int = Field(
        30,
        ge=0,
        le=36_500,
        description="days for which what has ended or fallen silent is still summarised by itself",
    )
    empty_conversations_days: int = Field(
        7,
        ge=0,
        le=3650,
        description="days after which a conversation without a message is deleted; 0: never",
    )
    speech_provider: str | None = Field(
        None, description="provider that writes down speech; unset: the first that can"
    )
    speech_model: str | None = Field(None, description="model that writes down speech")
    openai_api_key: SecretStr | None = Field(
        None, description="key of OpenAI or of the server at OPENAI_BASE_URL"
    )
    openai_base_url: str | None = Field(
        None, description="any OpenAI-compatible server, for example http://localhost:8000/v1"
    )
    anthropic_api_key: SecretStr | None = Field(None, description="key of Anthropic")
    anthropic_base_url: str | None = Field(None, description="another server for Anthropic's")
    gemini_api_key: SecretStr | None = Field(None, description="key of Google Gemini")
    gemini_base_url: str | None = Field(None, description="another server for Gemini's")
    groq_api_key: SecretStr | None = Field(None, description="key of Groq")
    groq_base_url: str | None = Field(None, description="another server for Groq's")
    cerebras_api_key: SecretStr | None = Field(None, description="key of Cerebras")
    cerebras_base_url: str | None = Field(None, description="another server for Cerebras's")
    openrouter_api_key: SecretStr | None = Field(None, description="key of OpenRouter")
    openrouter_base_url: str | None = Field(None, description="another server for OpenRouter's")
    custom_base_url: str | None = Field(None, description="one more OpenAI-compatible server")
    custom_api_key: SecretStr | None = Field(None, description="its key, where it wants one")
    ollama_base_url: str | None = Field(
        None, description="Ollama, where it does not run on this computer at port 11434"
    )
    lmstudio_base_url: str | None = Field(
        None, description="LM Studio, where it does not run on this computer at port 1234"
    )
    find_local_servers: bool = Field(
        True, description="whether to look for Ollama and LM Studio on this computer"
    )
    secret_key: SecretStr | None = Field(
        None, description="encrypts keys kept in the database; unset: a key file in DATA_DIR"
    )
    builtin_model: Path | None = Field(
        None, description="a GGUF file for the built-in provider instead of the default model"
    )
    system_prompt: str = Field(
        "You are a helpful assistant. Answer in the language of the question.",
        description="what the AI is told before every conversation",
    )
    memory_learning: Literal["off", "ask", "automatic"] = Field(
        "automatic", description="whether memories are learned from what you say: `ask` proposes"
    )
    profile_learning: bool = Field(
        True, description="whether Parley learns how you like to be answered, and heeds it"
    )
    suggest_follow_ups: bool = Field(
        True, description="whether an AI of your own suggests what to ask next, a call a reply"
    )
    translation_engine: Literal["auto", "local", "ai"] = Field(
        "auto", description="who translates rooms; auto: the AI if one is configured, else local"
    )
    translation_models_url: str | None = Field(
        None, description="where the local translation models are listed, instead of Mozilla's"
    )

    prices_file: Path | None = Field(
        None, description="a TOML file of what models cost, instead of Parley's own list"
    )

    # What a guest may do
    guest_message_length: int = Field(2000, ge=1, description="characters in one guest message")
    guest_messages_per_minute: int = Field(30, ge=1, description="messages a guest may send")
    room_participants: int = Field(50, ge=2, description="people in one room, the host included")

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "WARNING", description="how much the terminal shows"
    )

    @field_validator(
        "public_url", "chroma_url", "translation_models_url", "openai_base_url",
        "anthropic_base_url", "gemini_base_url", "groq_base_url", "cerebras_base_url",
        "openrouter_base_url", "custom_base_url", "ollama_base_url", "lmstudio_base_url",
    )  # fmt: skip
    @classmethod
    def _is_http(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must start with http:// or https://")
        return value.rstrip("/")

    @field_validator("ai_provider", "translation_provider", "summary_provider", "speech_provider")
    @classmethod
    def _is_provider(cls, value: str | None) -> str | None:
        return None if value is None else require_known(value)

    @field_validator("ai_fallbacks")
    @classmethod
    def _are_providers(cls, value: str | None) -> str | None:
        for entry in (value or "").split(","):
            if entry.strip():
                require_known(parted(entry)[0])
        return value

    @field_validator("data_dir", "builtin_model", "prices_file")
    @classmethod
    def _expanded(cls, value: Path | None) -> Path | None:
        return value.expanduser().absolute() if value else None


def load_settings() -> Settings:
    """Read the settings from the environment and `.env`.

    Raises ConfigurationError naming the variable at fault and what it must be.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        name = str(first["loc"][0]).upper()
        raise ConfigurationError(f"{name}: {first['msg']}. Correct it in .env.") from None
