"""`python -m core`: the index made anew and mended, alone and while Parley runs."""

import asyncio
import sys

import pytest

from core.app import open_app
from tests.core.test_memories import indexed


async def run(settings, *arguments):
    """The exit code of `python -m core` and what it says, in a process of its own."""
    url = settings.database_url.get_secret_value()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "core", *arguments,
        env={"DATABASE_URL": url, "DATA_DIR": str(settings.data_dir), "PATH": "/usr/bin"},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    async with asyncio.timeout(90):
        said, _ = await process.communicate()
    return process.returncode, said.decode()


@pytest.fixture
async def settings(make_settings):
    """Of a Parley that knows three things and does not run."""
    chosen = make_settings()
    async with open_app(chosen) as app:
        for text in ("I am a vegetarian", "I live in Oslo", "I play the piano"):
            await app.memories.create(app.host_id, text)
        await indexed(app)
    return chosen


async def spoil(app):
    """Take one out of the index, and put in one there is not."""
    memory, *_ = await app.memories.list(app.host_id)
    space = app.memory_index.space
    vector = (await app.vectors.of(space, app.host_id, [memory.number]))[memory.number]
    await app.vectors.drop(space, app.host_id, [memory.number])
    await app.vectors.put(space, app.host_id, [999_999], vector[None], 2)


async def test_the_index_is_made_anew(settings):
    code, said = await run(settings, "reindex")
    assert (code, said.splitlines()[-3:]) == (
        0, ["Memories: " + "█" * 30 + " 3 of 3", "Passages: nothing to do",
            "The index is complete."],
    )  # fmt: skip


async def test_the_index_is_made_anew_while_parley_runs(settings):
    async with open_app(settings) as app:
        code, said = await run(settings, "reindex")
        assert (code, "3 of 3" in said) == (0, True), said
        assert (await app.memory_index.differences()).none
        assert len(await app.recall.search(app.host_id, "Where do I live?")) >= 1


@pytest.mark.parametrize("runs", [False, True])
async def test_what_differs_is_told_and_mended(settings, runs):
    async with open_app(settings) as app:
        await spoil(app)
        if runs:
            code, said = await run(settings, "verify")
    if not runs:
        code, said = await run(settings, "verify")
    assert code == 0, said
    assert "  mended       1 memories missing in the index by meaning" in said.splitlines()
    assert "  mended       1 memories in that index by mistake" in said.splitlines()
    assert said.endswith("Mended: all is well now.\n")
    code, said = await run(settings, "verify")
    assert (code, said.splitlines()[-1]) == (0, "All is well."), said


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [(["--help"], 0, "reindex"), ([], 2, "COMMAND"), (["dance"], 2, "invalid choice")],
)
async def test_it_explains_itself(make_settings, arguments, code, says):
    returned, said = await run(make_settings(), *arguments)
    assert returned == code
    assert says in said


async def test_a_database_that_is_not_there_is_one_clear_line(make_settings):
    lost = make_settings(database_url="postgresql://nobody@127.0.0.1:1/x")
    code, said = await run(lost, "verify")
    assert code == 2
    assert len(said.splitlines()) == 1 and "DATABASE_URL" in said
