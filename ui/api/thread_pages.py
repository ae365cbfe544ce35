"""A conversation as its page reads it: messages with all that belongs to them, a page at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any
from uuid import UUID

from core.app import App
from core.conversations import Facts, Message, Quote
from core.errors import Busy, NotFound
from core.memories.memory import Memory
from core.providers.port import AUTO
from ui.models import model_name

Frame = dict[str, Any]
PAGE = 40
"""Messages sent at once."""
BEFORE = 15
"""Messages sent before one that is jumped to."""


class Pages:
    """The visible branches of one person's conversations, in pages that are JSON-ready."""

    def __init__(self, core: App, user: UUID) -> None:
        self._core = core
        self._user = user

    async def older(self, conversation_id: UUID, before: int | None = None) -> Frame:
        """What was said before a message; the end of the conversation without one."""
        read = await self._core.conversations.messages(
            self._user, conversation_id, PAGE + 1, before
        )
        return await self._page(read[-PAGE:], earlier=len(read) > PAGE)

    async def newer(self, conversation_id: UUID, after: int) -> Frame:
        """What was said after a message; from the beginning after 0."""
        read = await self._core.branches.after(self._user, conversation_id, after, PAGE + 1)
        return await self._page(read[:PAGE], later=len(read) > PAGE)

    async def around(self, conversation_id: UUID, message_id: int, *, choose: bool) -> Frame:
        """A message with what was said before and after it.

        Where it stands on another branch, that becomes the visible one. Raises NotFound, or Busy
        where it must not be chosen now.
        """
        before = await self._core.conversations.messages(
            self._user, conversation_id, BEFORE + 1, message_id
        )
        last = before[-1].id if before else 0
        after = await self._core.branches.after(self._user, conversation_id, last, PAGE + 1)
        if not after or after[0].id != message_id:
            if not choose:
                raise Busy
            await self._core.branches.choose(self._user, message_id)
            after = await self._core.branches.after(self._user, conversation_id, last, PAGE + 1)
        if not after or after[0].id != message_id:
            raise NotFound("This message is not in the conversation. It may have been deleted.")
        return await self._page(
            [*before[-BEFORE:], *after[:PAGE]],
            earlier=len(before) > BEFORE,
            later=len(after) > PAGE,
        )

    async def tail(self, conversation_id: UUID) -> list[Frame]:
        """The newest question and its reply."""
        read = await self._core.conversations.messages(self._user, conversation_id, 2)
        if read[-1].status != "streaming" or read[-1].text:
            return await self._frames(read)
        # What it is made with is told with its end.
        facts, lookups = await asyncio.gather(
            self._core.branches.facts(self._user, [message.id for message in read]),
            self._core.questions.told(self._user, [read[-1].id]),
        )
        return [
            _frame(self._core, one, facts.get(one.id)) | _grounds(lookups.get(one.id))
            for one in read
        ]

    async def one(self, conversation_id: UUID, message_id: int) -> Frame | None:
        """A message of the visible branch, None where it is not on it."""
        read = await self._core.branches.after(self._user, conversation_id, message_id - 1, 1)
        here = [message for message in read if message.id == message_id]
        return (await self._frames(here))[0] if here else None

    async def _page(
        self, messages: Sequence[Message], *, earlier: bool = False, later: bool = False
    ) -> Frame:
        return {"messages": await self._frames(messages), "earlier": earlier, "later": later}

    async def _frames(self, messages: Sequence[Message]) -> list[Frame]:
        ids = [message.id for message in messages]
        replies = [message.id for message in messages if message.role == "assistant"]
        facts, used, shaped, lookups = await asyncio.gather(
            self._core.branches.facts(self._user, ids),
            self._core.recall.uses(self._user, replies),
            self._core.profile.uses(self._user, replies),
            self._core.questions.told(self._user, replies),
        )
        return [
            _frame(self._core, one, facts.get(one.id), used.get(one.id, ()), shaped.get(one.id, {}))
            | _grounds(lookups.get(one.id))
            for one in messages
        ]


def _frame(
    core: App, message: Message, facts: Facts | None, used: Sequence[Memory] = (),
    shaped: Mapping[UUID, str] = MappingProxyType({}),
) -> Frame:  # fmt: skip
    """A message as a page shows it: `ending` says how it ended where it is not complete."""
    return {
        "id": message.id, "parent": message.parent_id, "role": message.role,
        "author": _author(core, message), "at": message.created_at.isoformat(),
        "text": message.text, "language": message.language, "status": message.status,
        "ending": _ending(message), "code": message.error_code,
        "remark": _remark(core, message), "entry": _entry(message),
        "tokens": message.output_tokens, "seconds": _seconds(message),
        "used": [{"id": str(memory.id), "text": memory.text} for memory in used],
        "shaped": [{"id": str(one), "label": label} for one, label in shaped.items()],
        "variants": facts.variants if facts else [message.id],
        "quote": _quote(facts.quote) if facts and facts.quote else None,
        "reaction": facts.reaction if facts else None,
        "bookmarked": facts.bookmarked if facts else False,
    }  # fmt: skip


def _grounds(lookup: Mapping[str, Any] | None) -> Frame:
    """What a reply was made of; None where nothing was looked for."""
    if lookup is None:
        return {"searched": None, "sources": []}
    return {"searched": lookup["searched"], "sources": [_source(one) for one in lookup["sources"]]}


def _source(source: Mapping[str, Any]) -> Frame:
    ids = {
        name: None if source[name] is None else str(source[name])
        for name in ("conversation_id", "slate_id", "memory_id")
    }
    return {**source, **ids, "said_at": source["said_at"].isoformat()}


def _author(core: App, message: Message) -> str:
    if message.role == "user":
        return message.author or "You"
    return model_name(core, message.provider, message.author or message.model)


def _entry(message: Message) -> str | None:
    """Who would answer again; one that only stood in for another is not kept on."""
    if message.role == "user" or message.remark or not (message.provider and message.model):
        return None
    return f"{message.provider}:{message.model}"


def _remark(core: App, message: Message) -> str | None:
    if not message.remark:
        return None
    return f"{message.remark} {model_name(core, message.provider, message.model)} took over."


def _ending(message: Message) -> str | None:
    if message.status == "failed":
        return message.error or "The reply failed."
    if message.status != "interrupted":
        return None
    if message.error_code == "stopped":
        return "Stopped."
    if message.error_code == "process_ended":
        return "Interrupted: Parley was closed while this was being written."
    return f"Interrupted. {message.error or ''}".strip()


def _seconds(message: Message) -> float | None:
    if message.role == "user" or message.finished_at is None:
        return None
    return (message.finished_at - message.created_at).total_seconds()


def _quote(quote: Quote) -> Frame:
    said_by = quote.author if quote.author and quote.author != AUTO else "AI"
    author = (quote.author or "You") if quote.role == "user" else said_by
    return {"id": quote.id, "role": quote.role, "author": author, "text": quote.text}
