"""What the routes share: the core behind a door, the user, and errors as JSON."""

from __future__ import annotations

import logging
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection

from core.app import App
from core.errors import (
    BadKey,
    Busy,
    DatabaseUnavailable,
    LinkExpired,
    NotFound,
    ParleyError,
    PasswordNeeded,
    ProviderError,
    RateLimited,
    Refused,
    RoomFull,
    TooFast,
    TooLong,
    TooManyGuesses,
)

log = logging.getLogger(__name__)

STATUS: dict[type[ParleyError], int] = {
    LinkExpired: 410,
    NotFound: 404,
    PasswordNeeded: 401,
    TooManyGuesses: 429,
    TooLong: 413,
    TooFast: 429,
    Busy: 409,
    RoomFull: 409,
    Refused: 422,
    DatabaseUnavailable: 503,
    RateLimited: 503,
    BadKey: 502,
    ProviderError: 502,
}


def core_of(connection: HTTPConnection) -> App:
    """The open core of the door a request came through."""
    core: App | None = getattr(connection.app.state, "core", None)
    if core is None:
        raise DatabaseUnavailable("Parley is still starting. Try again in a moment.")
    return core


def user_of(core: Annotated[App, Depends(core_of)]) -> UUID:
    """Whose things a request is about: the host's."""
    return core.host_id


Core = Annotated[App, Depends(core_of)]
User = Annotated[UUID, Depends(user_of)]


def error_body(error: ParleyError) -> dict[str, Any]:
    """An error as programs get it: a stable code, a sentence, and facts."""
    return {"code": error.code, "message": str(error), "details": error.details}


def status_of(error: ParleyError) -> int:
    """The HTTP status that fits an error of ours."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)


def answer_errors_as_json(api: FastAPI) -> None:
    """Make every error of an API a JSON object with `code`, `message` and `details`."""

    @api.exception_handler(ParleyError)
    async def _ours(_: Request, error: ParleyError) -> JSONResponse:
        seconds = error.details.get("seconds")
        later = {"Retry-After": str(seconds)} if seconds else None
        return JSONResponse(error_body(error), status_of(error), later)

    @api.exception_handler(RequestValidationError)
    async def _malformed(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        return JSONResponse(
            {"code": "bad_request", "message": f"{place}: {first['msg']}.", "details": {}}, 422
        )

    @api.exception_handler(HTTPException)
    async def _http(_: Request, error: HTTPException) -> JSONResponse:
        names = {404: "not_found", 405: "method_not_allowed", 413: "too_long"}
        code = names.get(error.status_code, "error")
        return JSONResponse(
            {"code": code, "message": f"{error.detail}.", "details": {}},
            error.status_code,
            headers=error.headers,
        )

    @api.exception_handler(Exception)
    async def _unexpected(_: Request, error: Exception) -> JSONResponse:
        log.error("an API call failed unexpectedly", exc_info=error)
        return JSONResponse(error_body(ParleyError()), 500)
