from datetime import datetime

import pytest

from core.intelligence.questions.periods import period_in, zone

NOW = datetime(2026, 11, 21, 15, 30, tzinfo=zone("Europe/Berlin"))


@pytest.mark.parametrize(
    ("question", "since", "until"),
    [
        ("What did Ana promise last week?", "2026-11-09", "2026-11-16"),
        ("What did we say today", "2026-11-21", "2026-11-22"),
        ("Was hat Ana gestern gesagt?", "2026-11-20", "2026-11-21"),
        ("¿Qué prometió Ana la semana pasada?", "2026-11-09", "2026-11-16"),
        ("Qu'avons-nous décidé le mois dernier ?", "2026-10-01", "2026-11-01"),
        ("O que prometeu a Ana no ano passado?", "2025-01-01", "2026-01-01"),
        ("Cosa ha detto ieri?", "2026-11-20", "2026-11-21"),
        ("先週アナは何を約束しましたか", "2026-11-09", "2026-11-16"),
        ("上个月我们决定了什么", "2026-10-01", "2026-11-01"),
        ("지난주에 뭐라고 했어?", "2026-11-09", "2026-11-16"),
        ("ماذا قالت آنا الأسبوع الماضي؟", "2026-11-09", "2026-11-16"),
        ("Что мы решили в прошлом месяце?", "2026-10-01", "2026-11-01"),
        ("पिछले हफ़्ते एना ने क्या कहा?", "2026-11-09", "2026-11-16"),
        ("im März 2025", "2025-03-01", "2025-04-01"),
        ("the plan of October", "2026-10-01", "2026-11-01"),
        ("12月の会議", "2025-12-01", "2026-01-01"),
        ("十一月的会议", "2026-11-01", "2026-12-01"),
        ("what was said on 2026-03-04?", "2026-03-04", "2026-03-05"),
    ],
)
def test_the_time_a_question_speaks_of(question, since, until):
    period = period_in(question, NOW)
    assert (f"{period.since:%Y-%m-%d}", f"{period.until:%Y-%m-%d}") == (since, until)
    assert period.since.tzinfo is NOW.tzinfo
    assert (period.since.hour, period.since.minute) == (0, 0)


@pytest.mark.parametrize("question", ["What may I eat?", "we march on", "2026-13-45", "Tell me"])
def test_what_only_looks_like_a_time_is_none(question):
    assert period_in(question, NOW) is None


def test_days_begin_where_the_person_is():
    now = datetime(2026, 11, 21, 3, tzinfo=zone("Asia/Tokyo"))
    assert period_in("today", now).since.utcoffset().total_seconds() == 9 * 3600
    assert zone("Mars/Olympus").key == "UTC"
