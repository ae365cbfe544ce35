"""Whether all that is kept fits together: what does not is found, and mended where that loses
nothing."""

import json
from datetime import UTC, datetime

import psycopg
import pytest

from core.app import open_app
from core.checkup import CHECKS, open_checkup
from tests.core.saying import Past
from tests.core.test_command import run

A, B = "(SELECT min(id) FROM messages)", "(SELECT max(id) FROM messages)"
SPOILT = {
    "heads": f"UPDATE conversations SET head_id = {A} WHERE head_id = {B}",
    "parents": f"UPDATE messages SET parent_id = {B} WHERE id = {A}",
    "quotes": f"UPDATE messages SET quote_id = {A} WHERE id = {B}",
    "speakers": f"UPDATE messages SET participant_id = (SELECT id FROM participants LIMIT 1)"
                f" WHERE id = {A}",
    "owners": f"INSERT INTO users (handle) VALUES ('eve'); UPDATE messages SET user_id ="
              f" (SELECT id FROM users WHERE handle = 'eve') WHERE id = {A}",
    "translations": "INSERT INTO translations (message_id, language, conversation_id, user_id,"
                    f" status) SELECT m.id, 'xx', c.id, m.user_id, 'failed' FROM messages m"
                    f" JOIN conversations c ON c.id <> m.conversation_id WHERE m.id = {A} LIMIT 1",
    "shares": "INSERT INTO shares (user_id, conversation_id, token_hash, token, live, head_id,"
              " hide_names) SELECT user_id, conversation_id, '', '', false,"
              f" {A}, false FROM messages WHERE id = {B}",
    "summaries": "INSERT INTO summaries (conversation_id, user_id, made_by, language, text,"
                 " until_id, messages) SELECT id, user_id, 'extract', 'en', '', 99999, 1"
                 " FROM conversations LIMIT 1",
    "topics": "INSERT INTO topics (conversation_id, place, user_id, topic)"
              " SELECT id, 1, user_id, 'cats' FROM conversations LIMIT 1",
    "memories": "INSERT INTO memories (user_id, kind, text, message_id)"
                f" SELECT user_id, 'fact', 'I like cats', id FROM messages WHERE id = {A}",
    "sources": "INSERT INTO sources (message_id, number, user_id, excerpt)"
               f" SELECT id, 1, user_id, 'this' FROM messages WHERE id = {B}",
    "unfinished": f"UPDATE messages SET status = 'streaming', worker = 1 WHERE id = {B}",
    "counters": "ALTER TABLE messages ALTER COLUMN id RESTART WITH 1",
    "unread": "UPDATE messages SET text = text || ' again' WHERE id = 1;"
              " UPDATE unread_passages SET since = now() - interval '1 hour'",
    "unfound": f"DELETE FROM passages WHERE message_id = {A}",
    "words": "UPDATE lexicon SET n = n + 1 WHERE ctid = (SELECT ctid FROM lexicon LIMIT 1)",
    "totals": "UPDATE lexicon_totals SET passages = passages + 1",
}  # fmt: skip
CHECK = {check.name: check for check in CHECKS}


@pytest.fixture
async def app(make_settings):
    """Two conversations, read, of a Parley that does nothing by itself."""
    async with open_app(make_settings(), working=False) as opened:
        with psycopg.connect(opened.database.conninfo, autocommit=True) as conn:
            past = Past(opened, conn, datetime(2026, 3, 1, 12, tzinfo=UTC))
            past.chat("How do I bake bread?", "Feed the starter.")
            past.room(("Ana", "I will bring the keys", "en"), (None, "Thank you", "en"))
        await opened.reader.catch_up()
        yield opened


def spoil(app, name):
    with psycopg.connect(app.database.conninfo, autocommit=True) as conn:
        conn.execute(SPOILT[name])


async def found(app):
    """What does not fit together."""
    async with open_checkup(app.database.conninfo, app.reader) as checkup:
        counted = {check.name: await checkup.look(check) for check in CHECKS}
    return {name: n for name, n in counted.items() if n}


def test_every_check_is_tried():
    assert SPOILT.keys() == CHECK.keys()


async def test_where_all_is_well_nothing_is_found(app):
    assert await found(app) == {}


@pytest.mark.parametrize("name", CHECK)
async def test_what_does_not_fit_is_found_and_mended(app, name):
    spoil(app, name)
    assert (await found(app)).get(name, 0) >= 1
    async with open_checkup(app.database.conninfo, app.reader) as checkup:
        await checkup.mend(CHECK[name])
    left = await found(app)
    assert (name in left) == (not CHECK[name].mend)
    if CHECK[name].mend:
        assert left == {}


async def test_a_word_that_is_lost_is_read_again(app):
    with psycopg.connect(app.database.conninfo, autocommit=True) as conn:
        conn.execute("DELETE FROM lexicon WHERE text = 'bread'")
    assert (await found(app)).keys() == {"words"}
    async with open_checkup(app.database.conninfo, app.reader) as checkup:
        await checkup.mend(CHECK["words"])
    assert await found(app) == {}
    hits = (await app.search.find(app.host_id, "bread", semantic=False)).hits
    assert hits[0].text == "How do I bake bread?"


async def test_only_looking_mends_nothing_and_programs_can_read_it(app):
    await app.passage_index.catch_up()
    spoil(app, "heads")
    code, said = await run(app.settings, "verify", "--check", "--json")
    told = json.loads(said.splitlines()[-1])
    assert (code, told["ok"], told["counts"]["messages"]) == (1, False, 4)
    wrong = [(one["name"], one["found"], one["left"]) for one in told["checks"] if one["left"]]
    assert wrong == [("heads", 1, 1)]
    code, said = await run(app.settings, "verify")
    assert (code, said.splitlines()[-1]) == (0, "Mended: all is well now."), said


async def test_what_cannot_be_mended_is_told_with_what_to_do(app):
    await app.passage_index.catch_up()
    spoil(app, "parents")
    code, said = await run(app.settings, "verify")
    assert code == 1
    assert "LEFT         1 messages that follow" in said
    assert "Restore a backup" in said
