"""The house's arrows: ui -> core -> sql, and features never into each other's internals."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WEB = {"ui", "streamlit", "gradio", "fastapi", "starlette", "uvicorn"}


def imports(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module


@pytest.mark.parametrize("path", sorted((ROOT / "core").rglob("*.py")), ids=str)
def test_the_core_knows_no_user_interface(path):
    assert not {name.split(".")[0] for name in imports(path)} & WEB


@pytest.mark.parametrize("path", sorted((ROOT / "ui").rglob("*.py")), ids=str)
def test_the_doors_reach_the_database_only_through_the_core(path):
    assert not {name.split(".")[0] for name in imports(path)} & {"psycopg", "procrastinate"}


@pytest.mark.parametrize("name", ["chat", "rooms", "feed", "titles"])
def test_features_use_no_private_names_of_others(name):
    tree = ast.parse((ROOT / "core" / f"{name}.py").read_text("utf-8"))
    taken = [
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("core")
        for alias in node.names
    ]
    assert not [one for one in taken if one.startswith("_")]


def test_the_top_level_holds_what_it_should():
    seen = {path.name for path in ROOT.iterdir() if path.is_dir() and path.name[0] != "."}
    assert seen - {"__pycache__", "venv", "data"} == {"core", "sql", "tests", "ui"}
