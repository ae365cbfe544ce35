"""The chat with an AI: begin a turn, follow it, stop it, try again, go on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from core import languages
from core.context import fit
from core.conversations import Branch, Conversations, Message, read_branch
from core.conversations.branches import QUOTED, quoted
from core.database import Connection, Database, patiently
from core.errors import (
    BrokenStream,
    DownloadError,
    NotFound,
    ParleyError,
    PolicyRefusal,
    ProviderError,
    Refused,
)
from core.events import Event, Events
from core.grounds import Asks, Citing, Grounding
from core.intelligence.profile.telling import Shaping
from core.jobs import Jobs
from core.memories.knowledge import Knowing
from core.preferences import Preferences
from core.providers.port import ChatMessage, Delta, Options
from core.providers.registry import Providers
from core.queries import load
from core.text import shortened, typed
from core.titles import first_words
from core.turns import LocalTurn, Pace, RemoteTurn, Turn, save_growth

log = logging.getLogger(__name__)
sql = load("turns")
questions = load("questions")

MESSAGES_READ = 400
"""Messages of the branch looked at when a context is made."""
HEARD = 2
"""What the person said last that memories are looked for with."""
AfterTurn = Callable[[Connection, UUID, UUID, str], Awaitable[None]]
"""Called with the user, the conversation and the question of a turn."""
_GO_ON = "Continue your last message exactly where it stopped. Do not repeat any of it."


class Chat:
    """Every chat of everybody. Turns run here, whether or not anyone looks."""

    def __init__(
        self,
        preferences: Preferences,
        database: Database,
        events: Events,
        providers: Providers,
        conversations: Conversations,
        jobs: Jobs,
        knowing: Knowing,
        shaping: Shaping,
        after_turn: AfterTurn,
        grounding: Grounding,
    ) -> None:
        """`after_turn` is told of every turn, in the transaction that ends it."""
        self._preferences = preferences
        self._db = database
        self._events = events
        self._providers = providers
        self._conversations = conversations
        self._jobs = jobs
        self._knowing = knowing
        self._shaping = shaping
        self._after_turn = after_turn
        self._grounding = grounding
        self._running: dict[UUID, LocalTurn] = {}
        self._known_since = asyncio.Event()
        """Set, and another put in its place, when a turn of this process begins or has ended."""
        self._saver: asyncio.Task[None] | None = None
        events.on("stop", self._heed)

    async def send(
        self,
        user_id: UUID,
        text: str,
        conversation_id: UUID | None = None,
        provider: str | None = None,
        model: str | None = None,
        *,
        quote_id: int | None = None,
        beside: int | None = None,
        asks: Asks | None = None,
    ) -> Turn:
        """Say something to the AI; returns once it is saved and the reply is on its way.

        Without a conversation a new one begins. `quote_id`: the message of the conversation
        this is a reply to. `beside`: the message of the person's that this stands in for, on a
        branch of its own; what followed that one is kept on the other. With `asks` the reply is
        made of what was ever said, and cites it. Raises Refused for an empty text or an ended
        conversation, Busy while a reply is being written, NotFound, ProviderError for an unknown
        provider.
        """
        text = typed(text)
        if not text:
            raise Refused("There is nothing to send. Type a message first.")
        provider, model = self._choice(provider, model)
        async with self._db.as_user(user_id) as conn:
            turn = await self._begin(
                conn, user_id, sql.begin_turn, provider, model,
                conversation_id=conversation_id, text=text, language=languages.detect(text),
                title=first_words(text), quote_id=quote_id, beside=beside,
            )  # fmt: skip
            if asks is not None:
                turn.asks = asks
                noted = {"question_id": turn.question_id, "asks": Jsonb(asks)}
                await conn.execute(questions.note_asked, noted)
            said = [ChatMessage("user", text)]
            if conversation_id:
                said = await self._read(conn, turn)
        return self._start(turn, said)

    async def retry(
        self,
        user_id: UUID,
        message_id: int,
        provider: str | None = None,
        model: str | None = None,
    ) -> Turn:
        """Answer the same question again, beside the reply `message_id`, which is kept."""
        async with self._db.as_user(user_id) as conn:
            message = await self._reply(conn, message_id)
            provider, model = self._choice(provider or message.provider, model or message.model)
            await conn.execute(sql.lock, {"conversation_id": message.conversation_id})
            turn = await self._begin(
                conn, user_id, sql.begin_again, provider, model, message_id=message_id
            )
            said = await self._read_again(conn, turn)
        return self._start(turn, said)

    async def continue_(self, user_id: UUID, message_id: int) -> Turn:
        """Go on with an interrupted reply where it stopped."""
        async with self._db.as_user(user_id) as conn:
            message = await self._reply(conn, message_id)
            provider, model = self._choice(message.provider, message.model)
            await conn.execute(sql.lock, {"conversation_id": message.conversation_id})
            again = {
                "id": message_id, "worker": self._db.worker, "provider": provider, "model": model,
            }  # fmt: skip
            if (await conn.execute(sql.reopen_reply, again)).rowcount == 0:
                raise Refused("This reply is finished; there is nothing to continue.")
            turn = LocalTurn(
                user_id, message.conversation_id, message.parent_id, message_id, provider, model,
                message.text,
            )  # fmt: skip
            said = await self._read_again(conn, turn)
            told = {
                "conversation_id": message.conversation_id, "question_id": message.parent_id,
                "message_id": message_id,
            }  # fmt: skip
            await conn.execute(sql.announce, told)
        return self._start(turn, said)

    async def stop(self, user_id: UUID, conversation_id: UUID) -> None:
        """Stop the reply being written; what came is kept. Nothing happens where there is none."""
        turn = await self.attach(user_id, conversation_id)
        if isinstance(turn, LocalTurn):
            turn.stop_asked = True
            if turn.task:
                turn.task.cancel()
                await asyncio.wait({turn.task})
        elif turn is not None:
            await self._events.flash_everywhere(conversation_id, "stop", {})

    async def attach(self, user_id: UUID, conversation_id: UUID) -> Turn | None:
        """The reply being written in a conversation, or None."""
        while True:
            known_since = self._known_since
            async with self._db.as_user(user_id) as conn:
                row = await self._streaming(conn, conversation_id)
            if row is None:
                return None
            running = self._running.get(conversation_id)
            if running and running.message_id == row["id"]:
                return running
            if row["worker"] != self._db.worker:
                return RemoteTurn(self._db, self._events, user_id, row)
            await known_since.wait()  # committed here, or ended: known in a moment

    async def _streaming(self, conn: Connection, conversation_id: UUID) -> dict[str, Any] | None:
        """The row of the reply being written; one whose process has died is not."""
        if conversation_id not in self._running:
            await conn.execute(sql.interrupt_orphans)
        cursor = await conn.execute(sql.streaming, {"id": conversation_id})
        return await cursor.fetchone()

    def _choice(self, provider: str | None, model: str | None) -> tuple[str, str]:
        default_provider, default_model = self._providers.default()
        provider = provider or default_provider
        self._providers.get(provider)
        return provider, model or (
            default_model
            if provider == default_provider
            else self._providers.default_model(provider)
        )

    async def _reply(self, conn: Connection, message_id: int) -> Message:
        row = await (await conn.execute(sql.message, {"id": message_id})).fetchone()
        if row is None or row["role"] != "assistant":
            raise NotFound("There is no such reply. It may have been deleted.")
        return Message.of(row)

    async def _begin(
        self, conn: Connection, user_id: UUID, query: Any, provider: str, model: str, **values: Any
    ) -> LocalTurn:
        """Make a reply by `query`; the turn, which runs after the commit."""
        values |= {
            "user_id": user_id, "provider": provider, "model": model, "worker": self._db.worker,
        }  # fmt: skip
        begun = await (await conn.execute(query, values)).fetchone()
        assert begun is not None
        turn = LocalTurn(
            user_id, begun["conversation_id"], begun["question_id"], begun["reply_id"],
            provider, model,
        )  # fmt: skip
        turn.remembers = begun.get("remembers", True)
        turn.has_learned = begun.get("has_learned", True)
        return turn

    async def _read(self, conn: Connection, turn: LocalTurn) -> list[ChatMessage]:
        """What was said on the visible branch; notes on the turn whether it is the first."""
        branch = await read_branch(conn, turn.conversation_id, MESSAGES_READ)
        turn.is_first = not any(m.role == "assistant" and m.status == "complete" for m in branch)
        return _told(branch, await quoted(conn, branch))

    async def _read_again(self, conn: Connection, turn: LocalTurn) -> list[ChatMessage]:
        """The same for a question that was there before, and how it asks for what was ever said."""
        if turn.question_id:
            about = {"question_id": turn.question_id}
            row = await (await conn.execute(questions.asked, about)).fetchone()
            turn.asks = row["asks"] if row else None
        return await self._read(conn, turn)

    def _start(self, turn: LocalTurn, said: list[ChatMessage]) -> LocalTurn:
        self._running[turn.conversation_id] = turn
        self._tell_known()
        if self._saver is None or self._saver.done():
            self._saver = asyncio.create_task(save_growth(self._running, self._db))
        turn.task = asyncio.create_task(self._answer(turn, said), name=f"turn {turn.message_id}")
        return turn

    def _tell_known(self) -> None:
        self._known_since.set()
        self._known_since = asyncio.Event()

    async def _answer(self, turn: LocalTurn, said: list[ChatMessage]) -> None:
        try:
            heard = [message.text for message in said if message.role == "user"]
            turn.question = heard[-1] if heard else ""
            await self._recall(turn, heard[-HEARD:])
            if turn.asks is None or not await self._look(turn, said):
                await self._stream(turn, said)
            outcome: tuple[Any, ...] = ("complete",)
        except asyncio.CancelledError:
            outcome = ("interrupted", "stopped" if turn.stop_asked else "process_ended")
        except ParleyError as error:
            outcome = ("interrupted" if turn.text else "failed", error.code, str(error))
        except Exception:
            log.exception("a turn failed unexpectedly")
            outcome = ("interrupted" if turn.text else "failed", "error", str(ParleyError()))
        await asyncio.shield(asyncio.create_task(self._finish(turn, outcome)))

    async def _recall(self, turn: LocalTurn, heard: list[str]) -> None:
        """Find what the reply is made with, as far as there may be anything."""
        if turn.remembers and turn.has_learned:
            turn.known, turn.told = await asyncio.gather(
                self._knowing.about(turn.user_id, heard), self._shaping.about(turn.user_id)
            )
        elif turn.remembers:
            turn.known = await self._knowing.about(turn.user_id, heard)
        elif turn.has_learned:
            turn.told = await self._shaping.about(turn.user_id)

    async def _look(self, turn: LocalTurn, said: list[ChatMessage]) -> bool:
        """Look for what the reply is to be made of; whether that answers it already."""
        turn.say("Searching what was said…")
        assert turn.asks is not None
        turn.grounds = await self._grounding.look(
            turn.user_id, turn.conversation_id, turn.message_id, said, turn.asks,
            (turn.provider, turn.model),
        )  # fmt: skip
        turn.say(None)
        if turn.grounds.answer is None:
            return False
        turn.text = ""
        turn.take(Delta(turn.grounds.answer))
        return True

    async def _stream(self, turn: LocalTurn, said: list[ChatMessage]) -> None:
        """Let the model asked for answer; where it fails before its first word, the next one."""
        asked = turn.provider, turn.model
        others = [one for one in self._providers.fallbacks() if one != asked]
        while True:
            begun = len(turn.text)
            try:
                return await self._stream_from(turn, said)
            except PolicyRefusal:
                raise
            except (ProviderError, DownloadError) as error:
                if len(turn.text) > begun or not others:
                    raise
                turn.hand_over(*others.pop(0), because=str(error))

    async def _stream_from(self, turn: LocalTurn, said: list[ChatMessage]) -> None:
        settings, model = self._preferences.current, turn.model
        provider = self._providers.get(turn.provider)
        await provider.prepare(model, lambda label, share: turn.say(_note(label, share)))
        turn.say(None)
        info = await provider.model(model)
        turn.model = info.id
        if turn.text:
            said = [*said, ChatMessage("user", _GO_ON)]
        grounds, known = turn.grounds, turn.known.prompt
        found = grounds.prompt if grounds else ""
        told = "\n\n".join(filter(None, (settings.system_prompt, known, turn.told.prompt, found)))
        context = fit(
            told,
            said,
            info.context_window,
            lambda text: provider.count_tokens(model, text),
        )
        options = Options(settings.ai_max_tokens, settings.ai_temperature)
        citing = grounds.citing() if grounds else None
        pace, limit = Pace(self._running), settings.ai_total_timeout
        try:
            async with (
                asyncio.timeout(limit) as time,
                aclosing(provider.stream(model, context, options)) as deltas,
            ):
                async for delta in deltas:
                    turn.take(await _checked(delta, citing))
                    await pace.give_way()
                turn.take(Delta(await citing.rest() if citing else ""))
        except TimeoutError as error:
            if not time.expired():
                raise
            raise BrokenStream(
                f"The reply took longer than {limit:g} s. What came is kept; continue, or allow "
                "more time on the Settings page."
            ) from error

    async def _finish(self, turn: LocalTurn, outcome: tuple[Any, ...]) -> None:
        """Save how it ended, for as long as it takes the database to be there."""
        status, code, sentence = (*outcome, None, None)[:3]
        await patiently(lambda: self._save_end(turn, status, code, sentence))
        if self._running.get(turn.conversation_id) is turn:
            del self._running[turn.conversation_id]
        self._tell_known()
        turn.end(status, code, sentence)

    async def _save_end(
        self, turn: LocalTurn, status: str, code: str | None, sentence: str | None
    ) -> None:
        usage = turn.usage
        end = {
            "id": turn.message_id, "text": turn.text, "status": status, "error_code": code,
            "error": sentence, "language": languages.detect(turn.text),
            "input_tokens": usage.input_tokens if usage else None,
            "output_tokens": usage.output_tokens if usage else None,
            "provider": turn.provider, "model": turn.model, "remark": turn.remark,
            "waited": turn.waited,
        }  # fmt: skip
        async with self._db.as_user(turn.user_id) as conn:
            if (await conn.execute(sql.finish, end)).rowcount == 0:
                return  # deleted meanwhile
            if status == "complete" and turn.is_first:
                await self._jobs.defer(
                    conn,
                    "title",
                    user_id=str(turn.user_id),
                    conversation_id=str(turn.conversation_id),
                )
            if turn.grounds:
                await self._grounding.note(conn, turn.message_id, turn.text)
            await self._knowing.note_use(conn, turn.user_id, turn.message_id, turn.known.ids)
            await self._shaping.note_use(conn, turn.user_id, turn.message_id, turn.told.ids)
            await self._after_turn(conn, turn.user_id, turn.conversation_id, turn.question)
            ended = {"message_id": turn.message_id, "status": status}
            await self._events.publish(conn, turn.conversation_id, "reply", ended)
            await self._conversations.announce(conn, turn.user_id, turn.conversation_id)

    def _heed(self, event: Event) -> None:
        """Somebody asked another process to stop a turn of this one."""
        turn = self._running.get(event.topic)
        if turn and turn.task:
            turn.stop_asked = True
            turn.task.cancel()

    async def interrupt_orphans(self) -> None:
        """Mark replies whose process has died as interrupted; what was saved of them stays."""
        async with self._db.as_nobody() as conn:
            await conn.execute(sql.interrupt_orphans)

    async def close(self) -> None:
        """Stop every running turn, keeping what came."""
        tasks = [turn.task for turn in self._running.values() if turn.task]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=5)
        if self._saver:
            self._saver.cancel()


def _told(branch: Branch, quotes: dict[int, str]) -> list[ChatMessage]:
    """The visible branch as the model is told it: what a message is a reply to stands above it."""
    return [
        ChatMessage(m.role, _below_quote(quotes.get(m.quote_id or 0), m.text))
        for m in branch
        if m.text
    ]


async def _checked(delta: Delta, citing: Citing | None) -> Delta:
    """A piece of a reply without what it cites wrongly."""
    return replace(delta, text=await citing.take(delta.text)) if citing else delta


def _below_quote(quote: str | None, text: str) -> str:
    return f"> {shortened(quote, QUOTED)}\n\n{text}" if quote else text


def _note(label: str, share: float | None) -> str:
    return label if share is None else f"{label} {share:.0%}"


@asynccontextmanager
async def open_chat(
    preferences: Preferences,
    database: Database,
    events: Events,
    providers: Providers,
    conversations: Conversations,
    jobs: Jobs,
    knowing: Knowing,
    shaping: Shaping,
    after_turn: AfterTurn,
    grounding: Grounding,
) -> AsyncIterator[Chat]:
    """The chat; turns whose process has died are marked interrupted first."""
    chat = Chat(
        preferences, database, events, providers, conversations, jobs, knowing, shaping, after_turn,
        grounding,
    )  # fmt: skip
    await chat.interrupt_orphans()
    try:
        yield chat
    finally:
        await chat.close()
