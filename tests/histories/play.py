"""One conversation of a life, said line by line."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from tests.histories.meaning import Meaning
from tests.histories.plot import Scene
from tests.histories.rows import Rows
from tests.histories.stories import CHATTER, Line, Said, say

_REACTIONS = ("like", "love", "funny", "dislike")


@dataclass(frozen=True, slots=True)
class _Person:
    id: UUID
    name: str | None
    language: str


class Play:
    """Turns a scene into rows."""

    def __init__(
        self, rows: Rows, scene: Scene, chance: Random, until: datetime, *, is_late: bool
    ) -> None:
        self.rows, self.scene, self.chance, self.until = rows, scene, chance, until
        self.id = rows.new_id()
        self.fact_id: int | None = None
        """The message that says what is known."""
        self._at = scene.begun
        self._head: int | None = None
        self._meaning = Meaning(scene)
        self._count = 0
        goes_on = 0.75 if is_late else 0.04
        self._ended = chance.random() >= goes_on

    def perform(self) -> UUID:
        """Say it all; the conversation's id."""
        if self.scene.guests:
            self._room()
        else:
            self._chat()
        self._keep()
        return self.id

    # A chat: question, reply, question, reply.
    def _chat(self) -> None:
        turns = min(1 + int(self.chance.expovariate(1 / 5)), 20)
        telling = turns // 2 if self.scene.fact else -1
        for number in range(turns):
            line = self.scene.fact.line if self.scene.fact and number == telling else None
            parent = self._head
            question = self._ask(number, line)
            self._reply(question)
            if line:
                continue
            if self.chance.random() < 0.03:  # the same once more, or asked in other words
                self._reply(question)
            elif number and self.chance.random() < 0.02:
                self._head = parent
                self._reply(self._ask(number, None))

    def _ask(self, number: int, fact: Line | None) -> int:
        line = fact or self._pick(self.scene.topic.asks, 0.25 if number else 0)
        said = say(line, self.chance, self._at)
        text = said.texts[self.scene.language]
        self._wait(15, 150)
        message = self._message(said, text, role="user", language=self.scene.language)
        if fact:
            self.fact_id = message
        return message

    def _reply(self, question: int) -> None:
        engine, chance = self.scene.engine, self.chance
        spoken = chance.sample(self.scene.topic.answers, chance.choices((1, 2, 3), (2, 4, 3))[0])
        texts = [say(one, chance, self._at).texts[self.scene.language] for one in spoken]
        if self.scene.topic.block and chance.random() < 0.2:
            texts = [" ".join(texts), self.scene.topic.block]
            text = "\n\n".join(texts)
        else:
            text = (" " if self.scene.language != "ja" else "").join(texts)
        tokens = max(8, len(text) // (2 if self.scene.language == "ja" else 4))
        state: dict[str, Any] = {"status": "complete", "output_tokens": tokens}
        if (luck := chance.random()) < 0.03:
            text = text[: len(text) // 2]
            state = {"status": "interrupted", "error_code": "stopped"}
        elif luck < 0.04:
            text = ""
            state = {"status": "failed", "error_code": "rate_limited",
                     "error": "The provider asks to wait. Try again in a moment."}  # fmt: skip
        began = self._at + timedelta(seconds=engine.waits * chance.lognormvariate(0, 0.4))
        ended = began + timedelta(seconds=tokens / engine.speed * chance.lognormvariate(0, 0.25))
        self._message(
            None, text, role="assistant", language=self.scene.language, author=engine.model,
            provider=engine.provider, model=engine.model, parent_id=question,
            input_tokens=40 + 60 * self._count, began_at=began if text else None,
            finished_at=ended, **state,
        )  # fmt: skip
        self._at = ended

    # A room: everybody in a language of their own.
    def _room(self) -> None:
        people = self._people()
        lines = 4 + min(int(self.chance.expovariate(1 / 9)), 36)
        telling = lines // 2 if self.scene.fact else -1
        for number in range(lines):
            if number == telling and self.scene.fact:
                who = next(one for one in people if one.name == self.scene.fact.who)
                self.fact_id = self._speak(who, people, self.scene.fact.line)
            else:
                self._speak(self.chance.choice(people), people, None)

    def _people(self) -> list[_Person]:
        host = _Person(self.rows.new_id(), self.rows.host, self.scene.language)
        people = [host, *(_Person(self.rows.new_id(), g.name, g.language)
                          for g in self.scene.guests)]  # fmt: skip
        for one in people:
            self.rows.add("participants", id=one.id, conversation_id=self.id, name=one.name,
                          is_host=one is host, language=one.language, joined_at=self._at,
                          seen_at=self._at)  # fmt: skip
        return people

    def _speak(self, who: _Person, people: list[_Person], fact: Line | None) -> int:
        line = fact or self._pick(self.scene.topic.lines, 0.4)
        others = [one.name for one in people if one.name and one is not who]
        said = say(line, self.chance, self._at, others[0] if others else "")
        self._wait(5, 90)
        message = self._message(
            said, said.texts[who.language], role="user", language=who.language,
            author=who.name, participant_id=who.id,
        )  # fmt: skip
        for language in {one.language for one in people} - {who.language}:
            self.rows.add(
                "translations", message_id=message, language=language, conversation_id=self.id,
                status="complete", text=said.texts[language], engine="firefox",
                created_at=self._at, finished_at=self._at + timedelta(milliseconds=20),
            )  # fmt: skip
        return message

    # Both.
    def _pick(self, lines: tuple[Line, ...], small_talk: float) -> Line:
        """One of the topic's, or small talk in the mood of the day."""
        if self.chance.random() >= small_talk:
            return self.chance.choice(lines)
        swing = self.scene.mood + self.chance.gauss(0, 0.4)
        mood = "good" if swing > 0.4 else "bad" if swing < -0.3 else "plain"
        alone = not self.scene.guests or not self.scene.guests[0].name
        return self.chance.choice(
            [one for one in CHATTER[mood] if not (alone and "{who}" in one.texts[0])]
        )

    def _message(self, said: Said | None, text: str, **values: Any) -> int:
        values.setdefault("parent_id", None if self.scene.guests else self._head)
        message = self.rows.add_message(self.id, self._at, text=text, **values)
        self._head, self._count = message, self._count + 1
        if said:
            self._meaning.hear(said, message, values.get("author"))
        if self.chance.random() < 0.04:
            self.rows.add("reactions", message_id=message, created_at=self._at,
                          kind=self.chance.choices(_REACTIONS, (6, 3, 2, 1))[0])  # fmt: skip
        if self.chance.random() < 0.02:
            self.rows.add("bookmarks", message_id=message, created_at=self._at)
        return message

    def _wait(self, least: int, most: int) -> None:
        left = (self.until - self._at).total_seconds() / 20
        self._at += timedelta(seconds=min(self.chance.uniform(least, most), left))

    def _keep(self) -> None:
        """The conversation itself, and what was made of it."""
        chance, room = self.chance, bool(self.scene.guests)
        ended = self._at + timedelta(minutes=chance.choice((1, 3, 30))) if self._ended else None
        token = urlsafe_b64encode(self.rows.new_id().bytes).decode().rstrip("=") if room else None
        tags = [self.scene.topic.key] if chance.random() < 0.3 else []
        self.rows.add(
            "conversations", id=self.id, kind="room" if room else "chat", token=token,
            title=self._meaning.title(), titled_by="user" if room else "ai",
            language=self.scene.language if room else None, head_id=self._head,
            created_at=self.scene.begun, updated_at=self._at,
            ended_at=min(ended, self.until) if ended else None,
            pinned_at=self._at if chance.random() < 0.01 else None,
            archived_at=self._at if ended and chance.random() < 0.03 else None,
            tags=tags + (["work"] if chance.random() < 0.1 else []), learned_until=self._head,
        )  # fmt: skip
        if ended and self._head and chance.random() < 0.9:
            self._meaning.keep(self.rows, self.id, self._head, self._count, min(ended, self.until),
                               chance)  # fmt: skip
