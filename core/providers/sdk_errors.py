"""What a provider's failures mean, as Parley's own errors.

The SDKs' exceptions end here. Servers differ in how they say a thing, so a failure is
read from its status, its code and, where those do not tell, its words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from core.errors import (
    BadKey,
    BrokenStream,
    ContextTooLong,
    NoCredit,
    PolicyRefusal,
    ProviderError,
    RateLimited,
    UnknownModel,
    Unreachable,
)
from core.providers.endpoint import Endpoint
from core.providers.sdk import Sdk

_TOO_LONG = re.compile(
    r"context[_ ](length|window|size)|exceed_context|maximum context|prompt is too long"
    r"|too many (input )?tokens|reduce the length",
    re.IGNORECASE,
)
_REFUSED = re.compile(r"content[_ ](filter|policy|management)|safety|moderation", re.IGNORECASE)
_NO_CREDIT = re.compile(
    r"insufficient[_ ](quota|balance|credit|funds)|exceeded your current quota"
    r"|billing_(hard_limit|not_active|error)|payment required|out of credits?"
    r"|credit balance is too low",
    re.IGNORECASE,
)
_NO_MODEL = re.compile(
    r"model_not_found|model[^.]{0,80}(not (found|exist|available|supported)|does not exist|invalid)"
    r"|(invalid|unknown|no such) model",
    re.IGNORECASE,
)
_WRONG_KEY = re.compile(r"invalid_api_key|authentication_error|api[ _]key", re.IGNORECASE)
_BUSY = ("rate_limit_exceeded", "rate_limit_error", "overloaded_error")
"""Codes of OpenAI, Groq and Anthropic for: later."""
_LONGEST_QUOTE = 200
_LONGEST_WAIT = 3600.0


def explained(
    error: Exception, sdk: Sdk, endpoint: Endpoint, model: str, *, begun: bool
) -> ProviderError:
    """The error of Parley that `error` means, with a remedy; `begun`: a reply had begun.

    The key is taken out of `error` and its causes, which may end up in a log.
    """
    _scrub(error, endpoint.key)
    kinds = sdk.module
    if isinstance(error, kinds.APIConnectionError):
        if begun:
            return _broken(endpoint, "The connection dropped.")
        return (_silent if isinstance(error, kinds.APITimeoutError) else _unreachable)(endpoint)
    if isinstance(error, kinds.APIError):
        said = Complaint.of(error)
        if said.status >= 400:
            return _by_status(said, endpoint, model)
        return _by_words(said, endpoint, model) or _broken(endpoint, said.quoted(endpoint))
    if begun:
        return _broken(endpoint, "It sent something that is not a reply.")
    return _no_chat(endpoint)


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a server said was wrong. `status` is 200 for what came inside a stream."""

    status: int
    words: str
    code: str | None
    quote: str
    headers: Mapping[str, str]

    @classmethod
    def of(cls, error: Any) -> Complaint:
        """From an SDK's APIError: they put the server's words at different depths."""
        body: dict[str, Any] = error.body if isinstance(error.body, dict) else {}
        nested = body.get("error")
        inner: dict[str, Any] = nested if isinstance(nested, dict) else body
        code, kind = inner.get("code"), inner.get("type")
        quote = inner.get("message")
        response = getattr(error, "response", None)
        return cls(
            getattr(error, "status_code", 200), f"{code} {kind} {error.message}",
            str(code or kind) if code or kind else None,
            quote if isinstance(quote, str) else "",
            response.headers if response is not None else {},
        )  # fmt: skip

    def says(self, pattern: re.Pattern[str]) -> bool:
        """Whether its code or words name what `pattern` does."""
        return bool(pattern.search(self.words))

    def quoted(self, endpoint: Endpoint) -> str:
        """What the server said, shortened; empty when it said nothing of use."""
        said = " ".join(_without(self.quote, endpoint.key).split())
        return f'It says: "{said[:_LONGEST_QUOTE]}".' if said else ""


def ended_early(endpoint: Endpoint, *, begun: bool) -> ProviderError:
    """A stream ended without saying why, perhaps before there was anything in it."""
    if not begun:
        return _no_chat(endpoint, dropped=True)
    return _broken(endpoint, "The reply ended without its end.")


def declined(endpoint: Endpoint) -> PolicyRefusal:
    """The provider's filter stopped the reply."""
    return PolicyRefusal(
        f"{endpoint.label} declined to answer this. Put it in other words, or choose another model."
    )


def _by_status(said: Complaint, endpoint: Endpoint, model: str) -> ProviderError:
    status = said.status
    if status == 401:
        return _bad_key(endpoint)
    if status == 402:
        return _no_credit(endpoint)
    if status == 429:
        return _no_credit(endpoint) if said.says(_NO_CREDIT) else _rate_limited(said, endpoint)
    known = _by_words(said, endpoint, model)
    if known:
        return known
    if status == 403:
        return _bad_key(endpoint)
    if status in (404, 405):
        return _no_chat(endpoint, status)
    if status >= 500:
        return ProviderError(
            f"{endpoint.label} has trouble of its own (status {status}). "
            "Try again in a moment, or choose another provider.",
            status=status,
        )
    return ProviderError(
        f"{endpoint.label} did not accept the request (status {status}). "
        f"{said.quoted(endpoint)} Try another model.",
        status=status,
    )


def _by_words(said: Complaint, endpoint: Endpoint, model: str) -> ProviderError | None:
    """The error the server's code and words name, if they name one."""
    if said.says(_TOO_LONG):
        return ContextTooLong(
            f"The conversation is too long for {model}. "
            "Start a new one, or choose a model with a larger window."
        )
    if said.says(_REFUSED):
        return declined(endpoint)
    if said.says(_NO_CREDIT):
        return _no_credit(endpoint)
    if said.says(_NO_MODEL):
        return UnknownModel(
            f"{endpoint.label} does not know the model {model}. "
            "Choose another one on the Settings page, or set AI_MODEL to one it has.",
            model=model,
        )
    if said.says(_WRONG_KEY):
        return _bad_key(endpoint)
    if said.code in _BUSY:
        return _rate_limited(said, endpoint)
    return None


def _bad_key(endpoint: Endpoint) -> BadKey:
    doing = "Check" if endpoint.key else "It wants one: set"
    name = f" (or {endpoint.key_variable} in .env)" if endpoint.key_variable else ""
    return BadKey(f"{endpoint.label} refused the key. {doing} it on the Settings page{name}.")


def _no_credit(endpoint: Endpoint) -> NoCredit:
    return NoCredit(
        f"The account at {endpoint.place} behind {endpoint.key_variable or 'the key'} has no "
        "credit left. Top it up, or choose another provider."
    )


def _rate_limited(said: Complaint, endpoint: Endpoint) -> RateLimited:
    wait = _seconds_to_wait(said.headers)
    when = "in a moment" if wait is None else f"in {max(1, round(wait))} s"
    return RateLimited(
        f"{endpoint.label} asks to wait. Try again {when}, or choose another model.",
        retry_after=wait,
    )


def _seconds_to_wait(headers: Mapping[str, str]) -> float | None:
    """What Retry-After says (RFC 9110), as a number of seconds or as a date."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        with suppress(KeyError, ValueError):
            return min(max(float(headers[name]) * unit, 0.0), _LONGEST_WAIT)
    with suppress(KeyError, ValueError, TypeError):
        until = parsedate_to_datetime(headers["retry-after"]) - datetime.now(UTC)
        return min(max(until.total_seconds(), 0.0), _LONGEST_WAIT)
    return None


def _unreachable(endpoint: Endpoint) -> Unreachable:
    return Unreachable(f"{_who(endpoint)} cannot be reached. {_check(endpoint)}", dropped=True)


def _silent(endpoint: Endpoint) -> Unreachable:
    return Unreachable(f"{_who(endpoint)} did not answer in time. {_check(endpoint)}")


def _no_chat(endpoint: Endpoint, status: int = 200, *, dropped: bool = False) -> Unreachable:
    return Unreachable(
        f"{_who(endpoint)} did not answer with a reply (status {status}). "
        f"Check its address on the Settings page{_named(endpoint)}; it usually ends in /v1.",
        dropped=dropped,
    )


def _named(endpoint: Endpoint) -> str:
    return f" ({endpoint.address_variable} in .env)" if endpoint.address_variable else ""


def _who(endpoint: Endpoint) -> str:
    return endpoint.label if endpoint.chosen else f"{endpoint.label} ({endpoint.place})"


def _check(endpoint: Endpoint) -> str:
    if endpoint.chosen:
        return f"Check that it runs, and its address on the Settings page{_named(endpoint)}."
    return "Check the network, then try again."


def _broken(endpoint: Endpoint, why: str) -> BrokenStream:
    return BrokenStream(
        f"{endpoint.label} stopped in the middle of the reply. {why} "
        "What came is kept; continue or retry."
    )


def _scrub(error: BaseException, key: str | None) -> None:
    """Take the key out of `error` and what caused it: servers repeat it in their complaints."""
    for one in _chain(error):
        one.args = tuple(_without(a, key) if isinstance(a, str) else a for a in one.args)
        if isinstance(message := getattr(one, "message", None), str):
            one.message = _without(message, key)  # type: ignore[attr-defined]


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        one = one.__cause__ or one.__context__


def _without(text: str, key: str | None) -> str:
    """`text` without the key, nor the half-hidden one that OpenAI quotes."""
    text = text.replace(key, "***") if key else text
    return re.sub(r"\bsk-[\w*.-]{6,}", "***", text)
