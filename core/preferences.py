"""What a person has set on the Settings page, over what the environment and `.env` say.

A preference is a field of `core.settings`, kept in the database; keys are encrypted. What is
set on the page comes first, then the environment, then what was found on this computer.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Literal
from uuid import UUID

from psycopg.types.json import Jsonb
from pydantic import SecretStr, ValidationError

from core.database import Database
from core.errors import DatabaseUnavailable, Refused
from core.events import Event, Events
from core.queries import load
from core.settings import Settings
from core.vault import Vault

log = logging.getLogger(__name__)
sql = load("preferences")

Origin = Literal["page", "environment", "found", "default"]
CHANGED = "preferences"
"""The kind of event that tells of a change."""
PREFIXES = (
    "ai_", "translation_", "summary_", "speech_", "memory_", "empty_", "profile_", "suggest_",
)  # fmt: skip
PROVIDER_ENDINGS = ("_api_key", "_base_url")
NOT_PREFERENCES = ("translation_models_url",)
NAMES = frozenset(
    name
    for name in Settings.model_fields
    if (name.startswith(PREFIXES) or name.endswith(PROVIDER_ENDINGS) or name == "system_prompt")
    and name not in NOT_PREFERENCES
)
"""The settings a person may change while Parley runs."""


class Preferences:
    """The settings as they are now. `current` is what everybody who asks the AI goes by."""

    def __init__(self, settings: Settings) -> None:
        """`settings`: what the environment and `.env` say."""
        self.base = settings
        self.current = settings
        self.unreadable: list[str] = []
        """Keys that were kept, but encrypted with another key than there is now."""
        self._found: dict[str, str] = {}
        self._saved: dict[str, Any] = {}

    def origin(self, name: str) -> Origin:
        """Where the value of a setting comes from."""
        if name in self._saved:
            return "page"
        if name in self.base.model_fields_set and getattr(self.base, name) is not None:
            return "environment"
        return "found" if name in self._found else "default"

    def found(self, addresses: Mapping[str, str]) -> None:
        """Servers that run on this computer, by the setting of their address."""
        if addresses != self._found:
            self._found = dict(addresses)
            self._apply()

    def take(self, saved: Mapping[str, Any]) -> None:
        """What is set on the page, now. What does not fit any more is left out, and logged."""
        self._saved = {}
        for name, value in saved.items():
            try:
                checked(self.base, {name: value})
                self._saved[name] = value
            except Refused as refusal:
                log.warning("the preference %s is left out: %s", name, refusal)
        self._apply()

    def _apply(self) -> None:
        wanted = {
            name: value for name, value in self._found.items() if getattr(self.base, name) is None
        }
        self.current = checked(self.base, wanted | self._saved)


class Keeper:
    """Keeps a person's preferences in the database, and hears when another process changed them."""

    def __init__(
        self,
        preferences: Preferences,
        database: Database,
        events: Events,
        vault: Vault,
        user_id: UUID,
    ) -> None:
        self._preferences = preferences
        self._db = database
        self._events = events
        self._user = user_id
        self._vault = vault
        self._reading = asyncio.Lock()
        self._loading: set[asyncio.Task[None]] = set()
        events.on(CHANGED, self._heed)

    async def load(self) -> None:
        """Read what is kept; one reading after the other, so that the last one is the newest."""
        async with self._reading:
            await self._load()

    async def _load(self) -> None:
        async with self._db.as_user(self._user) as conn:
            rows = await (await conn.execute(sql.all, {"user_id": self._user})).fetchall()
        saved, unreadable = {}, []
        for row in rows:
            if row["name"] not in NAMES:
                continue  # of another version of Parley
            value = row["value"]
            if row["secret"] is not None:
                value = await asyncio.to_thread(self._vault.open, row["secret"])
            if value is None:
                unreadable.append(row["name"])
            elif self._fits(row["name"], value):
                saved[row["name"]] = value
        self._preferences.unreadable = unreadable
        self._preferences.take(saved)

    def _fits(self, name: str, value: Any) -> bool:
        """Whether this version of Parley can use it; another may have kept it."""
        try:
            checked(self._preferences.base, {name: value})
        except Refused as error:
            log.warning("A setting kept earlier is left out: %s", error)
            return False
        return True

    async def change(self, changes: Mapping[str, Any]) -> None:
        """Set some preferences; None gives a setting back to the environment.

        All or nothing: raises Refused that names what does not fit.
        """
        for name in changes:
            if name not in NAMES:
                raise Refused(f"{name} cannot be set here. Set it in .env.")
        tidy = {name: _tidy(value) for name, value in changes.items()}
        checked(self._preferences.base, {n: v for n, v in tidy.items() if v is not None})
        rows = [await self._row(name, value) for name, value in tidy.items()]
        async with self._db.as_user(self._user) as conn:
            for row in rows:
                kept = row["value"] or row["secret"]
                await conn.execute(sql.keep if kept else sql.forget, row)
            await self._events.publish(conn, self._user, CHANGED)
        await self.load()

    async def _row(self, name: str, value: Any) -> dict[str, Any]:
        """A preference as it is kept; neither a value nor a secret where it is to be forgotten."""
        row = {"user_id": self._user, "name": name, "value": None, "secret": None}
        if value is not None and is_secret(name):
            return row | {"secret": await asyncio.to_thread(self._vault.seal, value)}
        return row if value is None else row | {"value": Jsonb(value)}

    def _heed(self, event: Event) -> None:
        """Somebody changed something, perhaps in another process."""
        if event.topic == self._user:
            task = asyncio.create_task(self._load_again())
            self._loading.add(task)
            task.add_done_callback(self._loading.discard)

    async def _load_again(self) -> None:
        with suppress(DatabaseUnavailable):
            await self.load()

    async def close(self) -> None:
        """Stop reading."""
        for task in self._loading:
            task.cancel()


def is_secret(name: str) -> bool:
    """Whether a setting is one nobody may see again."""
    return name.endswith("_api_key")


def masked(key: SecretStr | None) -> str | None:
    """A key as it may be shown: that there is one, and its last characters if it is long."""
    if key is None:
        return None
    text = key.get_secret_value()
    return "…" + (text[-4:] if len(text) >= 20 else "")


def checked(base: Settings, values: Mapping[str, Any]) -> Settings:
    """`base` with `values`, each checked. Raises Refused that names the one at fault."""
    made = base.model_copy()
    for name, value in values.items():
        wrapped = SecretStr(value) if is_secret(name) and isinstance(value, str) else value
        try:
            Settings.__pydantic_validator__.validate_assignment(made, name, wrapped)
        except ValidationError as error:
            first = error.errors(include_input=False)[0]
            raise Refused(f"{name}: {first['msg']}. Correct it and try again.") from None
    return made


def _tidy(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip() or None
    return value
