"""The socket of the chat page, and that of the list beside it."""

from __future__ import annotations

from tests.core.test_chat import finish, said, say
from tests.ui.serving import socket


async def told(page, **wanted):
    """The next frame that says this."""
    return (await page.until(**wanted))[-1]


async def test_what_one_page_chooses_others_hear_and_do_not_choose_again(app, host):
    turn = await say(app, "Q one")
    question = (await said(app, turn))[0]
    other = await app.chat.send(
        app.host_id, "Q other", turn.conversation_id, beside=question.id
    )  # fmt: skip
    await finish(other)
    async with socket(host, "/ws/threads") as first, socket(host, "/ws/threads") as second:
        for page in (first, second):
            await page.send(n=1, open=str(turn.conversation_id))
            await page.until(event="done", n=1)
        await first.send(n=2, choose=question.id)
        await first.send(n=3, choose=other.question_id)
        await first.until(event="done", n=3)
        for _ in range(2):
            assert (await told(second, event="branch"))["after"] is None
        await second.send(n=4, ping=True)
        await second.until(event="done", n=4)
    async with app.database.as_user(app.host_id) as conn:
        chosen = "SELECT count(*) AS n FROM events WHERE kind = 'branch'"
        row = await (await conn.execute(chosen)).fetchone()
    assert row["n"] == 2
    assert (await said(app, other))[0].text == "Q other"


async def test_a_link_into_another_branch_waits_for_the_reply(app, models, host):
    turn = await say(app, "Q one")
    question = (await said(app, turn))[0]
    models.stall(after_chunks=1, seconds=30, times=None)
    other = await app.chat.send(
        app.host_id, "Q other", turn.conversation_id, beside=question.id
    )  # fmt: skip
    async with socket(host, "/ws/threads") as page:
        await page.send(n=1, open=str(turn.conversation_id), around=question.id)
        opened = await told(page, event="done", n=1)
    assert "still being written" in opened["missing"]
    assert opened["messages"][0]["id"] == other.question_id


async def test_a_wish_that_makes_no_sense_is_answered(host):
    async with socket(host, "/ws/threads") as page:
        for wish in ({"react": None}, {"bookmark": None}, {"say": 1}):
            await page.send(n=5, **wish)
            assert (await told(page, event="error"))["code"] == "bad_request"
        await page.send(n=6, react={"message": 1, "kind": "like"})
        assert (await told(page, event="error", n=6))["code"] == "not_found"


async def test_the_list_tells_of_changes_and_answers_each_wish(app, host):
    made = await app.conversations.create(app.host_id, title="Apples")
    async with socket(host, "/ws/news") as page:
        await page.send(n=1, list=10)
        assert [one["title"] for one in (await told(page, event="list"))["conversations"]] == [
            "Apples"
        ]
        await page.send(n=2, rename=str(made.id), title="Pears")
        assert (await told(page, event="entry"))["entry"]["title"] == "Pears"
        await page.send(n=3, search="pea")
        (found,) = (await told(page, event="found"))["conversations"]
        assert found["id"] == str(made.id)
        await page.send(n=4, pin=None)
        assert (await told(page, event="error", n=4))["code"] == "not_found"
        await page.send(n=5, delete=str(made.id))
        assert (await told(page, event="deleted"))["id"] == str(made.id)
