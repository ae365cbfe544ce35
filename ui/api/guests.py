"""What the guest door answers programs and its own pages."""

from __future__ import annotations

from fastapi import FastAPI

from ui.api import room_socket, share_routes, share_socket, speech
from ui.api.dependencies import answer_errors_as_json
from ui.unlisted import Unlisted


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
