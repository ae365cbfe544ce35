"""The tree of another application's conversation, turned into Parley's messages in their order."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from core.exports.document import Message, lasting

MOST = 100_000
"""Messages in one conversation."""
_MILLISECONDS_FROM = 1e11
"""A time this large is no second of the next thousand years."""


class Fault(ValueError):
    """What is wrong with a conversation, and where in it."""

    def __init__(self, why: str, *path: str | int) -> None:
        super().__init__(why)
        self.path = path


@dataclass(frozen=True, slots=True)
class Node:
    """A place in the tree. One without a message is skipped: what hangs on it moves up."""

    parent: str | None
    message: Message | None = None


def grow(nodes: Mapping[str, Node], current: str | None) -> tuple[list[Message], int | None]:
    """The messages, each after its parent and else by time, and the end of the visible branch.

    `current` is where the branch ends that shows. Raises Fault for a circle or a tree too large.
    """
    if len(nodes) > MOST:
        raise Fault(f"a conversation may have {MOST:,} messages, this has {len(nodes):,}")
    above = _kept_above(nodes)
    order = _in_order(nodes, above)
    numbers = {key: number for number, key in enumerate(order, 1)}
    messages = [_placed(nodes[key], numbers.get(above[key] or "")) for key in order]
    shown = current if current in numbers else above.get(current or "")
    return messages, numbers.get(shown or "", len(order) or None)


def _placed(node: Node, parent: int | None) -> Message:
    assert node.message is not None
    return node.message.model_copy(update={"parent": parent})


def _kept_above(nodes: Mapping[str, Node]) -> dict[str, str | None]:
    """For each node the nearest one above it that has a message."""
    found: dict[str, str | None] = {}
    for key in nodes:
        way: list[str] = []
        on_the_way: set[str] = set()
        step: str | None = key
        while step is not None and step in nodes and step not in found:
            if step in on_the_way:
                raise Fault("the messages go round in a circle", step)
            way.append(step)
            on_the_way.add(step)
            step = nodes[step].parent
        for one in reversed(way):
            parent = nodes[one].parent
            if parent is None or parent not in nodes:
                found[one] = None
            else:
                found[one] = parent if nodes[parent].message else found[parent]
    return found


def _in_order(nodes: Mapping[str, Node], above: Mapping[str, str | None]) -> list[str]:
    places = {key: place for place, key in enumerate(nodes)}
    below: dict[str | None, list[str]] = defaultdict(list)
    for key, node in nodes.items():
        if node.message:
            below[above[key]].append(key)

    def due(key: str) -> tuple[datetime, int, str]:
        message = nodes[key].message
        assert message is not None
        return message.created_at, places[key], key

    waiting = [due(key) for key in below[None]]
    heapq.heapify(waiting)
    order = []
    while waiting:
        key = heapq.heappop(waiting)[2]
        order.append(key)
        for child in below[key]:
            heapq.heappush(waiting, due(child))
    return order


def time_of(said: Any) -> datetime | None:
    """A time in seconds or milliseconds since 1970; None where there is none."""
    if isinstance(said, bool) or not isinstance(said, int | float):
        return None
    try:
        seconds = said / 1000 if said > _MILLISECONDS_FROM else said
        time = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None
    return time if lasting(time) else None


def text_of(said: Any) -> str | None:
    """A text that says something; None for anything else."""
    return said if isinstance(said, str) and said.strip() else None
