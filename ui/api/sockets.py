"""The WebSockets of the host door: what its pages hear without asking again."""

from __future__ import annotations

from fastapi import FastAPI

from ui.api import chat_socket, room_socket, slate_socket, thread_socket
from ui.host import news


def host_sockets() -> FastAPI:
    """The host's WebSockets, to be mounted at `/ws`. Set `state.core` before the first one."""
    api = FastAPI(openapi_url=None)
    api.include_router(chat_socket.router)
    api.include_router(room_socket.host_router)
    api.include_router(news.router)
    api.include_router(slate_socket.router)
    api.include_router(thread_socket.router)
    return api
