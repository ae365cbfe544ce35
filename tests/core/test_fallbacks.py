"""A reply whose provider fails: retried, handed over before its first word, timed, explained."""

import time

import pytest
from llmock.scenarios import Reply

from tests.core.test_chat import finish, said
from tests.misbehaving_server import Answer, MisbehavingServer, chunk, refusal, sse

GOOD = sse(chunk(role="assistant"), chunk("Here I am."), chunk(finish="stop"))


async def answered(app, **changes):
    """What came of a question after some settings were changed: its reply."""
    await app.keeper.change(changes)
    turn = await app.chat.send(app.host_id, "Are you there?")
    await finish(turn)
    return (await said(app, turn))[-1]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (refusal(401, "Incorrect API key provided", "invalid_api_key"), "refused the key"),
        (refusal(429, "No", "insufficient_quota"), "no credit left"),
        (refusal(429, "Slow down", retry_after="60"), "in 60 s"),
        (refusal(404, "The model does not exist", "model_not_found"), "does not know the model"),
        (Answer(b"<h1>Welcome</h1>"), "did not answer with a reply"),
        (Answer(sse(chunk(role="assistant"))), "without its end"),
    ],
)
async def test_the_next_one_answers_and_says_why(app, models, answer, why):
    models.add(Reply(text="Here I am."))
    async with MisbehavingServer(answer) as server:
        reply = await answered(
            app, custom_base_url=server.url, ai_provider="custom", ai_model="gpt-4o",
            ai_fallbacks="openai:gpt-4.1",
        )  # fmt: skip
    assert (reply.status, reply.text) == ("complete", "Here I am.")
    assert (reply.provider, reply.model) == ("openai", "gpt-4.1")
    assert reply.author == "gpt-4.1"
    assert why in reply.remark


async def test_a_fallback_is_decided_at_once(app):
    async with (
        MisbehavingServer(refusal(401, "No", "invalid_api_key")) as bad,
        MisbehavingServer(Answer(GOOD), Answer(GOOD)) as good,
    ):
        reply = await answered(
            app, custom_base_url=bad.url, ai_provider="custom", ai_model="gpt-4o",
            openai_base_url=good.url, ai_fallbacks="openai:gpt-4.1",
        )  # fmt: skip
    assert reply.status == "complete"


async def test_a_reply_that_has_begun_is_kept_not_handed_over(app, models):
    async with MisbehavingServer(Answer(sse(chunk("Half of "), done=False))) as server:
        reply = await answered(
            app, custom_base_url=server.url, ai_provider="custom", ai_model="gpt-4o",
            ai_fallbacks="openai:gpt-4.1",
        )  # fmt: skip
    assert (reply.status, reply.text, reply.error_code) == (
        "interrupted", "Half of ", "broken_stream",
    )  # fmt: skip
    assert reply.remark is None


async def test_a_refusal_by_policy_is_not_asked_elsewhere(app, models):
    async with MisbehavingServer(refusal(400, "No", "content_filter")) as server:
        reply = await answered(
            app, custom_base_url=server.url, ai_provider="custom", ai_model="gpt-4o",
            ai_fallbacks="openai:gpt-4.1",
        )  # fmt: skip
    assert (reply.status, reply.error_code) == ("failed", "policy_refusal")


async def test_where_all_fail_the_last_failure_is_told(app):
    no = refusal(401, "No", "invalid_api_key")
    async with MisbehavingServer(no, no) as server:
        reply = await answered(
            app, custom_base_url=server.url, groq_base_url=server.url, ai_provider="custom",
            ai_model="gpt-4o", ai_fallbacks="groq:llama-3.3",
        )  # fmt: skip
    assert (reply.status, reply.error_code) == ("failed", "bad_key")
    assert reply.remark


async def test_a_reply_may_not_take_for_ever(app):
    async with MisbehavingServer(Answer(sse(chunk("Wait"), done=False), then="hang")) as server:
        begin = time.monotonic()
        reply = await answered(
            app, custom_base_url=server.url, ai_provider="custom", ai_model="gpt-4o",
            ai_total_timeout=3,
        )  # fmt: skip
        assert time.monotonic() - begin < 60
    assert (reply.status, reply.text, reply.error_code) == ("interrupted", "Wait", "broken_stream")
    assert "longer than 3 s" in reply.error


async def test_temperature_and_limit_reach_the_provider(app):
    async with MisbehavingServer(Answer(GOOD)) as server:
        await answered(
            app, custom_base_url=server.url, ai_provider="custom", ai_model="gpt-4o",
            ai_temperature=0.2, ai_max_tokens=77, system_prompt="Be kind.",
        )  # fmt: skip
        (request,) = server.requests[:1]
    assert request.json["temperature"] == 0.2
    assert request.json["max_tokens"] == 77
    assert request.json["messages"][0] == {"role": "system", "content": "Be kind."}


async def test_a_reply_tells_its_model_its_tokens_and_its_time(app, models):
    models.add(Reply(text="Here I am."))
    reply = await answered(app, ai_model="gpt-4o")
    assert reply.model == "gpt-4o"
    assert reply.output_tokens
    assert reply.created_at <= reply.began_at <= reply.finished_at


async def test_the_model_can_change_in_the_middle_of_a_conversation(app, models):
    models.add(Reply(text="First."))
    turn = await app.chat.send(app.host_id, "One", model="gpt-4o")
    await finish(turn)
    async with MisbehavingServer(Answer(GOOD)) as server:
        await app.keeper.change({"groq_base_url": server.url})
        turn = await app.chat.send(
            app.host_id, "Two", turn.conversation_id, provider="groq", model="llama-3.3"
        )
        await finish(turn)
        told = server.requests[0].json["messages"]
    assert [message["content"] for message in told[1:]] == ["One", "First.", "Two"]
    assert [m.model for m in await said(app, turn) if m.role == "assistant"] == [
        "gpt-4o",
        "llama-3.3",
    ]
