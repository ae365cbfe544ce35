"""Any OpenAI-compatible server: replies, models, and every way it can go wrong."""

from __future__ import annotations

import asyncio
import logging
import socket
import traceback
from contextlib import aclosing
from typing import Any

import pytest
from llmock.pytest_plugin import LLMock

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
from core.preferences import Preferences
from core.providers.catalog import CATALOG, ProviderRow
from core.providers.endpoint import Endpoint
from core.providers.openai_compatible import OpenAICompatible
from core.providers.port import AS_USUAL, AUTO, ChatMessage, Delta, Options, Usage
from core.providers.registry import Providers
from core.providers.remote import Patience
from core.settings import Settings
from tests.misbehaving_server import Answer, MisbehavingServer, chunk, refusal, sse

KEY = "sk-test-0123456789-very-secret"
HELLO = [ChatMessage("system", "Be brief."), ChatMessage("user", "Hello")]
GOOD = sse(chunk(role="assistant"), chunk("Hel"), chunk("lo"), chunk(finish="stop"))
STEADY = Patience(pauses=(0, 0))
HASTY = Patience(read=1.5, pauses=(0, 0))


def provider(address: str, patience: Patience = STEADY, **changes: Any) -> OpenAICompatible:
    facts: dict[str, Any] = {
        "name": "openai", "label": "OpenAI", "address": address, "key": KEY,
        "key_variable": "OPENAI_API_KEY", "address_variable": "OPENAI_BASE_URL",
    }  # fmt: skip
    return OpenAICompatible(Endpoint(**(facts | changes)), patience)


async def reply(
    one: OpenAICompatible, model: str = "gpt-4o", options: Options = AS_USUAL
) -> list[Delta]:
    try:
        return [delta async for delta in one.stream(model, HELLO, options)]
    finally:
        await one.close()


def text(deltas: list[Delta]) -> str:
    return "".join(delta.text for delta in deltas)


async def failure(*answers: Answer, **changes: Any) -> ProviderError:
    """The error a reply ends in when the server answers so."""
    async with MisbehavingServer(*answers) as server:
        with pytest.raises(ProviderError) as caught:
            await reply(provider(server.url, **changes))
    return caught.value


# A server others wrote


async def test_a_reply_streams_with_its_usage(llmock: LLMock) -> None:
    llmock.reply("One two three four")
    deltas = await reply(provider(llmock.base_url()))
    assert text(deltas) == "One two three four"
    assert len([delta for delta in deltas if delta.text]) > 1
    assert [delta.finish_reason for delta in deltas if delta.finish_reason] == ["stop"]
    usage = deltas[-1].usage
    assert usage and usage.input_tokens > 0 and usage.output_tokens > 0
    assert llmock.last_request.status == 200


async def test_many_replies_at_once(llmock: LLMock) -> None:
    llmock.reply("Same for all", times=20)
    one = provider(llmock.base_url(), Patience())

    async def ask() -> str:
        return text([delta async for delta in one.stream("gpt-4o", HELLO)])

    replies = await asyncio.gather(*(ask() for _ in range(20)))
    await one.close()
    assert replies == ["Same for all"] * 20


async def test_the_servers_chat_models_are_listed(llmock: LLMock) -> None:
    one = provider(llmock.base_url(), default_model="gpt-4o-mini")
    models = await one.models()
    await one.close()
    names = [info.id for info in models]
    assert "gpt-4o" in names
    assert not [name for name in names if "embedding" in name]
    assert {info.id: info.context_window for info in models}["gpt-4o"] == 128_000


async def test_a_short_rate_limit_is_waited_for(llmock: LLMock) -> None:
    llmock.rate_limit(times=1, retry_after=0.05).reply("There")
    assert text(await reply(provider(llmock.base_url()))) == "There"
    llmock.assert_resilient()


async def test_an_outage_is_tried_three_times_and_then_told(llmock: LLMock) -> None:
    llmock.outage(status=503)
    with pytest.raises(ProviderError, match=r"OpenAI has trouble of its own \(status 503\)"):
        await reply(provider(llmock.base_url()))
    assert len(llmock.requests) == 3


async def test_a_server_that_recovers_is_not_noticed(llmock: LLMock) -> None:
    llmock.fail(500, times=2).reply("Back")
    assert text(await reply(provider(llmock.base_url()))) == "Back"


async def test_a_conversation_that_is_too_long(llmock: LLMock) -> None:
    llmock.context_overflow()
    with pytest.raises(ContextTooLong, match="gpt-4o"):
        await reply(provider(llmock.base_url()))
    assert len(llmock.requests) == 1


@pytest.mark.parametrize("fault", ["disconnect", "truncate", "corrupt"])
async def test_a_stream_that_breaks_keeps_what_came(llmock: LLMock, fault: str) -> None:
    llmock.reply("One two three four five six seven eight nine ten")
    getattr(llmock, fault)(after_chunks=3)
    one, came = provider(llmock.base_url()), ""
    with pytest.raises(BrokenStream, match="continue or retry"):
        async for delta in one.stream("gpt-4o", HELLO):
            came += delta.text
    await one.close()
    assert came and "One two three four five six seven eight nine ten".startswith(came)
    assert len(llmock.requests) == 1


async def test_a_stream_that_falls_silent_is_broken(llmock: LLMock) -> None:
    llmock.reply("One two three four five").stall(after_chunks=2, seconds=5)
    with pytest.raises(BrokenStream):
        await reply(provider(llmock.base_url(), HASTY))


# Refusals


@pytest.mark.parametrize(
    ("answer", "kind", "says"),
    [
        (refusal(401, "Incorrect API key provided", "invalid_api_key"), BadKey, "OPENAI_API_KEY"),
        (refusal(403, "Not for you"), BadKey, "OPENAI_API_KEY"),
        (refusal(400, "API key not valid. Please pass a valid API key."), BadKey, "OPENAI_API_KEY"),
        (refusal(402, "Payment required"), NoCredit, "OPENAI_API_KEY"),
        (
            refusal(429, "You exceeded your current quota", "insufficient_quota"),
            NoCredit,
            "Top it up",
        ),
        (refusal(429, "Slow down", retry_after="40"), RateLimited, "in 40 s"),
        (
            refusal(404, "The model `gpt-4o` does not exist", "model_not_found"),
            UnknownModel,
            "AI_MODEL",
        ),
        (Answer(b"<h1>Not Found</h1>", 404), Unreachable, "OPENAI_BASE_URL"),
        (
            refusal(400, "maximum context length is 10 tokens", "context_length_exceeded"),
            ContextTooLong,
            "larger window",
        ),
        (refusal(400, "Please reduce the length of the messages"), ContextTooLong, "Start a new"),
        (
            refusal(400, "triggering our content management policy", "content_filter"),
            PolicyRefusal,
            "other words",
        ),
        (refusal(500, "Oops"), ProviderError, "trouble of its own"),
        (refusal(418, "I am a teapot"), ProviderError, "I am a teapot"),
    ],
)
async def test_a_refusal_says_what_to_do(answer: Answer, kind: type, says: str) -> None:
    error = await failure(answer)
    assert type(error) is kind
    assert says in str(error)
    assert str(error).endswith(".")


async def test_a_rate_limit_tells_how_long() -> None:
    error = await failure(refusal(429, "Slow down", retry_after="40"))
    assert error.details == {"retry_after": 40.0}


async def test_a_long_rate_limit_is_not_waited_for() -> None:
    async with MisbehavingServer(refusal(429, "Slow down", retry_after="60")) as server:
        with pytest.raises(RateLimited):
            await reply(provider(server.url))
        assert len(server.requests) == 1


async def test_an_empty_account_is_not_asked_again() -> None:
    async with MisbehavingServer(refusal(429, "No", "insufficient_quota")) as server:
        with pytest.raises(NoCredit):
            await reply(provider(server.url))
        assert len(server.requests) == 1


async def test_a_filtered_reply_is_a_refusal() -> None:
    error = await failure(Answer(sse(chunk("I "), chunk(finish="content_filter"))))
    assert isinstance(error, PolicyRefusal)


async def test_an_error_inside_the_stream_is_told_by_its_code() -> None:
    inside = {"error": {"message": "You ran out", "code": "insufficient_quota"}}
    assert isinstance(await failure(Answer(sse(chunk("Hi"), inside))), NoCredit)
    other = {"error": {"message": "The engine overheated", "code": None}}
    error = await failure(Answer(sse(chunk("Hi"), other)))
    assert isinstance(error, BrokenStream) and "The engine overheated" in str(error)


# Networks


async def test_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(Unreachable, match=rf"127\.0\.0\.1:{port}.*cannot be reached"):
            await reply(provider(f"http://127.0.0.1:{port}/v1"))


async def test_a_person_who_set_the_address_is_told_which_setting() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        with pytest.raises(Unreachable, match="OPENAI_BASE_URL"):
            await reply(provider(address, label="The server at 127.0.0.1", chosen=True))


async def test_a_silent_server_is_unreachable_and_asked_once() -> None:
    async with MisbehavingServer(Answer(then="hang")) as server:
        with pytest.raises(Unreachable, match="did not answer in time"):
            await reply(provider(server.url, HASTY))
        assert len(server.requests) == 1


async def test_a_connection_dropped_before_the_first_token_is_tried_again() -> None:
    async with MisbehavingServer(Answer(then="drop"), Answer(GOOD)) as server:
        assert text(await reply(provider(server.url))) == "Hello"
        assert len(server.requests) == 2


async def test_a_connection_dropped_later_is_a_broken_stream() -> None:
    error = await failure(Answer(sse(chunk("Hel"), done=False), then="drop", length=9999))
    assert type(error) is BrokenStream


async def test_a_body_shorter_than_promised_is_a_broken_stream() -> None:
    error = await failure(Answer(sse(chunk("Hel"), done=False), length=9999))
    assert type(error) is BrokenStream


@pytest.mark.parametrize(
    "garbage",
    [
        b"data: {not json\n\n",
        b"data: 42\n\n",
        b'data: {"choices": [{"delta": 7}]}\n\n',
        b'data: {"choices": {"a": 1}}\n\n',
        b"data: \xff\xfe\n\n",
    ],
)
async def test_garbage_never_gets_through(garbage: bytes) -> None:
    before = await failure(Answer(garbage))
    assert type(before) is Unreachable and "OPENAI_BASE_URL" in str(before)
    after = await failure(Answer(sse(chunk("Hi"), done=False) + garbage))
    assert type(after) is BrokenStream


async def test_a_web_page_instead_of_a_reply() -> None:
    error = await failure(Answer(b"<html>Welcome</html>", headers={"content-type": "text/html"}))
    assert type(error) is Unreachable and "OPENAI_BASE_URL" in str(error)


async def test_an_end_without_a_finish_reason_is_a_broken_stream() -> None:
    assert type(await failure(Answer(sse(chunk("Hel"))))) is BrokenStream


async def test_what_happens_after_the_end_does_not_matter() -> None:
    body = sse(chunk("Hello"), chunk(finish="stop"), done=False)
    for end in (Answer(body, then="drop", length=9999), Answer(body + b"data: {not json\n\n")):
        async with MisbehavingServer(end) as server:
            assert text(await reply(provider(server.url))) == "Hello"


async def test_a_reply_that_drips_in_byte_by_byte_is_whole() -> None:
    body = sse(chunk("Grüße, 世界 🌍"), chunk(finish="stop"))
    async with MisbehavingServer(Answer(body, drip=True)) as server:
        assert text(await reply(provider(server.url))) == "Grüße, 世界 🌍"


# Differences between servers


async def test_reasoning_is_not_part_of_the_reply() -> None:
    body = sse(
        chunk(reasoning_content="The user greets."),
        chunk(None, reasoning_content="I greet back.", content=None),
        chunk("Hello"),
        chunk(finish="stop"),
        {"id": "1", "choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 9}},
    )
    async with MisbehavingServer(Answer(body)) as server:
        deltas = await reply(provider(server.url))
    assert text(deltas) == "Hello"
    assert deltas[-1].usage == Usage(3, 9)


async def test_text_in_typed_parts_is_text() -> None:
    parts = [{"type": "thinking", "thinking": []}, {"type": "text", "text": "Hello"}]
    async with MisbehavingServer(Answer(sse(chunk(content=parts), chunk(finish="stop")))) as server:
        assert text(await reply(provider(server.url))) == "Hello"


async def test_a_server_that_refuses_stream_options_is_asked_without_from_then_on() -> None:
    no = refusal(400, "Unrecognized request argument supplied: stream_options")
    async with MisbehavingServer(no, Answer(GOOD)) as server:
        one = provider(server.url)
        async for _ in one.stream("gpt-4o", HELLO):
            pass
        assert text(await reply(one)) == "Hello"
        assert ["stream_options" in request.json for request in server.requests] == [
            True, False, False,
        ]  # fmt: skip


async def test_a_limit_goes_under_the_name_the_server_knows() -> None:
    no = refusal(
        400,
        "Unsupported parameter: 'max_tokens' is not supported with this model. "
        "Use 'max_completion_tokens' instead.",
        "unsupported_parameter",
    )
    async with MisbehavingServer(no, Answer(GOOD)) as server:
        assert text(await reply(provider(server.url), options=Options(max_tokens=7))) == "Hello"
        assert [request.json.get("max_tokens") for request in server.requests] == [7, None]
        assert server.requests[1].json["max_completion_tokens"] == 7


async def test_json_is_asked_for_where_the_server_knows_it() -> None:
    no = refusal(400, "'response_format' of type 'json_object' is not supported")
    async with MisbehavingServer(no, Answer(GOOD)) as server:
        assert text(await reply(provider(server.url), options=Options(json=True))) == "Hello"
        asked = [request.json.get("response_format") for request in server.requests]
        assert asked == [{"type": "json_object"}, None]


async def test_a_server_that_refuses_whatever_it_gets_is_not_asked_for_ever() -> None:
    no = refusal(400, "Unsupported: stream_options, max_tokens, max_completion_tokens")
    async with MisbehavingServer(no) as server:
        with pytest.raises(ProviderError, match="did not accept the request"):
            await reply(provider(server.url), options=Options(max_tokens=7))
        assert len(server.requests) == 3


async def test_a_server_without_a_key_gets_no_key() -> None:
    async with MisbehavingServer(Answer(GOOD)) as server:
        assert text(await reply(provider(server.url, key=None))) == "Hello"
        assert "authorization" not in server.requests[0].headers


async def test_a_proxy_does_not_stand_before_a_server_on_this_computer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with MisbehavingServer(Answer(status=502)) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        async with MisbehavingServer(Answer(GOOD)) as server:
            assert text(await reply(provider(server.url))) == "Hello"
        assert proxy.connections == 0


async def test_another_provider_is_one_more_row(monkeypatch: pytest.MonkeyPatch) -> None:
    async with MisbehavingServer(Answer(GOOD)) as server:
        row = ProviderRow(name="lab", label="The lab", protocol="openai", address=server.url)
        providers = Providers(Preferences(Settings(_env_file=None)), (*CATALOG, row))
        assert "lab" in providers.names()
        stream = providers.get("lab").stream("any", HELLO)
        assert text([delta async for delta in stream]) == "Hello"
        await providers.close()


async def test_the_conversation_arrives_as_it_was_said() -> None:
    async with MisbehavingServer(Answer(GOOD)) as server:
        await reply(provider(server.url), "some-model")
        sent = server.requests[0].json
    assert sent["model"] == "some-model" and sent["stream"] is True
    assert sent["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hello"},
    ]


async def test_the_server_chooses_the_model_where_nobody_did() -> None:
    listed = Answer(
        b'{"object": "list", "data": [{"id": "nomic-embed-text"}, {"id": "my-model",'
        b' "object": "model", "max_model_len": 16000}]}',
        headers={"content-type": "application/json"},
    )
    async with MisbehavingServer(listed, Answer(GOOD)) as server:
        one = provider(server.url, chosen=True)
        info = await one.model(AUTO)
        assert (info.id, info.context_window) == ("my-model", 16000)
        await reply(one, AUTO)
        assert server.requests[1].json["model"] == "my-model"
        assert len(server.requests) == 2


async def test_an_unknown_model_costs_one_question_even_if_it_fails() -> None:
    async with MisbehavingServer(refusal(500, "No list here")) as server:
        one = provider(server.url)
        assert (await one.model("house-brand")).context_window is None
        assert (await one.model("house-brand")).id == "house-brand"
        await one.close()
        assert len(server.requests) == 1


# Connections


async def test_turns_share_one_connection() -> None:
    async with MisbehavingServer(Answer(GOOD, then="keep")) as server:
        one = provider(server.url)
        for _ in range(3):
            assert text([delta async for delta in one.stream("gpt-4o", HELLO)]) == "Hello"
        await one.close()
        assert server.connections == 1


async def test_closing_the_iterator_hangs_up() -> None:
    async with MisbehavingServer(Answer(sse(chunk("Hel"), done=False), then="hang")) as server:
        one = provider(server.url, Patience())
        async with aclosing(one.stream("gpt-4o", HELLO)) as deltas:
            assert (await anext(deltas)).text == "Hel"
        await asyncio.wait_for(server.left.wait(), 60)
        await one.close()


async def test_cancelling_who_listens_hangs_up() -> None:
    async with MisbehavingServer(Answer(sse(chunk("Hel"), done=False), then="hang")) as server:
        one = provider(server.url, Patience())
        task = asyncio.create_task(reply(one))
        await asyncio.wait_for(server.sent.wait(), 60)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(server.left.wait(), 60)


async def test_warming_up_asks_nobody() -> None:
    async with MisbehavingServer(Answer(GOOD)) as server:
        one = provider(server.url)
        await one.warm()
        await one.close()
        assert server.connections == 0


# Secrets


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500])
async def test_the_key_is_never_told(status: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    error = await failure(refusal(status, f"Your key {KEY} (sk-test***cret) is no good"))
    logging.getLogger("parley").error("It failed", exc_info=error)
    told = "".join(traceback.format_exception(error)) + repr(error) + repr(error.details)
    for secret in (KEY, "sk-test***cret"):
        assert secret not in told + caplog.text
    assert "It failed" in caplog.text


async def test_the_key_is_not_told_by_an_error_in_the_stream() -> None:
    inside = {"error": {"message": f"{KEY} broke", "code": None}}
    error = await failure(Answer(sse(chunk("Hi"), inside)))
    assert KEY not in "".join(traceback.format_exception(error))


def test_an_endpoint_shown_holds_no_key() -> None:
    assert KEY not in repr(Endpoint(name="a", label="A", address="http://a", key=KEY))
