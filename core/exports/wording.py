"""How a conversation is spoken of in what people read: who, when, in which language."""

from __future__ import annotations

from datetime import UTC, datetime

from core import languages
from core.exports.document import Document, Message

UNTITLED = "Untitled"
QUOTED = 200
"""Characters of a message that are shown where it is quoted."""


def title_of(document: Document) -> str:
    """The title, or a word for none."""
    return document.title or UNTITLED


def facts(document: Document) -> str:
    """One line below the title: what it is, when, who, its tags."""
    what = "Room" if document.kind == "room" else "Chat"
    began, ended = (one.astimezone(UTC).date() for one in _span(document))
    when = f"{began}" if began == ended else f"{began} to {ended}"
    people = ", ".join(
        f"{one.name or 'Host'} ({language_name(one.language)})" for one in document.participants
    )
    tags = " ".join(f"#{tag}" for tag in document.tags)
    return " · ".join(filter(None, (what, when, people, tags)))


def _span(document: Document) -> tuple[datetime, datetime]:
    times = [document.created_at, *(one.created_at for one in document.messages)]
    return min(times), max(times)


def author_of(message: Message, document: Document) -> str:
    """Who wrote a message, as shown."""
    if message.author:
        return message.author
    if message.role == "assistant":
        return message.model or "AI"
    return "Host" if document.kind == "room" else "You"


def time_of(message: Message) -> str:
    """When it was said, to the minute, in UTC."""
    return message.created_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M")


def quoted(message: Message, document: Document) -> tuple[str, str] | None:
    """Whom a message replies to and the beginning of what they said; None for no one."""
    if message.quote is None:
        return None
    said = document.messages[message.quote - 1]
    text = " ".join(said.text.split())
    short = text if len(text) <= QUOTED else text[:QUOTED].rstrip() + "…"
    return author_of(said, document), short


def remark_of(message: Message) -> str | None:
    """What is to be known of a message that did not end well, or that another model wrote."""
    ends = {"failed": "Failed", "interrupted": "Interrupted"}
    ended = ends.get(message.status)
    said = [ended and (f"{ended}: {message.error}" if message.error else f"{ended}.")]
    return " ".join(filter(None, [*said, message.remark])) or None


def language_name(code: str | None) -> str:
    """A language by its English name; the code where there is none."""
    known = languages.LANGUAGES.get(code or "")
    return known.english if known else code or "?"
