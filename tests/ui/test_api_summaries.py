"""Summaries and the work in the background through the API, and what pages are told of them."""

import json

import pytest
from llmock.scenarios import Fail, Reply

from tests.core.test_summaries import ANSWER
from tests.ui.serving import socket


@pytest.fixture
async def talk(client):
    """A chat of one turn; its path."""
    said = (await client.post("/messages/send", json={"message": "To Lisbon by train"})).json()
    return f"/conversations/{said['conversation_id']}"


def writes(models, times=None):
    models.add(Reply(text=json.dumps(ANSWER), times=times))


async def test_a_summary_is_made_when_asked_for(client, talk, models):
    assert (await client.get(f"{talk}/summary")).json()["state"] == "none"
    writes(models)
    made = await client.post(f"{talk}/generate-summary")
    assert (made.status_code, made.json()["state"]) == (200, "ready")
    assert made.json()["summary"]["text"] == ANSWER["summary"]
    body = (await client.get(talk)).json()
    first, second = (message["id"] for message in body["messages"])
    assert (body["summary"], body["topics"]) == (ANSWER["summary"], ["Lisbon", "Travel"])
    assert body["sentiment"] == pytest.approx(0.7)
    assert body["decisions"] == [{"text": "They go by train", "message_id": first}]
    assert body["questions"] == [{"text": "Which hotel?", "message_id": second}]
    assert body["actions"][0]["due"] == "2026-12-01"
    assert body["summary_details"]["made_by"] == "model"
    (listed,) = (await client.get("/conversations", params={"details": True})).json()
    assert (listed["topics"], listed["summarised"]) == (["Lisbon", "Travel"], True)


async def test_without_waiting_it_is_told_that_it_is_being_made(client, talk, models, host):
    models.slow_first_token(1)
    async with socket(host, "/ws/threads") as page:
        await page.send(n=1, open=talk.rsplit("/", 1)[1])
        await page.until(event="done", n=1)
        begun = await client.post(f"{talk}/generate-summary", params={"wait": 0})
        assert begun.status_code == 202
        await page.until(event="summary")
        await page.until(event="summary")
    assert (await client.get(f"{talk}/summary")).json()["state"] == "ready"


async def test_a_provider_that_fails_is_an_error_with_its_remedy(client, talk, models):
    models.add(Fail(401, times=None))
    refused = await client.post(f"{talk}/generate-summary")
    assert (refused.status_code, refused.json()["code"]) == (502, "bad_key")
    state = (await client.get(f"{talk}/summary")).json()
    assert (state["state"], state["error"]["code"]) == ("failed", "bad_key")
    tasks = {task["name"]: task for task in (await client.get("/tasks")).json()}
    (failure,) = tasks["summarize"]["failures"]
    assert "key" in failure["error"]["message"]
    assert "sk-test-secret" not in json.dumps(tasks)
    models.reset()
    writes(models)
    assert (await client.post("/tasks/summarize/retry")).json() == {"retried": 1}


async def test_nothing_said_and_nothing_there(client):
    empty = (await client.post("/conversations", json={})).json()["id"]
    refused = await client.post(f"/conversations/{empty}/generate-summary")
    assert (refused.status_code, refused.json()["code"]) == (422, "refused")
    gone = "/conversations/00000000-0000-0000-0000-000000000001"
    for answer in (
        await client.get(f"{gone}/summary"),
        await client.post(f"{gone}/generate-summary"),
        await client.post("/tasks/nonsense/run"),
        await client.post("/tasks/nonsense/retry"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_task_is_run_when_asked_for(client, app):
    before = {task["name"]: task for task in (await client.get("/tasks")).json()}["cleanup"]
    asked = await client.post("/tasks/cleanup/run")
    assert (asked.status_code, asked.json()["name"]) == (202, "cleanup")
    while True:
        (now,) = [one for one in (await client.get("/tasks")).json() if one["name"] == "cleanup"]
        if now["last_run"] != before["last_run"] and not now["running"]:
            break
    assert now["failures"] == []


async def test_a_page_hears_that_a_conversation_has_ended(client, talk, host):
    async with socket(host, "/ws/threads") as page:
        await page.send(n=1, open=talk.rsplit("/", 1)[1])
        await page.until(event="done", n=1)
        await client.post(f"{talk}/end")
        assert (await page.until(event="ended"))[-1]["on"] is True


async def test_a_room_that_is_closed_takes_nothing_more(client, app, host, door):
    room = (await client.post("/rooms", json={"name": "Kitchen", "language": "en"})).json()
    async with socket(door, f"/ws/rooms/{room['token']}") as guest:
        await guest.send(join={"name": "Ana", "language": "en"})
        await guest.until(event="caught_up")
        await client.post(f"/conversations/{room['id']}/end")
        assert (await guest.until(event="ended"))[-1]["on"] is True
        await guest.send(say="Hello?", nonce="1")
        assert (await guest.until(event="error"))[-1]["code"] == "refused"
