"""The composition root: every part of Parley, wired, as one object to pass around."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from core import languages
from core.accounts import Accounts
from core.background import Background, Task
from core.background import Progress as Done
from core.chat import Chat, open_chat
from core.conversations import Branches, Conversations, Marks
from core.database import Connection, Database, open_database
from core.embeddings import Embedder, LocalEmbedder
from core.errors import ParleyError
from core.events import Events, open_events
from core.exports.exports import Exports
from core.feed import Feed, Presence
from core.imports.imports import Imports
from core.intelligence.analytics import Analytics
from core.intelligence.profile.learning import Analysis
from core.intelligence.profile.profile import Profile
from core.intelligence.questions.questions import Questions
from core.intelligence.search.reading import Reader
from core.intelligence.search.search import Search
from core.intelligence.suggestions.suggestions import Suggestions
from core.intelligence.summaries import Summaries
from core.intelligence.tidying import Tidying
from core.jobs import Jobs
from core.memories.index import MemoryIndex
from core.memories.learning import Learning
from core.memories.memories import Memories
from core.memories.recall import Recall
from core.preferences import Keeper, Preferences
from core.providers.port import Progress
from core.providers.registry import Providers
from core.rooms import Participant, Rooms
from core.settings import Settings
from core.sharing.reading import Readers
from core.sharing.shares import Shares
from core.slates.runs import Runs, open_runs
from core.slates.slates import Slates
from core.slates.writing import Writer
from core.speech import Speech
from core.titles import Titles
from core.translation.engines import Engines
from core.translation.service import Translations
from core.vault import Vault
from core.vector_index import VectorIndex
from core.vectors import Vectors

log = logging.getLogger(__name__)

UNDO_WITHIN = 60
"""Minutes in which what was deleted can be brought back."""
EVENTS_KEPT = 7
"""Days after which events are forgotten; what they told of stays."""
SLATES_KEPT = 1
"""Days in which a deleted slate can be brought back."""


@dataclass(frozen=True, slots=True)
class Health:
    """What is wrong with the database and the index, None where they answer."""

    database: str | None
    index: str | None

    @property
    def ok(self) -> bool:
        """Whether everything answers."""
        return self.database is None and self.index is None


@dataclass(frozen=True, slots=True)
class App:
    """Parley. Made by `open_app`; lives on one event loop."""

    settings: Settings
    """What the environment and `.env` say; what may change while Parley runs: `preferences`."""
    preferences: Preferences
    keeper: Keeper
    database: Database
    events: Events
    accounts: Accounts
    providers: Providers
    conversations: Conversations
    branches: Branches
    marks: Marks
    exports: Exports
    imports: Imports
    chat: Chat
    translations: Translations
    engines: Engines
    rooms: Rooms
    presence: Presence
    vectors: Vectors
    memories: Memories
    memory_index: MemoryIndex
    passage_index: VectorIndex
    reader: Reader
    search: Search
    questions: Questions
    recall: Recall
    learning: Learning
    speech: Speech
    slates: Slates
    slate_runs: Runs
    shares: Shares
    readers: Readers
    summaries: Summaries
    tidying: Tidying
    profile: Profile
    analysis: Analysis
    suggestions: Suggestions
    analytics: Analytics
    jobs: Jobs
    background: Background
    host_id: UUID

    def feed(self, participant: Participant) -> Feed:
        """The room of a participant as they see it."""
        return Feed(participant, self.database, self.events, self.rooms, self.translations)

    async def warm(self) -> None:
        """Do now what would delay the first message and the first search: load the detector,
        import the SDK, open the index.

        Takes a second of CPU time; call it when nobody is waiting. Failures show up later.
        """
        await asyncio.to_thread(languages.warm)
        with suppress(ParleyError):
            await self.providers.warm()
        with suppress(ParleyError):
            await self.search.warm(self.host_id)

    async def health(self) -> Health:
        """Ask the database and the index, each for two seconds at most."""
        database, index = await asyncio.gather(
            _complaint(self.database.check()), _complaint(self.vectors.check())
        )
        return Health(database, index)


@asynccontextmanager
async def open_app(
    settings: Settings,
    progress: Progress | None = None,
    *,
    working: bool = True,
    embedder: Embedder | None = None,
) -> AsyncIterator[App]:
    """Open Parley: database, events, providers, rooms and background work.

    `progress` hears of what takes longer than a moment. Without `working` this process does no
    jobs and nothing by itself; what it defers is done by others. `embedder` is this computer's
    if none is given. Raises ConfigurationError or DatabaseUnavailable, each saying what to do.
    """
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(open_database(settings, progress))
        events = await stack.enter_async_context(open_events(database))
        accounts = Accounts(database)
        host_id = await accounts.local_user()
        preferences = Preferences(settings)
        vault = Vault(settings)
        keeper = Keeper(preferences, database, events, vault, host_id)
        await keeper.load()
        stack.push_async_callback(keeper.close)
        providers = Providers(preferences)
        stack.push_async_callback(providers.close)
        speech = Speech(preferences, providers)
        stack.push_async_callback(speech.close)
        jobs = Jobs(database)
        vectors = Vectors(settings)
        stack.push_async_callback(vectors.close)
        embedder = embedder or LocalEmbedder()
        stack.push_async_callback(embedder.close)
        memories = Memories(database, events, jobs)
        memory_index = MemoryIndex(database, vectors, embedder, jobs)
        recall = Recall(database, memory_index, embedder)
        passage_index = VectorIndex("passages", database, vectors, embedder, jobs)
        reader = Reader(database, events, jobs, passage_index)
        search = Search(database, passage_index, embedder, recall)
        questions = Questions(database, events, search, providers, embedder)
        background = Background(database, jobs, host_id)
        conversations = Conversations(database, events, jobs)
        exports, imports = Exports(database), Imports(database, conversations)
        learning = Learning(
            preferences, database, conversations, providers, memories, recall, embedder, jobs
        )
        profile = Profile(preferences, database)
        analysis = Analysis(profile, database, providers, jobs)
        suggestions = Suggestions(preferences, database, conversations, providers, profile)
        stack.push_async_callback(suggestions.close)

        async def after_turn(conn: Connection, user: UUID, conversation: UUID, said: str) -> None:
            await learning.after_turn(conn, user, conversation, said)
            await analysis.after_turn(conn, user, conversation, said)

        titles = Titles(conversations, providers)
        jobs.register("title", titles.give)
        engines = Engines(preferences, providers)
        stack.push_async_callback(engines.close)
        translations = Translations(database, events, engines.current, recall)
        stack.push_async_callback(translations.close)
        chat = await stack.enter_async_context(
            open_chat(
                preferences, database, events, providers, conversations, jobs, recall, profile,
                after_turn, questions,
            )
        )  # fmt: skip
        slates = Slates(database)
        slate_runs = await stack.enter_async_context(
            open_runs(database, events, engines, Writer(preferences, providers), recall)
        )
        rooms = Rooms(settings, database, events, translations, jobs)
        presence = Presence(database, events, jobs)
        shares = Shares(database, events, vault)
        summaries = Summaries(
            preferences, database, events, conversations, providers, jobs, background
        )
        stack.push_async_callback(summaries.close)
        tidying = Tidying(preferences, database, events, conversations, shares)
        app = App(
            settings, preferences, keeper, database, events, accounts, providers, conversations,
            Branches(database, events), Marks(database, events), exports, imports, chat,
            translations, engines, rooms, presence, vectors, memories, memory_index, passage_index,
            reader, search, questions, recall, learning, speech, slates, slate_runs, shares,
            Readers(database, events), summaries, tidying, profile, analysis, suggestions,
            Analytics(database, settings.prices_file), jobs, background, host_id,
        )  # fmt: skip
        _chores(app)
        await stack.enter_async_context(jobs.open())
        if working:
            await stack.enter_async_context(jobs.working())
            for by_itself in (
                presence.keep(), providers.look_around(), memory_index.keep_up(),
                passage_index.keep_up(), reader.keep_up(),
            ):  # fmt: skip
                await stack.enter_async_context(_running(by_itself))
        yield app


def _chores(app: App) -> None:
    """What is done again and again, by one process at a time."""
    minutes, host = "*/10 * * * *", app.host_id
    app.background.add(Task(
        "summarize", "Summaries", "Summarises conversations that have ended or fallen silent.",
        minutes, lambda progress: app.summaries.catch_up(host, progress),
        again=app.summaries.again, in_portions=True,
    ))  # fmt: skip
    app.background.add(Task(
        "cleanup", "Cleaning up", "Forgets links that are over and conversations with nothing in.",
        "29 * * * *", lambda progress: app.tidying.clean_up(host, progress),
    ))  # fmt: skip
    app.background.add(Task(
        "analyze", "Profile", "Learns what you like from what you wrote.",
        "41 * * * *", lambda _progress: app.analysis.learn(host),
    ))  # fmt: skip
    for cron, name, label, about, work in (
        (minutes, "index_what_was_missed", "Index", "Brings new memories into the index.",
         app.memory_index.keep_up),
        (minutes, "index_passages_missed", "Search by meaning",
         "Brings what was said into the index by meaning.", app.passage_index.keep_up),
        ("* * * * *", "read_what_was_missed", "Search", "Reads what was said and not yet read.",
         app.reader.look),
        (minutes, "purge_conversations", "Deleted conversations", "Forgets them after an hour.",
         lambda: app.conversations.purge(UNDO_WITHIN)),
        (minutes, "purge_memories", "Deleted memories", "Forgets them after an hour.",
         lambda: app.memories.purge(UNDO_WITHIN)),
        (minutes, "purge_profiles", "Profile", "Forgets what was reset or removed.",
         lambda: app.profile.purge(UNDO_WITHIN)),
        (minutes, "analyze_what_was_missed", "Profiles", "Has what was written lately learned.",
         app.analysis.catch_up),
        ("23 3 * * *", "forget_slates", "Deleted slates", "Forgets them after a day.",
         lambda: app.slates.forget_deleted(SLATES_KEPT)),
        ("17 3 * * *", "forget_events", "Old events", "Forgets what pages were told a week ago.",
         lambda: app.events.forget(EVENTS_KEPT)),
        ("* * * * *", "interrupt_orphans", "Cut-off replies",
         "Ends replies whose process has gone.", app.chat.interrupt_orphans),
    ):  # fmt: skip
        app.background.add(Task(name, label, about, cron, _uncounted(work)))


def _uncounted(work: Callable[[], Awaitable[object]]) -> Callable[[Done], Awaitable[int]]:
    """A task of which nobody counts what it did."""

    async def done(_progress: Done) -> int:
        await work()
        return 0

    return done


async def _complaint(check: Awaitable[None]) -> str | None:
    try:
        await check
    except ParleyError as error:
        return str(error)
    return None


@asynccontextmanager
async def _running(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
