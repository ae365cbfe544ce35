"""The API of memories: what was created is found, what was deleted never again; moved elsewhere."""

import asyncio
import time
from uuid import uuid4

import httpx
import pytest

SISTER = "My sister Ana lives in Lisbon"


async def made(client, text, **more):
    answer = await client.post("/memories", json={"text": text} | more)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def found(client, question, **more):
    answer = await client.get("/memories/search", params={"q": question} | more)
    assert answer.status_code == 200, answer.text
    return [hit["memory"]["text"] for hit in answer.json()]


async def listed(client, **which):
    return [one["text"] for one in (await client.get("/memories", params=which)).json()]


async def test_what_was_created_is_found_within_a_second_in_any_language(client, app):
    await app.memory_index.nearest(app.host_id, "the model is loaded", 1)
    for text in ("I am a vegetarian", "I work as a nurse at night", "I play the piano"):
        await made(client, text)
    began = time.monotonic()
    await made(client, SISTER, kind="person")
    assert await found(client, "sister Lisbon", k=1) == [SISTER]
    async with asyncio.timeout(1 - (time.monotonic() - began)):
        while await found(client, "¿Dónde vive mi hermana?", k=1) != [SISTER]:
            await asyncio.sleep(0.02)
    assert await found(client, "hermana", kind="fact", k=1) != [SISTER]


async def test_what_was_deleted_is_never_found_again(client, app):
    memory = await made(client, SISTER)
    await app.memory_index.catch_up()
    assert (await client.delete(f"/memories/{memory['id']}")).status_code == 204
    for question in ("sister Lisbon", "¿Dónde vive mi hermana?"):
        assert await found(client, question) == []
    assert await listed(client) == []
    for path in ("", "/history"):
        assert (await client.get(f"/memories/{memory['id']}{path}")).status_code == 404
    assert (await client.delete(f"/memories/{memory['id']}")).status_code == 404
    await app.memory_index.catch_up()
    assert await found(client, "sister Lisbon") == []


async def test_what_was_deleted_can_be_restored(client):
    await made(client, SISTER)
    await made(client, "I play the piano")
    gone = (await client.post("/memories/delete-all")).json()
    assert len(gone["ids"]) == 2 and await listed(client) == []
    assert (await client.post("/memories/restore", json=gone)).json() == {"restored": 2}
    assert await found(client, "piano") == ["I play the piano"]


async def test_a_memory_is_corrected_switched_off_and_pinned(client):
    memory = await made(client, "I live in Rome")
    await made(client, "I play the piano", kind="preference")
    path = f"/memories/{memory['id']}"
    changed = (await client.patch(path, json={"text": "I live in Oslo", "pinned": True})).json()
    assert (changed["text"], changed["pinned"], changed["kind"]) == ("I live in Oslo", True, "fact")
    assert await listed(client) == ["I live in Oslo", "I play the piano"]
    assert await listed(client, offset=1) == ["I play the piano"]
    assert await listed(client, kind="preference") == ["I play the piano"]
    assert await found(client, "Oslo", k=1) == ["I live in Oslo"]
    assert not (await client.patch(path, json={"enabled": False})).json()["enabled"]
    assert (await client.get(path)).json()["enabled"] is False


async def test_what_was_proposed_is_accepted_and_replaces_what_it_corrects(client, app):
    rome = await made(client, "I live in Rome")
    await app.memories.create(
        app.host_id, "I live in Oslo", status="proposed", origin="learned", replaces=rome["id"]
    )
    (proposed,) = (await client.get("/memories", params={"status": "proposed"})).json()
    assert await listed(client) == ["I live in Rome"]
    accepted = (await client.post(f"/memories/{proposed['id']}/accept")).json()
    assert accepted["status"] == "active"
    assert await listed(client) == ["I live in Oslo"]
    (before,) = (await client.get(f"/memories/{proposed['id']}/history")).json()
    assert (before["text"], before["status"]) == ("I live in Rome", "replaced")
    assert before["valid_until"]


async def test_memories_move_elsewhere(client):
    await made(client, SISTER, kind="person", pinned=True)
    file = (await client.get("/memories/export")).content
    await client.post("/memories/delete-all")
    answer = await client.post("/memories/import", files={"file": ("all.json", file)})
    assert answer.json() == {"added": 1, "known": 0}
    (memory,) = (await client.get("/memories")).json()
    assert (memory["text"], memory["kind"], memory["pinned"]) == (SISTER, "person", True)
    glossary = {"file": ("words.tsv", b"Kunde\tclient\nAuftrag")}
    answer = await client.post("/memories/import", files=glossary)
    assert answer.status_code == 422
    assert answer.json()["message"].startswith("Line 2: ")
    assert answer.json()["details"] == {"line": 2}
    large = {"file": ("a.txt", b"x" * 5_000_001)}
    assert (await client.post("/memories/import", files=large)).status_code == 413
    assert await listed(client) == [SISTER]


@pytest.mark.parametrize(
    "body", [{}, {"text": ""}, {"text": " "}, {"text": "x" * 2001}, {"text": "x", "kind": "joke"},
             {"text": "no term at all is this sentence", "kind": "term"}],
)  # fmt: skip
async def test_what_cannot_be_kept_is_refused_with_a_sentence(client, body):
    answer = await client.post("/memories", json=body)
    assert answer.status_code == 422
    assert answer.json()["message"].endswith(".")


async def test_there_is_no_such_memory(client):
    path = f"/memories/{uuid4()}"
    for answer in (
        await client.get(path), await client.patch(path, json={"text": "x"}),
        await client.delete(path), await client.get(f"{path}/history"),
        await client.post(f"{path}/accept"),
    ):  # fmt: skip
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_guest_reaches_none_of_it(door, client):
    memory = await made(client, SISTER)
    paths = ("", "/search?q=sister", "/export", f"/{memory['id']}", f"/{memory['id']}/history")
    async with httpx.AsyncClient(base_url=f"http://{door}") as http:
        for prefix in ("/memories", "/api/memories"):
            for path in paths:
                assert (await http.get(prefix + path)).status_code == 404
            for path in ("", "/delete-all", "/restore", "/import", f"/{memory['id']}/accept"):
                assert (await http.post(prefix + path, json={})).status_code == 404
            one = f"{prefix}/{memory['id']}"
            assert (await http.delete(one)).status_code == 404
            assert (await http.patch(one, json={"text": "x"})).status_code == 404
    assert await listed(client) == [SISTER]
