"""`/ws/threads`: what the chat page does and hears, without a rerun.

In, each with a number `n` that its answer names:
{"open": id | null, "around"?: message} shows a conversation and follows it; {"older": message},
{"newer": message} read on in it; {"say": {"text", "who"?, "quote"?, "beside"?, "asks"?}} says
something, in a new conversation where none is open; with `asks` {"time_zone"} it is a question to
everything ever said; {"retry": message, "who"?}; {"go_on": message};
{"stop": true}; {"choose": message}; {"fork": message}; {"react": {"message", "kind"}};
{"bookmark": {"message", "on"}}; {"reopen": true}; {"suggest": message} what one may ask next
after a reply just written; {"hush": message} that nobody wants to know it any more; {"ping": true}.
`who` is "provider:model"; with "open" may come the `zone` and the `language` of the browser.
Out: {"event": "done", "n", …} and {"event": "error", "n", "code", "message"}. Of the open
conversation, each with its "id": `turn` {messages} a question and its growing reply, `grow`
{message, text | more, note} a reply is written, `message` {message} as it now is, `branch` {after}
what follows a message has changed, `summary` is another or being made, `ended` {on} or goes on;
without an id `welcome` {welcome} what a new one begins with, `openings` {openings} how it may
begin, in better words.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter, WebSocket
from pydantic import BaseModel, Field

from core.app import App
from core.database import Identity
from core.errors import Busy, NotFound, ParleyError
from core.events import Event
from core.intelligence.suggestions.suggestions import Opening
from core.providers.catalog import parted
from core.providers.port import AUTO
from core.speech import LONGEST_RECORDING
from core.turns import Turn, Update
from ui.api.dependencies import Core, User
from ui.api.desk import Asked, Desk, Frame
from ui.api.thread_pages import Pages
from ui.models import model_name, models_at_hand, readable

router = APIRouter()

SIGHT_EVERY = 0.03
"""Seconds between two sights of a growing reply, but for its beginning."""
QUICK = 400
"""Characters of a reply up to which every piece is told at once."""
Number = Field(None, ge=0, le=2**62)


class Asks(BaseModel):
    """A question to everything ever said; its days are those of the time zone."""

    time_zone: str | None = Field(None, max_length=64)


class Say(BaseModel):
    """Something to say; `quote` is what it is a reply to, `beside` what it stands in for."""

    text: str
    quote: int | None = Number
    beside: int | None = Number
    asks: Asks | None = None


class React(BaseModel):
    """What one thinks of a message, None to take it back."""

    message: int
    kind: Literal["like", "love", "funny", "dislike"] | None


class Bookmark(BaseModel):
    """Keep a message to find again, or no longer."""

    message: int
    on: bool


class Wish(Asked):
    """One frame of a page: one field is its wish; `around`, `who`, `zone` and `language`
    go with some."""

    open: UUID | None = None
    around: int | None = Number
    older: int = 0
    newer: int = 0
    say: Say = Say(text="")
    retry: int = 0
    go_on: int = 0
    who: str | None = Field(None, max_length=500)
    zone: str | None = Field(None, max_length=100)
    language: str | None = Field(None, max_length=35)
    suggest: int = 0
    hush: int = 0
    stop: bool = False
    choose: int = 0
    fork: int = 0
    react: React = React(message=0, kind=None)
    bookmark: Bookmark = Bookmark(message=0, on=False)
    reopen: bool = False


@router.websocket("/threads")
async def threads(socket: WebSocket, core: Core, user: User) -> None:
    """One open chat page. Closing it stops nothing but the telling."""
    await ThreadDesk(socket, core, user).serve()


class ThreadDesk(Desk[Wish]):
    """What one chat page does and is told; replies go on without it."""

    def __init__(self, socket: WebSocket, core: App, user: UUID) -> None:
        super().__init__(socket, core, user, Wish)
        self._pages = Pages(core, user)
        self._id: UUID | None = None
        self._listening: asyncio.Task[None] | None = None
        self._following: asyncio.Task[None] | None = None
        self._followed: int | None = None
        self._lengthy = {"suggest"}
        self._deeds = {
            "open": self._open, "older": self._older, "newer": self._newer, "say": self._say,
            "retry": self._retry, "go_on": self._go_on, "stop": self._stop,
            "choose": self._choose, "fork": self._fork, "react": self._react,
            "bookmark": self._bookmark, "reopen": self._reopen, "suggest": self._suggest,
            "hush": self._hush,
        }  # fmt: skip

    async def _open(self, wish: Wish) -> Frame:
        self._leave()
        if wish.zone:
            self._begin(self._note_zone(wish.zone))
        around = {"models": self._models(), "recording_seconds": self._seconds()}
        if wish.open is None:
            self._begin(self._look_around(self._welcome()))
            openings = await self._openings(wish.language)
            if openings:
                self._begin(self._word_openings(wish.language))
            return {"id": None, "welcome": self._welcome(), "openings": openings, **around}
        conversation = await self._core.conversations.get(self._user, wish.open)
        if conversation.kind != "chat":
            raise NotFound("There is no such conversation. It may have been deleted.")
        await self._listen(conversation.id)
        turn = await self._core.chat.attach(self._user, conversation.id)
        page = await self._page(conversation.id, wish.around, choose=turn is None)
        if turn:
            self._follow(turn)
        shown = {"id": str(conversation.id), "ended": conversation.ended_at is not None}
        return {**shown, "turn": turn.message_id if turn else None, **page, **around}

    async def _page(self, conversation_id: UUID, around: int | None, *, choose: bool) -> Frame:
        if around is None:
            return await self._pages.older(conversation_id)
        try:
            return await self._pages.around(conversation_id, around, choose=choose)
        except (Busy, NotFound) as error:
            return {**await self._pages.older(conversation_id), "missing": str(error)}

    async def _older(self, wish: Wish) -> Frame:
        return await self._pages.older(self._here(), wish.older)

    async def _newer(self, wish: Wish) -> Frame:
        return await self._pages.newer(self._here(), wish.newer)

    async def _say(self, wish: Wish) -> Frame:
        turn = await self._core.chat.send(
            self._user, wish.say.text, self._id, *self._chosen(wish.who),
            quote_id=wish.say.quote, beside=wish.say.beside,
            asks=wish.say.asks.model_dump() if wish.say.asks else None,
        )  # fmt: skip
        return await self._begun(turn)

    async def _retry(self, wish: Wish) -> Frame:
        turn = await self._core.chat.retry(self._user, wish.retry, *self._chosen(wish.who))
        return await self._begun(turn)

    async def _go_on(self, wish: Wish) -> Frame:
        return await self._begun(await self._core.chat.continue_(self._user, wish.go_on))

    async def _begun(self, turn: Turn) -> Frame:
        if self._id is None:
            await self._listen(turn.conversation_id)
        if turn.message_id != self._followed:
            self._follow(turn, anew=True)
        return {"id": str(turn.conversation_id), "turn": turn.message_id}

    async def _stop(self, wish: Wish) -> Frame:
        await self._core.chat.stop(self._user, self._here())
        return {}

    async def _choose(self, wish: Wish) -> Frame:
        if await self._core.chat.attach(self._user, self._here()):
            raise Busy
        await self._core.branches.choose(self._user, wish.choose)
        return {}

    async def _fork(self, wish: Wish) -> Frame:
        return {"id": str(await self._core.branches.fork(self._user, wish.fork))}

    async def _react(self, wish: Wish) -> Frame:
        await self._core.marks.react(self._user, wish.react.message, wish.react.kind)
        return {}

    async def _bookmark(self, wish: Wish) -> Frame:
        await self._core.marks.bookmark(self._user, wish.bookmark.message, on=wish.bookmark.on)
        return {}

    async def _reopen(self, wish: Wish) -> Frame:
        await self._core.conversations.reopen(self._user, self._here())
        return {}

    async def _suggest(self, wish: Wish) -> Frame:
        return {"questions": await self._core.suggestions.follow_ups(self._user, wish.suggest)}

    async def _hush(self, wish: Wish) -> Frame:
        self._core.suggestions.cancel(self._user, wish.hush)
        return {}

    def _here(self) -> UUID:
        if self._id is None:
            raise NotFound("No conversation is open. Reload the page.")
        return self._id

    def _chosen(self, who: str | None) -> tuple[str | None, str | None]:
        """Provider and model somebody chose, as far as they can still be used."""
        provider, model = parted(who or "")
        if provider not in self._core.providers.names():
            return None, None
        return provider, model or AUTO

    # Telling

    def _leave(self) -> None:
        for task in (self._listening, self._following):
            if task:
                task.cancel()
        self._id = self._listening = self._following = self._followed = None

    async def _listen(self, conversation_id: UUID) -> None:
        """Hear of a conversation from now on."""
        heard: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._id = conversation_id
        self._listening = self._begin(self._hear(conversation_id, heard))
        await heard

    async def _hear(self, conversation_id: UUID, heard: asyncio.Future[None]) -> None:
        who = Identity("user", self._user)
        try:
            async with self._core.events.subscribe(who, conversation_id) as events:
                heard.set_result(None)
                async for event in events:
                    with suppress(ParleyError):  # deleted meanwhile: the list tells the page
                        await self._heard(conversation_id, event)
        except ParleyError as error:
            if not heard.done():
                heard.set_exception(error)
        finally:
            heard.cancel()  # nobody waits for ever for a page that has gone

    async def _heard(self, conversation_id: UUID, event: Event) -> None:
        told = {"id": str(conversation_id)}
        message_id = int(event.payload.get("message_id", 0))
        if event.kind == "turn" and message_id != self._followed:
            if turn := await self._core.chat.attach(self._user, conversation_id):
                self._follow(turn, anew=True)
            else:
                await self._tell_turn(conversation_id)
        elif event.kind == "branch":
            await self._tell({"event": "branch", "after": event.payload["after"], **told})
        elif event.kind == "summary":
            await self._tell({"event": "summary", **told})
        elif event.kind == "ended":
            await self._tell({"event": "ended", "on": event.payload["on"], **told})
        elif event.kind == "mark" or (event.kind == "reply" and message_id != self._followed):
            await self._tell_message(conversation_id, message_id)

    def _follow(self, turn: Turn, *, anew: bool = False) -> None:
        """Tell of a reply while it grows; with `anew` of its question first."""
        if self._following:
            self._following.cancel()
        self._followed = turn.message_id
        self._following = self._begin(self._tell_growth(turn, anew))

    async def _tell_growth(self, turn: Turn, anew: bool) -> None:
        with suppress(ParleyError):  # as above
            if anew:
                await self._tell_turn(turn.conversation_id)
            begun = 0
            async for update in turn.follow():
                if update.status != "streaming":
                    break
                await self._tell(_growth(turn, update, first=not begun))
                begun += len(update.text)
                if begun > QUICK:
                    await asyncio.sleep(SIGHT_EVERY)
            await self._tell_message(turn.conversation_id, turn.message_id)
        if self._followed == turn.message_id:
            self._followed = None

    async def _tell_turn(self, conversation_id: UUID) -> None:
        messages = await self._pages.tail(conversation_id)
        await self._tell({"event": "turn", "id": str(conversation_id), "messages": messages})

    async def _tell_message(self, conversation_id: UUID, message_id: int) -> None:
        message = await self._pages.one(conversation_id, message_id)
        if message:
            told = {"event": "message", "id": str(conversation_id), "message": message}
            await self._tell(told)

    # What a page begins with

    async def _look_around(self, told: Frame) -> None:
        """Look for servers on this computer, and tell where one of them would answer."""
        with suppress(ParleyError):
            await self._core.providers.look_around()
            welcome = self._welcome()
            if welcome != told:
                news = {"event": "welcome", "welcome": welcome, "models": self._models()}
                await self._tell(news)

    async def _openings(self, language: str | None) -> list[Frame]:
        with suppress(ParleyError):
            return _shown(await self._core.suggestions.openings(self._user, language))
        return []

    async def _word_openings(self, language: str | None) -> None:
        """Tell them in better words where a model has some; the page does not wait for it."""
        with suppress(ParleyError):
            worded = await self._core.suggestions.openings_in_words(self._user, language)
            if worded:
                await self._tell({"event": "openings", "openings": _shown(worded)})

    async def _note_zone(self, zone: str) -> None:
        with suppress(ParleyError):
            await self._core.profile.set_zone(self._user, zone)

    def _welcome(self) -> Frame:
        core = self._core
        provider, model = core.providers.default()
        row = core.providers.row(provider)
        note = row.note
        if row.address_setting and core.preferences.origin(row.address_setting) == "found":
            note = f"Parley found {row.label} on this computer; nothing leaves it."
        return {"name": model_name(core, provider, model), "note": note or ""}

    def _models(self) -> Frame:
        default = ":".join(self._core.providers.default())
        entries = dict.fromkeys([default, *models_at_hand(self._core)])
        labelled = [{"entry": entry, "label": readable(self._core, entry)} for entry in entries]
        names = {
            name: row.label for row in self._core.providers.rows()
            if (name := row.name) in self._core.providers.names()
        }  # fmt: skip
        return {"default": default, "entries": labelled, "providers": names}

    def _seconds(self) -> int:
        return LONGEST_RECORDING if self._core.speech.available() else 0


def _shown(openings: list[Opening]) -> list[Frame]:
    return [{"kind": one.kind, "text": one.text} for one in openings]


def _growth(turn: Turn, update: Update, *, first: bool) -> dict[str, Any]:
    told: Frame = {"event": "grow", "id": str(turn.conversation_id), "message": turn.message_id}
    if update.text:
        told["text" if first else "more"] = update.text
    return told | {"note": update.note}
