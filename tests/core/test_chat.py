"""Turns: saved as they stream, followed, stopped, retried, continued, survived."""

import asyncio
import signal
import subprocess
import sys
from contextlib import aclosing
from uuid import uuid4

import psycopg
import pytest
from llmock.scenarios import Reply

from core.app import open_app
from core.errors import Busy, NotFound, Refused

REPLY = "The answer is forty-two, as everybody knows by now."


async def finish(turn):
    pieces, last = [], None
    async with asyncio.timeout(60):
        async for update in turn.follow():
            pieces.append(update.text)
            last = update
    return "".join(pieces), last


async def until(turn, text):
    """Wait until a reply has come so far, then leave it."""
    seen = ""
    async with asyncio.timeout(60), aclosing(turn.follow()) as stream:
        async for update in stream:
            seen += update.text
            if text in seen:
                return


async def say(app, text="What is the answer?", conversation=None):
    turn = await app.chat.send(app.host_id, text, conversation)
    await finish(turn)
    return turn


async def said(app, turn):
    return await app.conversations.messages(app.host_id, turn.conversation_id)


async def test_a_reply_streams_and_is_kept(app, models):
    models.add(Reply(text=REPLY))
    turn = await app.chat.send(app.host_id, "What is the answer?")
    text, last = await finish(turn)
    assert text == REPLY
    assert last.status == "complete"
    question, reply = await said(app, turn)
    assert (question.role, question.text) == ("user", "What is the answer?")
    assert (reply.role, reply.text, reply.status) == ("assistant", REPLY, "complete")
    assert reply.parent_id == question.id
    assert reply.output_tokens
    assert reply.provider == "openai"
    assert reply.finished_at >= question.created_at


async def test_the_model_is_told_what_was_said_before(app, models):
    turn = await say(app, "My name is Ana.")
    await say(app, "What is my name?", turn.conversation_id)
    asked = [r.body["messages"] for r in models.requests]
    (told,) = [m for m in asked if m[-1]["content"] == "What is my name?"]
    assert told[0]["role"] == "system"
    assert [m["content"] for m in told if m["role"] == "user"] == [
        "My name is Ana.", "What is my name?",
    ]  # fmt: skip


async def test_a_growing_reply_is_saved_before_it_ends(app, models):
    models.add(Reply(text=REPLY)).stall(after_chunks=6, seconds=3)
    turn = await app.chat.send(app.host_id, "Slowly, please")
    await until(turn, "forty")
    async with asyncio.timeout(2):
        while not (await said(app, turn))[-1].text:
            await asyncio.sleep(0.05)
    reply = (await said(app, turn))[-1]
    assert reply.status == "streaming"
    assert REPLY.startswith(reply.text)


async def test_whoever_comes_later_gets_the_whole_reply(app, models):
    models.add(Reply(text=REPLY)).pace(30)
    turn = await app.chat.send(app.host_id, "Hello")
    await until(turn, "answer")
    again = await app.chat.attach(app.host_id, turn.conversation_id)
    texts = await asyncio.gather(finish(again), finish(again))
    assert [text for text, _ in texts] == [REPLY, REPLY]
    assert await app.chat.attach(app.host_id, turn.conversation_id) is None


async def test_leaving_does_not_stop_a_reply_and_stopping_keeps_what_came(app, models):
    models.add(Reply(text=REPLY)).stall(after_chunks=6, seconds=30)
    turn = await app.chat.send(app.host_id, "Hello")
    await until(turn, "forty")
    assert (await app.chat.attach(app.host_id, turn.conversation_id)).status == "streaming"
    await app.chat.stop(app.host_id, turn.conversation_id)
    reply = (await said(app, turn))[-1]
    assert reply.status == "interrupted"
    assert reply.error_code == "stopped"
    assert "forty" in reply.text
    assert (await finish(turn))[1].status == "interrupted"


async def test_a_stream_cut_off_keeps_its_part_and_can_be_continued(app, models):
    models.add(Reply(text=REPLY)).disconnect(after_chunks=6)
    turn = await app.chat.send(app.host_id, "Hello")
    text, last = await finish(turn)
    assert (last.status, last.error_code) == ("interrupted", "broken_stream")
    assert REPLY.startswith(text)
    assert text
    models.add(Reply(text=" And so on."))
    more = await app.chat.continue_(app.host_id, turn.message_id)
    await finish(more)
    reply = (await said(app, turn))[-1]
    assert reply.id == turn.message_id
    assert reply.text == text + " And so on."
    assert reply.status == "complete"
    asked = [r.body["messages"] for r in models.requests]
    (told,) = [m for m in asked if m[-1]["content"].startswith("Continue")]
    assert told[-2] == {"role": "assistant", "content": text}


async def test_a_failed_reply_says_why_and_can_be_retried(app, models):
    models.fail(401)
    turn = await app.chat.send(app.host_id, "Hello")
    _, last = await finish(turn)
    assert (last.status, last.error_code) == ("failed", "bad_key")
    assert "OPENAI_API_KEY" in last.error
    models.add(Reply(text=REPLY))
    again = await app.chat.retry(app.host_id, turn.message_id)
    await finish(again)
    question, reply = await said(app, turn)
    assert reply.text == REPLY
    assert reply.parent_id == question.id
    assert reply.id != turn.message_id


async def test_a_finished_reply_cannot_be_continued(app):
    turn = await say(app)
    with pytest.raises(Refused, match="finished"):
        await app.chat.continue_(app.host_id, turn.message_id)


async def test_one_reply_at_a_time_in_a_conversation(app, models):
    models.stall(after_chunks=1, seconds=30)
    turn = await app.chat.send(app.host_id, "Hello")
    with pytest.raises(Busy):
        await app.chat.send(app.host_id, "Hello again", turn.conversation_id)
    await app.chat.stop(app.host_id, turn.conversation_id)


async def test_two_said_at_the_same_moment_begin_one_turn(app, models):
    first = await say(app)
    models.stall(after_chunks=1, seconds=30, times=None)
    results = await asyncio.gather(
        *(app.chat.send(app.host_id, f"{i}", first.conversation_id) for i in range(5)),
        return_exceptions=True,
    )
    assert sum(isinstance(r, Busy) for r in results) == 4
    await app.chat.stop(app.host_id, first.conversation_id)


async def test_many_conversations_at_once(app):
    turns = await asyncio.gather(*(app.chat.send(app.host_id, f"Question {i}") for i in range(20)))
    ends = await asyncio.gather(*(finish(turn) for turn in turns))
    assert {last.status for _, last in ends} == {"complete"}
    assert len(await app.conversations.list(app.host_id)) == 20


async def test_another_cannot_reach_a_conversation(app):
    turn = await say(app)
    stranger = uuid4()
    for attempt in (
        app.conversations.get(stranger, turn.conversation_id),
        app.conversations.delete(stranger, turn.conversation_id),
        app.conversations.rename(stranger, turn.conversation_id, "mine"),
        app.chat.retry(stranger, turn.message_id),
        app.chat.continue_(stranger, turn.message_id),
    ):
        with pytest.raises(NotFound):
            await attempt
    assert await app.conversations.messages(stranger, turn.conversation_id) == []
    assert await app.chat.attach(stranger, turn.conversation_id) is None


@pytest.mark.parametrize("text", ["", "   \n", "\x00"])
async def test_nothing_is_not_sent(app, text):
    with pytest.raises(Refused):
        await app.chat.send(app.host_id, text)


@pytest.mark.parametrize(
    "text", ["日本語で書きます 🎉", "שלום עולם", "a\x00b", "'; DROP TABLE x; --"]
)
async def test_any_script_is_kept_as_it_was_typed(app, text):
    turn = await say(app, text)
    assert (await said(app, turn))[0].text == text.replace("\x00", "")


async def test_a_conversation_is_titled_by_itself(app, models):
    models.add(Reply(text=REPLY), Reply(text='"The answer to everything"'))
    turn = await app.chat.send(app.host_id, "What is the answer to the question of life?")
    entry = await app.conversations.get(app.host_id, turn.conversation_id)
    assert entry.title == "What is the answer to the question of life?"
    async with app.conversations.watch(app.host_id) as news, asyncio.timeout(60):
        await finish(turn)
        async for _ in news:
            entry = await app.conversations.get(app.host_id, turn.conversation_id)
            if entry.titled_by == "ai":
                break
    assert entry.title == "The answer to everything"


async def test_a_title_of_ones_own_stays(app):
    turn = await say(app)
    await app.conversations.rename(app.host_id, turn.conversation_id, "  My   title ")
    await app.conversations.set_title(app.host_id, turn.conversation_id, "AI's", by="ai")
    entry = await app.conversations.get(app.host_id, turn.conversation_id)
    assert entry.title == "My title"


async def test_deleting_in_mid_reply_ends_it_quietly(app, models):
    models.add(Reply(text=REPLY)).pace(40)
    turn = await app.chat.send(app.host_id, "Hello")
    await until(turn, "answer")
    await app.conversations.delete(app.host_id, turn.conversation_id)
    _, last = await finish(turn)
    assert last.status == "complete"
    assert await app.conversations.list(app.host_id) == []


async def test_older_messages_are_read_page_by_page(app):
    turn = await say(app, "first")
    for i in range(4):
        await say(app, f"message {i}", turn.conversation_id)
    newest = await app.conversations.messages(app.host_id, turn.conversation_id, limit=4)
    older = await app.conversations.messages(
        app.host_id, turn.conversation_id, limit=100, before=newest[0].id
    )
    everything = await said(app, turn)
    assert [m.id for m in older + newest] == [m.id for m in everything]
    assert len(everything) == 10


async def test_another_process_follows_and_stops_a_reply(app, make_settings, models):
    models.add(Reply(text=REPLY)).stall(after_chunks=6, seconds=30)
    turn = await app.chat.send(app.host_id, "Hello")
    async with open_app(make_settings()) as other:
        remote = await other.chat.attach(other.host_id, turn.conversation_id)
        await until(remote, "forty")
        await other.chat.stop(other.host_id, turn.conversation_id)
        text, last = await finish(remote)
    assert last.status == "interrupted"
    assert "forty" in text
    assert turn.status == "interrupted"


async def test_a_reply_outlives_its_database_connections(app, models, database_url):
    models.add(Reply(text=REPLY)).pace(60)
    turn = await app.chat.send(app.host_id, "Hello")
    await until(turn, "answer")
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    text, last = await finish(turn)
    assert (text, last.status) == (REPLY, "complete")
    assert (await said(app, turn))[-1].text == REPLY


async def test_closing_keeps_what_came_of_a_running_reply(make_settings, models):
    models.add(Reply(text=REPLY)).stall(after_chunks=6, seconds=30)
    async with open_app(make_settings()) as app:
        turn = await app.chat.send(app.host_id, "Hello")
        await until(turn, "forty")
    async with open_app(make_settings()) as app:
        reply = (await said(app, turn))[-1]
    assert (reply.status, reply.error_code) == ("interrupted", "process_ended")
    assert "forty" in reply.text


KILLED = """
import asyncio, os, sys
from core.app import open_app
from core.settings import Settings

async def main():
    async with open_app(Settings()) as app:
        turn = await app.chat.send(app.host_id, "Hello")
        print(turn.conversation_id, flush=True)
        async for update in turn.follow():
            pass

asyncio.run(main())
"""


async def test_a_killed_process_leaves_the_question_and_the_part_of_the_reply(
    make_settings, models, monkeypatch
):
    models.add(Reply(text=REPLY)).stall(after_chunks=6, seconds=30)
    settings = make_settings()
    for name in ("database_url", "openai_api_key"):
        monkeypatch.setenv(name.upper(), getattr(settings, name).get_secret_value())
    monkeypatch.setenv("OPENAI_BASE_URL", settings.openai_base_url)
    monkeypatch.setenv("AI_MODEL", settings.ai_model)
    monkeypatch.setenv("DATA_DIR", str(settings.data_dir))
    process = subprocess.Popen([sys.executable, "-c", KILLED], stdout=subprocess.PIPE, text=True)
    try:
        conversation = await asyncio.to_thread(process.stdout.readline)
        with psycopg.connect(settings.database_url.get_secret_value(), autocommit=True) as admin:
            async with asyncio.timeout(60):
                while not admin.execute(
                    "SELECT 1 FROM messages WHERE role = 'assistant' AND text LIKE '%forty%'"
                ).fetchone():
                    await asyncio.sleep(0.05)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    async with open_app(settings) as app:
        question, reply = await app.conversations.messages(app.host_id, conversation.strip())
        assert question.text == "Hello"
        assert "forty" in reply.text
        assert (reply.status, reply.error_code) == ("interrupted", "process_ended")
        models.reset().add(Reply(text=" The end."))
        await finish(await app.chat.continue_(app.host_id, reply.id))
        question, reply = await app.conversations.messages(app.host_id, conversation.strip())
        assert reply.text.endswith(" The end.")
        assert reply.status == "complete"
