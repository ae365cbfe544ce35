"""Work in the background: noted, shown, done once, done again."""

import asyncio

import pytest

from core.app import open_app
from core.background import LATEST, SOON, Task, again_in
from core.database import Identity
from core.errors import BadKey, Busy, NotFound, ProviderError, RateLimited, Refused
from tests.core.altering import alter
from tests.core.test_command import run


def state_of(states, name):
    return next(one for one in states if one.task.name == name)


async def test_every_task_says_when_it_runs_next(app):
    states = await app.background.states()
    names = [one.task.name for one in states]
    assert names[:2] == ["summarize", "cleanup"]
    assert "purge_conversations" in names
    assert all(one.next > (one.last or one.next.min.replace(tzinfo=one.next.tzinfo))
               for one in states)  # fmt: skip


async def test_a_run_is_noted_with_what_it_did(app):
    async def work(progress):
        progress(1, 3)
        return 3

    app.background.add(Task("three", "Three", "Does three.", "0 0 1 1 *", work))
    seen = []
    assert await app.background.run("three", lambda *far: seen.append(far)) == 3
    state = state_of(await app.background.states(), "three")
    assert (state.done, state.running, state.failures, seen) == (3, False, [], [(1, 3)])
    assert state.last is not None


async def test_what_fails_is_shown_with_its_reason_until_it_is_done(app):
    errors = [ProviderError("The lab is on fire. Try again."), None]

    async def work(_progress):
        if error := errors.pop(0):
            raise error
        return 0

    app.background.add(Task("lab", "Lab", "Goes to the lab.", "0 0 1 1 *", work))
    with pytest.raises(ProviderError):
        await app.background.run("lab")
    (failure,) = await app.background.failures()
    assert (failure.error_code, failure.error) == ("provider", "The lab is on fire. Try again.")
    await app.background.run("lab")
    assert await app.background.failures() == []


async def test_no_secret_of_an_unexpected_error_is_shown(app):
    async def work(_progress):
        raise ZeroDivisionError("sk-secret")

    app.background.add(Task("odd", "Odd", "Fails.", "0 0 1 1 *", work))
    with pytest.raises(ZeroDivisionError):
        await app.background.run("odd")
    (failure,) = await app.background.failures()
    assert "secret" not in failure.error


async def test_a_task_that_is_being_done_is_not_begun_again(app):
    begun, go = asyncio.Event(), asyncio.Event()

    async def work(_progress):
        begun.set()
        await go.wait()
        return 1

    app.background.add(Task("slow", "Slow", "Takes long.", "0 0 1 1 *", work))
    first = asyncio.create_task(app.background.run("slow"))
    await begun.wait()
    assert state_of(await app.background.states(), "slow").running
    with pytest.raises(Busy):
        await app.background.run("slow")
    go.set()
    assert await first == 1


async def test_one_that_is_stopped_leaves_the_way_free(app):
    begun = asyncio.Event()

    async def work(_progress):
        begun.set()
        await asyncio.Event().wait()

    app.background.add(Task("endless", "Endless", "Never ends.", "0 0 1 1 *", work))
    task = asyncio.create_task(app.background.run("endless"))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert state_of(await app.background.states(), "endless").running is False


async def test_a_task_nobody_knows_names_those_there_are(app):
    with pytest.raises(NotFound, match="summarize"):
        await app.background.ask("nothing")


@pytest.mark.parametrize(
    ("error", "attempts", "seconds"),
    [
        (RateLimited("Wait.", retry_after=7), 0, 7),
        (BadKey(), 3, 3600),
        (Refused(), 0, None),
        (ProviderError(), 0, SOON),
        (ProviderError(), 1, 2 * SOON),
        (ProviderError(), 60, LATEST),
    ],
)
def test_when_what_failed_is_tried_again(error, attempts, seconds):
    assert again_in(error, attempts) == seconds


# Cleaning up


async def age(database_url, *ids):
    await alter(
        database_url,
        "UPDATE conversations SET created_at = now() - interval '8 days',"
        " updated_at = now() - interval '8 days' WHERE id = ANY(%s)", list(ids),
    )  # fmt: skip


async def test_only_old_conversations_without_a_word_are_cleaned_up(app, database_url):
    user = app.host_id
    empty, fresh, pinned, watched = [
        (await app.conversations.create(user)).id for _ in range(4)
    ]  # fmt: skip
    said = (await app.chat.send(user, "Hello")).conversation_id
    room = (await app.rooms.create(user, "Kitchen", "en")).id
    closed = (await app.rooms.create(user, "Closed", "en")).id
    await app.conversations.end(user, closed)
    await app.conversations.pin(user, [pinned])
    await age(database_url, empty, pinned, watched, said, room, closed)
    async with app.events.subscribe(Identity("user", user), watched):
        assert await app.background.run("cleanup") == 2
    left = {one.id for one in await app.conversations.list(user)}
    assert left == {fresh, pinned, watched, said, room}
    await app.keeper.change({"empty_conversations_days": 0})
    assert await app.background.run("cleanup") == 0


# The command line


async def test_a_task_is_run_from_the_command_line_also_while_parley_runs(
    make_settings, database_url
):
    settings = make_settings()
    async with open_app(settings, working=False) as app:  # which might do it first
        made = (await app.conversations.create(app.host_id)).id
        await age(database_url, made)
        code, said = await run(settings, "run-task", "cleanup")
        assert (code, said.splitlines()[-1]) == (0, "1 done."), said
        assert await app.conversations.list(app.host_id) == []
    code, said = await run(settings, "run-task", "cleanup")
    assert (code, said.splitlines()[-1]) == (0, "There was nothing to do.")


async def test_conversations_are_summarised_from_the_command_line(make_settings):
    settings = make_settings()
    async with open_app(settings, working=False) as app:
        turn = await app.chat.send(app.host_id, "The map of Lisbon is in Lisbon")
        async for _ in turn.follow():
            pass
        await app.conversations.end(app.host_id, turn.conversation_id)
    code, said = await run(settings, "run-task", "summarize")
    assert (code, said.splitlines()[-1]) == (0, "1 done."), said
    assert "1 of 1" in said


async def test_an_unknown_task_is_refused_and_the_list_shows_them(make_settings):
    code, said = await run(make_settings(), "run-task", "nonsense")
    assert (code, "There is no task" in said, "summarize" in said) == (2, True, True)
    code, said = await run(make_settings(), "run-task", "--list")
    assert (code, "cleanup" in said) == (0, True)
