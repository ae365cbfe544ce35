"""The guest page in a real Chromium, phone-sized: joining, reading, scrolling, writing.

The room is scripted (`room_server`), so that failures and slowness come when a test wants
them; the page, its scripts and Gradio are the real ones.
"""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.guest_page import DESK, bubble, join, say
from tests.browser.room_server import LIMITS, RECENT
from ui.guest import strings

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


class TestComingIn:
    @pytest.mark.parametrize(
        ("locale", "code", "direction"),
        [("ja-JP", "ja", "ltr"), ("ar-EG", "ar", "rtl"), ("pt-BR", "pt", "ltr"),
         ("zh-TW", "zh-Hant", "ltr"), ("sw-KE", "en", "ltr")],
    )  # fmt: skip
    async def test_the_page_is_in_the_language_of_the_browser(
        self, server, room, window, locale, code, direction
    ):
        words = strings.load(code)
        async with window(locale) as page:
            await page.goto(server.page)
            await expect(page.locator(".join h1")).to_have_text(room.name)
            await expect(page.locator(".tagline")).to_have_text(words["join.tagline"])
            await expect(page.locator(".join-form .primary")).to_have_text(words["join.button"])
            await expect(page.locator("html")).to_have_attribute("lang", code)
            await expect(page.locator("html")).to_have_attribute("dir", direction)
            await expect(page.locator(".parley")).to_have_css("direction", direction)
            labels = page.get_by_label(words["join.name"], exact=True)
            await expect(labels).to_have_count(1)

    async def test_the_language_to_read_is_the_browsers_even_without_a_page_in_it(
        self, server, room, window
    ):
        async with window("sw-KE") as page:
            await join(page, server)
            said = (await room.heard("join"))["join"]
            assert (said["name"], said["language"]) == ("Ana", "sw")

    async def test_the_language_switch_changes_page_and_reading_and_is_remembered(
        self, server, room, window
    ):
        async with window("en-US") as page:
            await page.goto(server.page)
            await page.get_by_role("button", name="Language of this page").click()
            await page.locator(".choice", has_text="עברית").click()
            await expect(page.locator(".parley")).to_have_css("direction", "rtl")
            await expect(page.locator(".join-form .chosen")).to_have_text("עברית")
            await page.reload()
            await expect(page.locator(".join-form .primary")).to_have_text("כניסה")
            await expect(page.locator("html")).to_have_attribute("dir", "rtl")

    async def test_any_language_can_be_found_by_any_of_its_names(self, server, room, window):
        async with window("fr-FR") as page:
            await page.goto(server.page)
            for typed, found in (("islandais", "Íslenska"), ("islenska", "Íslenska"),
                                 ("icelandic", "Íslenska")):  # fmt: skip
                await page.locator(".join-form .select").click()
                await page.locator(".sheet input").fill(typed)
                await expect(page.locator(".choice:visible")).to_have_count(1)
                await page.keyboard.press("Enter")
                await expect(page.locator(".join-form .chosen")).to_have_text(found)
            # No page in Icelandic: it stays French, only the reading changes.
            await expect(page.locator(".join-form .primary")).to_have_text("Entrer")

    async def test_a_name_is_asked_for(self, server, room, window):
        async with window("de-DE") as page:
            await page.goto(server.page)
            await page.locator(".join-form .primary").click()
            complaint = strings.load("de")["join.name_missing"]
            await expect(page.get_by_role("alert")).to_have_text(complaint)
            await expect(page.locator(".join-form input")).to_be_focused()

    async def test_a_link_to_no_room_says_so_in_the_guests_language(self, server, room, window):
        async with window("ko-KR") as page:
            await page.goto(f"{server.url}/s/nothing")
            title = strings.load("ko")["end.not_found.title"]
            await expect(page.locator("h1").last).to_have_text(title)
            page.complaints.clear()  # the browser notes the 404

    async def test_a_full_room_says_so_and_can_be_tried_again(self, server, room, window):
        async with window("es-ES") as page:
            room.refuse_join = "room_full"
            await page.goto(server.page)
            await page.locator(".join-form input").fill("Ana")
            await page.locator(".join-form .primary").click()
            await expect(page.locator(".farewell h1")).to_have_text("La sala está llena")
            room.refuse_join = None
            await page.get_by_role("button", name="Reintentar").click()
            await page.locator(".join-form .primary").click()
            await expect(page.locator(".composer")).to_be_visible()

    async def test_who_has_left_is_not_brought_back(self, server, room, window):
        async with window() as page:
            await join(page, server)
            await page.locator(".faces").click()
            await page.get_by_role("button", name="Leave the room").click()
            await page.get_by_role("button", name="Leave the room").click()
            await expect(page.locator(".farewell h1")).to_have_text("You have left the room")
            assert await room.heard("leave")
            await page.reload()
            await expect(page.locator(".join-form input")).to_have_value("Ana")


class TestReading:
    async def test_the_original_stands_until_the_translation_takes_its_place(
        self, server, room, window
    ):
        async with window("ja-JP") as page:
            await join(page, server)
            omar = room.person("عمر", "ar")
            message = room.message(omar, "أهلا وسهلا", "ar")
            text = page.locator(".message .text")
            await expect(text).to_have_text("أهلا وسهلا")
            await expect(text).to_have_css("direction", "rtl")
            room.translation(message, "", "ja", final=False)
            await expect(page.locator(".note")).to_contain_text("翻訳中")
            await expect(page.locator("article")).to_have_attribute("aria-busy", "true")
            room.translation(message, "よう", "ja", final=False)
            await expect(text).to_have_text("よう")
            room.translation(message, "ようこそ", "ja")
            room.translation(message, "よう", "ja", final=False)  # a piece that came late
            await expect(text).to_have_text("ようこそ")
            await expect(text).to_have_attribute("lang", "ja")
            await expect(page.locator(".note")).to_contain_text("アラビア語から翻訳")
            await expect(page.locator(".source")).to_be_hidden()
            await page.get_by_role("button", name="原文を表示").click()
            await expect(page.locator(".source")).to_have_text("أهلا وسهلا")
            await expect(page.locator(".source")).to_have_attribute("dir", "rtl")
            await page.get_by_role("button", name="原文を隠す").click()
            await expect(page.locator(".source")).to_be_hidden()

    async def test_a_model_being_fetched_is_shown_with_its_progress(self, server, room, window):
        async with window() as page:
            await join(page, server)
            message = room.message(room.person("Yui", "ja"), "はい", "ja")
            progress = {"label": "Fetching ja-en", "share": 0.4}
            room.translation(message, "", "en", final=False, progress=progress)
            await expect(page.locator(".note")).to_contain_text("Preparing Japanese… 40%")
            room.translation(message, "", "en", final=False, progress={"label": "", "share": None})
            await expect(page.locator(".note")).to_contain_text("Preparing Japanese")

    async def test_a_failed_translation_leaves_the_original_a_note_and_a_retry(
        self, server, room, window
    ):
        async with window("fr-FR") as page:
            await join(page, server)
            message = room.message(room.person("Eva", "de"), "Guten Tag", "de")
            room.translation(message, "", "fr", error="no_translation_model")
            await expect(page.locator(".message .text")).to_have_text("Guten Tag")
            await expect(page.locator(".note")).to_contain_text("allemand → français")
            room.translation(message, "", "fr", error="unheard_of")
            await expect(page.locator(".note")).to_contain_text("Non traduit")
            await page.get_by_role("button", name="Réessayer").click()
            assert await room.heard("retry") == {"retry": message}
            await expect(page.locator(".note")).to_have_text("Traduction")
            room.translation(message, "Bonjour", "fr")
            await expect(page.locator(".message .text")).to_have_text("Bonjour")

    async def test_text_is_never_html(self, server, room, window):
        async with window() as page:
            await join(page, server)
            attack = '<img src=x onerror="document.title=1"><b>bold</b>'
            host = room.person("<i>Eve</i>", "en")
            message = room.message(host, attack, "de")
            await expect(page.locator(".message .text")).to_have_text(attack)
            room.translation(message, f"{attack} translated", "en")
            await expect(page.locator(".message .text")).to_have_text(f"{attack} translated")
            await expect(page.locator(".author")).to_have_text("<i>Eve</i>")
            assert await page.locator(".message img, .message b, .message i").count() == 0
            assert await page.title() == room.name

    async def test_links_code_and_line_breaks(self, server, room, window):
        async with window() as page:
            await join(page, server)
            text = (
                "See https://example.org/a_(b)?c=d. And `x = 1`\nsecond line\n"
                "```python\nif a < b:\n    pass\n```\njavascript:alert(1) （http://例え.jp/道）"
            )
            room.message(room.person("Bo", "en"), text)
            links = page.locator(".message .text a")
            await expect(links).to_have_count(2)
            await expect(links.first).to_have_text("https://example.org/a_(b)?c=d")
            await expect(links.first).to_have_attribute("rel", re.compile("noopener"))
            await expect(links.first).to_have_attribute("target", "_blank")
            await expect(links.last).to_have_text("http://例え.jp/道")
            await expect(page.locator(".text > code")).to_have_text("x = 1")
            await expect(page.locator("pre code")).to_have_text("if a < b:\n    pass")
            await expect(page.locator("pre")).to_have_css("font-family", re.compile("monospace"))
            assert "x = 1\nsecond line" in await page.locator(".text").inner_text()

    async def test_authors_days_and_people(self, server, room, window):
        async with window("en-GB") as page:
            await join(page, server)
            host = room.person(None, "en", host=True)
            away = room.person("Yui", "ja", online=False)
            room.message(away, "Long ago", "en", minutes_ago=60 * 24)
            room.message(host, "One", "en", minutes_ago=1)
            room.message(host, "Two", "en")
            await expect(page.locator(".day:visible")).to_have_text(["Yesterday", "Today"])
            await expect(page.locator(".author:visible")).to_have_text(["Yui", "Host"])
            await expect(page.locator(".faces")).to_have_attribute("aria-label", "People: 2")
            await page.locator(".faces").click()
            people = page.locator(".person")
            await expect(people).to_have_count(3)
            await expect(people.nth(0)).to_contain_text("Ana")
            await expect(people.nth(0)).to_contain_text("You")
            await expect(people.nth(2)).to_contain_text("YuiJapaneseAway")
            room.people[away]["online"] = True
            room.person("Bo", "sv")
            await expect(page.locator(".person")).to_have_count(4)
            await expect(page.locator(".person.away")).to_have_count(0)

    async def test_another_language_to_read_can_be_chosen_inside(self, server, room, window):
        async with window() as page:
            await join(page, server)
            message = room.message(room.person("Yui", "ja"), "こんにちは", "ja")
            room.translation(message, "Hello", "en")
            await expect(page.locator(".message .text")).to_have_text("Hello")
            await page.locator(".faces").click()
            await page.locator(".row", has_text="I read in").click()
            await page.locator(".choice", has_text="Deutsch").click()
            assert await room.heard("language") == {"language": "de"}
            await expect(page.locator(".composer textarea")).to_have_attribute(
                "placeholder", "Nachricht schreiben"
            )
            room.translation(message, "Guten Tag", "de")
            await expect(page.locator(".message .text")).to_have_text("Guten Tag")
            await page.reload()
            await expect(page.locator(".message .text")).to_have_text("Guten Tag")
            assert (await room.heard("join", 2))["join"]["language"] == "de"


class TestScrolling:
    async def test_never_jumps_while_one_reads_further_up(self, server, room, window):
        async with window() as page:
            await join(page, server)
            host = room.person(None, "en", host=True)
            ids = [room.message(host, f"Nachricht {n} " + "und so weiter " * 9, "de")
                   for n in range(30)]  # fmt: skip
            await expect(bubble(page, "Nachricht 29 ")).to_be_in_viewport()
            scroller = page.locator(".scroller")
            await scroller.evaluate("e => { e.scrollTop = e.scrollHeight / 2 }")
            await expect(page.locator(".newer")).to_be_visible()
            looked_at = bubble(page, "Nachricht 15 ")
            before = await looked_at.bounding_box()
            for number, message in enumerate(ids[:10]):
                room.translation(message, f"Short {number}", "en")
            room.message(host, "The newest")
            await expect(page.locator(".newer")).to_contain_text("New messages")
            await expect(bubble(page, "Short 9")).to_have_count(1)
            after = await looked_at.bounding_box()
            assert abs(after["y"] - before["y"]) < 2
            await page.locator(".newer").click()
            await expect(bubble(page, "The newest")).to_be_in_viewport()
            await expect(page.locator(".newer")).to_be_hidden()
            room.message(host, "And then")
            await expect(bubble(page, "And then")).to_be_in_viewport()

    async def test_older_messages_come_while_scrolling_up_and_nothing_moves(
        self, server, room, window
    ):
        host = room.person(None, "en", host=True)
        for number in range(RECENT * 2 + 20):
            room.message(host, f"Message {number}.")
        async with window() as page:
            await join(page, server)
            await expect(bubble(page, f"Message {RECENT * 2 + 19}.")).to_be_in_viewport()
            assert await page.locator(".message").count() == RECENT
            first = bubble(page, f"Message {RECENT + 20}.")
            await page.locator(".scroller").evaluate("e => { e.scrollTop = 60 }")
            before = await first.bounding_box()
            await expect(page.locator(".message")).to_have_count(RECENT * 2)
            after = await first.bounding_box()
            assert abs(after["y"] - before["y"]) < 2
            await page.locator(".scroller").evaluate("e => { e.scrollTop = 0 }")
            await expect(page.locator(".message")).to_have_count(RECENT * 2 + 20)
            await expect(page.locator(".older")).to_be_hidden()
            assert [f["older"] for f in room.frames if "older" in f] == [RECENT + 21, 21]


class TestWriting:
    async def test_enter_sends_at_a_desk_and_shift_enter_breaks_the_line(
        self, server, room, window
    ):
        async with window(size=DESK) as page:
            await join(page, server)
            field = page.locator(".composer textarea")
            await expect(field).to_be_focused()
            await field.press_sequentially("One")
            await field.press("Shift+Enter")
            await field.press_sequentially("Two")
            await field.press("Enter")
            assert (await room.heard("say"))["say"] == "One\nTwo"
            await expect(field).to_have_value("")

    async def test_enter_on_a_phone_breaks_the_line_and_the_button_sends(
        self, server, room, window
    ):
        async with window() as page:
            await join(page, server)
            field = page.locator(".composer textarea")
            await field.press_sequentially("One")
            await field.press("Enter")
            await field.press_sequentially("Two")
            await page.locator(".send").tap()
            assert (await room.heard("say"))["say"] == "One\nTwo"
            await expect(field).to_be_focused()  # the keyboard stays

    async def test_enter_that_chooses_a_japanese_word_does_not_send(self, server, room, window):
        async with window("ja-JP", size=DESK) as page:
            await join(page, server)
            field = page.locator(".composer textarea")
            await field.fill("にほんご")
            composing = {"key": "Enter", "isComposing": True, "bubbles": True, "cancelable": True}
            await field.dispatch_event("keydown", composing)
            await expect(field).to_have_value("にほんご")
            await field.press("Enter")
            assert (await room.heard("say"))["say"] == "にほんご"
            await expect(field).to_have_value("")
            assert len([f for f in room.frames if "say" in f]) == 1

    async def test_the_limit_is_counted_as_the_room_counts(self, server, room, window):
        async with window("de-DE") as page:
            await join(page, server)
            field, limit = page.locator(".composer textarea"), LIMITS["message_length"]
            await expect(page.locator(".counter")).to_be_hidden()
            await field.fill("👍" * (limit - 3))
            await expect(page.locator(".counter")).to_have_text("Noch 3 Zeichen")
            await expect(page.locator(".send")).to_be_enabled()
            await field.fill("👍" * (limit + 2))
            await expect(page.locator(".counter")).to_have_text("2 Zeichen zu viel")
            await expect(page.locator(".send")).to_be_disabled()

    @pytest.mark.parametrize("code", ["too_fast", "too_long"])
    async def test_a_refused_message_says_why_and_can_be_sent_again(
        self, server, room, window, code
    ):
        words = strings.load("pt")
        async with window("pt-BR") as page:
            await join(page, server)
            room.refuse_saying = code
            await say(page, "Depressa!")
            notice = words[f"error.{code}"].format(limit=LIMITS["message_length"])
            await expect(page.locator(".notice")).to_have_text(notice)
            await expect(bubble(page, "Depressa!")).to_contain_text(words["message.not_sent"])
            await page.reload()
            await expect(bubble(page, "Depressa!")).to_contain_text(words["message.not_sent"])
            room.refuse_saying = None
            await page.get_by_role("button", name=words["message.send_again"]).click()
            await expect(page.locator(".message.pending")).to_have_count(0)
            await expect(bubble(page, "Depressa!")).to_have_count(1)

    async def test_a_refused_message_can_be_taken_back_into_the_field(self, server, room, window):
        async with window() as page:
            await join(page, server)
            room.refuse_saying = "too_fast"
            await say(page, "Too quick")
            await page.get_by_role("button", name="Take back").click()
            await expect(page.locator(".message")).to_have_count(0)
            await expect(page.locator(".composer textarea")).to_have_value("Too quick")
