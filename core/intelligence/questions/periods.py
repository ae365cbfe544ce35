"""The time a question speaks of: "last week", "im März 2025", "昨日"."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from core.recall.words import spelled

_TABLE = """
en: today | yesterday | this week | last week | this month | last month | this year | last year | january february march april may june july august september october november december
es: hoy | ayer | esta semana | la semana pasada, semana pasada | este mes | el mes pasado, mes pasado | este año | el año pasado, año pasado | enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
fr: aujourd'hui | hier | cette semaine | la semaine dernière, semaine passée | ce mois-ci, ce mois | le mois dernier, mois dernier | cette année | l'année dernière, an dernier | janvier février mars avril mai juin juillet août septembre octobre novembre décembre
de: heute | gestern | diese woche, dieser woche | letzte woche, letzter woche, vorige woche | diesen monat, diesem monat | letzten monat, letztem monat, vorigen monat | dieses jahr, diesem jahr | letztes jahr, letztem jahr, voriges jahr | januar februar märz april mai juni juli august september oktober november dezember
pt: hoje | ontem | esta semana | semana passada | este mês | mês passado | este ano | ano passado | janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro
it: oggi | ieri | questa settimana | settimana scorsa, la scorsa settimana | questo mese | mese scorso, lo scorso mese | quest'anno | anno scorso, lo scorso anno | gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
zh: 今天 | 昨天 | 这周, 这个星期, 本周 | 上周, 上个星期 | 这个月, 本月 | 上个月, 上月 | 今年 | 去年 | 一月 二月 三月 四月 五月 六月 七月 八月 九月 十月 十一月 十二月
ja: 今日 | 昨日 | 今週 | 先週 | 今月 | 先月 | 今年 | 去年, 昨年 | 1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月
ko: 오늘 | 어제 | 이번 주, 이번주 | 지난주, 지난 주 | 이번 달, 이번달 | 지난달, 지난 달 | 올해 | 작년 | 1월 2월 3월 4월 5월 6월 7월 8월 9월 10월 11월 12월
ar: اليوم | أمس, البارحة | هذا الأسبوع | الأسبوع الماضي | هذا الشهر | الشهر الماضي | هذا العام, هذه السنة | العام الماضي, السنة الماضية | يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر
hi: आज | बीता कल | इस हफ़्ते, इस सप्ताह | पिछले हफ़्ते, पिछले सप्ताह | इस महीने | पिछले महीने | इस साल | पिछले साल | जनवरी फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर
ru: сегодня | вчера | на этой неделе, этой неделе | на прошлой неделе, прошлой неделе | в этом месяце, этом месяце | в прошлом месяце, прошлом месяце | в этом году, этом году | в прошлом году, прошлом году | январе феврале марте апреле мае июне июле августе сентябре октябре ноябре декабре
"""  # noqa: E501 - a table is read by its rows
_UNSURE = {"may", "march", "mars", "mai", "marzo", "mayo", "maggio"}
"""Months that are other words as well: they count with a year or after one of these."""
_BEFORE = ("in", "im", "en", "em", "a", "since", "seit", "during")
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_YEAR = r"(?:(?:de|del|年|г)?\s*(?P<year>20\d\d))?"


class Period(NamedTuple):
    """From a time until another, both with their zone."""

    since: datetime
    until: datetime


def period_in(question: str, now: datetime) -> Period | None:
    """The time `question` speaks of, seen from `now` (in the person's zone); None for no time.

    Days begin at midnight of that zone, weeks on Monday.
    """
    if found := _ISO.search(question):
        return _day(found, now)
    said = spelled(question)
    for place, phrases in enumerate(zip(*_RELATIVE, strict=True)):
        if any(phrase in said for group in phrases for phrase in group):
            return _relative(place, now)
    return _month(said, now)


def zone(name: str | None) -> ZoneInfo:
    """The time zone of that name; UTC where there is none."""
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError
        return ZoneInfo("UTC")


def _day(found: re.Match[str], now: datetime) -> Period | None:
    try:
        begins = now.replace(
            year=int(found[1]), month=int(found[2]), day=int(found[3]),
            hour=0, minute=0, second=0, microsecond=0,
        )  # fmt: skip
    except ValueError:
        return None
    return Period(begins, begins + timedelta(days=1))


def _relative(place: int, now: datetime) -> Period:
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    monday = today - timedelta(days=today.weekday())
    first = today.replace(day=1)
    before = (first - timedelta(days=1)).replace(day=1)
    year = first.replace(month=1)
    return (
        Period(today, today + timedelta(days=1)),
        Period(today - timedelta(days=1), today),
        Period(monday, monday + timedelta(days=7)),
        Period(monday - timedelta(days=7), monday),
        Period(first, _next_month(first)),
        Period(before, first),
        Period(year, year.replace(year=year.year + 1)),
        Period(year.replace(year=year.year - 1), year),
    )[place]


def _month(said: str, now: datetime) -> Period | None:
    """A month that is named, the last one of that name where no year is."""
    for name, number in _MONTHS:
        found = re.search(rf"(?P<before>\w+)?\s*{re.escape(name)}\s*{_YEAR}", said)
        if not found or (name.strip() in _UNSURE and not _is_month(found)):
            continue
        begins = now.replace(month=number, day=1, hour=0, minute=0, second=0, microsecond=0)
        year = int(found["year"]) if found["year"] else now.year - (begins > now)
        begins = begins.replace(year=year)
        return Period(begins, _next_month(begins))
    return None


def _is_month(found: re.Match[str]) -> bool:
    return bool(found["year"]) or found["before"] in _BEFORE


def _next_month(first: datetime) -> datetime:
    return (first + timedelta(days=32)).replace(day=1)


def _read_table() -> tuple[list[list[tuple[str, ...]]], list[tuple[str, int]]]:
    """The phrases of each language, and the names of months, the longest first."""
    relative: list[list[tuple[str, ...]]] = []
    months: dict[str, int] = {}
    for line in _TABLE.strip().splitlines():
        *columns, names = line.partition(": ")[2].split("|")
        relative.append([tuple(spelled(one) for one in column.split(",")) for column in columns])
        months |= {spelled(name): number for number, name in enumerate(names.split(), 1)}
    return relative, sorted(months.items(), key=lambda month: -len(month[0]))


_RELATIVE, _MONTHS = _read_table()
