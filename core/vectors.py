"""The index by meaning: what lies near a vector, for each owner apart.

It holds nothing that PostgreSQL does not; all of it can be made again. Owners with little share
one of a few collections, with a filter, whose cost grows with the whole collection (6 ms at
1,000 vectors, 130 ms at 100,000, whatever matches; 2 ms without); who outgrows that gets a
collection of their own, without one. A collection for everybody would take gigabytes: a
thousand took 2.8 GB.
Callers see none of this.
"""

from __future__ import annotations

import re
import time
import zlib
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from core.chroma import Chroma
from core.settings import Settings

Vector = NDArray[np.float32]
Hit = tuple[int, float]
"""What was found, and the cosine of the angle to it."""

SHARED = 64
"""Collections that those with little share."""
OWN_FROM = 500
"""Vectors from which somebody has a collection of their own."""
_PLACE = r"-(?:(?P<shared>\d\d)|[0-9a-f]{32})"
"""How the name of a collection ends: one of those that are shared, or somebody's own."""
_OURS = re.compile(rf"(?P<noun>memories|passages)\..+{_PLACE}")
_AT_ONCE = 1_000
_LOOK_AGAIN = 2.0
"""Seconds after which another process may have moved somebody."""
_SHARED_GRAPH = {"hnsw": {"space": "cosine", "ef_search": 200}}
_OWN_GRAPH = {"space": "cosine", "max_neighbors": 32, "ef_construction": 400}
"""What people say lies close together, much of it nearly the same: of 25,175 things said in chats
Chroma's 16 and 100, searched with 200, find 45 % of the nearest ten, these 97 %, in 6 ms instead
of 3; of 191,071 with what was said again and again 36 and 95 %. Of 1,574 the usual ones find all,
and they take less memory."""
_PATIENCE = {"memories": 2_000}
"""What the graph is searched with; memories are fewer, and none says the same as another."""
_MOST_PATIENCE = 4_000


class Vectors:
    """Vectors by space (what they are of, and by which embedder) and owner. Opened on first use.

    Every call raises IndexUnavailable where Chroma does not do it.
    """

    def __init__(self, settings: Settings) -> None:
        self._chroma = Chroma(settings, _OURS)
        self._collections: dict[str, Any] = {}
        self._looked: dict[tuple[str, UUID], float] = {}
        self._there: set[str] | None = None

    @property
    def is_embedded(self) -> bool:
        """Whether this process alone may write."""
        return self._chroma.is_embedded

    async def check(self) -> None:
        """Raise IndexUnavailable unless Chroma answers now."""
        await self._chroma.do(lambda client: client.heartbeat())

    async def identity(self) -> str:
        """Which index this is; another one holds nothing of what this one held."""
        await self.check()
        return self._chroma.identity

    async def put(
        self, space: str, owner: UUID, ids: Sequence[int], vectors: Vector, owned: int
    ) -> None:
        """Keep unit vectors (n, d) by id; `owned`: how many the owner has in this space, then."""

        def work(client: Any) -> None:
            collection = self._own(client, space, owner)
            if collection is None and owned >= OWN_FROM:
                collection = self._move_out(client, space, owner)
            if collection is None:
                collection = self._named(client, _shared(space, owner))
            for start in range(0, len(ids), _AT_ONCE):
                part = slice(start, start + _AT_ONCE)
                names = [str(one) for one in ids[part]]
                whose = [{"owner": owner.hex}] * len(names)
                collection.upsert(ids=names, embeddings=vectors[part], metadatas=whose)

        await self._chroma.do(work)

    async def drop(self, space: str, owner: UUID, ids: Sequence[int]) -> None:
        """Forget vectors by id; those that are not there are forgotten already."""

        def work(client: Any) -> None:
            names = [str(one) for one in ids]
            for collection in self._places(client, space, owner):
                for start in range(0, len(names), _AT_ONCE):
                    collection.delete(ids=names[start : start + _AT_ONCE])

        await self._chroma.do(work)

    async def nearest(
        self, space: str, owner: UUID, vector: Vector, k: int, among: Sequence[int] | None = None
    ) -> list[Hit]:
        """The `k` of an owner's vectors nearest to a unit vector (d,), the nearest first; of the
        ids `among` alone, if given."""
        names = None if among is None else [str(one) for one in among]
        if names == []:
            return []

        def work(client: Any) -> list[Hit]:
            collection = self._own(client, space, owner)
            only = None if collection else {"owner": owner.hex}
            collection = collection or self._named(client, _shared(space, owner))
            found = collection.query(
                query_embeddings=vector[None], ids=names, n_results=k, where=only,
                include=["distances"],
            )  # fmt: skip
            pairs = zip(found["ids"][0], found["distances"][0], strict=True)
            return [(int(name), 1.0 - float(distance)) for name, distance in pairs]

        return await self._chroma.do(work)

    async def of(self, space: str, owner: UUID, ids: Sequence[int]) -> dict[int, Vector]:
        """The vectors of some ids, as far as they are there."""

        def work(client: Any) -> dict[int, Vector]:
            found: dict[int, Vector] = {}
            names = [str(one) for one in ids]
            for collection in self._places(client, space, owner) if names else []:
                got = collection.get(ids=names, include=["embeddings"])
                found |= {
                    int(name): np.asarray(vector, np.float32)
                    for name, vector in zip(got["ids"], got["embeddings"], strict=True)
                }
            return found

        return await self._chroma.do(work)

    async def ids(self, space: str, owner: UUID) -> set[int]:
        """Everything kept of an owner."""

        def work(client: Any) -> set[int]:
            found: set[int] = set()
            for collection in self._places(client, space, owner):
                got = collection.get(where={"owner": owner.hex}, include=[])
                found |= {int(name) for name in got["ids"]}
            return found

        return await self._chroma.do(work)

    async def owners(self, space: str) -> set[UUID]:
        """Whoever has anything in a space; reads all of it."""

        def work(client: Any) -> set[UUID]:
            found: set[UUID] = set()
            for one in client.list_collections():
                if re.fullmatch(re.escape(_tidy(space)) + _PLACE, one.name):
                    got = self._named(client, one.name).get(include=["metadatas"])
                    found |= {UUID(str(what["owner"])) for what in got["metadatas"]}
            return found

        return await self._chroma.do(work)

    async def close(self) -> None:
        """Let go of the index."""
        await self._chroma.close()

    def _named(self, client: Any, name: str) -> Any:
        if name not in self._collections:
            self._collections[name] = client.get_or_create_collection(
                name, embedding_function=None, configuration=_graph(name)
            )
        return self._collections[name]

    def _own(self, client: Any, space: str, owner: UUID) -> Any:
        """Somebody's own collection, None where there is none."""
        name = f"{_tidy(space)}-{owner.hex}"
        if name not in self._collections and self._is_there(client, space, owner, name):
            self._named(client, name)
        return self._collections.get(name)

    def _is_there(self, client: Any, space: str, owner: UUID, name: str) -> bool:
        """Whether there is a collection that was not there when looked last, or not looked for."""
        if self.is_embedded:  # what others make is none of it: looking once will do
            if self._there is None:
                self._there = {one.name for one in client.list_collections()}
            return name in self._there
        now, looked = time.monotonic(), self._looked.get((space, owner), -_LOOK_AGAIN)
        if now - looked < _LOOK_AGAIN:
            return False
        self._looked[space, owner] = now
        return _exists(client, name)

    def _places(self, client: Any, space: str, owner: UUID) -> list[Any]:
        """Wherever something of an owner may be."""
        own = self._own(client, space, owner)
        return [self._named(client, _shared(space, owner)), *([own] if own else [])]

    def _move_out(self, client: Any, space: str, owner: UUID) -> Any:
        """From the shared collection to one of their own; there first, so that nothing is lost."""
        shared = self._named(client, _shared(space, owner))
        what = shared.get(where={"owner": owner.hex}, include=["embeddings", "metadatas"])
        own = self._named(client, f"{_tidy(space)}-{owner.hex}")
        for start in range(0, len(what["ids"]), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            own.upsert(
                ids=what["ids"][part], embeddings=what["embeddings"][part],
                metadatas=what["metadatas"][part],
            )  # fmt: skip
        if what["ids"]:
            shared.delete(where={"owner": owner.hex})
        return own


def _graph(name: str) -> dict[str, Any]:
    """How Chroma keeps a collection."""
    there = _OURS.fullmatch(name)
    if there and there["shared"]:
        return _SHARED_GRAPH
    patience = _PATIENCE.get(there["noun"] if there else "", _MOST_PATIENCE)
    return {"hnsw": {**_OWN_GRAPH, "ef_search": patience}}


def _shared(space: str, owner: UUID) -> str:
    return f"{_tidy(space)}-{zlib.crc32(owner.bytes) % SHARED:02d}"


def _tidy(space: str) -> str:
    """As Chroma allows the name of a collection."""
    return re.sub(r"[^A-Za-z0-9._]+", ".", space).strip(".")


def _exists(client: Any, name: str) -> bool:
    from chromadb.errors import NotFoundError  # noqa: PLC0415 - chromadb is imported late

    try:
        client.get_collection(name, embedding_function=None)
    except NotFoundError:
        return False
    return True
