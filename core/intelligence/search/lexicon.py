"""Words as numbers: what the index by words keeps."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from uuid import UUID


def numbered(owner: UUID, words: Iterable[str]) -> dict[int, str]:
    """Somebody's words by number (32 bits, signed).

    The same word has another number for another owner, so that how often others say it costs
    nothing. Two words share a number once in four thousand million; both are then found.
    """
    return {_number(owner.bytes, word): word for word in words}


def _number(owner: bytes, word: str) -> int:
    digest = blake2b(word.encode("utf-8", "ignore"), digest_size=4, key=owner).digest()
    return int.from_bytes(digest, "big", signed=True)
