"""A conversation's summary in what people read: a section of Markdown before the messages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.exports.document import Document, Summary, SummaryAction, SummaryPoint
from core.exports.wording import author_of, time_of

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~])")


def heading(document: Document, summary: Summary) -> str:
    """What stands above it, and how much of the conversation it does not know."""
    behind = document.said_since(summary)
    if not behind:
        return "Summary"
    return f"Summary, before the last {'message' if behind == 1 else f'{behind} messages'}"


def section(document: Document, summary: Summary) -> str:
    """All of it below its heading, as Markdown."""
    return "\n\n".join(_parts(document, summary))


def plain(text: str) -> str:
    """One line in which nothing is markup."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _parts(document: Document, summary: Summary) -> Iterator[str]:
    yield "\n\n".join(plain(line) for line in summary.text.splitlines() if line.strip())
    if summary.topics:
        yield f"**Topics:** {plain(', '.join(summary.topics))}"
    for label, points in (("Decisions", summary.decisions), ("Open questions", summary.questions)):
        if points:
            yield f"**{label}**"
            yield "\n".join(f"- {_point(one, document)}" for one in points)
    if summary.actions:
        yield "**Action items**"
        yield "\n".join(f"- {_action(one, document)}" for one in summary.actions)
    yield f"*{plain(_made(summary))}*"


def _point(point: SummaryPoint | SummaryAction, document: Document) -> str:
    said = document.messages[point.message - 1]
    return f"{plain(point.text)} ({plain(author_of(said, document))}, {time_of(said)})"


def _action(action: SummaryAction, document: Document) -> str:
    who = f"**{plain(action.who)}:** " if action.who else ""
    due = f", due {plain(action.due)}" if action.due else ""
    return f"{who}{_point(action, document)}{due}"


def _made(summary: Summary) -> str:
    if summary.made_by == "extract":
        return "Picked from what was said, without an AI."
    return f"Written by {summary.model or 'an AI'}."
