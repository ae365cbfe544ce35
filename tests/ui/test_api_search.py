"""Everything said and written, found through the API."""

from datetime import UTC, datetime

import psycopg
import pytest

from tests.core.saying import Past


@pytest.fixture
def past(app, database_url):
    with psycopg.connect(database_url, autocommit=True) as conn:
        yield Past(app, conn, datetime(2026, 3, 1, 12, tzinfo=UTC))


@pytest.fixture
def read(app):
    """All that was said can be found, by words and by meaning."""

    async def do():
        await app.reader.catch_up()
        await app.passage_index.catch_up()

    return do


@pytest.fixture
async def kitchen(past, read):
    """A room of Ana and the host, a chat about bread."""
    room = past.room(
        ("Ana", "A chave está debaixo do tapete", "pt"),
        (None, "Thank you, Ana, I found the key", "en"),
        title="Kitchen",
    )
    past.translate("A chave está debaixo do tapete", "The key is under the doormat")
    past.chat("How do I bake sourdough bread?", "Feed the starter twice a day.", model="baker-2")
    await read()
    return room


async def search(client, q="", **query):
    answer = await client.get("/search", params={"q": q, **query})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def texts(client, q="", **query):
    return [hit["excerpt"]["text"] for hit in (await search(client, q, **query))["hits"]]


def marked(excerpt):
    return [excerpt["text"][mark["begin"] : mark["end"]] for mark in excerpt["marks"]]


async def test_a_hit_says_what_who_when_where_and_why(client, kitchen):
    found = await search(client, "under the doormat", semantic=False)
    hit = found["hits"][0]
    assert hit["excerpt"]["text"] == "A chave está debaixo do tapete"
    assert hit["translation"]["text"] == "The key is under the doormat"
    assert "doormat" in marked(hit["translation"])
    assert (hit["kind"], hit["title"], hit["conversation_id"]) == ("room", "Kitchen", str(kitchen))
    assert (hit["role"], hit["speaker"], hit["model"]) == ("guest", "Ana", None)
    assert hit["said_at"].startswith("2026-03-01T12:01:00")
    assert "doormat" in hit["words"] and hit["meaning"] is None
    assert isinstance(hit["message_id"], int)
    assert (found["by_meaning"], found["more"]) == (False, False)


async def test_it_is_found_by_meaning_in_another_language(client, kitchen):
    found = await search(client, "Wo liegt der Schlüssel?")
    assert found["by_meaning"]
    assert found["hits"][0]["conversation_id"] == str(kitchen)
    assert found["hits"][0]["meaning"] > 0


async def test_who_is_named_is_said(client, kitchen):
    hits = (await search(client, "what did Ana say about the chave"))["hits"]
    assert [hit["named"] for hit in hits if hit["speaker"] == "Ana"] == [True]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"people": "ana"}, {"A chave está debaixo do tapete"}),
        ({"people": ["", "Ana"], "kinds": "room", "until": "2026-03-01T12:02:00Z"},
         {"A chave está debaixo do tapete"}),
        ({"models": "baker-2"}, {"Feed the starter twice a day."}),
        ({"kinds": "chat", "people": ""}, {"How do I bake sourdough bread?"}),
        ({"languages": "pt"}, {"A chave está debaixo do tapete"}),
        ({"since": "2026-03-01T12:04:00Z"}, {"Feed the starter twice a day."}),
        ({"topics": "nothing has this topic"}, set()),
    ],
)  # fmt: skip
async def test_filters_alone_show_what_they_let_through(client, kitchen, filters, expected):
    assert set(await texts(client, **filters)) == expected


async def test_one_conversation_is_searched_alone(client, kitchen):
    found = await search(client, "key bread", conversation=str(kitchen))
    assert {hit["conversation_id"] for hit in found["hits"]} == {str(kitchen)}


async def test_operators_and_what_is_still_being_typed(client, kitchen):
    assert await texts(client, '"sourdough bread" bake') == ["How do I bake sourdough bread?"]
    assert "How do I bake sourdough bread?" not in await texts(client, "bake -bread")
    assert await texts(client, "sourd", semantic=False) == []
    assert await texts(client, "sourd", semantic=False, typing=True)


async def test_pages_follow_each_other_and_the_newest_come_first(client, past, read):
    past.chat(*(f"The tide is at {n} metres" for n in range(30)))
    await read()
    first = await search(client, "tide", limit=20, order="newest", semantic=False)
    rest = await search(client, "tide", limit=20, offset=20, order="newest", semantic=False)
    assert (len(first["hits"]), first["more"], len(rest["hits"]), rest["more"]) == (
        20, True, 10, False)  # fmt: skip
    times = [hit["said_at"] for hit in first["hits"] + rest["hits"]]
    assert times == sorted(times, reverse=True) and len(set(times)) == 30


async def test_slates_and_memories_are_found(client, read):
    await client.post("/memories", json={"text": "My bicycle is green"})
    new = {"text": "Paint the bicycle", "options": {"task": "translate", "target": "pt"}}
    slate = (await client.post("/slates", json=new)).json()
    await read()
    hits = {hit["kind"]: hit for hit in (await search(client, "bicycle"))["hits"]}
    assert set(hits) == {"memory", "slate"}
    assert hits["slate"]["slate_id"] == slate["id"] and hits["memory"]["memory_id"]
    assert [hit["kind"] for hit in (await search(client, "bicycle", kinds="slate"))["hits"]] == [
        "slate"
    ]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"since": "2026-03-01T12:00:00"}, "time zone"),
        ({"since": "2026-03-02T12:00:00Z", "until": "2026-03-01T12:00:00Z"}, "exchange them"),
        ({"kinds": "letters"}, "'chat', 'room', 'slate' or 'memory'"),
        ({"order": "oldest"}, "'best' or 'newest'"),
        ({"q": "x" * 1001}, "at most 1000"),
        ({"limit": 0}, "greater than or equal to 1"),
        ({"conversation": "kitchen"}, "UUID"),
    ],
)
async def test_what_cannot_be_asked_says_what_can(client, query, says):
    answer = await client.get("/search", params={"q": "key", **query})
    assert answer.status_code == 422
    assert says in answer.json()["message"]


async def test_what_no_text_can_hold_is_left_out(client, kitchen):
    assert (await texts(client, "sour\x00dough", people=["", "\x00"]))[0].startswith("How do I")


async def test_what_there_is_to_filter_by(client, kitchen):
    there = (await client.get("/search/choices")).json()
    assert there["people"] == ["Ana"] and there["models"] == ["baker-2"]
    assert set(there["languages"]) == {"en", "pt"} and there["topics"] == []


async def test_how_far_the_index_is(app, client, past, read):
    past.chat("One thing", "Another thing")
    index = (await client.get("/search/index")).json()
    assert index["to_read"] == 2
    await app.reader.catch_up()
    assert (await client.get("/search/index")).json() == {"to_read": 0, "to_embed": 2}
    await read()
    assert (await client.get("/search/index")).json() == {"to_read": 0, "to_embed": 0}


async def test_conversations_are_found_by_meaning_too(client, kitchen):
    path, asked = "/conversations/search", {"q": "Wo liegt der Schlüssel?"}
    assert (await client.get(path, params=asked)).json() == []
    best, *_ = (await client.get(path, params=asked | {"semantic": True})).json()
    assert best["conversation"]["id"] == str(kitchen)
    assert best["conversation"]["title"] == "Kitchen"
    assert best["hits"] == 2 and best["message_id"] and best["excerpt"]


async def test_nobody_finds_what_others_have_said(app, client, past, read):
    async with app.database.as_nobody() as conn:
        row = await (await conn.execute("SELECT local_user('somebody else') AS id")).fetchone()
    past.chat("The other one's secret is a purple elephant", "I see.", user=row["id"])
    await read()
    assert await texts(client, "purple elephant secret") == []
    assert (await client.get("/search/choices")).json()["models"] == []
