"""The search page where something is slow, new, broken or away, in a real Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from core.embedded import EmbeddedPostgres
from tests.browser.searching import box, hits, is_read, open_search, passages, with_a_past
from tests.conftest import create_database
from tests.ui.running import Running

pytestmark = pytest.mark.browser
NO_INDEX = "http://127.0.0.1:9"
BLINKS = """() => {
  window.blinks = 0;
  const finder = [...document.querySelectorAll("*")].map((one) => one.shadowRoot?.querySelector(".finder")).find(Boolean);
  const look = () => { window.blinks += finder.querySelector(".hit") ? 0 : 1; window.watching = requestAnimationFrame(look); };
  look();
}"""  # noqa: E501 - JavaScript


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[EmbeddedPostgres]:
    """A database server of these tests' own, to be stopped and started."""
    made = EmbeddedPostgres(tmp_path_factory.mktemp("own") / "data")
    yield made
    made.stop()


@pytest.fixture(scope="module")
def parley(server, model, tmp_path_factory) -> Iterator[Running]:
    """Without an index by meaning."""
    database = create_database(server.start(), "parley_search_trouble")
    folder = tmp_path_factory.mktemp("parley")
    with with_a_past(folder, database, model, CHROMA_URL=NO_INDEX) as (process, past):
        past.chat("Apples are red", "Some are green.", "Pears are green", "Some are red.")
        past.chat("A pomegranate has many seeds", "Hundreds of them.")
        is_read(process)
        yield process


@pytest.fixture
def page(context, parley) -> Page:
    return open_search(context.new_page(), parley)


def asked(request) -> dict[str, str]:
    """The query of a request to the API."""
    return {name: one[-1] for name, one in parse_qs(urlsplit(request.url).query).items()}


def is_for(q: str):
    return lambda request: "/api/search?" in request.url and asked(request).get("q") == q


def test_without_an_index_by_meaning_a_quiet_line_says_so(page):
    box(page).fill("apples")
    expect(passages(page).first).to_have_text("Apples are red")
    line = page.locator(".finder .behind")
    expect(line).to_contain_text("found by its words alone")
    expect(page.locator(".finder .wrong")).to_be_hidden()


def test_while_the_index_is_made_a_quiet_line_says_so(page, parley):
    told = iter(['{"to_read": 0, "to_embed": 1234}'])

    def answer(route):
        body = next(told, '{"to_read": 0, "to_embed": 0}')
        route.fulfill(body=body, content_type="application/json")

    page.route("**/api/search/index", answer)
    open_search(page, parley)
    line = page.locator(".finder .behind")
    expect(line).to_have_text(
        "1,234 passages are found by their words; by their meaning in a while."
    )
    expect(line).to_be_hidden()


def test_a_word_is_taken_to_go_on_until_one_pauses(page):
    with page.expect_request(is_for("pomegr")) as first:
        box(page).press_sequentially("pomegr", delay=5)
    assert asked(first.value)["typing"] == "true"
    with page.expect_request(lambda one: is_for("pomegr")(one) and one != first.value) as second:
        pass
    assert asked(second.value)["typing"] == "false"
    expect(passages(page).first).to_have_text("A pomegranate has many seeds")
    page.reload()
    expect(passages(page).first).to_have_text("A pomegranate has many seeds")


def test_a_caret_within_a_word_means_the_word_is_whole(page):
    box(page).fill("pomegranate")
    expect(passages(page).first).to_have_text("A pomegranate has many seeds")
    box(page).press("Home")
    with page.expect_request(is_for("xpomegranate")) as request:
        box(page).press_sequentially("x")
    assert asked(request.value)["typing"] == "false"


def test_one_who_types_quickly_asks_once(page):
    requests = []
    page.on("request", lambda one: requests.append(one) if "/api/search?" in one.url else None)
    open_examples = page.locator(".finder .example")
    expect(open_examples.first).to_be_visible()
    requests.clear()
    box(page).press_sequentially("pomegranate", delay=5)
    expect(passages(page).first).to_have_text("A pomegranate has many seeds")
    assert 1 <= len(requests) < len("pomegranate") / 2


def test_a_slow_answer_is_overtaken_by_a_newer_one(page):
    held = []
    page.route("**/api/search?q=apples*", lambda one: held.append(one))
    box(page).fill("pears")
    expect(passages(page).first).to_have_text("Pears are green")
    page.evaluate(BLINKS)
    with page.expect_event("requestfailed", is_for("apples")):
        with page.expect_request(is_for("apples")):
            box(page).fill("apples")
        box(page).fill("pomegranate")
    expect(passages(page).first).to_have_text("A pomegranate has many seeds")
    for route in held:
        route.continue_()
    expect(box(page)).to_have_value("pomegranate")
    box(page).fill("green")
    expect(passages(page).first).to_contain_text("green")
    assert page.evaluate("window.blinks") == 0


def test_the_database_restarts_while_one_types(page, server):
    box(page).fill("pears")
    expect(passages(page).first).to_have_text("Pears are green")
    server.stop()
    box(page).fill("")
    box(page).press_sequentially("pomegranate", delay=30)
    expect(page.locator(".finder .wrong")).to_contain_text("Trying again…")
    server.start()
    expect(passages(page).first).to_have_text("A pomegranate has many seeds")
    expect(page.locator(".finder .wrong")).to_be_hidden()


def test_parley_goes_away_while_one_reads(page, context):
    box(page).fill("pears")
    expect(passages(page).first).to_have_text("Pears are green")
    context.set_offline(True)
    box(page).fill("apples")
    expect(page.locator(".finder .wrong")).to_have_text("Parley does not answer. Trying again…")
    expect(hits(page)).not_to_have_count(0)
    context.set_offline(False)
    expect(passages(page).first).to_have_text("Apples are red")
    expect(page.locator(".finder .wrong")).to_be_hidden()
