"""The API for programs, over real HTTP and WebSockets."""

import json

import httpx
import pytest
import websockets
from llmock.scenarios import Reply

from tests.ui.serving import socket


async def test_health(client):
    answer = await client.get("/health")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "index": "ok"}


async def test_a_message_is_answered_and_kept(client, models):
    models.add(Reply(text="Forty-two."))
    sent = await client.post("/messages/send", json={"message": "What is the answer?"})
    assert sent.status_code == 200, sent.text
    reply = sent.json()
    assert reply["reply"] == "Forty-two."
    found = (await client.get(f"/conversations/{reply['conversation_id']}")).json()
    assert [m["text"] for m in found["messages"]] == ["What is the answer?", "Forty-two."]
    assert found["messages"][1]["id"] == reply["message_id"]
    listed = (await client.get("/conversations")).json()
    assert [c["id"] for c in listed] == [reply["conversation_id"]]
    gone = await client.delete(f"/conversations/{reply['conversation_id']}")
    assert gone.status_code == 204
    missing = await client.get(f"/conversations/{reply['conversation_id']}")
    assert missing.status_code == 404
    assert missing.json()["code"] == "not_found"


async def test_a_conversation_can_be_begun_empty(client):
    made = await client.post("/conversations", json={"title": "Plans"})
    assert made.status_code == 201
    sent = await client.post(
        "/messages/send", json={"message": "Hi", "conversation_id": made.json()["id"]}
    )
    assert sent.json()["conversation_id"] == made.json()["id"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "bad_request"),
        ({"message": ""}, 422, "bad_request"),
        ({"message": "  "}, 422, "refused"),
        ({"message": "Hi", "conversation_id": "nonsense"}, 422, "bad_request"),
        (
            {"message": "Hi", "conversation_id": "7b0b4a26-5b8a-4b7e-9a3e-0d0c5a3f9e55"},
            404, "not_found",
        ),
    ],
)  # fmt: skip
async def test_errors_are_json_with_a_code_and_a_sentence(client, body, status, code):
    answer = await client.post("/messages/send", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["message"].endswith(".")


async def test_a_failing_provider_is_a_502_that_names_the_remedy(client, models):
    models.fail(401)
    answer = await client.post("/messages/send", json={"message": "Hi"})
    assert (answer.status_code, answer.json()["code"]) == (502, "bad_key")
    assert "OPENAI_API_KEY" in answer.json()["message"]
    assert "sk-test-secret" not in answer.text
    assert answer.json()["details"]["conversation_id"]


async def test_an_unknown_route_is_json_too(client):
    answer = await client.get("/nonsense")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_the_docs_need_nothing_from_outside(client):
    page = (await client.get("/docs")).text
    assert "cdn" not in page
    assert (await client.get("/openapi.json")).json()["info"]["title"] == "Parley"


async def test_chat_over_a_websocket(host, models):
    models.add(Reply(text="One two three."))
    async with socket(host, "/ws/chat") as chat:
        await chat.send(message="Count")
        heard = await chat.until(status="complete")
    assert "".join(f["text"] for f in heard if f["status"] == "streaming") == "One two three."
    assert heard[-1]["text"] == "One two three."
    assert all(f["conversation_id"] and f["message_id"] for f in heard)


async def test_stop_and_attach_over_websockets(host, models):
    models.add(Reply(text="One two three four five.")).stall(after_chunks=3, seconds=30)
    async with socket(host, "/ws/chat") as first, socket(host, "/ws/chat") as second:
        await first.send(message="Count")
        conversation = (await first.until(status="streaming"))[0]["conversation_id"]
        await second.send(attach=conversation)
        joined = await second.until(status="streaming")
        assert joined[0]["text"].startswith("One")
        await second.send(stop=True)
        assert (await first.until(status="interrupted"))[-1]["text"].startswith("One")
        assert (await second.until(status="interrupted"))[-1]["conversation_id"] == conversation
        await second.send(attach=conversation)
        assert (await second.until(status="error"))[-1]["code"] == "not_found"


async def test_a_reply_goes_on_after_its_socket_has_closed(host, client, models):
    models.add(Reply(text="One two three four five.")).pace(30)
    async with socket(host, "/ws/chat") as chat:
        await chat.send(message="Count")
        conversation = (await chat.until(status="streaming"))[0]["conversation_id"]
    async with socket(host, "/ws/chat") as chat:
        await chat.send(attach=conversation)
        assert (await chat.until(status="complete"))[-1]["text"] == "One two three four five."


@pytest.mark.parametrize("frame", ["nonsense", "[]", "{}", '{"message": ""}', '{"attach": "x"}'])
async def test_a_bad_frame_is_an_error_and_not_the_end(host, frame):
    async with websockets.connect(f"ws://{host}/ws/chat") as connection:
        await connection.send(frame)
        assert json.loads(await connection.recv())["status"] == "error"
        await connection.send('{"message": "Hi"}')
        assert json.loads(await connection.recv())["status"] == "streaming"


async def new_room(client, **more):
    made = await client.post("/rooms", json={"name": "Kitchen", "language": "en"} | more)
    assert made.status_code == 201, made.text
    return made.json()


async def test_a_host_and_a_guest_talk_in_two_languages(host, door, client):
    room = await new_room(client)
    assert room["guest_url"].endswith(f"/s/{room['token']}")
    async with (
        socket(door, f"/ws/rooms/{room['token']}") as guest,
        socket(host, f"/ws/rooms/{room['id']}") as owner,
    ):
        await guest.send(join={"name": "Maria", "language": "pt-BR"})
        joined = (await guest.until(event="caught_up"))[0]
        assert joined["participant"]["language"] == "pt"
        assert joined["token"]
        await owner.send(join={"after": 0})
        await owner.until(event="caught_up")
        await owner.send(say="Good morning, how are you today?")
        heard = await guest.until(event="translation", final=True)
        assert "Bom dia" in heard[-1]["text"]
        await guest.send(say="Estou muito bem, obrigada.", nonce="n1")
        heard = await owner.until(event="translation", final=True)
        assert "thank" in heard[-1]["text"].lower()
    async with socket(door, f"/ws/rooms/{room['token']}") as back:
        await back.send(join={"participant": joined["token"], "after": 0})
        heard = await back.until(event="caught_up")
    assert heard[0]["participant"] == joined["participant"]
    assert "token" not in heard[0]
    assert len([f for f in heard if f["event"] == "message"]) == 2


async def test_what_is_said_again_is_answered_with_what_was_kept(door, client):
    room = await new_room(client)
    async with socket(door, f"/ws/rooms/{room['token']}") as guest:
        await guest.send(join={"name": "Maria", "language": "pt"})
        await guest.until(event="caught_up")
        await guest.send(say="Bom dia a todos", nonce="n1")
        first = (await guest.until(event="message"))[-1]
        await guest.send(say="Mais uma mensagem", nonce="n2")
        await guest.until(event="message", nonce="n2")
        await guest.send(say="Bom dia a todos", nonce="n1")
        assert (await guest.until(event="message", nonce="n1"))[-1]["id"] == first["id"]


async def test_a_link_to_nothing_closes_politely(door):
    async with websockets.connect(f"ws://{door}/ws/rooms/nonsense") as connection:
        frame = json.loads(await connection.recv())
        assert (frame["event"], frame["code"]) == ("error", "not_found")
        with pytest.raises(websockets.ConnectionClosed):
            await connection.recv()


@pytest.mark.parametrize(
    "frame",
    [{"say": "hi"}, {"join": "x"}, {"join": {"name": "", "language": "pt"}},
     {"join": {"name": "Maria", "language": "xx-xx"}}, {"join": {"name": 3, "language": "pt"}}],
)  # fmt: skip
async def test_a_wrong_join_can_be_tried_again(door, client, frame):
    room = await new_room(client)
    async with socket(door, f"/ws/rooms/{room['token']}") as guest:
        await guest.send(**frame)
        await guest.until(event="error", code="refused")
        await guest.send(join={"name": "Maria", "language": "pt"})
        await guest.until(event="caught_up")


@pytest.mark.parametrize(
    "frame", [{"say": ""}, {"say": 5}, {"retry": "x"}, {"retry": -1}, {"older": None}, {"x": 1},
              {"language": "xx-xx"}, {"say": "x" * 2001}],
)  # fmt: skip
async def test_a_wrong_frame_is_an_error_and_not_the_end(door, client, frame):
    room = await new_room(client)
    async with socket(door, f"/ws/rooms/{room['token']}") as guest:
        await guest.send(join={"name": "Maria", "language": "pt"})
        await guest.until(event="caught_up")
        await guest.send(**frame)
        await guest.until(event="error")
        await guest.send(ping=1)
        await guest.until(event="pong")


async def test_a_guest_reaches_nothing_but_the_room(door, client, host):
    room = await new_room(client)
    other = await new_room(client, name="Other")
    async with httpx.AsyncClient(base_url=f"http://{door}") as http:
        for path in ("/api/health", "/api/conversations", "/docs", "/openapi.json", "/ws/chat"):
            assert (await http.get(path)).status_code == 404, path
    async with socket(door, f"/ws/rooms/{room['token']}") as guest:
        await guest.send(join={"name": "Maria", "language": "pt"})
        secret = (await guest.until(event="caught_up"))[0]["token"]
    for path in (f"/ws/rooms/{other['token']}", f"/ws/rooms/{room['id']}", "/ws/chat"):
        with pytest.raises((websockets.ConnectionClosed, websockets.InvalidStatus)):
            async with websockets.connect(f"ws://{door}{path}") as connection:
                await connection.send(json.dumps({"join": {"participant": secret}}))
                frame = json.loads(await connection.recv())
                assert frame["code"] == "not_found"
                await connection.recv()
