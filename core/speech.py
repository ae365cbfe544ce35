"""Speech to text, by whichever configured provider writes it down."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from core.errors import NoSpeech, NoTranscription, ProviderError, TooLong
from core.preferences import Preferences
from core.providers.catalog import USUAL_TRANSCRIBER
from core.providers.endpoint import Endpoint
from core.providers.registry import Providers

if TYPE_CHECKING:
    from core.providers.openai_speech import SpeechClient

LARGEST_RECORDING = 25 * 1024 * 1024
"""Bytes; what OpenAI and Groq take at most."""
LONGEST_RECORDING = 300
"""Seconds after which the pages end a recording."""
Way = tuple[Endpoint, str]
"""Where speech is written down, and the model that does it."""


class Speech:
    """Writes down what was said."""

    def __init__(self, preferences: Preferences, providers: Providers) -> None:
        self._preferences = preferences
        self._providers = providers
        self._clients: dict[Way, SpeechClient] = {}
        self._unable: set[Way] = set()

    def available(self) -> bool:
        """Whether a provider writes down speech, as far as is known without asking it."""
        return self._way() is not None

    async def transcribe(self, audio: bytes, filename: str, language: str | None = None) -> str:
        """What is said in `audio`, a file whose format its name tells, spoken in `language`.

        Raises NoTranscription where nobody writes down speech, TooLong, NoSpeech for silence,
        and ProviderError.
        """
        if len(audio) > LARGEST_RECORDING:
            limit = LARGEST_RECORDING // 1024**2
            raise TooLong(f"A recording may have {limit} MB. Record less.", limit=limit)
        if not audio:
            raise NoSpeech
        way = self._way()
        if way is None:
            raise NoTranscription
        client = await self._client(way)
        try:
            text = await client.transcribe(audio, filename, _base(language))
        except NoTranscription:
            self._unable.add(way)
            raise
        if not any(letter.isalnum() for letter in text):
            raise NoSpeech
        return text.strip()

    async def close(self) -> None:
        """Close the connections."""
        clients, self._clients = self._clients, {}
        for client in clients.values():
            await client.close()

    def _way(self) -> Way | None:
        """The provider set for speech, else the first that can and was not found unable."""
        chosen = self._preferences.current.speech_provider
        for name in self._providers.names():
            row = self._providers.row(name)
            if "transcription" not in row.capabilities or chosen not in (None, name):
                continue
            with suppress(ProviderError):  # a key that cannot be one
                endpoint = self._providers.endpoint(name)
                usual = USUAL_TRANSCRIBER if endpoint.chosen else row.transcriber
                way = endpoint, self._preferences.current.speech_model or usual
                if way not in self._unable:
                    return way
        return None

    async def _client(self, way: Way) -> SpeechClient:
        made = await asyncio.to_thread(_new_client, *way) if way not in self._clients else None
        if made:
            self._clients.setdefault(way, made)
        return self._clients[way]


def _new_client(endpoint: Endpoint, model: str) -> SpeechClient:
    from core.providers.openai_speech import (  # noqa: PLC0415 - most of a second, off start-up
        SpeechClient,
    )

    return SpeechClient(endpoint, model)


def _base(language: str | None) -> str | None:
    """The language without script and region: speech models know ISO 639-1 only."""
    base = (language or "").split("-")[0].lower()
    return base if len(base) == 2 else None
