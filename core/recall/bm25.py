"""How much of a question's words a memory holds: BM25 as a share of what could be had.

BM25 itself grows with the number and the rarity of a question's words, so its scores mean
nothing beside a cosine, and its best hit may be one chance word of ten. Divided by what a
memory of usual length would get that holds every word once, it is a share: about 1 where all
is found, near 0 where only an "in" or a number is, which is all that languages have in common.
That is the "theoretical" normalisation of Bruch, Gai and Ingber, An Analysis of Fusion
Functions for Hybrid Retrieval (2023), with BM25's bound for a question as the maximum.

BM25: Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009);
k1 and b as usual. The weights of neighbours' words enter as fractions of a term frequency.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_K1, _B = 1.2, 0.75
_ENOUGH = 5_000
"""Postings read in full for a question; a millisecond or two of scoring."""

Ids = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Collection:
    """All the memories a question is put to: how many, how long on average (in words)."""

    total: int
    average: float


@dataclass(frozen=True, slots=True)
class Postings:
    """Where one word occurs: memories, its weight in each and the length of each, in parallel.

    `frequency` is the number of memories it occurs in, which is more than are listed where
    only those of some memories were fetched.
    """

    ids: Sequence[int] | Ids
    weights: Sequence[float] | Floats
    lengths: Sequence[float] | Floats
    frequency: int


def essential(frequencies: Mapping[str, int], enough: int = _ENOUGH) -> set[str]:
    """The words whose postings are all worth reading: the rarest, up to `enough` in all.

    The rarest is always among them. The idea is that of MaxScore (Turtle and Flood, Query
    Evaluation: Strategies and Optimizations, 1995): a memory found by frequent words alone
    does not come first.
    """
    chosen: set[str] = set()
    read = 0
    for word in sorted(frequencies, key=lambda word: (frequencies[word], word)):
        read += frequencies[word]
        if chosen and read > enough:
            break
        chosen.add(word)
    return chosen


def shares(
    words: Sequence[str], postings: Mapping[str, Postings], collection: Collection
) -> tuple[Ids, Floats]:
    """The memories that hold any of `words`, and how much of the question each holds.

    Ids ascending, shares in parallel: 0 to 1, a little above for a short memory that says
    the words often. Words without postings count as not found.
    """
    parts = [(posted, _rarity(posted.frequency, collection.total)) for posted in postings.values()]
    parts = [(posted, rarity) for posted, rarity in parts if len(posted.ids)]
    if not parts:
        return np.empty(0, np.int64), np.empty(0, np.float64)
    all_ids = np.concatenate([np.asarray(posted.ids, np.int64) for posted, _ in parts])
    gained = np.concatenate(
        [rarity * _saturated(posted, collection.average) for posted, rarity in parts]
    )
    ids, places = np.unique(all_ids, return_inverse=True)
    return ids, np.bincount(places, gained, len(ids)) / _attainable(words, postings, collection)


def _attainable(
    words: Sequence[str], postings: Mapping[str, Postings], collection: Collection
) -> float:
    frequencies = (postings[word].frequency if word in postings else 0 for word in words)
    return sum(_rarity(frequency, collection.total) for frequency in frequencies) or 1.0


def _rarity(frequency: int, total: int) -> float:
    """Inverse document frequency, never negative."""
    return math.log(1 + max(total - frequency + 0.5, 0.0) / (frequency + 0.5))


def _saturated(posted: Postings, average: float) -> Floats:
    weights = np.asarray(posted.weights, np.float64)
    lengths = np.asarray(posted.lengths, np.float64)
    norm = _K1 * (1 - _B + _B * lengths / (average or 1.0))
    gained: Floats = weights * (_K1 + 1) / (weights + norm)
    return gained
