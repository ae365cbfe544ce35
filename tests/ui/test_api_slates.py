"""Slates for programs, and the socket of the slate page."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from llmock.scenarios import Reply

from tests.ui.serving import socket

STATION = {"text": "Where is the train station?", "options": {"target": "pt"}}


async def begun(client, **body):
    made = await client.post("/slates", json=STATION | body)
    assert made.status_code == 201, made.text
    return made.json()


async def run(client, slate_id, **body):
    answer = await client.post(f"/slates/{slate_id}/run", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_slate_is_begun_run_and_read(client):
    slate = await begun(client)
    assert (slate["status"], slate["result"]) == ("empty", "")
    made = await run(client, slate["id"])
    assert made["status"] == "complete"
    assert made["result"] == "Onde está a estação de trem?"
    assert (made["language"], made["engine"]) == ("en", "local")
    assert (made["done"], made["parts"], made["used"], made["stale"]) == (1, 1, [], False)
    assert (await client.get(f"/slates/{slate['id']}")).json() == made


async def test_slates_are_listed_searched_changed_and_deleted(client):
    station = await begun(client)
    apple = await begun(client, text="An apple a day.", title="Fruit")
    listed = (await client.get("/slates")).json()
    assert [one["title"] for one in listed] == ["Fruit", "Where is the train station?"]
    found = (await client.get("/slates", params={"q": "train"})).json()
    assert [one["id"] for one in found] == [station["id"]]
    changed = await client.patch(f"/slates/{apple['id']}", json={"title": "Apples"})
    assert (changed.json()["title"], changed.json()["text"]) == ("Apples", "An apple a day.")
    changed = await client.patch(f"/slates/{apple['id']}", json={"text": "A pear."})
    assert (changed.json()["title"], changed.json()["text"]) == ("Apples", "A pear.")
    assert (await client.delete(f"/slates/{apple['id']}")).status_code == 204
    assert (await client.get(f"/slates/{apple['id']}")).status_code == 404
    assert len((await client.get("/slates")).json()) == 1


async def test_versions_are_listed_and_restored(client):
    slate = await begun(client)
    await run(client, slate["id"])
    await run(client, slate["id"], text="Thank you very much.")
    newest, first = (await client.get(f"/slates/{slate['id']}/versions")).json()
    assert newest["text"] == "Thank you very much."
    assert first["result"] == "Onde está a estação de trem?"
    back = await client.post(f"/slates/{slate['id']}/restore", json={"version_id": first["id"]})
    assert (back.json()["text"], back.json()["result"]) == (first["text"], first["result"])


async def test_a_changed_text_makes_the_result_stale(client):
    slate = await begun(client)
    await run(client, slate["id"])
    changed = await client.patch(f"/slates/{slate['id']}", json={"text": "Something new."})
    assert changed.json()["stale"]


async def test_what_went_wrong_is_in_the_answer_with_its_remedy(client, models):
    models.fail(401)
    slate = await begun(client, options={"task": "summarise"})
    failed = await run(client, slate["id"])
    assert (failed["status"], failed["error_code"]) == ("failed", "bad_key")
    assert "OPENAI_API_KEY" in failed["error"]


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("run", {"text": " "}, 422, "refused"),
        ("run", {"options": {"target": "klingon"}}, 422, "bad_request"),
        ("run", {"options": {"task": "sing"}}, 422, "bad_request"),
        ("run", {"text": "x" * 300_001}, 422, "bad_request"),
        ("restore", {"version_id": 999_999}, 404, "not_found"),
    ],
)
async def test_errors_are_json_with_a_code_and_a_sentence(client, path, body, status, code):
    slate = await begun(client)
    answer = await client.post(f"/slates/{slate['id']}/{path}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


async def test_an_unknown_slate_is_not_found(client):
    for method, path in [("GET", ""), ("DELETE", ""), ("GET", "/versions")]:
        answer = await client.request(method, f"/slates/{uuid4()}{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_the_socket_makes_a_slate_and_tells_how_its_result_grows(host, models):
    models.add(Reply(text="One two three four."))
    async with socket(host, "/ws/slates") as page:
        write = {"text": "Count to four.", "options": {"task": "rewrite"}, "run": True}
        await page.send(n=1, write=write)
        heard = await page.until(event="run", status="complete")
    (made,) = [frame for frame in heard if frame["event"] == "done"]
    assert made["n"] == 1 and made["id"] == heard[-1]["id"]
    text = ""
    for frame in heard:
        for piece in frame.get("pieces", []):
            assert piece["place"] == 0
            text = piece["text"] if "text" in piece else text + piece["more"]
    assert text == "One two three four."


async def test_who_comes_back_is_told_the_text_and_the_whole_result(host, client):
    slate = await begun(client)
    await run(client, slate["id"])
    async with socket(host, "/ws/slates") as page:
        await page.send(n=7, open=slate["id"])
        heard = await page.until(event="run")
        opened = next((one for one in heard if one["event"] == "done"), None)
        if opened is None:
            opened = (await page.until(n=7))[-1]
    assert opened["slate"]["text"] == STATION["text"]
    assert heard[-1]["pieces"][0]["text"] == "Onde está a estação de trem?"


async def test_a_result_is_sent_to_a_room_in_the_hosts_name(host, client, app):
    room = (await client.post("/rooms", json={"name": "Kitchen", "language": "en"})).json()
    async with socket(host, "/ws/slates") as page:
        await page.send(n=1, rooms=True)
        (told,) = await page.until(n=1)
        assert told["rooms"] == [{"id": room["id"], "name": "Kitchen"}]
        await page.send(n=2, send={"room": room["id"], "text": "Bom dia a todos."})
        await page.until(n=2, event="done")
    kept = (await client.get(f"/conversations/{room['id']}")).json()
    assert [one["text"] for one in kept["messages"]] == ["Bom dia a todos."]


async def test_an_error_names_the_wish_and_the_socket_goes_on(host):
    async with socket(host, "/ws/slates") as page:
        await page.send(n=1, open=str(uuid4()))
        (refused,) = await page.until(n=1)
        assert (refused["event"], refused["code"]) == ("error", "not_found")
        await page.send(nonsense=json.dumps({}), write=3)
        assert (await page.until(event="error"))[-1]["code"] == "bad_request"
        await page.send(n=3, ping=True)
        await page.until(n=3, event="done")
