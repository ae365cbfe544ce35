"""Questions to everything ever said, through the API."""

import json

import pytest

from tests.core.conftest import past  # noqa: F401


@pytest.fixture
async def keys(app, past):  # noqa: F811
    room = past.room(("Ana", "I promise to bring the keys on Friday", "en"), title="Moving day")
    await app.reader.catch_up()
    await app.passage_index.catch_up()
    return room


@pytest.fixture
async def question(app):
    chat = await app.conversations.create(app.host_id, title="Questions")
    return {"question": "Who brings the keys?", "conversation_id": str(chat.id)}


async def test_an_answer_comes_with_its_sources(client, keys, question, models):
    models.reply('{"queries": ["bring the keys"], "people": []}')
    models.reply("Ana brings them [1], or a dragon [5].")
    answer = (await client.post("/intelligence/query", json=question)).json()
    assert answer["reply"] == "Ana brings them [1], or a dragon."
    [source] = answer["sources"]
    assert (source["number"], source["cited"], source["speaker"]) == (1, True, "Ana")
    assert source["conversation_id"] == str(keys)
    assert answer["searched"]["queries"] == ["Who brings the keys?", "bring the keys"]


async def test_it_can_be_read_as_it_is_written(client, keys, question, models):
    models.reply('{"queries": ["bring the keys"], "people": []}')
    models.reply("Ana brings them [1].")
    events: list[tuple[str, object]] = []
    async with client.stream("POST", "/intelligence/query/stream", json=question) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        name = ""
        async for line in response.aiter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                events.append((name, json.loads(line.removeprefix("data: "))))
    assert "".join(data for name, data in events if name == "text") == "Ana brings them [1]."
    name, done = events[-1]
    assert name == "done"
    assert done["sources"][0]["excerpt"] == "I promise to bring the keys on Friday"


async def test_a_conversation_that_is_not_there_is_said_before_anything_streams(client, question):
    question["conversation_id"] = "00000000-0000-0000-0000-000000000001"
    for path in ("/intelligence/query", "/intelligence/query/stream"):
        response = await client.post(path, json=question)
        assert (response.status_code, response.json()["code"]) == (404, "not_found")


async def test_a_provider_that_fails_is_told(client, keys, question, models):
    models.fail(401, times=None)
    response = await client.post("/intelligence/query", json=question)
    assert (response.status_code, response.json()["code"]) == (502, "bad_key")
