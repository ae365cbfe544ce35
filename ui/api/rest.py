"""The REST API of the host door."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from core.speech import LARGEST_RECORDING
from ui.api import (
    ai_routes,
    analytics_routes,
    conversation_routes,
    memory_routes,
    message_routes,
    profile_routes,
    question_routes,
    routes,
    search_routes,
    share_routes,
    slate_routes,
    speech,
    summary_routes,
    task_routes,
    transfer_routes,
)
from ui.api.dependencies import answer_errors_as_json
from ui.guard import SmallBodies
from ui.unlisted import Unlisted

VERSION = "0.1.0"
LARGEST_BODY = LARGEST_RECORDING + 64 * 1024
"""Bytes in one request of the API: a recording and the form around it."""


def rest_api() -> FastAPI:
    """The REST API, to be mounted at `/api`. Set `state.core` before the first request."""
    api = FastAPIOffline(
        title="Parley",
        version=VERSION,
        summary="Conversations between people who share no language, and with an AI.",
        docs_url="/docs",
        openapi_url="/openapi.json",
    )
    larger = dict.fromkeys(_import_paths(), transfer_routes.LARGEST_BODY)
    api.add_middleware(SmallBodies, limit=LARGEST_BODY, larger=larger)
    api.add_middleware(Unlisted, paths=("/shared/",))
    answer_errors_as_json(api)
    api.include_router(transfer_routes.router)
    for router in (routes.health, conversation_routes.router, message_routes.router, routes.rooms):
        api.include_router(router)
    for router in (ai_routes.settings, ai_routes.providers, memory_routes.router):
        api.include_router(router)
    for router in (summary_routes.router, task_routes.router, question_routes.router):
        api.include_router(router)
    for router in (search_routes.router, slate_routes.router, speech.router):
        api.include_router(router)
    for router in (profile_routes.router, analytics_routes.router):
        api.include_router(router)
    for router in (share_routes.owner, share_routes.readers, share_routes.copies):
        api.include_router(router)
    return api


def _import_paths() -> tuple[str, str]:
    """Where conversations are imported, mounted or not."""
    return f"/api{transfer_routes.IMPORT}", transfer_routes.IMPORT
