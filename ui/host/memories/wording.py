"""How a memory is spoken of: its kind, where it came from, when it was used."""

from __future__ import annotations

from datetime import tzinfo
from typing import NamedTuple

from core.memories.knowledge import Kind
from core.memories.memory import Memory
from ui.host.plain import plain
from ui.host.times import day


class Words(NamedTuple):
    """A kind of memories as it is read, and what one of it may say."""

    one: str
    many: str
    icon: str
    example: str


KINDS: dict[Kind, Words] = {
    "fact": Words("Fact", "Facts", ":material/info:", "I work as a nurse, mostly at night"),
    "preference": Words("Preference", "Preferences", ":material/favorite:", "Answer me briefly"),
    "person": Words("Person", "People", ":material/person:", "My sister Ana lives in Lisbon"),
    "project": Words("Project", "Projects", ":material/work:", "Our new website is due in March"),
    "term": Words("Term", "Terms", ":material/translate:", "Kunde = client, never customer"),
}
FROM = {
    "person": "Written here",
    "said": "You asked to remember it",
    "learned": "Learned from a conversation",
    "imported": "Imported",
}


def facts(memory: Memory, zone: tzinfo) -> str:
    """What is known of a memory, in one line of Markdown."""
    used = f"Used {day(memory.used_at, zone)}" if memory.used_at else "Never used"
    parts = [f"{KINDS[memory.kind].icon} {KINDS[memory.kind].one}", FROM[memory.origin], used]
    if memory.pinned:
        parts.insert(0, ":material/keep: Pinned")
    if not memory.enabled:
        parts.append("**Switched off**")
    return " · ".join(parts)


def before(memory: Memory, zone: tzinfo) -> str:
    """What held until it was replaced, in one line of Markdown."""
    until = f", until {day(memory.valid_until, zone)}" if memory.valid_until else ""
    return f":material/history: Before: {plain(memory.text)}{until}"


def counted(number: int, one: str = "memory", many: str = "memories") -> str:
    """`1 memory`, `2,000 memories`."""
    return f"{number:,} {one if number == 1 else many}"
