"""The memories page by Streamlit's AppTest, with a real core on a thread of its own."""

from __future__ import annotations

import time

import pytest
from streamlit.testing.v1 import AppTest

from core.errors import DatabaseUnavailable
from tests.ui.test_host import core, page  # noqa: F401 - a fixture
from ui.host.memories import undo

ROME, OSLO = "I live in Rome", "I live in Oslo"


@pytest.fixture
def keep(core):  # noqa: F811
    """Remember something; the memory."""

    def keep(text, kind="fact", **more):
        return core.run(core.app.memories.create(core.host, text, kind, **more))

    return keep


def memories(**query: str) -> AppTest:
    """The memories page, run once."""
    test = page()
    test.switch_page("app_pages/memories.py")
    for name, value in query.items():
        test.query_params[name] = value
    return done(test.run())


def done(test: AppTest) -> AppTest:
    assert not test.exception
    return test


def press(test: AppTest, label: str, number: int = 0) -> AppTest:
    buttons = [one for one in test.button if one.label == label]
    return done(buttons[number].click().run())


def texts(test: AppTest) -> list[str]:
    return [one.value for one in test.text]


def captions(test: AppTest) -> str:
    return "\n".join(one.value for one in test.caption)


def toasts(test: AppTest) -> list[str]:
    return [one.value for one in test.toast]


def kept(core):  # noqa: F811
    return core.run(core.app.memories.list(core.host))


def test_without_any_it_says_what_they_are_and_examples_fill_the_box(core):  # noqa: F811
    test = memories()
    assert any("Nothing is remembered yet" in one.value for one in test.markdown)
    done(test.button(key="example_person").click().run())
    assert test.text_input(key="memory_new_text").value == "My sister Ana lives in Lisbon"
    done(test.button(key="example_term").click().run())
    fields = [test.text_input(key=f"memory_new_{name}") for name in ("word", "target", "never")]
    assert [field.value for field in fields] == ["Kunde", "client", "customer"]
    press(test, "Remember")
    assert [(one.kind, one.text) for one in kept(core)] == [
        ("term", "Kunde = client, never customer")
    ]


def test_what_is_written_is_kept_and_listed(core):  # noqa: F811
    test = memories()
    test.text_input(key="memory_new_text").set_value("I play the *piano* <b>")
    press(test, "Remember")
    assert texts(test) == ["I play the *piano* <b>"]
    assert test.text_input(key="memory_new_text").value == ""
    assert "Written here · Never used" in captions(test)
    test.text_input(key="memory_new_text").set_value("I play the *piano* <b>")
    press(test, "Remember")
    assert toasts(test) == ["That is remembered already."]
    press(test, "Remember")
    assert "Type a sentence first" in test.error[0].value
    assert len(kept(core)) == 1


def test_a_memory_is_edited_pinned_switched_and_deleted(core, keep):  # noqa: F811
    memory = keep(ROME)
    test = memories()
    press(test, "Edit")
    form = f"memory_edit_{memory.id}"
    assert test.text_area(key=f"{form}_text").value == ROME
    test.text_area(key=f"{form}_text").set_value("")
    press(test, "Save")
    assert "Type a sentence first" in test.error[0].value
    test.text_area(key=f"{form}_text").set_value(OSLO)
    press(test, "Save")
    press(test, "Pin")
    done(test.toggle(key=f"setting_memory_{memory.id}").set_value(False).run())
    (now,) = kept(core)
    assert (now.text, now.pinned, now.enabled) == (OSLO, True, False)
    assert "Switched off" in captions(test) and "Pinned" in captions(test)
    press(test, "Delete")
    assert kept(core) == []
    assert any("1 memory deleted" in one.value for one in test.markdown)
    press(test, "Undo")
    assert texts(test) == [OSLO]


def test_the_way_back_closes_with_the_next_change_or_after_a_minute(core, keep, monkeypatch):  # noqa: F811
    for text in (ROME, "I play the piano", "I like tea"):
        keep(text)
    test = memories()
    press(test, "Delete")
    press(test, "Pin")
    assert "Undo" not in [one.label for one in test.button]
    press(test, "Delete")
    assert "Undo" in [one.label for one in test.button]
    later = time.monotonic() + undo.SHOWN
    monkeypatch.setattr(undo.time, "monotonic", lambda: later)
    done(test.run())
    assert "Undo" not in [one.label for one in test.button]
    assert len(kept(core)) == 1


def test_all_are_deleted_and_brought_back(core, keep):  # noqa: F811
    keep(ROME)
    keep("I play the piano", status="proposed")
    test = memories()
    press(test, "Delete all")
    assert kept(core)
    done(test.button(key="delete_all").click().run())
    assert kept(core) == []
    press(test, "Undo")
    assert ROME in texts(test)
    assert core.run(core.app.memories.count(core.host)) == {
        "active": 1, "enabled": 1, "proposed": 1,
    }  # fmt: skip


def test_proposals_are_kept_corrected_or_declined(core, keep):  # noqa: F811
    rome = keep(ROME)
    keep(OSLO, status="proposed", origin="learned", replaces=rome.id)
    keep("I like tee", status="proposed", origin="learned")
    keep("I am tired", status="proposed", origin="learned")
    test = memories()
    assert "Parley would like to remember" in [one.value for one in test.subheader]
    assert f"Instead of: {ROME}" in captions(test)
    place = {text: number for number, text in enumerate(texts(test))}
    press(test, "Decline", place["I am tired"])
    place = {text: number for number, text in enumerate(texts(test))}
    press(test, "Edit", place["I like tee"])
    test.text_area[0].set_value("I like tea")
    done(next(one for one in test.button if one.key and one.key.startswith("save-")).click().run())
    press(test, "Keep")
    assert {one.text for one in kept(core)} == {OSLO, "I like tea"}
    test = memories()
    assert "Before: I live in Rome, until today" in captions(test)
    assert not test.subheader


def test_search_filter_and_the_switch_for_all(core, keep):  # noqa: F811
    keep("I like tea", "preference")
    keep("Ana likes tea", "person")
    keep("I play the piano")
    test = memories()
    done(test.pills(key="memory_kind").set_value("person").run())
    assert texts(test) == ["Ana likes tea"]
    done(test.toggle(key="setting_memories_used").set_value(False).run())
    assert core.run(core.app.memories.count(core.host))["enabled"] == 0
    done(test.pills(key="memory_kind").set_value("all").run())
    done(test.text_input(key="memory_search").set_value("piano").run())
    assert texts(test)[0] == "I play the piano"
    done(test.toggle(key="setting_memories_used").set_value(True).run())
    assert core.run(core.app.memories.count(core.host))["enabled"] == 3


def test_it_says_where_a_memory_comes_from(core, keep):  # noqa: F811
    chat = core.run(core.app.conversations.create(core.host, title="A trip [north]"))
    room = core.run(core.app.rooms.create(core.host, "Kitchen", "en"))
    keep(ROME, origin="learned", conversation_id=chat.id)
    keep("I like tea", origin="said", conversation_id=room.id)
    gone = keep("I play the piano", origin="learned")
    test = memories()
    assert "Learned from a conversation" in captions(test)
    links = [one.proto for one in test.get("page_link")]
    assert {(one.label, one.query_string) for one in links} == {
        ("A trip (north)", f"conversation={chat.id}"), ("Kitchen", f"room={room.id}"),
    }  # fmt: skip
    assert gone.conversation_id is None


def test_a_link_opens_a_memory_in_edit(core, keep):  # noqa: F811
    wanted = keep(ROME)
    for number in range(30):
        keep(f"Number {number}")
    test = memories(memory=str(wanted.id))
    assert test.text_area(key=f"memory_edit_{wanted.id}_text").value == ROME
    press(test, "Cancel")
    assert len(test.text_area) == 0
    assert "memory" not in test.query_params
    for address in ("nonsense", "00000000-0000-4000-8000-000000000000"):
        assert "no such memory" in memories(memory=address).info[0].value


def test_two_thousand_are_shown_a_page_at_a_time(core):  # noqa: F811
    entries = [{"text": f"Fact {number}"} for number in range(2000)]
    core.run(core.app.memories.create_many(core.host, entries))
    test = memories()
    assert texts(test) == [f"Fact {number}" for number in range(20)]
    assert "2,000 memories" in captions(test)
    test.session_state["memory_page"] = 100
    assert texts(done(test.run())) == [f"Fact {number}" for number in range(1980, 2000)]


def test_what_fails_is_said_and_nothing_is_lost(core, keep, monkeypatch):  # noqa: F811
    memory = keep(ROME)
    test = memories()

    async def away(*_: object, **__: object) -> None:
        raise DatabaseUnavailable

    monkeypatch.setattr(type(core.app.memories), "update", away)
    done(test.toggle(key=f"setting_memory_{memory.id}").set_value(False).run())
    assert "database cannot be reached" in test.error[0].value
    assert test.toggle(key=f"setting_memory_{memory.id}").value is True
    monkeypatch.setattr(type(core.app.memories), "create", away)
    test.text_input(key="memory_new_text").set_value("Do not lose me")
    press(test, "Remember")
    assert "database cannot be reached" in test.error[0].value
    assert test.text_input(key="memory_new_text").value == "Do not lose me"


@pytest.fixture
def no_index(make_settings, monkeypatch):
    """An index that does not answer, for the core that comes after."""
    monkeypatch.setenv("CHROMA_URL", "http://127.0.0.1:9")


def test_without_the_index_it_says_that_words_alone_are_searched(no_index, core, keep):  # noqa: F811
    keep("I like tea")
    test = memories()
    done(test.text_input(key="memory_search").set_value("tea").run())
    assert texts(test) == ["I like tea"]
    assert "by its words alone" in captions(test)


def test_learning_is_chosen_here_and_it_says_what_that_takes(core):  # noqa: F811
    test = memories()
    assert "outright" not in captions(test)
    done(test.selectbox(key="setting_memory_learning").set_value("off").run())
    assert core.app.preferences.current.memory_learning == "off"
    core.run(core.app.keeper.change({"ai_provider": "builtin", "memory_learning": None}))
    assert "keeps only what you say outright" in captions(memories())
