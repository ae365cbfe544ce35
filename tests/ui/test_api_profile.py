"""The profile over the API, and what the chat page's socket tells of it and of suggestions."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from llmock.scenarios import Match, Reply

from core.app import open_app
from tests.core.lives import live
from tests.core.test_chat import finish, say
from tests.ui.serving import socket

HELPER = "helper"


@pytest.fixture
async def app(make_settings):
    async with open_app(make_settings(summary_model=HELPER), working=False) as opened:
        yield opened


@pytest.fixture
async def learned(app):
    return await live(app, datetime.now(UTC))


async def by_value(client):
    profile = (await client.get("/profile")).json()
    return {one["value"]: one for one in profile["insights"]}


async def test_the_profile_with_its_evidence(client, learned):
    profile = (await client.get("/profile")).json()
    assert profile["learning"] and profile["by_model"]
    found = await by_value(client)
    short = found["short"]
    assert (short["label"], short["told"]) == ("short answers", True)
    assert 0.5 < short["confidence"] < 1 and short["conversations"] == 4
    assert found["de"]["label"] == "German" and not found["de"]["told"]
    evidence = (await client.get(f"/profile/{short['id']}/evidence")).json()
    assert {one["why"] for one in evidence} == {"asked"}
    assert "shorter please" in [one["text"] for one in evidence]
    assert evidence == sorted(evidence, key=lambda one: one["seen_at"], reverse=True)
    one = evidence[0]
    said = (await client.get(f"/conversations/{one['conversation_id']}")).json()
    assert one["message_id"] in [message["id"] for message in said["messages"]]


async def test_an_insight_is_put_right_locked_removed_and_restored(client, learned):
    address = f"/profile/{learned['short']}"
    changed = (await client.patch(address, json={"value": "Short, with an example"})).json()
    assert (changed["corrected"], changed["confidence"], changed["told"]) == (True, 1, True)
    locked = (await client.patch(f"/profile/{learned['de']}", json={"locked": True})).json()
    assert locked["locked"] and not locked["corrected"]
    assert (await client.delete(address)).status_code == 204
    assert "Short, with an example" not in await by_value(client)
    assert (await client.post(f"{address}/restore")).json()["value"] == "Short, with an example"
    assert (await client.post(f"{address}/restore")).status_code == 404
    assert (await client.patch(address, json={"value": " "})).status_code == 422
    nobody = "/profile/00000000-0000-0000-0000-000000000000"
    for method, path in (("PATCH", nobody), ("DELETE", nobody), ("GET", f"{nobody}/evidence")):
        answer = await client.request(method, path, json={} if method == "PATCH" else None)
        assert answer.status_code == 404 and answer.json()["code"] == "not_found"


async def test_it_is_forgotten_brought_back_and_switched(app, client, learned):
    before = await by_value(client)
    assert (await client.post("/profile/reset")).json() == {"insights": len(before)}
    assert await by_value(client) == {}
    assert (await client.post("/profile/undo-reset")).json() == {"insights": len(before)}
    assert set(await by_value(client)) == set(before)
    switched = (await client.patch("/profile", json={"learning": False})).json()
    assert not switched["learning"] and not any(one["told"] for one in switched["insights"])
    assert not app.preferences.current.profile_learning


async def test_a_new_chat_opens_with_what_is_open_and_better_words_follow(
    app, host, models, learned
):
    openings = [{"note": 1, "text": "Gibt es im April Schneeaffen?"}]
    models.add(Reply(text=json.dumps({"openings": openings}), match=Match(model=HELPER)))
    async with socket(host, "/ws/threads") as page:
        await page.send(n=1, open=None, zone="Asia/Tokyo", language="de-DE")
        opened = (await page.until(event="done", n=1))[-1]
        assert [one["kind"] for one in opened["openings"]] == ["question", "action", "interest"]
        assert opened["openings"][0]["text"].startswith("Zurück zu dieser offenen Frage")
        told = (await page.until(event="openings"))[-1]
        assert told["openings"][0]["text"] == "Gibt es im April Schneeaffen?"
    async with app.database.as_user(app.host_id) as conn:
        row = await (await conn.execute("SELECT time_zone FROM profile_states")).fetchone()
    assert row["time_zone"] == "Asia/Tokyo"


async def test_a_reply_tells_what_shaped_it(app, host, learned):
    turn = await say(app, "What is the sea?")
    async with socket(host, "/ws/threads") as page:
        await page.send(n=1, open=str(turn.conversation_id))
        question, reply = (await page.until(event="done", n=1))[-1]["messages"]
    assert question["shaped"] == []
    labels = [one["label"] for one in reply["shaped"]]
    assert labels[:2] == ["short answers", "informal"] and "Kyoto trip" in labels


async def test_questions_follow_a_reply_without_holding_up_the_page(app, host, models):
    turn = await app.chat.send(app.host_id, "Why is the sky blue?")
    await finish(turn)
    models.stall(after_chunks=0, seconds=30)
    async with socket(host, "/ws/threads") as page:
        await page.send(n=1, open=str(turn.conversation_id))
        await page.until(event="done", n=1)
        await page.send(n=2, suggest=turn.message_id)
        await page.send(n=3, bookmark={"message": turn.message_id, "on": True})
        heard = await page.until(event="done", n=3)
        assert not [one for one in heard if one.get("n") == 2]
        await page.send(n=4, hush=turn.message_id)
        heard = [*(await page.until(event="done", n=2))]
        assert heard[-1]["questions"] == []
    other = await say(app, "And at night?", turn.conversation_id)
    models.add(Reply(text=json.dumps({"questions": ["Why red?"]}), match=Match(model=HELPER)))
    async with socket(host, "/ws/threads") as page:
        await page.send(n=1, suggest=other.message_id)
        assert (await page.until(event="done", n=1))[-1]["questions"] == ["Why red?"]
