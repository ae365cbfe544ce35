"""A guest who comes back: a reload, a lost line, a server that is gone, a whole Parley.

But for the last class the room is scripted (`room_server`).
"""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.async_api import expect

from tests.browser.guest_page import DESK, bubble, join, say
from tests.ui.running import running
from ui.guest import strings

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


class TestComingBack:
    async def test_a_reload_brings_back_the_same_person_with_everything(self, server, room, window):
        async with window() as page:
            await join(page, server)
            await say(page, "I was here")
            await expect(bubble(page, "I was here")).not_to_have_class(re.compile("pending"))
            host = room.person(None, "en", host=True)
            await page.goto("about:blank")
            room.message(host, "While you were away")
            await page.goto(server.page)
            await expect(bubble(page, "While you were away")).to_be_visible()
            await expect(bubble(page, "I was here")).to_have_class(re.compile("mine"))
            assert (await room.heard("join", 2))["join"]["participant"] == "secret-person-0"

    async def test_a_lost_line_comes_back_by_itself_with_what_was_missed(
        self, server, room, window
    ):
        async with window() as page:
            await join(page, server)
            host = room.person(None, "en", host=True)
            first = room.message(host, "Before")
            await expect(bubble(page, "Before")).to_be_visible()
            room._sockets.clear()  # nobody hears the next one
            room.message(host, "Missed")
            room.refuse_join = "database_unavailable"
            await page.context.set_offline(True)
            await expect(page.locator(".line")).to_have_text(re.compile("Offline"))
            room.refuse_join = None
            await page.context.set_offline(False)
            await expect(bubble(page, "Missed")).to_be_visible()
            await expect(page.locator(".line")).to_have_text("")
            again = (await room.heard("join", 2))["join"]
            assert again["after"] == first
            await expect(page.locator(".message")).to_have_count(2)

    async def test_a_server_that_is_gone_is_mentioned_gently(self, server, room, window):
        async with window("ja-JP") as page:
            await join(page, server)
            room.refuse_join = "database_unavailable"
            room.cut()
            await expect(page.locator(".line")).to_have_text("再接続しています…")
            await expect(page.locator(".composer textarea")).to_be_enabled()
            room.refuse_join = None
            await expect(page.locator(".line")).to_have_text("")

    async def test_what_is_written_offline_is_kept_over_a_reload_and_sent_once(
        self, server, room, window
    ):
        async with window() as page:
            await join(page, server)
            room.refuse_join = "database_unavailable"
            room.cut()
            await expect(page.locator(".line")).not_to_be_empty()
            await say(page, "Written in a tunnel")
            await expect(bubble(page, "Written in a tunnel")).to_contain_text("Sending")
            await page.reload()
            await expect(bubble(page, "Written in a tunnel")).to_contain_text("Sending")
            room.refuse_join = None
            said = await room.heard("say")
            assert said["say"] == "Written in a tunnel"
            await expect(page.locator(".message.pending")).to_have_count(0)
            await expect(bubble(page, "Written in a tunnel")).to_have_count(1)
            assert [one["nonce"] for one in room.messages] == [said["nonce"]]

    async def test_a_message_whose_echo_was_lost_is_not_doubled(self, server, room, window):
        async with window() as page:
            await join(page, server)
            sockets = dict(room._sockets)
            room._sockets.clear()  # the room stores it, the echo does not arrive
            await say(page, "Once only")
            nonce = (await room.heard("say"))["nonce"]
            room._sockets.update(sockets)
            room.cut()
            await expect(page.locator(".message.pending")).to_have_count(0)
            await expect(bubble(page, "Once only")).to_have_count(1)
            assert [one["nonce"] for one in room.messages] == [nonce]

    async def test_a_draft_survives_a_reload(self, server, room, window):
        async with window() as page:
            await join(page, server)
            await page.locator(".composer textarea").fill("Not finished yet")
            await page.reload()
            await expect(page.locator(".composer textarea")).to_have_value("Not finished yet")

    async def test_whom_the_room_forgot_comes_in_anew_under_the_same_name(
        self, server, room, window
    ):
        async with window() as page:
            await join(page, server)
            server.fresh()
            await page.reload()
            await expect(page.locator(".join-form input")).to_have_value("Ana")


class TestAnswerLost:
    async def test_who_does_not_hear_that_they_are_in_asks_again_as_the_same(
        self, server, room, window
    ):
        room.lost_joins = 2
        async with window() as page:
            await join(page, server)
            joins = [frame["join"] for frame in room.frames if "join" in frame]
            assert len(joins) == 3
            (secret,) = {one["secret"] for one in joins}
            assert len(secret) >= 32


@pytest.fixture(scope="module")
def parley(tmp_path_factory):
    with running(tmp_path_factory.mktemp("parley") / "data") as real:
        yield real


class TestWithAWholeParley:
    @pytest.fixture(scope="class")
    def link(self, parley):
        new = {"name": "Mesa", "language": "en"}
        room = httpx.post(f"{parley.host}/api/rooms", json=new, timeout=60).json()
        parley.guests_are_served(room["token"])
        return f"{parley.guests}/s/{room['token']}"

    async def enter(self, page, link, name):
        await page.goto(link)
        await page.locator(".join-form input").fill(name)
        await page.locator(".join-form .primary").click()
        await expect(page.locator(".composer")).to_be_visible()

    async def test_two_guests_read_each_other_in_their_own_languages(self, link, window):
        async with window("pt-BR") as maria, window("en-US", size=DESK) as john:
            await self.enter(maria, link, "Maria")
            await self.enter(john, link, "John")
            await say(maria, "Bom dia, minha amiga. Onde fica a estação de trem?")
            told = bubble(john, "train")
            await expect(told).to_be_visible()
            await expect(told).to_contain_text("Translated from Portuguese")
            await john.locator(".toggle").click()
            await expect(john.locator(".source")).to_have_text(re.compile("estação de trem"))
            await john.locator(".composer textarea").fill("The station is behind the market.")
            await john.keyboard.press("Enter")
            await expect(bubble(maria, "mercado")).to_be_visible()
            await expect(maria.locator(".faces-count")).to_have_text("2")

    async def test_a_reload_and_a_lost_network_miss_nothing(self, link, window):
        async with window("en-US") as ana, window("en-US", size=DESK) as bo:
            await self.enter(ana, link, "Ana")
            await self.enter(bo, link, "Bo")
            await ana.goto("about:blank")
            await say(bo, "Said while Ana was away")
            await expect(bubble(bo, "while Ana")).not_to_have_class(re.compile("pending"))
            await ana.goto(link)
            await expect(bubble(ana, "Said while Ana was away")).to_be_visible()
            await ana.context.set_offline(True)
            await say(ana, "Written without a network")
            await expect(bubble(ana, "without a network")).to_contain_text("Sending")
            await ana.context.set_offline(False)
            await expect(bubble(bo, "Written without a network")).to_have_count(1)
            await expect(ana.locator(".message.pending")).to_have_count(0)
            await bo.locator(".faces").click()
            await expect(bo.locator(".person", has_text="Ana")).to_have_count(1)

    async def test_the_limits_of_the_room_are_told_in_the_guests_language(
        self, parley, link, window
    ):
        words = strings.load("tr")
        async with window("tr-TR") as page:
            await self.enter(page, link, "Can")
            for number in range(31):
                await say(page, f"Merhaba {number}.")
            await expect(page.locator(".notice")).to_have_text(words["error.too_fast"])
            await expect(bubble(page, "Merhaba 30.")).to_contain_text(words["message.not_sent"])
