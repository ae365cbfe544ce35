"""What a conversation came to, as the summaries' job would have written it down, in English."""

from __future__ import annotations

from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

from tests.histories.plot import Scene
from tests.histories.rows import Rows, as_json
from tests.histories.stories import Said


class Meaning:
    """Listens to a conversation."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._first = ""
        self._heard: dict[str, list[dict[str, Any]]] = {}

    def hear(self, said: Said, message: int, who: str | None) -> None:
        """A line of a person."""
        self._first = self._first or said.texts[self._scene.language]
        entry: dict[str, Any] = {"text": said.texts["en"], "message_id": message}
        if said.kind == "promise":
            entry |= {"who": who, "due": said.due}
        self._heard.setdefault(said.kind, []).append(entry)

    def title(self) -> str:
        """A room: what about and with whom; a chat: how it began."""
        if guests := self._scene.guests:
            return f"{self._scene.topic.label} with {' and '.join(one.name for one in guests)}"
        return self._first[:60]

    def keep(
        self, rows: Rows, conversation: UUID, head: int, count: int, at: datetime, chance: Random
    ) -> None:
        """The summary and the topics. Every fifth was made without a model, and knows no mood."""
        extract = chance.random() < 0.2
        rows.add(
            "summaries", conversation_id=conversation, made_by="extract" if extract else "model",
            provider=None if extract else "openai", model=None if extract else "gpt-5.4-mini",
            language="en", text=self._text(), until_id=head, messages=count, created_at=at,
            sentiment=None if extract else round(self._scene.mood, 2),
            decisions=as_json(self._of("decision", extract)),
            questions=as_json(self._of("question", extract)),
            actions=as_json(self._of("promise", extract)),
        )  # fmt: skip
        names = [self._scene.topic.label]
        if "plan" in self._heard:
            names.append("Plans")
        if self._scene.guests:
            names.append(self._scene.guests[0].name)
        for place, name in enumerate(names):
            rows.add("topics", conversation_id=conversation, place=place, topic=name)

    def _of(self, kind: str, extract: bool) -> list[dict[str, Any]]:
        return [] if extract else self._heard.get(kind, [])

    def _text(self) -> str:
        said = [entry["text"] for entries in self._heard.values() for entry in entries[:2]]
        guests = " and ".join(one.name for one in self._scene.guests)
        about = f"{self._scene.topic.label}{f', with {guests}' if guests else ''}."
        return " ".join([about, *said[:5]])
