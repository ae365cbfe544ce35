"""Every provider that speaks the OpenAI protocol, through the SDK of OpenAI, or of Groq."""

from __future__ import annotations

from core.providers.openai_client import OpenAIClient
from core.providers.remote import Remote
from core.providers.sdk import groq_sdk, openai_sdk


class OpenAICompatible(Remote):
    """A provider at an OpenAI-compatible server."""

    _sdk = staticmethod(openai_sdk)

    def _new_client(self) -> OpenAIClient:
        return OpenAIClient(
            self._sdk(), self._endpoint, connect=self._patience.connect, read=self._patience.read
        )


class Groq(OpenAICompatible):
    """Groq: the same protocol, through its own SDK."""

    _sdk = staticmethod(groq_sdk)
