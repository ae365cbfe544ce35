"""Speech to text over HTTP: for the host at `/api/speech`, for guests at `/voice/{token}`."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePath
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Form, Header, Request, UploadFile
from starlette.datastructures import FormData
from starlette.datastructures import UploadFile as Upload

from core.app import App
from core.errors import Busy, ProviderError, Refused, TooFast
from ui.api.dependencies import Core, User
from ui.api.schemas import Transcription, errors

log = logging.getLogger(__name__)

router = APIRouter(prefix="/speech", tags=["speech"])
guest_router = APIRouter()

LANGUAGE_LENGTH = 35
MINUTE = 60.0


@router.post(
    "/transcriptions",
    responses=errors(413, 502),
)
async def transcribe(
    core: Core,
    _: User,
    file: Annotated[UploadFile, File(description="a recording of at most 25 MB")],
    language: Annotated[
        str | None, Form(max_length=LANGUAGE_LENGTH, description="what is spoken, if known")
    ] = None,
) -> Transcription:
    """Write down what is said in a recording."""
    return Transcription(text=await _text_of(core, file, language))


@guest_router.post("/voice/{token}")
async def transcribe_for_guest(
    request: Request, core: Core, token: str, x_participant: Annotated[str, Header()] = ""
) -> Transcription:
    """Write down what somebody in the room has said, to be sent by them or not.

    Nothing of the recording is read before it is known who sends it.
    """
    participant = await core.rooms.rejoin(token, x_participant)
    limit: RateLimit = request.app.state.recordings
    with limit.one(participant.id, core.settings.guest_messages_per_minute):
        async with request.form(max_files=1, max_fields=1) as form:
            file, language = _recording_in(form)
            try:
                return Transcription(text=await _text_of(core, file, language))
            except ProviderError as error:
                # How the host has set Parley up is none of a guest's business.
                log.warning("a guest's words could not be written down: %s", error)
                raise type(error)() from error


class RateLimit:
    """One recording at a time for each guest, and so many a minute, in this process."""

    def __init__(self) -> None:
        self._lately: dict[UUID, deque[float]] = {}
        self._open: set[UUID] = set()

    @contextmanager
    def one(self, who: UUID, limit: int) -> Iterator[None]:
        """While one more is dealt with. Raises TooFast or Busy."""
        self._count(who, limit)
        if who in self._open:
            raise Busy("Another recording is still being written down. Wait for it.")
        self._open.add(who)
        try:
            yield
        finally:
            self._open.discard(who)

    def _count(self, who: UUID, limit: int) -> None:
        now = time.monotonic()
        for one in [key for key, times in self._lately.items() if now - times[-1] > MINUTE]:
            del self._lately[one]
        times = self._lately.setdefault(who, deque(maxlen=limit))
        if len(times) == limit and now - times[0] < MINUTE:
            raise TooFast(f"More than {limit} recordings in a minute. Wait a moment.", limit=limit)
        times.append(now)


def _recording_in(form: FormData) -> tuple[Upload, str | None]:
    file, language = form.get("file"), form.get("language")
    if not isinstance(file, Upload):
        raise Refused("There is no recording in this request.", field="file")
    known = isinstance(language, str) and 0 < len(language) <= LANGUAGE_LENGTH
    return file, str(language) if known else None


async def _text_of(core: App, file: Upload, language: str | None) -> str:
    audio = await file.read()
    name = PurePath(file.filename or "").suffix[:8]
    return await core.speech.transcribe(audio, f"voice{name or '.webm'}", language)
