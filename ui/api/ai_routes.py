"""The REST API of the AI: what is set, which providers there are, what their models are."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from core.app import App
from core.preferences import NAMES, is_secret, masked
from ui.api.dependencies import Core
from ui.api.schemas import Answer, errors

settings = APIRouter(prefix="/settings", tags=["settings"])
providers = APIRouter(prefix="/providers", tags=["providers"])

Value = str | float | int | bool | None
_ERRORS = errors()
_UNKNOWN = errors(404)


class SettingBody(BaseModel):
    """A setting: of a key, only whether there is one and how it ends."""

    value: Value
    origin: Literal["page", "environment", "found", "default"]


class AISettingsBody(BaseModel):
    """Every setting of the AI by its name."""

    settings: dict[str, SettingBody]
    unreadable: list[str] = Field(
        description="keys that were encrypted with another SECRET_KEY or key file; set them again"
    )


class ProviderBody(Answer):
    """A provider, and whether it can be used as things are set."""

    name: str
    label: str
    configured: bool
    default: bool
    default_model: str
    capabilities: list[str]
    key_page: str | None
    note: str | None


class ModelBody(Answer):
    """A model; `created` in Unix seconds, 0 where nobody says; `context_window` in tokens."""

    id: str
    context_window: int | None
    created: int


class ModelsBody(BaseModel):
    """The models of a provider for chat, the newest first; the usual ones where it failed."""

    ok: bool = Field(description="whether the provider itself has listed them")
    message: str
    error_code: str | None
    models: list[ModelBody]


@settings.get("/ai", responses=_ERRORS)
async def get_ai_settings(core: Core) -> AISettingsBody:
    """What is set, and where it comes from. Keys are never told."""
    return _shown(core)


@settings.post("/ai", responses=_ERRORS)
async def change_ai_settings(core: Core, changes: dict[str, Value]) -> AISettingsBody:
    """Set some of them; null gives one back to the environment. All or nothing."""
    await core.keeper.change(changes)
    return _shown(core)


@providers.get("", responses=_ERRORS)
async def list_providers(core: Core) -> list[ProviderBody]:
    """Every provider Parley knows, best first."""
    known, usable = core.providers, core.providers.names()
    default = known.default()[0]
    return [
        ProviderBody(
            name=row.name, label=row.label, configured=row.name in usable,
            default=row.name == default, default_model=known.default_model(row.name),
            capabilities=[*row.capabilities], key_page=row.key_page, note=row.note,
        )
        for row in known.rows()
    ]  # fmt: skip


@providers.get("/{name}/models", responses=_ERRORS | _UNKNOWN)
async def list_models(
    core: Core, name: str, refresh: bool = Query(False, description="ask the provider again")
) -> ModelsBody:
    """A provider's models for chat. One that cannot be asked is no error: `ok` tells."""
    listing = await core.providers.models(name, anew=refresh)
    return ModelsBody(
        ok=listing.ok,
        message=listing.sentence,
        error_code=listing.error_code,
        models=[ModelBody.model_validate(model) for model in listing.models],
    )


def _shown(core: App) -> AISettingsBody:
    current, origin = core.preferences.current, core.preferences.origin
    return AISettingsBody(
        settings={
            name: SettingBody(value=_value(name, getattr(current, name)), origin=origin(name))
            for name in sorted(NAMES)
        },
        unreadable=core.preferences.unreadable,
    )


def _value(name: str, value: Any) -> Value:
    if is_secret(name):
        return masked(value)
    shown: Value = value
    return shown
