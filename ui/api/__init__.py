"""Parley for programs: the REST API, the chat WebSocket, the room WebSockets."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from core.speech import LARGEST_RECORDING
from ui.api import (
    ai_routes,
    analytics_routes,
    chat_socket,
    conversation_routes,
    memory_routes,
    message_routes,
    profile_routes,
    question_routes,
    room_socket,
    routes,
    search_routes,
    share_routes,
    share_socket,
    slate_routes,
    slate_socket,
    speech,
    summary_routes,
    task_routes,
    thread_socket,
    transfer_routes,
)
from ui.api.dependencies import answer_errors_as_json
from ui.guard import SmallBodies
from ui.host import news
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


def host_sockets() -> FastAPI:
    """The host's WebSockets, to be mounted at `/ws`. Set `state.core` before the first one."""
    api = FastAPI(openapi_url=None)
    api.include_router(chat_socket.router)
    api.include_router(room_socket.host_router)
    api.include_router(news.router)
    api.include_router(slate_socket.router)
    api.include_router(thread_socket.router)
    return api


def guest_api() -> FastAPI:
    """The guest door's own app: what a room's link grants, and what a share's link shows.

    Set `state.core`.
    """
    api = FastAPI(openapi_url=None)
    api.state.recordings = speech.RateLimit()
    api.add_middleware(Unlisted, paths=("/shared/", "/api/shared/"))
    answer_errors_as_json(api)
    api.include_router(room_socket.guest_router)
    api.include_router(speech.guest_router)
    api.include_router(share_routes.readers, prefix="/api")
    api.include_router(share_socket.router)
    return api
