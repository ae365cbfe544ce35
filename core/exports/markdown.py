"""A conversation as Markdown: the visible branch; in a room each message with its translations."""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.exports.document import Document, Message
from core.exports.summary import heading, section
from core.exports.summary import plain as _plain
from core.exports.wording import (
    author_of,
    facts,
    language_name,
    quoted,
    remark_of,
    time_of,
    title_of,
)

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})(.*)$")


def write(document: Document) -> Iterator[str]:
    """The whole text, message by message."""
    yield f"# {_plain(title_of(document))}\n\n{_plain(facts(document))}\n"
    if summary := document.summary:
        yield f"\n## {heading(document, summary)}\n\n{section(document, summary)}\n"
    for message in document.branch():
        yield "\n" + "\n\n".join(_parts(message, document)) + "\n"


def _parts(message: Message, document: Document) -> Iterator[str]:
    yield f"## {_plain(author_of(message, document))} · {time_of(message)}"
    if reply := quoted(message, document):
        yield f"> **{_plain(reply[0])}:** {_plain(reply[1])}"
    yield _closed(message.text)
    for one in message.translations:
        if one.status == "complete":
            yield _indented(f"**{language_name(one.language)}:** {_closed(one.text)}")
    if remark := remark_of(message):
        yield f"*{_plain(remark)}*"


def _indented(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _closed(text: str) -> str:
    """A message whose code has ended, so that it does not swallow what follows."""
    fence = ""
    for line in text.split("\n"):
        found = _FENCE.match(line)
        if not found:
            continue
        if not fence:
            fence = found[1]
        elif found[1].startswith(fence) and not found[2].strip():
            fence = ""
    return f"{text}\n{fence}" if fence else text
