"""Every setting of Parley: read once, from the environment and `.env`, checked at start."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.errors import ConfigurationError

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

    # The AI
    ai_provider: str | None = Field(None, description="default provider for chat")
    ai_model: str | None = Field(None, description="default model for chat")
    openai_api_key: SecretStr | None = Field(
        None, description="key of OpenAI or of the server at OPENAI_BASE_URL"
    )
    openai_base_url: str | None = Field(
        None, description="any OpenAI-compatible server, for example http://localhost:11434/v1"
    )
    builtin_model: Path | None = Field(
        None, description="a GGUF file for the built-in provider instead of the default model"
    )
    system_prompt: str = Field(
        "You are a helpful assistant. Answer in the language of the question.",
        description="what the AI is told before every conversation",
    )
    translation_engine: Literal["auto", "local", "ai"] = Field(
        "auto", description="who translates rooms; auto: the AI if one is configured, else local"
    )
    translation_models_url: str | None = Field(
        None, description="where the local translation models are listed, instead of Mozilla's"
    )

    # What a guest may do
    guest_message_length: int = Field(2000, ge=1, description="characters in one guest message")
    guest_messages_per_minute: int = Field(30, ge=1, description="messages a guest may send")
    room_participants: int = Field(50, ge=2, description="people in one room, the host included")

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "WARNING", description="how much the terminal shows"
    )

    @field_validator("public_url", "openai_base_url", "chroma_url", "translation_models_url")
    @classmethod
    def _is_http(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must start with http:// or https://")
        return value.rstrip("/")

    @field_validator("data_dir", "builtin_model")
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
