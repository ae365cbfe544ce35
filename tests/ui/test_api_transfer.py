"""Files of conversations through the API, asked for as the conversations page asks."""

import io
import json
import zipfile
from pathlib import Path

import pypdfium2
import pytest

from tests.core.test_rooms import translated, watching

CHATGPT = Path(__file__).parents[1] / "core" / "files" / "chatgpt.json"


@pytest.fixture
async def talk(client):
    """A chat with two branches, a reply that quotes, a reaction, a bookmark, tags. Its id."""
    first = (await client.post("/messages/send", json={"message": "Apple pie"})).json()
    talk = first["conversation_id"]
    again = await client.post(f"/messages/{first['message_id']}/regenerate", json={})
    reply = f"/messages/{again.json()['message_id']}/reply"
    await client.post(reply, json={"message": "Und mit Zimt?"})
    await client.post(f"/messages/{first['message_id']}/react", json={"kind": "funny"})
    await client.post(f"/messages/{again.json()['message_id']}/bookmark", json={"on": True})
    await client.patch(f"/conversations/{talk}", json={"title": "Küche", "tags": ["food", "日本"]})
    return talk


async def exported(client, format, **what):
    answer = await client.post("/conversations/export", json={**what, "format": format})
    assert answer.status_code == 200, answer.text
    return answer


async def imported(client, data):
    return await client.post("/conversations/import", files={"file": ("a.json", data)})


async def test_exported_deleted_and_imported_it_is_the_same_to_the_byte(client, talk):
    before = (await exported(client, "json", ids=[talk])).content
    (said,) = json.loads(before)["conversations"]
    assert (said["title"], said["tags"], len(said["messages"])) == ("Küche", ["food", "日本"], 5)
    assert said["messages"][3]["quote"] == 3
    assert said["messages"][1]["reaction"] == "funny"
    assert "bookmarked_at" in said["messages"][2]
    await client.post("/conversations/delete", json={"ids": [talk]})
    made = (await imported(client, before)).json()
    assert (made["new"], made["known"]) == (1, 0)
    assert (await exported(client, "json", ids=made["ids"])).content == before
    shown = (await client.get(f"/conversations/{made['ids'][0]}")).json()["messages"]
    assert shown[2]["quote"]["id"] == shown[1]["id"]
    assert shown[1]["variants"] != [shown[1]["id"]]


async def test_a_room_with_its_translations_comes_back_the_same(client, app):
    room = await app.rooms.create(app.host_id, "Kitchen", "en")
    host = await app.rooms.host(app.host_id, room.id)
    guest, _ = await app.rooms.join(room.token, "Maria", "pt")
    async with watching(app, guest) as at_guest:
        said = await app.rooms.say(host, "Good morning, how are you today?")
        await at_guest.until(translated(said))
    before = (await exported(client, "json", ids=[str(room.id)])).content
    (there,) = json.loads(before)["conversations"]
    assert [person.get("name") for person in there["participants"]][1:] == ["Maria"]
    assert "Bom dia" in there["messages"][0]["translations"][0]["text"]
    await client.post("/conversations/delete", json={"ids": [str(room.id)]})
    made = (await imported(client, before)).json()
    assert (await exported(client, "json", ids=made["ids"])).content == before


@pytest.mark.parametrize(
    ("format", "kind", "name", "begin"),
    [
        ("json", "application/json", "K%C3%BCche.json", b'{"format": "parley"'),
        ("markdown", "text/markdown; charset=utf-8", "K%C3%BCche.md", "# Küche".encode()),
        ("pdf", "application/pdf", "K%C3%BCche.pdf", b"%PDF-"),
    ],
)
async def test_one_is_a_file_of_its_format(client, talk, format, kind, name, begin):
    answer = await client.get(f"/conversations/{talk}/export/{format}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith(f"attachment; filename*=UTF-8''{name};")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.content.startswith(begin)


async def test_the_pdf_says_what_was_said(client, talk):
    answer = await client.get(f"/conversations/{talk}/export/pdf")
    (page,) = pypdfium2.PdfDocument(answer.content)
    said = page.get_textpage().get_text_range()
    assert "Küche" in said
    assert "Und mit Zimt?" in said


async def test_several_or_all_are_one_json_or_a_zip(client, talk):
    other = (await client.post("/messages/send", json={"message": "Tea"})).json()
    both = await exported(client, "json", ids=[talk, other["conversation_id"]])
    assert len(both.json()["conversations"]) == 2
    everything = (await exported(client, "json", all=True)).json()["conversations"]
    said = [one["messages"] for one in both.json()["conversations"]]
    assert [one["messages"] for one in everything] == said
    for format, ending in (("markdown", "md"), ("pdf", "pdf")):
        answer = await exported(client, format, all=True)
        assert answer.headers["content-type"] == "application/zip"
        names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
        assert names[0] == f"Küche.{ending}"
        assert len(names) == 2


async def test_how_far_a_file_is_can_be_asked_for(client, talk):
    asked = "/conversations/export/progress/00000000-0000-4000-8000-000000000001"
    assert (await client.get(asked)).status_code == 404
    body = {"ids": [talk], "format": "markdown", "watch": asked.rpartition("/")[2]}
    async with client.stream("POST", "/conversations/export", json=body) as answer:
        assert answer.status_code == 200
        await answer.aread()
    assert (await client.get(asked)).status_code == 404, "it is done"


async def test_a_file_of_chatgpt_is_imported_once(client):
    first = (await imported(client, CHATGPT.read_bytes())).json()
    assert (first["new"], first["known"]) == (1, 0)
    again = (await imported(client, CHATGPT.read_bytes())).json()
    assert (again["new"], again["known"], again["ids"]) == (0, 1, [])
    (hit,) = (await client.get("/conversations/search", params={"q": "buttermilk"})).json()
    assert hit["conversation"]["id"] == first["ids"][0]


async def test_a_broken_file_is_refused_with_its_line(client):
    answer = await imported(client, b'[\n{"mapping": {}},\n!\n]')
    assert (answer.status_code, answer.json()["code"]) == (422, "refused")
    assert answer.json()["message"].startswith("Line 3: this is not JSON")
    assert (await client.get("/conversations")).json() == []


async def test_a_file_of_more_than_a_recording_may_have_comes_in(client):
    padded = CHATGPT.read_bytes() + b" " * 30_000_000
    assert (await imported(client, padded)).json()["new"] == 1


async def test_nothing_and_unknown_ones_are_refused(client, talk):
    nowhere = "00000000-0000-0000-0000-000000000000"
    for format in ("json", "pdf"):
        answer = await client.get(f"/conversations/{nowhere}/export/{format}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    answer = await client.post("/conversations/export", json={"ids": [talk, nowhere]})
    assert answer.status_code == 404
    for body in ({}, {"ids": []}, {"ids": [talk], "all": True}, {"all": True, "format": "docx"}):
        assert (await client.post("/conversations/export", json=body)).status_code == 422
    assert (await client.get(f"/conversations/{talk}/export/docx")).status_code == 422
    assert (await client.post("/conversations/import")).status_code == 422
