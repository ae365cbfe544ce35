"""Titles that conversations give themselves."""

from __future__ import annotations

from uuid import UUID

from core.conversations import TITLE_LENGTH, Conversations
from core.errors import NotFound, ParleyError
from core.providers.port import ChatMessage, Options
from core.providers.registry import Providers
from core.text import one_line

_WORDS = 60
_ASK = (
    "Give this conversation a title of at most six words, in the language of the conversation. "
    "Answer with the title only, without quotation marks."
)
_EXCERPT = 1000
_BRIEF = Options(max_tokens=1000)
"""Tokens: few for a title, enough for a model that thinks before it writes."""
_QUOTES = "\"'«»„“”「」*# "


def first_words(text: str) -> str:
    """The beginning of a text as a title: one line of at most 60 characters, cut at a word."""
    line = one_line(text, 10 * _WORDS)
    if len(line) <= _WORDS:
        return line
    cut = line[:_WORDS].rsplit(" ", 1)[0] if " " in line[:_WORDS] else line[:_WORDS]
    return cut.rstrip(",;:.-–—") + "…"


class Titles:
    """Lets the AI that answered name the conversation after its first exchange."""

    def __init__(self, conversations: Conversations, providers: Providers) -> None:
        self._conversations = conversations
        self._providers = providers

    async def give(self, user_id: str, conversation_id: str) -> None:
        """The job `title`; nothing happens where one was given, or the model is too small."""
        owner, conversation = UUID(user_id), UUID(conversation_id)
        try:
            entry = await self._conversations.get(owner, conversation)
        except NotFound:
            return  # deleted meanwhile
        messages = await self._conversations.messages(owner, conversation)
        question = next((m for m in messages if m.role == "user"), None)
        reply = next(
            (m for m in messages if m.role == "assistant" and m.status == "complete"), None
        )
        if entry.titled_by != "first words" or question is None or reply is None:
            return
        if not (reply.provider and reply.model):
            return
        answered = reply.provider, reply.model
        provider, model = self._providers.choice_for("summary", answered)
        if provider == "builtin":
            return
        title = await self._ask(provider, model, question.text, reply.text)
        if title:
            await self._conversations.set_title(owner, conversation, title, by="ai")

    async def _ask(self, provider: str, model: str, question: str, reply: str) -> str:
        talk = f"<user>{question[:_EXCERPT]}</user>\n<reply>{reply[:_EXCERPT]}</reply>"
        asked = [ChatMessage("system", _ASK), ChatMessage("user", talk)]
        try:
            answer = await self._providers.ask(provider, model, asked, _BRIEF)
        except ParleyError:
            return ""  # the first words stay; a title is not worth an error
        title = answer.strip().split("\n")[0]
        return one_line(title.strip(_QUOTES), TITLE_LENGTH)
