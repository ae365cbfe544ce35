"""The SDKs of OpenAI, Groq and Anthropic: made by one generator, so one code handles them all.

Each takes most of a second to import; import them through here, in a thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from core.providers.endpoint import Endpoint


@dataclass(frozen=True, slots=True)
class Sdk:
    """An SDK: its module, which holds the errors, its client, and the HTTP library under it."""

    module: ModuleType
    client: Callable[..., Any]
    http: ModuleType

    @property
    def stream(self) -> Any:
        """The class of its streams."""
        return self.module.AsyncStream

    @property
    def failures(self) -> tuple[type[Exception], ...]:
        """What it, HTTP and JSON raise, and what comes of JSON of another shape."""
        root: type[Exception] = self.module.APIError.__mro__[1]
        shape = (ValueError, LookupError, TypeError, AttributeError)
        return (root, self.http.HTTPError, *shape)

    def connect(self, endpoint: Endpoint, *, connect: float, read: float) -> Any:
        """A client for `endpoint` that retries nothing by itself.

        `connect` and `read` are seconds: for a connection, and between two signs of life.
        """
        timeout = self.http.Timeout(read, connect=connect)
        http = self.http.AsyncClient(
            timeout=timeout,
            limits=self.http.Limits(
                max_connections=None, max_keepalive_connections=20, keepalive_expiry=55
            ),
            follow_redirects=True,
            trust_env=not endpoint.is_here,
            event_hooks={} if endpoint.key else {"request": [_without_key]},
        )
        return self.client(
            api_key=endpoint.key or "none",
            base_url=endpoint.address,
            max_retries=0,
            timeout=timeout,
            http_client=http,
        )


async def _without_key(request: Any) -> None:
    """The SDKs cannot be made without a key; a server that has none is sent none."""
    request.headers.pop("Authorization", None)


def openai_sdk() -> Sdk:
    """The SDK of OpenAI, for everything that speaks its protocol."""
    # It looks for httpx among what is loaded, and trips over it half loaded by another thread.
    import httpx  # noqa: F401, PLC0415
    import httpx2  # noqa: PLC0415
    import openai  # noqa: PLC0415

    return Sdk(openai, openai.AsyncOpenAI, httpx2)


def groq_sdk() -> Sdk:
    """The SDK of Groq."""
    import groq  # noqa: PLC0415
    import httpx  # noqa: PLC0415

    return Sdk(groq, groq.AsyncGroq, httpx)


def anthropic_sdk() -> Sdk:
    """The SDK of Anthropic."""
    import anthropic  # noqa: PLC0415
    import httpx2  # noqa: PLC0415

    return Sdk(anthropic, anthropic.AsyncAnthropic, httpx2)
