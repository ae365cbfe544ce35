"""Small parts of the host's pages."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from core.conversations import Message
from ui.host.messages import _parts
from ui.host.plain import plain
from ui.host.times import day, short
from ui.host.view import Loaded, View

NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (datetime(2026, 3, 5, 1, 2, tzinfo=UTC), "10:02"),
        (datetime(2026, 3, 4, 1, 2, tzinfo=UTC), "4 Mar, 10:02"),
        (datetime(2024, 12, 31, 23, 0, tzinfo=UTC), "1 Jan 2025, 08:00"),
    ],
)
def test_times_are_the_readers(moment, shown):
    assert short(moment, ZoneInfo("Asia/Tokyo"), NOW) == shown


def test_typed_text_is_parted_from_its_code():
    typed = "Look:\n```python\nx = 1\n```\nand\n~~~\ny\n~~~"
    assert list(_parts(typed)) == [
        ("Look:\n", "x = 1\n", "python"), ("\nand\n", "y\n", ""), ("", None, ""),
    ]  # fmt: skip
    assert list(_parts("no `code` here")) == [("no `code` here", None, "")]
    assert next(iter(_parts("```\nnever ended"))) == ("", "never ended", "")


def test_a_name_is_shown_as_it_is():
    assert plain("gpt-4*o_[x](y):red[z]") == r"gpt\-4\*o\_\[x\]\(y\)\:red\[z\]"


def message(number: int, status: str = "complete", text: str = "x") -> Message:
    return Message(
        id=number, conversation_id=uuid4(), parent_id=None, participant_id=None, role="user",
        author=None, language=None, text=text, status=status, error_code=None, error=None,
        provider=None, model=None, input_tokens=None, output_tokens=None, created_at=NOW,
        finished_at=None, remark=None, began_at=None, quote_id=None,
    )  # fmt: skip


def loaded(*numbers: int) -> Loaded:
    return Loaded([message(number) for number in numbers], earlier=False, turn=None, used={})


def ids(parts: list[list[Message]]) -> list[list[int]]:
    return [[one.id for one in part] for part in parts]


def test_what_was_live_becomes_the_next_part_of_the_history():
    view = View()
    view.begin_with(loaded(1, 2))
    assert view.take(loaded(1, 2, 3, 4))
    assert ids([*view.history, view.live]) == [[1, 2], [3, 4]]
    view.continue_with(loaded(1, 2, 3, 4))
    assert ids(view.history) == [[1, 2], [3, 4]]
    assert view.live == []
    assert view.take(loaded(1, 2, 3, 4, 5))
    view.continue_with(loaded(-1, 0, 1, 2, 3, 4, 5))
    assert ids(view.history) == [[-1, 0, 1, 2], [3, 4], [5]]


def test_a_changed_history_is_not_taken():
    view = View()
    view.begin_with(loaded(1, 2))
    assert not view.take(loaded(1, 3))
    changed = Loaded([message(1), message(2, "interrupted")], earlier=False, turn=None, used={})
    assert not view.take(changed)


def test_a_dropped_message_leaves_its_place():
    view = View()
    view.begin_with(loaded(1, 2))
    assert view.is_history(2)
    view.drop(2)
    assert not view.is_history(2)
    assert ids(view.history) == [[1]]


def test_days_are_as_short_as_they_can_be():
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    said = [day(now - timedelta(days=n), UTC, now) for n in (0, 1, 18, 400)]
    assert said == ["today", "yesterday", "3 Nov", "17 Oct 2025"]
