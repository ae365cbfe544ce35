"""The doors for programs, each on a port of its own."""

from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from tests.ui.serving import serving
from ui.api.guests import guest_api
from ui.api.rest import rest_api
from ui.api.sockets import host_sockets


@pytest.fixture(scope="session")
def host_apis():
    """The API and the sockets: a router is built with its first request, in a quarter second."""
    return rest_api(), host_sockets()


@pytest.fixture
async def host(app, host_apis):
    api, sockets = host_apis
    api.state.core = sockets.state.core = app
    door = Starlette(routes=[Mount("/api", app=api), Mount("/ws", app=sockets)])
    async with serving(door) as address:
        yield address


@pytest.fixture
async def door(app):
    api = guest_api()
    api.state.core = app
    async with serving(api) as address:
        yield address


@pytest.fixture
async def client(host):
    async with httpx.AsyncClient(base_url=f"http://{host}/api", timeout=60) as http:
        yield http
