"""Organised conversations and branches through the API."""

import pytest


@pytest.fixture
async def talk(client):
    """A chat of two turns; the last reply."""
    first = (await client.post("/messages/send", json={"message": "Apple pie"})).json()
    where = {"message": "And with cinnamon?", "conversation_id": first["conversation_id"]}
    return (await client.post("/messages/send", json=where)).json()


async def read(client, talk, **query):
    answer = await client.get(f"/conversations/{talk['conversation_id']}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_conversation_is_renamed_pinned_tagged_and_archived(client, talk):
    path = f"/conversations/{talk['conversation_id']}"
    change = {"title": "Baking", "pinned": True, "tags": ["food"]}
    changed = (await client.patch(path, json=change)).json()
    assert {name: changed[name] for name in change} == change
    assert (await client.get("/conversations/tags")).json() == {"food": 1}
    assert len((await client.get("/conversations", params={"tag": "food"})).json()) == 1
    assert (await client.patch(path, json={"archived": True})).json()["archived"]
    assert (await client.get("/conversations")).json() == []
    assert len((await client.get("/conversations", params={"archived": True})).json()) == 1


async def test_it_ends_and_is_reopened(client, talk):
    path = f"/conversations/{talk['conversation_id']}"
    assert (await client.post(f"{path}/end")).json()["status"] == "ended"
    more = {"message": "More", "conversation_id": talk["conversation_id"]}
    refused = await client.post("/messages/send", json=more)
    assert (refused.status_code, refused.json()["code"]) == (422, "refused")
    assert (await client.post(f"{path}/reopen")).json()["ended_at"] is None


async def test_several_are_deleted_and_restored(client, talk):
    ids = {"ids": [talk["conversation_id"]]}
    assert (await client.post("/conversations/delete", json=ids)).status_code == 204
    assert (await client.post("/conversations/delete", json=ids)).status_code == 404
    assert (await client.post("/conversations/restore", json=ids)).status_code == 204
    assert len((await read(client, talk))["messages"]) == 4


async def test_several_are_archived_and_taken_back(client, talk):
    ids = {"ids": [talk["conversation_id"]]}
    assert (await client.post("/conversations/archive", json=ids)).status_code == 204
    assert (await client.get("/conversations")).json() == []
    back = await client.post("/conversations/archive", json={**ids, "on": False})
    assert back.status_code == 204
    assert len((await client.get("/conversations")).json()) == 1


async def test_it_is_found_as_one_types(client, talk):
    for typed in ("ap", "appl", "CINN"):
        (hit,) = (await client.get("/conversations/search", params={"q": typed})).json()
        assert hit["conversation"]["id"] == talk["conversation_id"]
    assert (await client.get("/conversations/search", params={"q": "pear"})).json() == []


async def test_what_is_known_of_it_and_its_pages_are_read(client, talk):
    whole = await read(client, talk)
    assert whole["details"]["messages"] == 4
    assert whole["details"]["models"]
    ids = [message["id"] for message in whole["messages"]]
    newer = await read(client, talk, after=ids[0], limit=2)
    assert [message["id"] for message in newer["messages"]] == ids[1:3]


async def test_edited_regenerated_and_chosen_again(client, talk):
    question, reply = [m["id"] for m in (await read(client, talk))["messages"]][2:]
    edited = await client.post(f"/messages/{question}/edit", json={"message": "And with nuts?"})
    assert edited.status_code == 200, edited.text
    shown = (await read(client, talk))["messages"]
    assert [m["text"] for m in shown if m["role"] == "user"] == ["Apple pie", "And with nuts?"]
    assert shown[2]["variants"] == [question, shown[2]["id"]]
    again = await client.post(f"/messages/{shown[3]['id']}/regenerate", json={})
    assert again.json()["message_id"] != shown[3]["id"]
    assert (await client.post(f"/messages/{question}/choose")).status_code == 204
    assert [m["id"] for m in (await read(client, talk))["messages"]][2:] == [question, reply]


async def test_a_reply_quotes_and_a_fork_goes_on(client, talk):
    first = (await read(client, talk))["messages"][1]
    await client.post(f"/messages/{first['id']}/reply", json={"message": "How much?"})
    quoting = (await read(client, talk))["messages"][-2]
    assert quoting["quote"]["id"] == quoting["quote_id"] == first["id"]
    forked = await client.post(f"/messages/{first['id']}/fork")
    assert forked.status_code == 201
    assert len((await read(client, forked.json()))["messages"]) == 2


async def test_marks_are_set_listed_and_taken_back(client, talk):
    path = f"/messages/{talk['message_id']}"
    assert (await client.post(f"{path}/react", json={"kind": "funny"})).status_code == 204
    assert (await client.post(f"{path}/bookmark", json={})).status_code == 204
    message = (await read(client, talk))["messages"][-1]
    assert (message["reaction"], message["bookmarked"]) == ("funny", True)
    (bookmark,) = (await client.get("/bookmarks")).json()
    assert bookmark["message"]["id"] == talk["message_id"]
    await client.post(f"{path}/react", json={"kind": None})
    await client.post(f"{path}/bookmark", json={"on": False})
    assert (await client.get("/bookmarks")).json() == []
    assert (await client.post(f"{path}/react", json={"kind": "angry"})).status_code == 422


@pytest.mark.parametrize("what", ["react", "bookmark", "reply", "edit", "regenerate", "fork"])
async def test_a_message_that_is_not_there_is_not_found(client, what):
    body = {"kind": "like", "message": "Hi"}
    answer = await client.post(f"/messages/999999/{what}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
