"""Who talks when, about what, with whom and with which model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from tests.histories.stories import FACTS, SPEAKS, TOPICS, Fact, Topic

HOME = ZoneInfo("Europe/Berlin")
"""Where the person lives: they sleep at night and work on weekdays."""
_HOURS = (1, 0, 0, 0, 0, 0, 2, 5, 9, 11, 10, 8, 7, 8, 8, 7, 6, 6, 7, 10, 13, 12, 7, 3)
_WEEKDAYS = (1.2, 1.3, 1.2, 1.1, 0.9, 0.6, 0.8)


@dataclass(frozen=True, slots=True)
class Engine:
    """A model, how often it is asked, how soon it begins (seconds) and how fast it writes."""

    provider: str
    model: str
    weight: float
    waits: float
    speed: float
    """Tokens a second."""


ENGINES = (
    Engine("openai", "gpt-5.4-mini", 5, 0.7, 95),
    Engine("anthropic", "claude-sonnet-4-5", 4, 1.1, 62),
    Engine("gemini", "gemini-2.5-flash", 2.5, 0.6, 160),
    Engine("groq", "llama-3.3-70b-versatile", 2, 0.25, 270),
    Engine("ollama", "qwen3:8b", 1.5, 1.6, 24),
    Engine("custom", "studio-7b", 0.7, 0.9, 41),
    Engine("builtin", "smollm2-135m-instruct", 0.6, 0.2, 140),
)


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody in a room."""

    name: str
    language: str


@dataclass(frozen=True, slots=True)
class Scene:
    """One conversation before anything is said."""

    begun: datetime
    topic: Topic
    language: str
    """What the host speaks here."""
    guests: tuple[Guest, ...]
    """None in a chat with an AI."""
    mood: float
    """-1 to 1."""
    engine: Engine
    fact: Fact | None


def scenes(count: int, days: int, until: datetime, chance: Random) -> list[Scene]:
    """As many, the oldest first, spread over the days before `until`."""
    begun = sorted(_moment(days, until, chance) for _ in range(count))
    order = chance.sample(FACTS, len(FACTS))
    facts = {int((place + 0.5) * count / len(order)): fact for place, fact in enumerate(order)}
    return [_scene(at, facts.get(place), days, until, chance) for place, at in enumerate(begun)]


def _moment(days: int, until: datetime, chance: Random) -> datetime:
    """More of them lately than long ago, by day, and on weekdays."""
    while True:
        ago = int((1 - chance.random() ** 0.7) * days)
        day = (until.astimezone(HOME) - timedelta(days=ago)).replace(minute=0, second=0)
        hour = chance.choices(range(24), _HOURS)[0]
        at = day.replace(hour=hour, microsecond=0) + timedelta(seconds=chance.randrange(3600))
        if at < until - timedelta(hours=3) and chance.random() * 1.3 < _WEEKDAYS[at.weekday()]:
            return at.astimezone(UTC)


def _scene(at: datetime, fact: Fact | None, days: int, until: datetime, chance: Random) -> Scene:
    topic = TOPICS[fact.topic] if fact else _topic(at, days, until, chance)
    language = chance.choices(("en", "es", "de", "ja"), (5, 2, 2, 1))[0]
    guests: tuple[Guest, ...] = ()
    if fact.who if fact else chance.random() < 0.35:
        language = chance.choices(("en", "de"), (4, 1))[0]
        if fact and fact.language == language:
            language = "en"
        guests = _guests(language, fact.who if fact else "", chance)
    elif fact:
        language = fact.language
    return Scene(
        at, topic, language, guests, max(-1.0, min(1.0, chance.gauss(topic.mood, 0.35))),
        chance.choices(ENGINES, [one.weight for one in ENGINES])[0], fact,
    )  # fmt: skip


def _topic(at: datetime, days: int, until: datetime, chance: Random) -> Topic:
    """Each has its months: it comes up, is talked of much, and rests again."""
    share = 1 - (until - at) / timedelta(days=days)
    topics = list(TOPICS.values())
    weights = [
        0.08 + max(0.0, 1 - 4 * abs(share - (place + 0.5) / len(topics)))
        for place in range(len(topics))
    ]
    return chance.choices(topics, weights)[0]


def _guests(language: str, wanted: str, chance: Random) -> tuple[Guest, ...]:
    """One to three, none of whom speaks the host's language; `wanted` is among them."""
    others = [name for name, spoken in SPEAKS.items() if spoken != language and name != wanted]
    names = [wanted] if wanted else []
    names += chance.sample(others, chance.choices((1, 2, 3), (7, 3, 1))[0] - len(names))
    return tuple(Guest(name, SPEAKS[name]) for name in names)
