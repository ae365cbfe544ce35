"""The page of share links by Streamlit's AppTest."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from core.errors import NotFound
from core.sharing.fetching import take
from tests.ui.test_host import core, page  # noqa: F401 - a fixture


@pytest.fixture
def chat(core):  # noqa: F811
    """A conversation with a question and its answer."""
    conversation = core.said("What is a fox?").conversation_id
    core.run(core.app.conversations.rename(core.host, conversation, "Foxes"))
    return conversation


@pytest.fixture
def share(core):  # noqa: F811
    def made(conversation, **wishes):
        return core.run(core.app.shares.create(core.host, conversation, **wishes))

    return made


def links(**query: str) -> AppTest:
    test = page()
    test.switch_page("app_pages/sharing.py")
    for name, value in query.items():
        test.query_params[name] = value
    return done(test.run())


def done(test: AppTest) -> AppTest:
    assert not test.exception
    return test


def said(test: AppTest) -> str:
    return "\n".join(element.value for element in (*test.markdown, *test.code))


def test_the_first_visit_says_what_it_is_for(core):  # noqa: F811
    assert "Let others read a conversation" in said(links())


def test_a_link_is_listed_with_its_address_until_it_is_revoked(core, chat, share):  # noqa: F811
    made = share(chat, live=True, password="blue fox", hide_names=True)
    test = links()
    assert "**Foxes**" in said(test)
    assert "Live, names hidden, password" in said(test)
    assert "not read yet" in said(test)
    assert f"/shared/{made.token}" in said(test)
    assert "blue fox" not in said(test)
    core.run(core.app.shares.revoke(core.host, made.id))
    test = links()
    assert made.token not in said(test)
    assert "(1)" in test.expander[0].label


def test_a_link_becomes_a_conversation_of_ones_own(core, chat, share):  # noqa: F811
    made = share(chat, password="blue fox")
    link = f"http://somewhere:7860/shared/{made.token}"
    copied = taken(core, link, "blue fox")
    found = core.run(core.app.conversations.get(core.host, copied))
    assert (found.title, found.id == chat) == ("Foxes", False)
    test = links(copy=link)
    assert next(one for one in test.text_input if "A link" in one.label).value == link
    press_copy(test)
    assert "protected" in test.warning[0].value
    next(one for one in test.text_input if one.label.startswith("Its password")).set_value(
        "blue fox"
    )
    press_copy(test)
    assert len(core.run(core.app.conversations.list(core.host))) == 3


def taken(core, link, password=None):  # noqa: F811
    return core.run(take(core.app.readers, core.app.shares, core.host, link, password))


def press_copy(test: AppTest) -> None:
    done(next(one for one in test.button if one.label == "Open as a copy").click().run())


@pytest.mark.parametrize(
    "link", ["", "nonsense", "ftp://x/shared/y", "http://127.0.0.1:1/shared/y"]
)
def test_what_is_no_link_is_said(core, link):  # noqa: F811
    test = links(copy=link)
    press_copy(test)
    assert test.error[0].value.endswith(".")


def test_a_link_of_this_parley_that_opens_nothing_is_not_followed_in_a_circle(core, chat, share):  # noqa: F811
    made = share(chat)
    core.run(core.app.shares.revoke(core.host, made.id))
    with pytest.raises(Exception, match="No Parley answers") as refused:
        taken(core, f"http://127.0.0.1:1/shared/{made.token}")
    assert not isinstance(refused.value, NotFound)


def test_an_address_opens_the_dialog_for_a_conversation(core, chat):  # noqa: F811
    test = links(conversation=str(chat))
    assert "**Foxes**" in said(test)
    assert "conversation" not in test.query_params
    assert chosen(test, "For how long") == "7 days"
    assert chosen(test, "From") == 0
    assert "Make the link" in [one.label for one in test.button]
    assert "Make the link" not in [one.label for one in done(test.run()).button]


def test_an_address_proposes_the_message_to_begin_with(core, chat):  # noqa: F811
    question, answer = core.run(core.app.conversations.messages(core.host, chat))
    assert chosen(links(**{"conversation": str(chat), "from": str(answer.id)}), "From") == answer.id
    test = links(**{"conversation": str(chat), "from": str(answer.id + 1)})
    assert chosen(test, "From") == 0
    assert "not visible any more" in test.warning[0].value
    found = core.run(core.app.shares.beginnings(core.host, chat, question.id, 1))
    assert [id for id, _, _ in found] == [question.id]


@pytest.mark.parametrize("wrong", ["nonsense", "00000000-0000-0000-0000-000000000001"])
def test_an_address_of_no_conversation_says_so(core, wrong):  # noqa: F811
    assert "no such conversation" in links(conversation=wrong).warning[0].value


def chosen(test: AppTest, label: str):
    return next(one for one in test.selectbox if one.label == label).value
