"""What a share link shows, of this Parley or another, to go on with it.

Of another it is fetched the way a reader's page would.
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

import httpx
from pydantic import BaseModel, Field, ValidationError

from core.errors import (
    LinkExpired,
    NotFound,
    PasswordNeeded,
    Refused,
    TooManyGuesses,
    WrongPassword,
)
from core.sharing.reading import JsonObject, Readers
from core.sharing.shares import Shares

AT_ONCE = 500
MOST_MESSAGES = 20_000
LARGEST = 50 * 1024 * 1024
"""Bytes in all answers of the other Parley together."""
ANSWERS_WITHIN = 20.0
_REFUSALS = {404: NotFound, 410: LinkExpired, 429: TooManyGuesses}


class _Message(BaseModel):
    id: int
    role: str = Field(pattern="^(user|assistant)$")
    person: int | None
    name: str | None = Field(max_length=300)
    language: str | None = Field(max_length=40)
    text: str
    created_at: datetime


class _Page(BaseModel):
    title: str | None
    messages: list[_Message]
    ticket: str | None


def parted(link: str) -> tuple[str, str]:
    """The address of a Parley and a token, of a share link. Raises Refused for anything else."""
    parts = urlsplit(link.strip())
    before, found, token = parts.path.rpartition("/shared/")
    if parts.scheme not in ("http", "https") or not parts.hostname or not found or not token:
        raise Refused("This is no share link. It looks like http://…/shared/….")
    return f"{parts.scheme}://{parts.netloc}{before}", token.strip("/")


async def take(
    readers: Readers, shares: Shares, user_id: UUID, link: str, password: str | None = None
) -> UUID:
    """Make a user's own conversation of what a link shows; its id. Raises as `fetch` does."""
    try:
        reader = await readers.enter(parted(link)[1], password)
    except NotFound:
        title, said = await fetch(link, password)
    else:
        title, said = await reader.whole()
    return await shares.take_copy(user_id, title, said)


async def fetch(link: str, password: str | None = None) -> tuple[str | None, list[JsonObject]]:
    """Title and messages, oldest first, of what a link of another Parley shows.

    Raises Refused where there is no Parley or it shows too much to be taken, NotFound,
    LinkExpired, PasswordNeeded, WrongPassword, TooManyGuesses.
    """
    base, token = parted(link)
    key = {"password": password or None}
    said: list[JsonObject] = []
    left = LARGEST
    async with httpx.AsyncClient(timeout=ANSWERS_WITHIN) as client:
        while True:
            asked = {**key, "after": said[-1]["id"] if said else 0, "limit": AT_ONCE}
            page, size = await _page(client, f"{base}/api/shared/{token}", asked, left)
            left -= size
            if not page.messages:
                return page.title, said
            said += [message.model_dump(mode="json") for message in page.messages]
            key = {"ticket": page.ticket}
            if len(said) > MOST_MESSAGES:
                raise Refused(f"More than {MOST_MESSAGES} messages cannot be taken at once.")


async def _page(
    client: httpx.AsyncClient, url: str, asked: JsonObject, most: int
) -> tuple[_Page, int]:
    """An answer of at most so many bytes, and how many it had."""
    try:
        async with client.stream("POST", url, json=asked) as answer:
            body = await _body(answer, most)
        if answer.status_code == 401:
            raise WrongPassword if asked.get("password") else PasswordNeeded
        if refusal := _REFUSALS.get(answer.status_code):
            raise refusal()
        return _Page.model_validate_json(body), len(body)
    except (httpx.HTTPError, httpx.InvalidURL, ValidationError) as error:
        raise Refused(
            "No Parley answers at this link. Check it, and that it opens here."
        ) from error


async def _body(answer: httpx.Response, most: int) -> bytes:
    pieces: list[bytes] = []
    async for piece in answer.aiter_bytes():
        most -= len(piece)
        if most < 0:
            raise Refused("What is shared there is too large to be taken.")
        pieces.append(piece)
    return b"".join(pieces)
