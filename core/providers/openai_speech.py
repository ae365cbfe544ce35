"""Speech to text over the OpenAI protocol. Making a client imports the SDK: see `core.speech`."""

from __future__ import annotations

import mimetypes
from typing import Any

from core.errors import NoSpeech, NoTranscription, ParleyError, TooLong, UnknownModel, Unreachable
from core.providers.endpoint import Endpoint
from core.providers.sdk import openai_sdk
from core.providers.sdk_errors import explained

_CONNECT, _READ = 10.0, 90.0
"""Seconds: for a connection, and for the words."""


class SpeechClient:
    """One server's transcription with one model."""

    def __init__(self, endpoint: Endpoint, model: str) -> None:
        self._endpoint = endpoint
        self._model = model
        self._sdk = openai_sdk()
        self._client = self._sdk.connect(endpoint, connect=_CONNECT, read=_READ)

    async def transcribe(self, audio: bytes, filename: str, language: str | None) -> str:
        """The words in a recording. Raises NoSpeech, TooLong, NoTranscription, ProviderError."""
        try:
            return await self._asked(audio, filename, language)
        except self._sdk.failures as error:
            known = self._explained(error)
            # Models differ in the languages they can be told; all of them can guess.
            guess = language and _status(error) == 400 and "language" in str(error).lower()
            if not guess:
                raise known from error
        return await self.transcribe(audio, filename, None)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _asked(self, audio: bytes, filename: str, language: str | None) -> str:
        kind = mimetypes.guess_type(filename)[0] or "application/octet-stream"
        options: dict[str, Any] = {"language": language} if language else {}
        answer = await self._client.audio.transcriptions.create(
            file=(filename, audio, kind),
            model=self._model,
            response_format="json",
            **options,
        )
        text = getattr(answer, "text", None)
        if not isinstance(text, str):
            raise ValueError("not a transcription")
        return text

    def _explained(self, error: Exception) -> ParleyError:
        """The error it means for somebody who has spoken."""
        known = explained(error, self._sdk, self._endpoint, self._model, begun=False)
        status, label = _status(error), self._endpoint.label
        if isinstance(known, UnknownModel):
            return UnknownModel(
                f"{label} does not know the speech model {self._model}. Set SPEECH_MODEL to "
                "one it has.",
                model=self._model,
            )
        if status in (404, 405, 501):
            return NoTranscription(
                f"{label} does not write down speech. Set SPEECH_PROVIDER to a provider that "
                "does, or type instead."
            )
        if status == 413:
            return TooLong(f"This recording is too long for {label}. Record less.")
        if status == 400 and "too short" in str(error).lower():
            return NoSpeech()
        if isinstance(error, ValueError):
            return Unreachable(f"{label} did not answer with a text. Check its address.")
        return known


def _status(error: Exception) -> int:
    return getattr(error, "status_code", 0)
