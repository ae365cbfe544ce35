"""Imports: Parley's own files, ChatGPT's, Open WebUI's; broken ones are refused whole."""

import json
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.errors import Refused, TooLong
from core.exports import reading
from core.imports import chatgpt, imports
from tests.core.conversations import chat_document, file_of, room_document, written

FILES = Path(__file__).parent / "files"


@pytest.fixture
async def user(app):
    return app.host_id


async def one(app, ids):
    (said,) = json.loads(await written(app, ids, "json"))["conversations"]
    return said


async def test_a_file_of_chatgpt_comes_in_with_its_branches(app, user):
    done = await app.imports.read(user, FILES / "chatgpt.json")
    assert (done.new, done.known) == (1, 0)
    said = await one(app, done.ids)
    assert (said["title"], said["imported_from"]) == ("Bread without yeast", "ChatGPT")
    assert said["created_at"] == "2024-06-01T08:20:00.123456Z"
    assert "archived_at" in said
    assert "pinned_at" not in said
    question, first, second = said["messages"]
    assert question["text"] == "[image]\n\nHow do I bake this without yeast? 🍞"
    assert (first["text"], first["model"], first["parent"]) == ("Use baking soda.", "gpt-4o", 1)
    assert second["text"] == "**Soda bread** it is:\n\nflour and buttermilk."
    assert (second["status"], second["model"], second["parent"]) == ("interrupted", "o3", 1)
    assert said["visible"] == 2


async def test_a_file_of_open_webui_comes_in_with_its_branches(app, user):
    done = await app.imports.read(user, (FILES / "open_webui.json").read_bytes())
    said = await one(app, done.ids)
    assert (said["title"], said["imported_from"]) == ("Olá 👋", "Open WebUI")
    assert (said["created_at"], said["tags"]) == ("2024-07-14T23:33:20.000000Z", ["portuguese"])
    assert "pinned_at" in said
    question, first, second, dog, failed = said["messages"]
    assert question["text"] == 'Como se diz "house"?\n\n[image: casa.png]'
    assert (first["author"], first["input_tokens"], first["output_tokens"]) == ("Llama 3.2", 21, 3)
    assert (first["parent"], second["parent"], dog["parent"]) == (1, 1, 3)
    assert (failed["status"], failed["error"]) == ("failed", "Connection refused")
    assert said["visible"] == 5


async def test_what_came_in_is_chatted_on_with(app, user):
    done = await app.imports.read(user, FILES / "chatgpt.json")
    shown = await app.conversations.messages(user, done.ids[0])
    assert [message.text for message in shown][1:] == ["Use baking soda."]
    (found,) = [row.id for row in await app.conversations.list(user, archived=True)]
    assert found == done.ids[0]


@pytest.mark.parametrize("name", ["chatgpt.json", "open_webui.json"])
async def test_the_same_file_twice_does_not_double(app, user, name):
    first = await app.imports.read(user, FILES / name)
    again = await app.imports.read(user, FILES / name)
    assert (again.new, again.known) == (0, 1)
    assert len(await written(app, None, "json")) == len(await written(app, first.ids, "json"))


async def test_a_foreign_file_goes_out_and_comes_in_as_parleys(app, user):
    done = await app.imports.read(user, FILES / "chatgpt.json")
    before = await written(app, done.ids, "json")
    await app.conversations.delete(user, *done.ids)
    again = await app.imports.read(user, before)
    assert await written(app, again.ids, "json") == before


async def test_a_newer_state_of_a_known_chat_comes_in_beside_it(app, user):
    await app.imports.read(user, FILES / "open_webui.json")
    file = json.loads((FILES / "open_webui.json").read_text())
    messages = file[0]["chat"]["history"]["messages"]
    messages["m6"] = {
        "id": "m6",
        "parentId": "m5",
        "role": "user",
        "content": "?",
        "timestamp": 9e8,
    }
    done = await app.imports.read(user, json.dumps(file).encode())
    assert (done.new, done.known) == (1, 0)


BROKEN = [
    ("", 1, "not JSON"),
    ("PK\x03\x04", 1, "not JSON"),
    ("[]", 1, "no conversation"),
    ('[\n{"a": 1}\n]', 2, "no conversation of Parley's"),
    ('{"format": "parley", "version": 9, "conversations": []}', 1, "Update Parley"),
    (
        '{"format": "parley", "version": 1,\n "conversations": [\n{"kind": "chat"}]}',
        3,
        "created_at",
    ),
    ('[{"mapping": {\n"a": {"parent": "b"},\n"b": {"parent": "a"}}}]', 2, "circle"),
    ('[{"mapping": {"a": 3}}]', 1, "no message"),
    ("[" * 100_000, 1, "too deeply"),
    ('[{"mapping": {},\n"n": ' + "9" * 4301 + "}]", 2, "too many digits"),
    ('[{"mapping": {}},\n\n nonsense]', 3, "not JSON"),
    ('[{"mapping": {}}', 1, "not JSON"),
    ('[{"mapping": {}}]\n]', 2, "not JSON"),
]


@pytest.mark.parametrize(("text", "line", "why"), BROKEN, ids=lambda one: str(one)[:30])
async def test_a_broken_file_is_refused_with_its_line(app, user, text, line, why):
    with pytest.raises(Refused, match=why) as refused:
        await app.imports.read(user, text.encode())
    assert f"Line {line}:" in str(refused.value)
    assert await app.conversations.list(user) == []


async def test_of_a_file_that_breaks_off_nothing_comes_in(app, user):
    whole = file_of(chat_document(), chat_document(500), room_document())
    lines = whole.count(b"\n")
    with pytest.raises(Refused, match=rf"Line {lines - 9}|Line \d+") as refused:
        await app.imports.read(user, whole[:-40])
    assert refused.value.details["line"] > lines // 2
    assert await app.conversations.list(user) == []
    assert (await app.imports.read(user, whole)).new == 3


async def test_a_wrong_value_is_named_with_its_line(app, user):
    text = file_of(chat_document()).decode()
    wrong = text.replace('"output_tokens": 3', '"output_tokens": -3')
    line = wrong[: wrong.index('"output_tokens": -3')].count("\n") + 1
    with pytest.raises(Refused, match=f"Line {line}: .*output_tokens"):
        await app.imports.read(user, wrong.encode())


WRONG = [
    ('"language": "en"', '"language": "tlh"', "does not know the language 'tlh'"),
    ('"language": "pt",\n   "host', '"language": "tlh",\n   "host', "the language 'tlh'"),
    ('"title": "Kitchen"', f'"title": "{"K" * 121}"', "title: .*at most 120"),
    ('"tags": []', f'"tags": ["{"t" * 41}"]', "tags.0: .*at most 40"),
    ('"tags": []', f'"tags": {json.dumps([*"abcdefghijklmnopqrstu"])}', "tags: .*at most 20"),
]


@pytest.mark.parametrize(("right", "wrong", "why"), WRONG, ids=lambda one: one[:30])
async def test_a_room_as_parley_makes_none_is_refused_with_its_line(app, user, right, wrong, why):
    said = file_of(room_document()).decode()
    line = said.count("\n", 0, said.index(right)) + 1
    with pytest.raises(Refused, match=f"Line {line}: .*{why}"):
        await app.imports.read(user, said.replace(right, wrong, 1).encode())


async def test_a_message_before_its_parent_is_named_with_its_line(app, user):
    wrong = file_of(chat_document()).decode().replace('"parent": 2', '"parent": 5')
    line = wrong.count("\n", 0, wrong.index('"parent": 5'))
    with pytest.raises(Refused, match=f"Line {line}: .*its parent stands before it"):
        await app.imports.read(user, wrong.encode())


async def test_a_time_too_late_to_be_kept_is_none(app, user):
    (late,) = json.loads((FILES / "open_webui.json").read_text())
    late["chat"]["history"]["messages"]["m1"]["timestamp"] = 253_390_000_000_000
    assert (await app.imports.read(user, json.dumps([late]).encode())).new == 1


async def test_what_parley_cannot_keep_of_another_application_is_refused(app, user, monkeypatch):
    late = datetime(9999, 1, 2, tzinfo=UTC)
    monkeypatch.setattr(chatgpt, "time_of", lambda _: late)
    with pytest.raises(Refused, match="Line 2: created_at: a time lies between the years 2 and"):
        await app.imports.read(user, b"[\n" + b'{"mapping": {}}]')


async def test_other_encodings_and_none(app, user):
    text = (FILES / "chatgpt.json").read_text("utf-8")
    assert (await app.imports.read(user, text.encode("utf-16"))).new == 1
    assert (await app.imports.read(user, b"\xef\xbb\xbf" + text.encode())).known == 1
    with pytest.raises(Refused, match="Line 2: this is not text"):
        await app.imports.read(user, b"[\n\xff]")


async def test_too_large_a_file_is_not_read(app, user, monkeypatch):
    monkeypatch.setattr(imports, "LARGEST", 1_000_000)
    with pytest.raises(TooLong, match="1 MB"):
        await app.imports.read(user, b" " * 1_000_001)


async def test_a_tree_a_hundred_thousand_deep_is_read(app, user):
    nodes = {str(n): {"parent": str(n - 1) if n else None, "message": None} for n in range(99_999)}
    nodes["end"] = {
        "parent": "99998",
        "message": {"author": {"role": "user"}, "content": {"parts": ["Deep"]}, "create_time": 5},
    }
    file = json.dumps([{"mapping": nodes, "current_node": "end"}])
    said = await one(app, (await app.imports.read(user, file.encode())).ids)
    assert [message["text"] for message in said["messages"]] == ["Deep"]


async def test_what_takes_long_holds_nobody_up(app, user, monkeypatch):
    """A file's conversation becomes rows, and rows become a file, beside the event loop."""
    seen = []
    for module, name in ((imports, "_rows"), (reading, "_document")):
        does = getattr(module, name)

        def watched(*given, does=does):
            seen.append(threading.current_thread() is threading.main_thread())
            return does(*given)

        monkeypatch.setattr(module, name, watched)
    done = await app.imports.read(user, file_of(chat_document()))
    await written(app, done.ids, "json")
    assert seen == [False, False]
