"""What an OpenAI-compatible server's failures mean, as Parley's own errors.

The SDK's exceptions end here. Servers differ in how they say a thing, so a failure is
read from its status, its code and, where those do not tell, its words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from openai import APIConnectionError, APIError, APIStatusError, APITimeoutError

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

_TOO_LONG = re.compile(
    r"context[_ ](length|window|size)|exceed_context|maximum context|prompt is too long"
    r"|too many (input )?tokens|reduce the length",
    re.IGNORECASE,
)
_REFUSED = re.compile(r"content[_ ](filter|policy|management)|safety|moderation", re.IGNORECASE)
_NO_CREDIT = re.compile(
    r"insufficient[_ ](quota|balance|credit|funds)|exceeded your current quota"
    r"|billing_(hard_limit|not_active)|payment required|out of credits?",
    re.IGNORECASE,
)
_NO_MODEL = re.compile(
    r"model_not_found|model[^.]{0,80}(not (found|exist|available|supported)|does not exist|invalid)"
    r"|(invalid|unknown|no such) model",
    re.IGNORECASE,
)
_WRONG_KEY = re.compile(r"invalid_api_key|api[ _]key", re.IGNORECASE)
_LONGEST_QUOTE = 200
_LONGEST_WAIT = 3600.0


def explained(error: Exception, endpoint: Endpoint, model: str, *, begun: bool) -> ProviderError:
    """The error of Parley that `error` means, with a remedy; `begun`: a reply had begun.

    The key is taken out of `error` and its causes, which may end up in a log.
    """
    _scrub(error, endpoint.key)
    match error:
        case APITimeoutError() if not begun:
            return _silent(endpoint)
        case APIConnectionError() if not begun:
            return _unreachable(endpoint)
        case APIStatusError():
            return _by_status(error, endpoint, model)
        case APIConnectionError():
            return _broken(endpoint, "The connection dropped.")
        case APIError():
            known = _by_words(error, endpoint, model)
            return known or _broken(endpoint, _quoted(error, endpoint))
        case _ if begun:
            return _broken(endpoint, "It sent something that is not a reply.")
        case _:
            return _no_chat(endpoint)


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


def _by_status(error: APIStatusError, endpoint: Endpoint, model: str) -> ProviderError:
    status = error.status_code
    if status == 401:
        return _bad_key(endpoint)
    if status == 402:
        return _no_credit(endpoint)
    if status == 429:
        return _no_credit(endpoint) if _says(error, _NO_CREDIT) else _rate_limited(error, endpoint)
    known = _by_words(error, endpoint, model)
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
        f"{_quoted(error, endpoint)} Try another model.",
        status=status,
    )


def _by_words(error: APIError, endpoint: Endpoint, model: str) -> ProviderError | None:
    """The error the server's code and words name, if they name one."""
    if _says(error, _TOO_LONG):
        return ContextTooLong(
            f"The conversation is too long for {model}. "
            "Start a new one, or choose a model with a larger window."
        )
    if _says(error, _REFUSED):
        return declined(endpoint)
    if _says(error, _NO_CREDIT):
        return _no_credit(endpoint)
    if _says(error, _NO_MODEL):
        return UnknownModel(
            f"{endpoint.label} does not know the model {model}. "
            "Choose another one, or set AI_MODEL to one it has.",
            model=model,
        )
    if _says(error, _WRONG_KEY):
        return _bad_key(endpoint)
    if error.code == "rate_limit_exceeded":
        return _rate_limited(error, endpoint)
    return None


def _bad_key(endpoint: Endpoint) -> BadKey:
    doing = "Check" if endpoint.key else "It wants one: set"
    return BadKey(
        f"{endpoint.label} refused the key. {doing} {endpoint.key_variable or 'its key'} in .env, "
        "then start Parley again."
    )


def _no_credit(endpoint: Endpoint) -> NoCredit:
    return NoCredit(
        f"The account at {endpoint.place} behind {endpoint.key_variable or 'the key'} has no "
        "credit left. Top it up, or choose another provider."
    )


def _rate_limited(error: APIError, endpoint: Endpoint) -> RateLimited:
    wait = _seconds_to_wait(error)
    when = "in a moment" if wait is None else f"in {max(1, round(wait))} s"
    return RateLimited(
        f"{endpoint.label} asks to wait. Try again {when}, or choose another model.",
        retry_after=wait,
    )


def _seconds_to_wait(error: APIError) -> float | None:
    if not isinstance(error, APIStatusError):
        return None
    headers = error.response.headers
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            return min(max(float(headers[name]) * unit, 0.0), _LONGEST_WAIT)
        except (KeyError, ValueError):
            continue
    return None


def _unreachable(endpoint: Endpoint) -> Unreachable:
    return Unreachable(f"{_who(endpoint)} cannot be reached. {_check(endpoint)}", dropped=True)


def _silent(endpoint: Endpoint) -> Unreachable:
    return Unreachable(f"{_who(endpoint)} did not answer in time. {_check(endpoint)}")


def _no_chat(endpoint: Endpoint, status: int = 200, *, dropped: bool = False) -> Unreachable:
    return Unreachable(
        f"{_who(endpoint)} did not answer with a reply (status {status}). "
        f"Check {endpoint.address_variable or 'the address'} in .env; it usually ends in /v1.",
        dropped=dropped,
    )


def _who(endpoint: Endpoint) -> str:
    return endpoint.label if endpoint.chosen else f"{endpoint.label} ({endpoint.place})"


def _check(endpoint: Endpoint) -> str:
    if endpoint.chosen:
        return f"Check that it runs, and {endpoint.address_variable} in .env."
    return "Check the network, then try again."


def _broken(endpoint: Endpoint, why: str) -> BrokenStream:
    return BrokenStream(
        f"{endpoint.label} stopped in the middle of the reply. {why} "
        "What came is kept; continue or retry."
    )


def _says(error: APIError, pattern: re.Pattern[str]) -> bool:
    return bool(pattern.search(f"{error.code} {error.type} {error.message}"))


def _quoted(error: APIError, endpoint: Endpoint) -> str:
    """What the server said, shortened; empty when it said nothing of use."""
    body: Any = error.body
    said = body.get("message") if isinstance(body, dict) else None
    if not isinstance(said, str) or not said.strip():
        return ""
    said = _without(said, endpoint.key)
    said = " ".join(said.split())
    return f'It says: "{said[:_LONGEST_QUOTE]}".'


def _scrub(error: BaseException, key: str | None) -> None:
    """Take the key out of `error` and what caused it: servers repeat it in their complaints."""
    for one in _chain(error):
        one.args = tuple(_without(a, key) if isinstance(a, str) else a for a in one.args)
        if isinstance(one, APIError):
            one.message = _without(one.message, key)


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
