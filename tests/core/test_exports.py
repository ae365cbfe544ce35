"""Exports: JSON that comes in again the same to the byte, Markdown, several in one file."""

import io
import json
import subprocess
import sys
import zipfile
from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

import pytest

from core.errors import NotFound, Refused
from core.exports import pdf
from core.exports.made import Made
from core.exports.names import different, disposition, file_name
from tests.core.conversations import a_chat, a_room, chat_document, forget, written


@pytest.fixture
async def user(app):
    return app.host_id


async def test_a_chat_deleted_and_imported_is_the_same_to_the_byte(app, user):
    chat = await a_chat(app)
    before = await written(app, [chat], "json")
    await forget(app, chat)
    done = await app.imports.read(user, before)
    assert (done.new, done.known) == (1, 0)
    assert await written(app, done.ids, "json") == before


async def test_a_room_deleted_and_imported_is_the_same_to_the_byte(app, user):
    room = await a_room(app)
    before = await written(app, [room], "json")
    await forget(app, room)
    done = await app.imports.read(user, before)
    assert await written(app, done.ids, "json") == before


async def test_all_of_it_is_in_the_json(app):
    (said,) = json.loads(await written(app, [await a_chat(app)], "json"))["conversations"]
    assert (said["title"], said["titled_by"], said["tags"]) == ("Häuser", "user", ["house", "日本"])
    assert said["pinned_at"] == "2026-03-04T05:06:07.000008Z"
    question, first, second, failed = said["messages"][:4]
    assert (first["parent"], second["parent"], said["visible"]) == (1, 1, 5)
    assert (question["reaction"], question["bookmarked_at"][:4]) == ("love", "2026")
    assert (first["model"], first["input_tokens"], first["remark"]) == ("gpt", 12, "Because.")
    assert (failed["status"], failed["error_code"]) == ("failed", "bad_key")
    assert said["messages"][4]["quote"] == 1


async def test_no_secret_and_no_id_of_the_database_is_in_the_json(app, user):
    room = await a_room(app)
    text = (await written(app, [room], "json")).decode()
    row = await app.rooms.get(user, room)
    assert row.token not in text
    assert str(room) not in text
    assert str(user) not in text
    assert "token" not in text


async def test_a_room_is_written_with_its_translations(app):
    text = (await written(app, [await a_room(app)], "markdown")).decode()
    assert "# Kitchen" in text
    assert "## Ana · 2026-01-02 03:04" in text
    assert "Olá a todos" in text
    assert "> **English:** Hello everybody" in text


async def test_markdown_is_the_visible_branch_and_its_quotes(app):
    text = (await written(app, [await a_chat(app)], "markdown")).decode()
    assert "## You · 2026-01-02 03:" in text
    assert "Another answer" in text
    assert "The first answer" not in text
    assert "> **You:** Was ist ein Haus?" in text
    assert text.count("```") % 2 == 0


async def test_several_are_one_json_or_a_zip_of_files(app, user):
    ids = [await a_room(app), await a_chat(app), await a_chat(app)]
    assert len(json.loads(await written(app, ids, "json"))["conversations"]) == 3
    assert json.loads(await written(app, None, "json")) == json.loads(
        await written(app, ids, "json")
    )
    export = await app.exports.prepare(user, ids, "markdown")
    assert (export.media_type, export.name.rpartition(".")[2]) == ("application/zip", "zip")
    data = b"".join([chunk async for chunk in export.chunks])
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        assert packed.namelist() == ["Kitchen.md", "Häuser.md", "Häuser 2.md"]
        assert packed.testzip() is None
        assert packed.read("Häuser.md").startswith("# Häuser".encode())


async def test_an_export_is_made_conversation_by_conversation(app, user):
    ids = [await a_chat(app) for _ in range(2)]
    export = await app.exports.prepare(user, ids, "json")
    first = await anext(export.chunks)
    assert first.count(b'"kind": "chat"') == 1
    await forget(app, ids[1])
    with pytest.raises(NotFound):
        await anext(export.chunks)


async def test_one_may_hear_how_far_a_file_is(app, user):
    ids, watch = [await a_chat(app) for _ in range(3)], UUID(int=5)
    with pytest.raises(NotFound):
        app.exports.made(user, watch)
    export = await app.exports.prepare(user, ids, "pdf", watch)
    heard = [app.exports.made(user, watch)]
    async for _ in export.chunks:
        with suppress(NotFound):
            heard.append(app.exports.made(user, watch))
    assert heard[0] == 0
    assert heard == sorted(heard)
    assert len({*heard}) >= 3
    with pytest.raises(NotFound):
        app.exports.made(user, watch)


async def test_nobody_else_hears_how_far_a_file_is(app, user):
    await app.exports.prepare(user, [await a_chat(app)], "json", UUID(int=6))
    with pytest.raises(NotFound):
        app.exports.made(UUID(int=7), UUID(int=6))


def test_setting_pages_tells_how_far_it_is():
    heard: list[float] = []
    pdf.write(chat_document(), heard.append)
    assert heard == sorted(heard)
    assert heard[-1] <= 1
    assert len({*heard}) >= 3


def test_what_is_made_never_goes_back():
    heard: list[float] = []
    made = Made([1, 3], heard.append)
    made.next()
    for share in (0.5, 0.2, 1.0):
        made(share)
    made.next()
    made(0.5)
    made.next()
    assert heard == [0, 0.125, 0.125, 0.25, 0.25, 0.625, 1.0]


async def test_what_is_not_there_is_not_exported(app, user):
    with pytest.raises(Refused, match="Begin one first"):
        await app.exports.prepare(user, None, "json")
    chat = await a_chat(app)
    await forget(app, chat)
    with pytest.raises(NotFound):
        await app.exports.prepare(user, [chat], "json")


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Häuser / Dächer: a*b?", "Häuser Dächer a b.md"),
        ("../../etc/passwd", "etc passwd.md"),
        ("日本語", "日本語.md"),
        (" \n\x00", "conversation.md"),
        ("con", "conversation con.md"),
        ("x" * 300, "x" * 80 + ".md"),
        ("\u202efdp.exe", "fdp.exe.md"),
    ],
)
def test_names_of_files_are_safe(title, name):
    assert file_name(title, "md") == name


def test_names_of_files_differ_and_go_into_a_header():
    assert [*different(iter(["a.md", "A.md", "a 2.md"]))] == ["a.md", "A 2.md", "a 2 2.md"]
    header = disposition('Hä"\r\nx.md')
    assert header == "attachment; filename*=UTF-8''H%C3%A4%22%0D%0Ax.md; filename=\"H____x.md\""


def test_names_of_very_many_that_are_called_the_same_differ():
    names = [*different("a.md" for _ in range(50_000))]
    assert len(set(names)) == 50_000
    assert names[-1] == "a 50000.md"


async def test_another_person_has_nothing_to_export(app, user):
    other = await app.accounts.local_user()
    assert other == user  # one host: what follows asks as somebody who is nobody
    with pytest.raises(NotFound):
        await app.exports.prepare(type(user)(int=7), [await a_chat(app)], "json")


def test_a_start_loads_nothing_that_only_a_pdf_needs():
    heavy = {"typst", "PIL", "pypdf", "markdown_it", "latex2mathml"}
    check = f"import sys, core.app; assert not {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", check], check=True)


def test_times_are_written_to_the_microsecond():
    from core.exports.document import Document

    time = datetime(2026, 1, 2, tzinfo=UTC)
    said = Document(kind="chat", created_at=time, updated_at=time)
    assert '"2026-01-02T00:00:00.000000Z"' in said.model_dump_json()
