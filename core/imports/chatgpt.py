"""ChatGPT's export: `conversations.json`, each conversation a `mapping` of nodes.

A node is `{id, message, parent, children}`, a message `{author: {role}, content: {content_type,
parts, ...}, create_time, status, metadata, recipient}`; `current_node` is the end of the visible
branch. System messages, calls of tools and what was hidden from the person are skipped.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from core import languages
from core.conversations import TITLE_LENGTH
from core.exports.document import Document, Message
from core.imports.tree import Fault, Node, grow, text_of, time_of
from core.text import one_line, storable

NAME = "ChatGPT"
_NOTED = {
    "image_asset_pointer": "image",
    "audio_asset_pointer": "recording",
    "video_container_asset_pointer": "video",
    "real_time_user_audio_video_asset_pointer": "recording",
}


def recognises(said: Any) -> bool:
    """Whether one element of a file is a conversation of ChatGPT's."""
    return isinstance(said, dict) and isinstance(said.get("mapping"), dict)


def read(said: dict[str, Any]) -> Document:
    """A conversation as Parley keeps it. Raises Fault."""
    began = time_of(said.get("create_time"))
    nodes = {}
    last = began or _first_time(said["mapping"])
    for key, node in said["mapping"].items():
        if not isinstance(node, dict):
            raise Fault("this is no message", "mapping", key)
        message = _message(node.get("message"), key, last)
        last = message.created_at if message else last
        nodes[key] = Node(text_of(node.get("parent")), message)
    try:
        messages, visible = grow(nodes, text_of(said.get("current_node")))
    except Fault as fault:
        raise Fault(str(fault), "mapping", *fault.path) from fault
    times = [one.created_at for one in messages]
    began = began or min(times, default=last)
    updated = time_of(said.get("update_time")) or max(times, default=began)
    title = one_line(text_of(said.get("title")) or "", TITLE_LENGTH)
    return Document(
        kind="chat",
        title=title or None,
        titled_by="user" if title else "first words",
        imported_from=NAME,
        created_at=began,
        updated_at=updated,
        pinned_at=updated if said.get("is_starred") is True else None,
        archived_at=updated if said.get("is_archived") is True else None,
        visible=visible,
        messages=messages,
    )


def _first_time(mapping: dict[str, Any]) -> datetime:
    """The earliest time a conversation without one names."""
    said = (one.get("message") for one in mapping.values() if isinstance(one, dict))
    times = (time_of(one.get("create_time")) for one in said if isinstance(one, dict))
    first = min(filter(None, times), default=time_of(0))
    assert first is not None
    return first


def _message(said: Any, key: str, before: datetime) -> Message | None:
    if said is None:
        return None
    if not isinstance(said, dict):
        raise Fault("this is no message", "mapping", key, "message")
    role = _role(said)
    text = storable(_text(said.get("content"))).strip()
    if role is None or not text:
        return None
    metadata = said.get("metadata")
    model = text_of(metadata.get("model_slug")) if isinstance(metadata, dict) else None
    whole = role == "user" or said.get("status") in (None, "finished_successfully")
    return Message.model_validate(
        {
            "role": role,
            "author": (model or NAME) if role == "assistant" else None,
            "model": model if role == "assistant" else None,
            "language": languages.detect(text),
            "text": text,
            "status": "complete" if whole else "interrupted",
            "created_at": time_of(said.get("create_time")) or before,
        }
    )


def _role(said: dict[str, Any]) -> str | None:
    """Who speaks, if a person was to see it."""
    author, metadata = said.get("author"), said.get("metadata")
    role = author.get("role") if isinstance(author, dict) else None
    if isinstance(metadata, dict) and metadata.get("is_visually_hidden_from_conversation"):
        return None
    if role == "tool":  # draws the images; all else it says is for the model
        return "assistant" if _has_image(said.get("content")) else None
    if role not in ("user", "assistant") or said.get("recipient") not in (None, "all"):
        return None
    return str(role)


def _has_image(content: Any) -> bool:
    parts = content.get("parts") if isinstance(content, dict) else None
    pointers = (one.get("content_type") for one in parts or () if isinstance(one, dict))
    return "image_asset_pointer" in pointers


def _text(content: Any) -> str:
    if not isinstance(content, dict):
        return ""
    kind = content.get("content_type")
    if kind == "code" and (code := text_of(content.get("text"))):
        language = text_of(content.get("language"))
        return f"```{language if language and language != 'unknown' else ''}\n{code}\n```"
    if kind in ("text", "multimodal_text", None):
        return "\n\n".join(_parts(content.get("parts")))
    return ""


def _parts(parts: Any) -> Iterator[str]:
    for part in parts if isinstance(parts, list) else ():
        if isinstance(part, str):
            yield part
        elif isinstance(part, dict):
            noted = _NOTED.get(str(part.get("content_type")))
            text = text_of(part.get("text"))
            yield text or (f"[{noted}]" if noted else "")
