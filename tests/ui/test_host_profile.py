"""The profile page by Streamlit's AppTest, with a real core on a thread of its own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from streamlit.testing.v1 import AppTest

from tests.core.lives import live
from tests.ui.test_host import core, page  # noqa: F401 - a fixture


@pytest.fixture
def learned(core):  # noqa: F811
    return core.run(live(core.app, datetime.now(UTC)))


def profile() -> AppTest:
    """The page, run once."""
    test = page()
    test.switch_page("app_pages/profile.py")
    return done(test.run())


def done(test: AppTest) -> AppTest:
    assert not test.exception
    return test


def press(test: AppTest, name: str) -> AppTest:
    return done(test.button(key=name).click().run())


def html(test: AppTest) -> str:
    return "\n".join(str(one.proto.body) for one in test.get("html"))


def insights(core):  # noqa: F811
    return {one.value: one for one in core.run(core.app.profile.insights(core.host))}


def test_with_nothing_learned_it_says_how_it_fills(core):  # noqa: F811
    test = profile()
    assert any("Nothing has been learned yet" in one.value for one in test.markdown)
    assert not [one for one in test.button if one.key == "forget_all"]


def test_it_shows_what_was_learned_and_how_sure(core, learned):  # noqa: F811
    test = profile()
    assert [one.value for one in test.subheader] == [
        "Interests", "How you like answers", "Languages", "Times of day",
    ]  # fmt: skip
    said = html(test)
    assert said.index("Kyoto trip") < said.index("Sourdough bread")
    assert 'role="meter"' in said and "Short answers" in said and "German" in said
    assert any("4 conversations · last seen" in one.value for one in test.caption)


def test_an_insight_is_locked_corrected_removed_and_brought_back(core, learned):  # noqa: F811
    test = profile()
    kyoto = learned["Kyoto trip"]
    press(test, f"lock-{kyoto}")
    assert insights(core)["Kyoto trip"].locked
    press(test, f"lock-{kyoto}")
    assert not insights(core)["Kyoto trip"].locked
    press(test, f"edit-{kyoto}")
    test.text_input(key=f"profile_value_{kyoto}").set_value("Japan <b>by train</b>")
    press(test, f"save-{kyoto}")
    assert insights(core)["Japan <b>by train</b>"].corrected
    assert "Japan &lt;b&gt;by train&lt;/b&gt;" in html(test)
    press(test, f"remove-{kyoto}")
    assert "Japan <b>by train</b>" not in insights(core)
    press(test, f"undo-{kyoto}")
    assert "Japan <b>by train</b>" in insights(core)


def test_what_says_nothing_is_refused_in_its_place(core, learned):  # noqa: F811
    test = profile()
    short = learned["short"]
    press(test, f"edit-{short}")
    test.text_input(key=f"profile_value_{short}").set_value("   ")
    press(test, f"save-{short}")
    assert "nothing to put in its place" in test.error[0].value
    assert not insights(core)["short"].corrected


def test_everything_is_forgotten_after_asking_and_brought_back(core, learned):  # noqa: F811
    test = profile()
    press(test, "forget_all")
    press(test, "forget_yes")
    assert insights(core) == {}
    press(test, "undo_forget")
    assert set(insights(core)) == set(learned)


def test_it_is_switched_off_and_on(core, learned):  # noqa: F811
    test = profile()
    done(test.toggle(key="setting_profile_learning").set_value(False).run())
    assert not core.app.profile.is_on
    assert any("Switched off" in one.value for one in test.info)
    done(test.toggle(key="setting_profile_learning").set_value(True).run())
    assert core.app.profile.is_on


def test_without_an_ai_it_says_what_it_cannot_do(core, learned):  # noqa: F811
    core.run(core.app.keeper.change({"summary_provider": "builtin"}))
    test = profile()
    assert any("Without an AI of your own" in one.value for one in test.caption)
