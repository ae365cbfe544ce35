"""Open WebUI's export: a list of chats, each with a tree of messages.

A chat is `{title, created_at, updated_at, pinned, archived, meta: {tags}, chat: {title, tags,
history: {messages: {id: message}, currentId}, messages}}`, a message `{id, parentId, childrenIds,
role, content, timestamp, model, modelName, done, error, usage, files}`; times are in seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from core import languages
from core.conversations import TITLE_LENGTH
from core.conversations.conversations import TAG_LENGTH, TAGS
from core.exports.document import Document, Message
from core.imports.tree import Fault, Node, grow, text_of, time_of
from core.text import one_line, storable

NAME = "Open WebUI"


def recognises(said: Any) -> bool:
    """Whether one element of a file is a chat of Open WebUI's, in its record or bare."""
    return isinstance(said, dict) and isinstance(_tree(said), dict)


def read(said: dict[str, Any]) -> Document:
    """A chat as Parley keeps it. Raises Fault."""
    chat = _chat(said)
    history, where = chat["history"], _where(said)
    began = time_of(said.get("created_at")) or time_of(chat.get("timestamp"))
    first = last = began or _first_time(history["messages"])
    nodes = {}
    for key, one in history["messages"].items():
        if not isinstance(one, dict):
            raise Fault("this is no message", *where, key)
        message = _message(one, last)
        last = message.created_at if message else last
        nodes[key] = Node(text_of(one.get("parentId")), message)
    try:
        messages, visible = grow(nodes, text_of(history.get("currentId")))
    except Fault as fault:
        raise Fault(str(fault), *where, *fault.path) from fault
    times = [one.created_at for one in messages]
    updated = time_of(said.get("updated_at")) or max(times, default=first)
    title = one_line(text_of(said.get("title")) or text_of(chat.get("title")) or "", TITLE_LENGTH)
    return Document(
        kind="chat",
        title=title or None,
        titled_by="user" if title else "first words",
        tags=list(dict.fromkeys(_tags(said, chat)))[:TAGS],
        imported_from=NAME,
        created_at=began or min(times, default=first),
        updated_at=updated,
        pinned_at=updated if said.get("pinned") is True else None,
        archived_at=updated if said.get("archived") is True else None,
        visible=visible,
        messages=messages,
    )


def _chat(said: dict[str, Any]) -> dict[str, Any]:
    chat = said.get("chat")
    return chat if isinstance(chat, dict) else said


def _tree(said: dict[str, Any]) -> Any:
    history = _chat(said).get("history")
    return history.get("messages") if isinstance(history, dict) else None


def _where(said: dict[str, Any]) -> tuple[str, ...]:
    return (*(("chat",) if _chat(said) is not said else ()), "history", "messages")


def _first_time(messages: dict[str, Any]) -> datetime:
    times = (time_of(one.get("timestamp")) for one in messages.values() if isinstance(one, dict))
    first = min(filter(None, times), default=time_of(0))
    assert first is not None
    return first


def _tags(said: dict[str, Any], chat: dict[str, Any]) -> Iterator[str]:
    meta = said.get("meta")
    for tags in (meta.get("tags") if isinstance(meta, dict) else None, chat.get("tags")):
        for tag in tags if isinstance(tags, list) else ():
            name = tag.get("name") if isinstance(tag, dict) else tag
            if text_of(name):
                yield one_line(str(name), TAG_LENGTH)


def _message(said: dict[str, Any], before: datetime) -> Message | None:
    role = said.get("role")
    error = _error(said.get("error"))
    text = storable("\n\n".join(_contents(said))).strip()
    if role not in ("user", "assistant") or not (text or error):
        return None
    model = text_of(said.get("model")) if role == "assistant" else None
    usage = said.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    whole = role == "user" or said.get("done") is not False
    return Message.model_validate(
        {
            "role": role,
            "author": text_of(said.get("modelName")) or model if role == "assistant" else None,
            "model": model,
            "language": languages.detect(text),
            "text": text,
            "status": "failed" if error and not text else "complete" if whole else "interrupted",
            "error_code": "provider" if error else None,
            "error": error,
            "input_tokens": _count(usage.get("prompt_tokens")),
            "output_tokens": _count(usage.get("completion_tokens")),
            "created_at": time_of(said.get("timestamp")) or before,
        }
    )


def _contents(said: dict[str, Any]) -> Iterator[str]:
    content = said.get("content")
    for part in content if isinstance(content, list) else [content]:
        if text := text_of(part.get("text") if isinstance(part, dict) else part):
            yield text
    files = said.get("files")
    for file in files if isinstance(files, list) else ():
        if isinstance(file, dict):
            name = text_of(file.get("name"))
            kind = text_of(file.get("type")) or "file"
            yield f"[{kind}: {name}]" if name else f"[{kind}]"


def _error(said: Any) -> str | None:
    """What went wrong, however it is put."""
    if isinstance(said, dict):
        said = said.get("content") or said.get("message") or "failed"
    return text_of(said) or ("failed" if said is True else None)


def _count(said: Any) -> int | None:
    fits = isinstance(said, int) and not isinstance(said, bool) and 0 <= said < 2**31
    return said if fits else None
