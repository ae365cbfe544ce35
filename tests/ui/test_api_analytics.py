"""The API of figures: of a period, in a time zone, as JSON and as CSV that spreadsheets open."""

import csv
import io

import httpx
import psycopg
import pytest

from core.intelligence.tables import CHARTS
from tests.core.past import Past, at

WEEK = {"from": "2026-03-02", "to": "2026-03-08"}


@pytest.fixture
def past(app, database_url):
    with psycopg.connect(database_url, autocommit=True) as conn:
        yield Past(conn, app.host_id)


@pytest.fixture
def talk(past):
    """A question in the evening, and what a model answered."""
    chat = past.chat(at("2026-03-03 23:30"))
    past.say(chat, at("2026-03-03 23:30"))
    past.reply(chat, at("2026-03-03 23:31"), tokens=(1_000_000, 0))
    past.sums_up(chat, 0.5, "=1+1", "Brot, süß")
    return chat


async def rows(client, chart, **asked):
    answer = await client.get(f"/analytics/{chart}.csv", params=asked)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert f"parley-{chart}-" in answer.headers["content-disposition"]
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


async def test_figures_of_a_week(client, talk):
    answer = await client.get("/analytics/trends", params=WEEK)
    assert answer.status_code == 200
    found = answer.json()
    assert found["period"] == {
        "first": "2026-03-02", "last": "2026-03-08", "days": 7, "zone": "UTC",
    }  # fmt: skip
    totals = found["totals"]
    assert (totals["conversations"], totals["messages"], totals["replies"]) == (1, 1, 1)
    assert totals["costs"] == [{"amount": 0.15, "currency": "USD"}]
    assert found["before"]["messages"] == 0
    assert [one["begin"] for one in found["days"] if one["messages"]] == ["2026-03-03"]
    assert found["models"][0]["wait"] == {"median": 1.0, "p95": 1.0}


async def test_days_are_those_of_the_time_zone_that_is_asked_for(client, talk):
    asked = WEEK | {"time_zone": "Asia/Tokyo"}
    found = (await client.get("/analytics/trends", params=asked)).json()
    assert [one["begin"] for one in found["days"] if one["messages"]] == ["2026-03-04"]


async def test_the_last_days_and_all_there_is(client, talk):
    for days in (1, 7, 365):
        answer = await client.get("/analytics/trends", params={"days": days, "to": "2026-03-03"})
        found = answer.json()
        assert (found["period"]["days"], found["totals"]["messages"]) == (days, 1)
    found = (await client.get("/analytics/trends", params={"days": "all"})).json()
    assert found["period"]["first"] == "2026-03-03" and found["before"] is None
    assert (await client.get("/analytics/trends")).json()["period"]["days"] == 30


async def test_csv_reads_back(client, talk):
    days = await rows(client, "days", **WEEK)
    assert len(days) == 7
    assert days[1] == {"day": "2026-03-03", "conversations": "1", "messages": "1", "replies": "1"}
    (model,) = await rows(client, "models", **WEEK)
    assert (model["input_tokens"], model["cost"], model["currency"]) == ("1000000", "0.15", "USD")
    topics = {one["topic"] for one in await rows(client, "topics", **WEEK)}
    assert topics == {"'=1+1", "Brot, süß"}
    (mood,) = [one for one in await rows(client, "sentiment", **WEEK) if one["sentiment"]]
    assert mood == {"begin": "2026-03-03", "sentiment": "0.5", "conversations": "1"}
    assert len(await rows(client, "hours", **WEEK)) == 168
    figures = {one["figure"]: one["value"] for one in await rows(client, "totals", **WEEK)}
    assert (figures["messages"], figures["cost_USD"]) == ("1", "0.15")


async def test_every_chart_has_a_file_also_where_nothing_was_said(client):
    for chart in CHARTS:
        assert isinstance(await rows(client, chart), list)


@pytest.mark.parametrize(
    "asked", [{"days": 0}, {"days": "x"}, {"from": "2026-02-30"}, {"time_zone": "Mars/Base"},
              {"from": "2026-03-02", "to": "2026-03-01"}, {"to": "0001-01-01"}],
)  # fmt: skip
async def test_what_is_no_period_is_refused_with_a_sentence(client, asked):
    for path in ("trends", "days.csv"):
        answer = await client.get(f"/analytics/{path}", params=asked)
        assert answer.status_code == 422
        assert answer.json()["message"].endswith(".")


async def test_there_is_no_such_chart(client):
    assert (await client.get("/analytics/nonsense.csv")).status_code in (404, 422)


async def test_a_guest_reaches_none_of_it(door):
    async with httpx.AsyncClient(base_url=f"http://{door}") as http:
        for path in ("/analytics/trends", "/api/analytics/trends", "/api/analytics/days.csv"):
            assert (await http.get(path)).status_code == 404
