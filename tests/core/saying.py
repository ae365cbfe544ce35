"""Conversations as they are stored, made in one call."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import psycopg

from core.app import App


class Past:
    """What a host, an AI and guests have said."""

    def __init__(self, app: App, conn: psycopg.Connection, begins: datetime) -> None:
        self._app = app
        self._conn = conn
        self.now = begins

    def chat(self, *texts: str, language: str = "en", title: str | None = None, **more) -> UUID:
        """The host asks, the model answers, in turns."""
        user, made, model = more.get("user", self._app.host_id), uuid4(), more.get("model", "m")
        self._conn.execute(
            "INSERT INTO conversations (id, user_id, kind, title) VALUES (%s, %s, 'chat', %s)",
            [made, user, title],
        )
        parent = None
        for n, text in enumerate(texts):
            asks = n % 2 == 0
            parent = self._say(
                conversation_id=made, user_id=user, parent_id=parent, text=text, language=language,
                role="user" if asks else "assistant", model=None if asks else model,
            )  # fmt: skip
        return made

    def room(self, *said: tuple[str | None, str, str], title: str = "Room", **more) -> UUID:
        """Who (None: the host), what, in which language; read in English."""
        made, people = uuid4(), {}
        user = more.get("user", self._app.host_id)
        self._conn.execute(
            "INSERT INTO conversations (id, user_id, kind, title, language, token)"
            " VALUES (%s, %s, 'room', %s, 'en', %s)",
            [made, user, title, uuid4().hex],
        )
        for name, text, language in said:
            if name not in people:
                people[name] = self._conn.execute(
                    "INSERT INTO participants (conversation_id, user_id, is_host, name, language)"
                    " VALUES (%s, %s, %s, %s, %s) RETURNING id",
                    [made, user, name is None, name, language],
                ).fetchone()[0]
            self._say(
                conversation_id=made, user_id=user, participant_id=people[name], author=name,
                text=text, language=language, role="user",
            )  # fmt: skip
        return made

    def translate(self, text: str, translation: str, language: str = "en") -> None:
        """Keep a translation of what was said in those words."""
        self._conn.execute(
            "INSERT INTO translations (message_id, language, conversation_id, user_id, status,"
            " text) SELECT id, %s, conversation_id, user_id, 'complete', %s FROM messages"
            " WHERE text = %s",
            [language, translation, text],
        )

    def _say(self, **values) -> int:
        self.now += timedelta(minutes=1)
        values["created_at"] = self.now
        names = ", ".join(values)
        places = ", ".join(f"%({name})s" for name in values)
        row = self._conn.execute(
            f"INSERT INTO messages ({names}) VALUES ({places}) RETURNING id", values
        ).fetchone()
        return row[0]
