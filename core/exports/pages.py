"""A conversation as the data its pages are set from."""

from __future__ import annotations

from typing import Any

from core.exports.blocks import Block, Blocks
from core.exports.document import Document, Message
from core.exports.made import Share, unheard
from core.exports.summary import heading, section
from core.exports.wording import (
    author_of,
    facts,
    language_name,
    quoted,
    remark_of,
    time_of,
    title_of,
)


def pages_of(document: Document, blocks: Blocks, made: Share = unheard) -> dict[str, Any]:
    """What `conversation.typ` reads; words and images are collected in `blocks`."""
    title = title_of(document)
    pages: dict[str, Any] = {
        "title": title,
        "heading": blocks.line(title, document.language),
        "facts": blocks.line(facts(document)),
    }
    if summary := document.summary:
        pages["summary"] = {
            "heading": blocks.line(heading(document, summary)),
            "blocks": blocks.markdown(section(document, summary), summary.language),
        }
    branch = document.branch()
    pages["messages"] = []
    for number, one in enumerate(branch, 1):
        pages["messages"].append(_message(one, document, blocks))
        made(number / len(branch))
    return pages


def _message(message: Message, document: Document, blocks: Blocks) -> dict[str, Any]:
    said: dict[str, Any] = {
        "author": blocks.line(author_of(message, document), message.language),
        "time": time_of(message),
        "language": language_name(message.language),
    }
    if reply := quoted(message, document):
        said["reply"] = {"author": blocks.line(reply[0]), "text": blocks.line(reply[1])}
    said["blocks"] = _text(message.text, message.language, document, blocks)
    said["translations"] = [
        {
            "language": language_name(one.language),
            "blocks": _text(one.text, one.language, document, blocks),
        }
        for one in message.translations
        if one.status == "complete"
    ]
    if remark := remark_of(message):
        said["remark"] = blocks.line(remark)
    return said


def _text(text: str, language: str | None, document: Document, blocks: Blocks) -> list[Block]:
    """What is said in a room is plain text, in a chat it is Markdown."""
    read = blocks.plain if document.kind == "room" else blocks.markdown
    return read(text, language)
