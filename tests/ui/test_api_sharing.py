"""Share links over HTTP and WebSockets: at the host door for their owner, at both for readers."""

import asyncio
import json
import re
from uuid import UUID

import httpx
import pytest
import websockets

from core import languages
from core.errors import NotFound, PasswordNeeded, Refused, WrongPassword
from core.sharing import fetching
from core.sharing.fetching import fetch, take
from core.sharing.reading import PAGE
from tests.core.sharing.reader import expire
from tests.histories import fill
from tests.ui.serving import serving, socket
from ui.api.guests import guest_api
from ui.guest import strings
from ui.guest.shared import mount_shared_page

UNKNOWN = "nobodyKnowsThisOne22xx"


@pytest.fixture
async def chat(app, client):
    """A chat with two messages; its id."""
    turn = await app.chat.send(app.host_id, "What is <b>a fox</b>?")
    async for _ in turn.follow():
        pass
    await app.conversations.rename(app.host_id, turn.conversation_id, "Foxes & <i>others</i>")
    return str(turn.conversation_id)


@pytest.fixture
def share(client):
    """Shares a conversation over the API; the link's token and what was answered."""

    async def made(conversation, **wishes):
        answer = await client.post(f"/conversations/{conversation}/share", json=wishes)
        assert answer.status_code == 201, answer.text
        return answer.json()["url"].rsplit("/", 1)[1], answer.json()

    return made


@pytest.fixture
async def guest_door(app):
    api = mount_shared_page(guest_api())
    api.state.core = app
    async with serving(api) as address:
        yield address


@pytest.fixture
async def guest(guest_door):
    async with httpx.AsyncClient(base_url=f"http://{guest_door}", timeout=60) as http:
        yield http


async def test_a_link_is_made_listed_and_revoked(client, guest, chat, share):
    token, made = await share(chat, expires_in=3600, hide_names=True)
    assert made["url"].endswith(f"/shared/{token}")
    assert made["expires_at"]
    (listed,) = (await client.get("/shares")).json()
    assert (listed["url"], listed["state"], listed["views"]) == (made["url"], "open", 0)
    assert (listed["live"], listed["hide_names"], listed["locked"]) == (False, True, False)
    read = await guest.get(f"/api/shared/{token}")
    assert read.status_code == 200
    assert [m["role"] for m in read.json()["messages"]] == ["user", "assistant"]
    assert (await client.get("/shares")).json()[0]["views"] == 1
    assert (await client.delete(f"/shares/{made['id']}")).status_code == 204
    assert (await guest.get(f"/api/shared/{token}")).status_code == 404
    assert (await client.get("/shares")).json()[0]["state"] == "revoked"
    assert (await client.delete("/shares")).json() == {"revoked": 0}


async def test_the_links_of_one_conversation_are_listed(client, chat, share, app):
    other = str((await app.conversations.create(app.host_id, title="Wolves")).id)
    _, made = await share(chat)
    await share(other)
    assert [one["id"] for one in (await client.get(f"/conversations/{chat}/share")).json()] == [
        made["id"]
    ]
    assert len((await client.get("/shares")).json()) == 2
    assert (await client.get(f"/conversations/{made['id']}/share")).status_code == 404


async def test_a_week_is_what_a_link_lasts_and_null_is_for_ever(client, chat, share):
    _, week = await share(chat)
    _, for_ever = await share(chat, expires_in=None)
    assert week["expires_at"]
    assert for_ever["expires_at"] is None
    for wrong in (
        {"expires_in": 0},
        {"expires_in": 1e300},
        {"password": ""},
        {"from_message_id": 0},
    ):
        answer = await client.post(f"/conversations/{chat}/share", json=wrong)
        assert answer.status_code == 422, wrong


async def test_both_doors_read_the_same(client, guest, chat, share):
    token, _ = await share(chat)
    here, there = await client.get(f"/shared/{token}"), await guest.get(f"/api/shared/{token}")
    assert here.json() == there.json()
    for answer in (here, there):
        assert answer.headers["x-robots-tag"].startswith("noindex")
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"


async def test_the_password_comes_in_a_header_or_a_body(guest, chat, share):
    token, _ = await share(chat, password="blue fox")
    locked = await guest.get(f"/api/shared/{token}")
    assert (locked.status_code, locked.json()["code"]) == (401, "password_needed")
    opened = await guest.get(f"/api/shared/{token}", headers={"X-Share-Password": "blue fox"})
    assert opened.json()["messages"]
    posted = await guest.post(f"/api/shared/{token}", json={"password": "blue fox"})
    assert posted.json()["messages"]
    ticket = {"X-Share-Ticket": posted.json()["ticket"]}
    assert (await guest.get(f"/api/shared/{token}", headers=ticket)).status_code == 200
    for _ in range(5):
        wrong = await guest.post(f"/api/shared/{token}", json={"password": "red fox"})
        assert (wrong.status_code, wrong.json()["code"]) == (401, "wrong_password")
    slow = await guest.post(f"/api/shared/{token}", json={"password": "blue fox"})
    assert (slow.status_code, slow.json()["code"]) == (429, "too_many_guesses")
    assert slow.json()["details"]["seconds"] > 0
    assert int(slow.headers["retry-after"]) > 0


async def test_what_opens_nothing_says_the_same_whatever_it_was(
    guest, client, chat, share, database_url, app
):
    revoked, made = await share(chat, password="blue fox")
    await client.delete(f"/shares/{made['id']}")
    expired, _ = await share(chat)
    await expire(database_url, (await app.shares.list(app.host_id))[0])
    unknown = [await guest.get(f"/api/shared/{token}") for token in (UNKNOWN, revoked)]
    assert unknown[0].json() == unknown[1].json()
    assert {one.status_code for one in unknown} == {404}
    assert dict(unknown[0].headers).keys() == dict(unknown[1].headers).keys()
    late = await guest.get(f"/api/shared/{expired}")
    assert (late.status_code, late.json()["code"]) == (410, "expired")
    pages = [await guest.get(f"/shared/{token}") for token in (UNKNOWN, revoked, expired)]
    assert [page.status_code for page in pages] == [404, 404, 410]

    def bare(page, token):
        nonce = re.search(r'nonce="([^"]+)"', page.text)[1]
        return page.text.replace(nonce, "").replace(token, "")

    assert bare(pages[0], UNKNOWN) == bare(pages[1], revoked)
    for page in pages:
        assert "Foxes" not in page.text
        assert "a fox" not in page.text


@pytest.mark.parametrize("code", strings.codes())
async def test_the_page_is_in_the_readers_language(guest, chat, share, code):
    """Also one of a link that opens nothing."""
    token, _ = await share(chat)
    for which in (token, UNKNOWN):
        page = await guest.get(f"/shared/{which}", headers={"Accept-Language": code})
        assert f'<html lang="{code}" dir="{languages.get(code).direction}">' in page.text
        assert strings.load(code)["shared.description"] in page.text
        assert strings.load(code)["end.link.text"] in page.text


async def test_the_page_tells_previews_no_more_than_it_may(guest, chat, share):
    open_, _ = await share(chat)
    locked, _ = await share(chat, password="blue fox")
    nameless, _ = await share(chat, hide_names=True)
    page = await guest.get(f"/shared/{open_}")
    assert "<title>Foxes &amp; &lt;i&gt;others&lt;/i&gt;</title>" in page.text
    assert 'property="og:title" content="Foxes &amp;' in page.text
    for token in (locked, nameless):
        assert "Foxes" not in (await guest.get(f"/shared/{token}")).text
    for token in (open_, locked, nameless):
        page = await guest.get(f"/shared/{token}")
        assert "a fox" not in page.text
        assert 'name="robots" content="noindex' in page.text
        assert page.headers["x-robots-tag"].startswith("noindex")
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["cache-control"] == "no-store"
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe-eval" not in policy


async def test_looking_at_the_page_alone_is_no_view(guest, client, chat, share):
    token, _ = await share(chat)
    for _ in range(3):
        await guest.get(f"/shared/{token}", headers={"User-Agent": "Preview"})
    assert (await client.get("/shares")).json()[0]["views"] == 0


async def test_a_socket_tells_a_live_conversation_as_it_goes_on(app, guest_door, chat, share):
    token, _ = await share(chat, live=True)
    async with socket(guest_door, f"/ws/shared/{token}") as window:
        await window.send(join={})
        assert (await window.until(event="joined"))[-1]["live"] is True
        tail = (await window.until(event="tail"))[-1]
        assert len(tail["ids"]) == len(tail["messages"]) == 2
        await app.chat.send(app.host_id, "And a wolf?", UUID(chat))
        async with asyncio.timeout(60):
            while len(tail["ids"]) < 4 or tail["messages"][-1]["status"] != "complete":
                tail = (await window.until(event="tail"))[-1]
        await window.send(ping=1)
        await window.until(event="pong")


async def test_a_socket_pages_through_a_long_snapshot(app, guest_door, share, database_url):
    [conversation] = await asyncio.to_thread(
        fill, database_url, app.host_id, 1, 120, "message {}".format
    )
    token, _ = await share(str(conversation))
    async with socket(guest_door, f"/ws/shared/{token}") as window:
        await window.send(join={})
        await window.until(event="joined")
        last, read = 0, []
        more = True
        while more:
            await window.send(newer=last)
            page = (await window.until(event="newer"))[-1]
            read += [one["text"] for one in page["messages"]]
            last, more = page["messages"][-1]["id"], page["more"]
        assert read == [f"message {n}" for n in range(1, 121)]
        await window.send(older=last)
        older = (await window.until(event="older"))[-1]
        assert len(older["messages"]) == PAGE
        assert older["messages"][-1]["text"] == "message 119"


async def test_a_socket_closes_with_its_link(client, guest_door, chat, share):
    token, made = await share(chat)
    async with websockets.connect(f"ws://{guest_door}/ws/shared/{token}") as window:
        await window.send('{"join": {}}')
        assert json.loads(await window.recv())["event"] == "joined"
        await client.delete(f"/shares/{made['id']}")
        async with asyncio.timeout(60):
            assert json.loads(await window.recv()) == {"event": "gone", "code": "not_found"}
            with pytest.raises(websockets.ConnectionClosed):
                await window.recv()
    assert window.close_code == 4404


@pytest.mark.parametrize(
    "frame", ["nonsense", "[]", "1", '{"join": 1}', '{"x": "' + "y" * 2000 + '"}']
)
async def test_a_socket_survives_what_is_no_frame(guest_door, frame):
    async with websockets.connect(f"ws://{guest_door}/ws/shared/{UNKNOWN}") as window:
        await window.send(frame)
        async with asyncio.timeout(60):
            with pytest.raises(websockets.ConnectionClosed):
                while True:
                    await window.recv()


async def test_a_locked_socket_wants_a_ticket(guest, guest_door, chat, share):
    token, _ = await share(chat, password="blue fox")
    opened = (await guest.post(f"/api/shared/{token}", json={"password": "blue fox"})).json()
    async with socket(guest_door, f"/ws/shared/{token}") as window:
        await window.send(join={})
        await window.until(event="error", code="password_needed")
    async with socket(guest_door, f"/ws/shared/{token}") as window:
        await window.send(join={"ticket": opened["ticket"]})
        await window.until(event="joined")


async def test_a_copy_is_made_at_the_host_door_alone(client, guest, chat, share):
    token, _ = await share(chat, password="blue fox")
    assert (await client.post(f"/shared/{token}/copy", json={})).status_code == 401
    copied = await client.post(f"/shared/{token}/copy", json={"password": "blue fox"})
    assert copied.status_code == 201
    found = (await client.get(f"/conversations/{copied.json()['conversation_id']}")).json()
    assert found["title"] == "Foxes & <i>others</i>"
    assert [m["role"] for m in found["messages"]] == ["user", "assistant"]
    assert (await guest.post(f"/api/shared/{token}/copy", json={})).status_code == 404


async def test_a_link_of_another_parley_is_taken_over(guest_door, client, share, app, database_url):
    [conversation] = await asyncio.to_thread(
        fill, database_url, app.host_id, 1, 700, "message {}".format
    )
    await app.conversations.rename(app.host_id, conversation, "Long")
    token, made = await share(str(conversation), password="blue fox")
    link = f"http://{guest_door}/shared/{token}"
    title, said = await fetch(link, "blue fox")
    assert title == "Long"
    assert [one["text"] for one in said] == [f"message {n}" for n in range(1, 701)]
    copied = await app.shares.take_copy(app.host_id, title, said)
    assert len(await app.conversations.messages(app.host_id, copied, 1000)) == 700
    for password, problem in ((None, PasswordNeeded), ("red fox", WrongPassword)):
        with pytest.raises(problem):
            await fetch(link, password)
    await client.delete(f"/shares/{made['id']}")
    with pytest.raises(NotFound):
        await fetch(link)


def parley_saying(text):
    """Another Parley where five messages are shared, one an answer."""

    async def answer(scope, receive, send):
        asked = json.loads((await receive())["body"])
        one = {
            "id": asked["after"] + 1, "role": "user", "person": 1, "name": "Ana\x00",
            "language": "e\x00n", "text": text, "created_at": "2026-01-01T00:00:00Z",
        }  # fmt: skip
        said = [one] if asked["after"] < 5 else []
        body = json.dumps({"title": "Ti\x00tle", "ticket": None, "messages": said}).encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})

    return serving(answer)


async def test_what_cannot_be_kept_of_another_parley_is_left_out(app):
    async with parley_saying("Good\x00 morning") as address:
        link = f"http://{address}/shared/x"
        copied = await take(app.readers, app.shares, app.host_id, link)
    assert (await app.conversations.get(app.host_id, copied)).title == "Title"
    said = await app.conversations.messages(app.host_id, copied)
    assert [(m.text, m.author, m.language) for m in said] == [("Good morning", "Ana", "en")] * 5


async def test_another_parley_is_not_heard_for_ever(monkeypatch):
    monkeypatch.setattr(fetching, "LARGEST", 3000)
    async with parley_saying("x" * 1000) as address:
        with pytest.raises(Refused, match="too large"):
            await fetch(f"http://{address}/shared/x")


async def test_what_answers_and_is_no_parley_is_refused():
    async def page(scope, receive, send):
        body = b'{"title": null, "ticket": null, "messages": [{"id": "x"}]}'
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})

    async with serving(page) as address:
        for path in ("/shared/x", "/a/b/shared/x"):
            with pytest.raises(Refused, match="No Parley"):
                await fetch(f"http://{address}{path}")


async def test_a_guest_reaches_nothing_of_the_hosts_api(guest, chat):
    for path in ("/api/shares", f"/api/conversations/{chat}", "/api/conversations",
                 f"/api/conversations/{chat}/share", "/api/health", "/api/openapi.json",
                 "/api/docs", "/api/memories", "/api/settings", "/api/shared/"):  # fmt: skip
        for method in ("GET", "POST", "DELETE"):
            assert (await guest.request(method, path)).status_code in (404, 405, 307), path
