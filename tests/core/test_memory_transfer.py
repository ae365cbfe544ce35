"""Memories as files: out whole, in again the same; lists, tables and glossaries of others."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from core.errors import Refused, TooLong
from core.memories.transfer import LARGEST, MOST, export, import_file, read


@pytest.fixture
async def user(app):
    return app.host_id


def texts(name, text):
    return [(one.get("kind", "fact"), one["text"]) for one in read(name, text.encode())]


async def facts(app, user):
    """All an export says, but for when it was made."""
    return (await export(app.memories, user)).model_dump(exclude={"exported_at"})


async def test_what_was_exported_comes_in_as_the_same(app, user):
    rome = await app.memories.create(user, "I live in Rome", pinned=True)
    oslo = await app.memories.create(user, "I live in Oslo", replaces=rome.id)
    await app.memories.create(user, "I live in Bern", replaces=oslo.id, origin="learned")
    off = await app.memories.create(user, "Kunde = client, never customer", "term", context="said")
    await app.memories.update(user, off.id, enabled=False)
    await app.memories.create(user, "أعيش في القاهرة", "person", status="proposed")
    before = await facts(app, user)
    data = (await export(app.memories, user)).model_dump_json(indent=1).encode()
    assert (await import_file(app.memories, user, "all.json", data)).added == 0
    await app.memories.delete_all(user)
    await app.memory_index.catch_up()
    await app.memories.purge(0)
    done = await import_file(app.memories, user, "all.json", data)
    assert (done.added, done.known) == (3, 0)
    assert await facts(app, user) == before
    bern = next(one for one in await app.memories.list(user) if one.text == "I live in Bern")
    history = await app.memories.history(user, bern.id)
    assert [one.text for one in history] == ["I live in Oslo", "I live in Rome"]
    assert (await app.memories.get(user, bern.id)).origin == "learned"


async def test_what_was_imported_is_found_in_the_order_of_the_file(app, user):
    await app.memories.create(user, "I like tea")
    lines = "# About me\n\n- I like  TEA\n* I am a nurse\n1. I play the piano\nI am a nurse\n"
    done = await import_file(app.memories, user, "me.md", lines.encode())
    assert (done.added, done.known) == (2, 2)
    found = await app.recall.search(user, "nurse")
    assert [(hit.memory.text, hit.memory.origin) for hit in found] == [("I am a nurse", "imported")]
    listed = [one.text for one in await app.memories.list(user)]
    assert listed == ["I am a nurse", "I play the piano", "I like tea"]
    await app.memory_index.catch_up()
    assert (await app.memory_index.differences()).none


async def test_ten_thousand_come_in_before_one_loses_patience(app, user):
    lines = "\n".join(f"Fact {n}: house number {n} is painted blue" for n in range(MOST))
    began = datetime.now(UTC)
    assert (await import_file(app.memories, user, "many.txt", lines.encode())).added == MOST
    assert datetime.now(UTC) - began < timedelta(seconds=60)
    assert sum((await app.memories.kinds(user)).values()) == MOST


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("a.txt", "\ufeffOne\r\n\r\n– Two\n", [("fact", "One"), ("fact", "Two")]),
        ("a", '["One", {"text": "Two", "kind": "person"}]', [("fact", "One"), ("person", "Two")]),
        ("a.csv", 'text,kind\n"One, two",preference\nThree,\n',
         [("preference", "One, two"), ("fact", "Three")]),
        ("a.CSV", "kind;text\nproject;One\n", [("project", "One")]),
        ("a.csv", "source,target\nKunde,client\nParley,\n",
         [("term", "Kunde = client"), ("term", "Parley")]),
        ("a.tsv", "de\ten\nKunde\tclient\n", [("term", "Kunde = client (de → en)")]),
        ("a.tsv", "حساب\taccount\n", [("term", "حساب = account")]),
        ("a.csv", "Kunde;client\n", [("term", "Kunde = client")]),
    ],
)  # fmt: skip
def test_the_formats_of_others(name, text, found):
    assert texts(name, text) == found


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.json", '{"memories": [\n{"text": "a"},\n{"text" "b"}]}', "Line 3: this is not JSON"),
        ("a.json", '{"memories": [\n{"text": "a"},\n{"kind": "fact"}]}', "Line 3: text: Field"),
        ("a.json", '{"memories": [\n{"text": "a", "kind": "joke"}]}', "Line 2: kind"),
        ("a.json", '{"memories": [\n"a",\n\n7]}', "Line 4: "),
        ("a.json", '{"memories": [{"text": "no term at all is this sentence", "kind": "term"}]}',
         "Line 1: Write a term like this"),
        ("a.json", '{"version": 2, "memories": []}', "another version"),
        ("a.json", '{"people": []}', 'no "memories"'),
        ("a.json", "[" * 100_000, "not JSON"),
        ("a.csv", 'text,kind\nOne,fact\nTwo,joke\n', "Line 3: a memory is one of"),
        ("a.csv", 'text,kind\n"One\nmore",fact\n,fact\n', "Line 4: There is nothing"),
        ("a.csv", "text,kind\nOne, two,fact\n", "Line 2: it has 3 columns"),
        ("a.csv", 'text\n"One\n', "Line 2: this is no table"),
        ("a.tsv", "Kunde\tclient\nAuftrag\n", "Line 2: a glossary has two columns"),
        ("a.txt", "One\n" + "x" * 2001, "Line 2: A memory has at most"),
        ("a.txt", " \n# Nothing\n", "no memory in this file"),
    ],
)  # fmt: skip
def test_a_broken_file_is_refused_with_its_line(name, text, says):
    with pytest.raises(Refused, match=says.replace("(", r"\(")):
        read(name, text.encode())


def test_what_is_no_text_is_refused():
    with pytest.raises(Refused, match="Line 2: this is not text in UTF-8"):
        read("a.txt", b"One\n\xff\xfa")
    assert read("a.txt", "One".encode("utf-16"))[0]["text"] == "One"


def test_a_file_has_its_limits():
    with pytest.raises(TooLong, match="5 MB"):
        read("a.txt", b"x" * (LARGEST + 1))
    with pytest.raises(TooLong, match="10,001"):
        read("a.txt", b"a\n" * (MOST + 1))


async def test_nothing_of_a_broken_file_is_kept(app, user):
    said = json.dumps({"memories": [{"text": "Good"}, {"text": ""}]}).encode()
    with pytest.raises(Refused):
        await import_file(app.memories, user, "a.json", said)
    assert await app.memories.list(user) == []
