"""The REST API of share links: for their owner at the host door, for readers at both doors."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Header, Query, Request
from starlette.requests import HTTPConnection

from core.app import App
from core.sharing.reading import Reader
from core.sharing.shares import Share
from ui.addresses import shared_url
from ui.api.dependencies import Core, User
from ui.api.schemas import errors
from ui.api.share_schemas import (
    Asked,
    Copied,
    Key,
    NewShare,
    Revoked,
    ShareBody,
    SharedConversation,
    ShareMade,
)

owner = APIRouter(tags=["sharing"])
readers = APIRouter(prefix="/shared", tags=["sharing"])
copies = APIRouter(prefix="/shared", tags=["sharing"])
READING = errors(401, 404, 410, 429)


@owner.post("/conversations/{conversation_id}/share", status_code=201, responses=errors(404))
async def share_conversation(
    core: Core, user: User, conversation_id: UUID, new: NewShare
) -> ShareMade:
    """Make a link to read a conversation, as it is now or as it goes on."""
    lasts = timedelta(seconds=new.expires_in) if new.expires_in is not None else None
    made = await core.shares.create(
        user, conversation_id, expires_in=lasts, password=new.password, live=new.live,
        hide_names=new.hide_names, from_message_id=new.from_message_id,
    )  # fmt: skip
    assert made.token is not None
    url = shared_url(core.settings, made.token)
    return ShareMade(id=made.id, url=url, expires_at=made.expires_at)


@owner.get("/conversations/{conversation_id}/share", responses=errors(404))
async def list_shares_of(core: Core, user: User, conversation_id: UUID) -> list[ShareBody]:
    """The links to one conversation, the newest first."""
    await core.conversations.get(user, conversation_id)
    found = await core.shares.list(user, conversation_id)
    return [_body(core, one) for one in found]


@owner.get("/shares", responses=errors())
async def list_shares(core: Core, user: User) -> list[ShareBody]:
    """The links, the newest first; those that open nothing any more for a month."""
    return [_body(core, one) for one in await core.shares.list(user)]


@owner.delete("/shares", responses=errors())
async def revoke_all_shares(core: Core, user: User) -> Revoked:
    """Make every link open nothing from now on."""
    return Revoked(revoked=await core.shares.revoke_all(user))


@owner.delete("/shares/{share_id}", status_code=204, responses=errors(404))
async def revoke_share(core: Core, user: User, share_id: UUID) -> None:
    """Make a link open nothing from now on; pages that show it close."""
    await core.shares.revoke(user, share_id)


@readers.get("/{token}", responses=READING)
async def read_shared(
    request: Request,
    core: Core,
    token: str,
    before: int | None = Query(None, ge=1, le=2**62, description="messages older than this id"),
    after: int | None = Query(None, ge=0, le=2**62, description="messages newer than this id"),
    limit: int = Query(200, ge=1, le=500),
    x_share_password: Annotated[str | None, Header(max_length=1000)] = None,
    x_share_ticket: Annotated[str | None, Header(max_length=200)] = None,
) -> SharedConversation:
    """A shared conversation with its newest messages, or those before or after one."""
    reader = await core.readers.enter(token, x_share_password, x_share_ticket)
    return await _read(request, reader, before, after, limit)


@readers.post("/{token}", responses=READING)
async def open_shared(
    request: Request, core: Core, token: str, asked: Annotated[Asked, Body()]
) -> SharedConversation:
    """The same, with the password in the body: there it may be of any script."""
    reader = await core.readers.enter(token, asked.password, asked.ticket)
    return await _read(request, reader, asked.before, asked.after, asked.limit)


@copies.post("/{token}/copy", status_code=201, responses=READING)
async def copy_shared(core: Core, user: User, token: str, key: Annotated[Key, Body()]) -> Copied:
    """A conversation of one's own with what a link of this Parley shows."""
    reader = await core.readers.enter(token, key.password, key.ticket)
    title, said = await reader.whole()
    return Copied(conversation_id=await core.shares.take_copy(user, title, said))


async def _read(
    request: Request, reader: Reader, before: int | None, after: int | None, limit: int
) -> SharedConversation:
    conversation = await reader.conversation()
    said = await reader.messages(before, after, limit)
    if not before and not after:
        await reader.note_visit(visitor_of(request))
    return SharedConversation(
        **conversation, messages=said, more=len(said) == limit, ticket=reader.ticket
    )


def visitor_of(connection: HTTPConnection) -> str:
    """What tells one reader from another, as far as it goes: hashed, and forgotten in hours."""
    address = connection.client.host if connection.client else ""
    return f"{address} {connection.headers.get('user-agent', '')}"


def _body(core: App, share: Share) -> ShareBody:
    url = shared_url(core.settings, share.token) if share.token else None
    fields = (name for name in ShareBody.model_fields if name != "url")
    return ShareBody(url=url, **{name: getattr(share, name) for name in fields})
