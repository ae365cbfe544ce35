"""Conversations: chats with an AI and rooms of people, what is said in them, how it is kept."""

from core.conversations.branches import Branches, Facts, Quote, read_branch
from core.conversations.conversation import (
    TITLE_LENGTH,
    Branch,
    Conversation,
    Details,
    Found,
    Kind,
    Message,
    Status,
)
from core.conversations.conversations import Conversations
from core.conversations.marks import REACTIONS, Bookmark, Marks, Reaction

__all__ = [
    "REACTIONS",
    "TITLE_LENGTH",
    "Bookmark",
    "Branch",
    "Branches",
    "Conversation",
    "Conversations",
    "Details",
    "Facts",
    "Found",
    "Kind",
    "Marks",
    "Message",
    "Quote",
    "Reaction",
    "Status",
    "read_branch",
]
