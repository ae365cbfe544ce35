"""Servers that run on this computer and need no setting: Ollama and LM Studio."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from collections.abc import Sequence

from core.providers import model_facts
from core.providers.catalog import ProviderRow

PATIENCE = 0.7
"""Seconds a server on this computer has to list its models."""
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


async def running_here(rows: Sequence[ProviderRow]) -> dict[str, str]:
    """The servers found with at least one model for chat: setting of the address -> address."""
    local = [row for row in rows if row.usual_address and row.address_setting]
    found = await asyncio.gather(
        *(asyncio.to_thread(_offers_chat, str(row.usual_address)) for row in local)
    )
    return {
        str(row.address_setting): str(row.usual_address)
        for row, offers in zip(local, found, strict=True)
        if offers
    }


def _offers_chat(address: str) -> bool:
    try:
        with _DIRECT.open(f"{address}/models", timeout=PATIENCE) as answer:
            listed = json.load(answer)["data"]
        return any(model_facts.is_for_chat(str(one["id"])) for one in listed)
    except (OSError, ValueError, LookupError, TypeError):
        return False
