"""What the README and .env.example claim is there, and what is there they name."""

import functools
import importlib.util
import re

import pytest

from core.settings import Settings
from tests.docs import (
    EXAMPLE,
    README,
    ROOT,
    commands_table,
    env_example,
    providers_table,
    put,
    settings_table,
)  # fmt: skip
from ui.api import chat_socket, room_socket, share_socket, slate_socket
from ui.api.rest import rest_api

TEXT = README.read_text("utf-8")


def test_the_table_of_settings_is_as_generated():
    assert put(TEXT, "settings", settings_table()) == TEXT, "run: python -m tests.docs"


def test_the_table_of_providers_is_as_generated():
    assert put(TEXT, "providers", providers_table()) == TEXT, "run: python -m tests.docs"


def test_the_table_of_commands_is_as_generated():
    assert put(TEXT, "commands", commands_table()) == TEXT, "run: python -m tests.docs"


def test_the_example_is_as_generated_and_changes_nothing():
    assert EXAMPLE.read_text("utf-8") == env_example(), "run: python -m tests.docs"
    named = re.findall(r"^# ([A-Z_]+)=", EXAMPLE.read_text("utf-8"), re.MULTILINE)
    assert [name.lower() for name in named] == list(Settings.model_fields)
    assert not re.findall(r"^[A-Z]", EXAMPLE.read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`([A-Z]+_[A-Z_]+)`", TEXT))))
def test_every_setting_the_readme_names_exists(name):
    assert name.lower() in Settings.model_fields


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\((?!http)([^)#]+)\)", TEXT))))
def test_every_file_the_readme_links_exists(link):
    assert (ROOT / link).exists()


@pytest.mark.parametrize("path", sorted(set(re.findall(r"localhost:8501/api(/[a-z/]+)", TEXT))))
def test_every_call_the_readme_shows_exists(path):
    assert path in _paths()


@functools.cache
def _paths():
    return set(rest_api().openapi()["paths"])


def test_every_websocket_the_readme_names_exists():
    routers = (chat_socket.router, room_socket.host_router, slate_socket.router)
    found = [route.path for router in routers for route in router.routes]
    assert [f"/ws{path}" for path in found] == ["/ws/chat", "/ws/rooms/{room_id}", "/ws/slates"]
    assert [route.path for route in room_socket.guest_router.routes] == ["/ws/rooms/{token}"]
    assert [route.path for route in share_socket.router.routes] == ["/ws/shared/{token}"]
    named = ("/ws/chat", "/ws/rooms/{id}", "/ws/slates", "/ws/rooms/{token}", "/ws/shared/{token}")
    for path in named:
        assert f"`{path}`" in TEXT


@pytest.mark.parametrize("module", sorted(set(re.findall(r"python -m ([a-z_.]+)", TEXT))))
def test_every_module_the_readme_runs_exists(module):
    if module.endswith("."):
        module = module.removesuffix(".")
    assert importlib.util.find_spec(module)


def test_the_two_commands_are_there():
    assert "pip install -r requirements.txt && python -m ui" in TEXT
    assert "pip install -r requirements-dev.txt && pytest" in TEXT
    assert (ROOT / "requirements.txt").exists()
    assert (ROOT / "requirements-dev.txt").exists()
