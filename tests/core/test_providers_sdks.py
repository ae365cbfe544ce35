"""Anthropic and Groq through their own SDKs: a server others wrote, and every way it goes wrong."""

from __future__ import annotations

import json
from contextlib import aclosing
from typing import Any

import pytest
from llmock.pytest_plugin import LLMock
from llmock.scenarios import Reply

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
from core.providers.anthropic import Anthropic, asked
from core.providers.endpoint import Endpoint
from core.providers.openai_compatible import Groq, OpenAICompatible
from core.providers.port import AS_USUAL, ChatMessage, Delta, Options, Usage
from core.providers.remote import Patience, Remote
from tests.misbehaving_server import Answer, MisbehavingServer, chunk, refusal, sse

KEY = "gsk-test-0123456789-very-secret"
HELLO = [ChatMessage("system", "Be brief."), ChatMessage("user", "Hello")]
HASTY = Patience(read=1.5, pauses=(0, 0))
KINDS: dict[str, type[Remote]] = {"groq": Groq, "anthropic": Anthropic}


def provider(name: str, address: str) -> Remote:
    endpoint = Endpoint(
        name=name, label=name.title(), address=address, key=KEY,
        key_variable=f"{name.upper()}_API_KEY",
    )  # fmt: skip
    return KINDS[name](endpoint, HASTY)


async def reply(one: Remote, model: str, options: Options = AS_USUAL) -> list[Delta]:
    try:
        return [delta async for delta in one.stream(model, HELLO, options)]
    finally:
        await one.close()


def text(deltas: list[Delta]) -> str:
    return "".join(delta.text for delta in deltas)


def events(*said: dict[str, Any]) -> bytes:
    """Server-sent events as Anthropic names them."""
    lines = [f"event: {one['type']}\ndata: {json.dumps(one)}\n\n" for one in said]
    return "".join(lines).encode()


START = {"type": "message_start", "message": {"usage": {"input_tokens": 9, "output_tokens": 1}}}
STOP = {"type": "message_stop"}


def piece(said: str) -> dict[str, Any]:
    delta = {"type": "text_delta", "text": said}
    return {"type": "content_block_delta", "index": 0, "delta": delta}


def end(reason: str, tokens: int = 5) -> dict[str, Any]:
    return {
        "type": "message_delta", "delta": {"stop_reason": reason},
        "usage": {"output_tokens": tokens},
    }  # fmt: skip


GOOD = {
    "groq": sse(chunk(role="assistant"), chunk("Hel"), chunk("lo"), chunk(finish="stop")),
    "anthropic": events(START, piece("Hel"), piece("lo"), end("end_turn"), STOP),
}
MODEL = {"groq": "llama-3.3-70b-versatile", "anthropic": "claude-sonnet-4-5"}


@pytest.mark.parametrize("name", KINDS)
async def test_a_reply_streams_with_its_usage(models: LLMock, name: str) -> None:
    models.add(Reply(text="Hello, dear friend."))
    address = models.base_url(name).removesuffix("/v1" if name == "anthropic" else "")
    deltas = await reply(provider(name, address), MODEL[name])
    assert text(deltas) == "Hello, dear friend."
    assert any(delta.finish_reason for delta in deltas)
    usage = [delta.usage for delta in deltas if delta.usage]
    assert usage and usage[-1].input_tokens and usage[-1].output_tokens


@pytest.mark.parametrize("name", KINDS)
async def test_its_models_are_listed(models: LLMock, name: str) -> None:
    address = models.base_url(name).removesuffix("/v1" if name == "anthropic" else "")
    one = provider(name, address)
    listed = await one.models()
    await one.close()
    assert listed
    assert [info.created for info in listed] == sorted((i.created for i in listed), reverse=True)


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refusal(401, "invalid x-api-key", "invalid_api_key"), BadKey),
        (refusal(403, "Not for you"), BadKey),
        (refusal(402, "Payment required"), NoCredit),
        (refusal(400, "Your credit balance is too low to access the API"), NoCredit),
        (refusal(429, "Slow down", retry_after="40"), RateLimited),
        (refusal(404, "model: nothing", "model_not_found"), UnknownModel),
        (refusal(400, "prompt is too long: 210000 tokens > 200000 maximum"), ContextTooLong),
        (refusal(400, "Blocked by our content policy", "content_policy"), PolicyRefusal),
        (refusal(529, "Overloaded"), ProviderError),
        (Answer(b"<h1>Welcome</h1>"), Unreachable),
        (Answer(then="hang"), Unreachable),
        (Answer(then="drop"), Unreachable),
    ],
)
async def test_every_failure_is_one_of_ours(name: str, answer: Answer, kind: type) -> None:
    async with MisbehavingServer(answer) as server:
        with pytest.raises(ProviderError) as caught:
            await reply(provider(name, server.url), MODEL[name])
    assert type(caught.value) is kind
    assert KEY not in str(caught.value)
    assert str(caught.value).endswith(".")


CUT = {
    "groq": [
        Answer(sse(chunk("Half"), done=False)),
        Answer(sse(chunk("Half"), done=False), then="hang"),
        Answer(sse(chunk("Half"), done=False) + b"data: {garbage\n\n"),
        Answer(sse(chunk("Half"), {"error": {"message": "The engine overheated"}})),
    ],
    "anthropic": [
        Answer(events(START, piece("Half"))),
        Answer(events(START, piece("Half")), then="hang"),
        Answer(events(START, piece("Half")) + b"event: message_delta\ndata: {garbage\n\n"),
        Answer(events(START, piece("Half"), {
            "type": "error", "error": {"type": "api_error", "message": "The engine overheated"},
        })),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "answer"), [(name, answer) for name, answers in CUT.items() for answer in answers]
)
async def test_a_stream_cut_off_is_broken_and_keeps_what_came(name: str, answer: Answer) -> None:
    async with MisbehavingServer(answer) as server:
        one, came = provider(name, server.url), []
        with pytest.raises(BrokenStream):
            async with aclosing(one.stream(MODEL[name], HELLO)) as deltas:
                async for delta in deltas:
                    came.append(delta)
        await one.close()
    assert text(came) == "Half"


@pytest.mark.parametrize("name", KINDS)
async def test_a_drop_before_the_first_word_is_tried_again(name: str) -> None:
    async with MisbehavingServer(Answer(then="drop"), Answer(GOOD[name])) as server:
        assert text(await reply(provider(name, server.url), MODEL[name])) == "Hello"


@pytest.mark.parametrize("name", KINDS)
async def test_closing_the_iterator_hangs_up(name: str) -> None:
    cut = CUT[name][1]
    async with MisbehavingServer(cut) as server:
        one = provider(name, server.url)
        async with aclosing(one.stream(MODEL[name], HELLO)) as deltas:
            async for delta in deltas:
                if delta.text:
                    break
        await server.left.wait()
        await one.close()


async def test_claude_counts_in_two_parts_and_refuses_in_its_way() -> None:
    async with MisbehavingServer(Answer(GOOD["anthropic"])) as server:
        deltas = await reply(provider("anthropic", server.url), MODEL["anthropic"])
    assert [delta.usage for delta in deltas if delta.usage][-1] == Usage(9, 5)
    declined = Answer(events(START, piece("I "), end("refusal"), STOP))
    async with MisbehavingServer(declined) as server:
        with pytest.raises(PolicyRefusal):
            await reply(provider("anthropic", server.url), MODEL["anthropic"])


async def test_claude_thinks_without_saying_so() -> None:
    thought = {"type": "thinking_delta", "thinking": "Hm."}
    thinking = {"type": "content_block_delta", "index": 0, "delta": thought}
    said = events(START, thinking, {"type": "ping"}, piece("Yes."), end("end_turn"), STOP)
    async with MisbehavingServer(Answer(said)) as server:
        assert text(await reply(provider("anthropic", server.url), MODEL["anthropic"])) == "Yes."


async def test_an_old_claude_that_says_less_is_asked_for_less() -> None:
    no = refusal(400, "max_tokens: 8192 > 4096, which is the maximum for claude-3-haiku")
    async with MisbehavingServer(no, Answer(GOOD["anthropic"])) as server:
        assert text(await reply(provider("anthropic", server.url), "claude-3-haiku")) == "Hello"
        assert [r.json["max_tokens"] for r in server.requests] == [8192, 4096]


def test_claude_is_told_that_json_is_wanted() -> None:
    body = asked("claude", HELLO, Options(json=True))
    assert body["system"].startswith("Be brief.")
    assert "one JSON object" in body["system"]


def test_claude_is_asked_in_turns_with_the_person_first() -> None:
    talk = [
        ChatMessage("system", "Be kind."), ChatMessage("assistant", "Lost context."),
        ChatMessage("user", "One"), ChatMessage("user", "Two"), ChatMessage("assistant", "Three"),
        ChatMessage("user", "Four"),
    ]  # fmt: skip
    body = asked("claude", talk, Options(temperature=1.8, max_tokens=50))
    assert body["system"] == "Be kind."
    assert [m["role"] for m in body["messages"]] == ["user", "assistant", "user"]
    assert body["messages"][0]["content"] == "One\n\nTwo"
    assert (body["temperature"], body["max_tokens"]) == (1.0, 50)


async def test_a_key_is_checked_where_everybody_may_list_the_models() -> None:
    listing = Answer(b'{"data": [{"id": "gpt-4o"}]}')
    no = refusal(401, "No such key", "invalid_api_key")
    async with MisbehavingServer(no, listing) as server:
        endpoint = Endpoint(
            name="openrouter", label="OpenRouter", address=server.url, key=KEY, key_check="/key"
        )
        one = OpenAICompatible(endpoint, HASTY)
        with pytest.raises(BadKey):
            await one.models()
        assert server.requests[0].path == "/key"
        await one.close()
