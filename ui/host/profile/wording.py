"""How the profile reads: its sections, how sure an insight is, why it was learned."""

from __future__ import annotations

from datetime import tzinfo
from typing import NamedTuple

from core.intelligence.profile.insight import Evidence, Insight, Kind
from ui.host.memories.wording import counted
from ui.host.times import day


class Section(NamedTuple):
    """Insights that are shown together."""

    title: str
    caption: str
    kinds: tuple[Kind, ...]


SECTIONS = (
    Section("Interests", "What you come back to.", ("interest",)),
    Section(
        "How you like answers", "By what you asked for, wrote and reacted to.",
        ("length", "formality", "form"),
    ),
    Section("Languages", "What you write in.", ("language",)),
    Section("Times of day", "When you are here, in the time of this device.", ("hours",)),
)  # fmt: skip
ICONS: dict[Kind, str] = {
    "interest": ":material/interests:", "length": ":material/format_line_spacing:",
    "formality": ":material/handshake:", "form": ":material/code:",
    "language": ":material/translate:", "hours": ":material/schedule:",
}  # fmt: skip
_WHY = {
    "said": "You wrote", "asked": "You asked", "topic": "You wrote of it",
    "reaction": "You reacted to this reply", "choice": "You went on from this reply",
}  # fmt: skip


def facts(insight: Insight, zone: tzinfo) -> str:
    """What is known of an insight, in one line of Markdown."""
    parts = []
    if insight.corrected:
        parts.append(":material/edit: Your own words")
    if insight.locked:
        parts.append(":material/lock: Locked")
    if insight.conversations:
        parts.append(counted(insight.conversations, "conversation", "conversations"))
    if insight.seen_at:
        parts.append(f"last seen {day(insight.seen_at, zone)}")
    return " · ".join(parts)


def why(evidence: Evidence, zone: tzinfo) -> str:
    """Where a piece of evidence comes from."""
    against = ", which speaks against it" if evidence.weight < 0 else ""
    return f"{_WHY[evidence.why]} {day(evidence.seen_at, zone)}{against}"


def named(insight: Insight) -> str:
    """An insight as a heading reads it."""
    return insight.label[:1].upper() + insight.label[1:]
