"""The REST API: health and rooms."""

from __future__ import annotations

from fastapi import APIRouter, Response, status

from core.rooms import Room
from ui.addresses import guest_url
from ui.api.dependencies import Core, User
from ui.api.schemas import (
    HealthBody,
    NewRoom,
    RoomBody,
    errors,
)

health = APIRouter(tags=["health"])
rooms = APIRouter(prefix="/rooms", tags=["rooms"])


@health.get("/health", responses={503: {"model": HealthBody}})
async def is_it_well(core: Core, response: Response) -> HealthBody:
    """200 only when database and index answer; otherwise 503, saying which does not."""
    found = await core.health()
    if not found.ok:
        response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    return HealthBody(
        status="ok" if found.ok else "unhealthy",
        database=found.database or "ok",
        index=found.index or "ok",
    )


@rooms.get("", responses=errors())
async def list_rooms(core: Core, user: User) -> list[RoomBody]:
    """The rooms, the latest activity first."""
    return [_room(core, one) for one in await core.rooms.list(user)]


@rooms.post("", status_code=201, responses=errors())
async def open_room(core: Core, user: User, new: NewRoom) -> RoomBody:
    """Open a room and get the link for its guests."""
    return _room(core, await core.rooms.create(user, new.name, new.language))


def _room(core: Core, room: Room) -> RoomBody:
    return RoomBody(
        id=room.id,
        name=room.name,
        language=room.language,
        token=room.token,
        guest_url=guest_url(core.settings, room.token),
        created_at=room.created_at,
        updated_at=room.updated_at,
    )
