"""One ranking out of two: words and meaning, each on a scale that needs no other score.

A memory's score is the share of the question's words it holds (`bm25.shares`) plus its
similarity between the model's floor, what unrelated texts have, as 0, and 1. Both scales are
absolute: neither depends on which candidates happened to be fetched, as z-scores and minima
do, nor throws away by how much something is better, as ranks do. So where the words decide
nothing (another language, other words) they add next to nothing, and meaning decides alone;
a memory only one half has found loses nothing but the other half's share.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.recall.bm25 import Collection, Ids, Postings, shares
from core.recall.question import Question

NEAREST = 200
"""How many memories to fetch by meaning."""
SHORTLIST = 100
"""How many ranked memories to fetch with text and speaker, for `by_speaker`."""
_SPEAKER = 0.25
"""What it is worth to have said it oneself: a quarter of the words of the question."""

Ranking = list[tuple[int, float]]
"""Memories and their scores (0 to about 2), best first."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """What the indexes found for a question.

    `similar` are cosines by memory, `floor` is the embedder's `floor`. A memory that has
    words but is not in `similar` counts as unrelated, which among `NEAREST` costs it little.
    """

    collection: Collection
    postings: Mapping[str, Postings] = field(default_factory=dict)
    similar: Mapping[int, float] = field(default_factory=dict)
    floor: float = 0.0


def rank(question: Question, candidates: Candidates) -> Ranking:
    """All candidates, best first; equal ones the newest (highest id) first."""
    ids, scores = shares(question.words, candidates.postings, candidates.collection)
    near = np.fromiter(candidates.similar, np.int64, len(candidates.similar))
    cosines = np.fromiter(candidates.similar.values(), np.float64, len(candidates.similar))
    every, places = np.unique(np.concatenate([ids, near]), return_inverse=True)
    # Not cut off at the floor: across languages what is meant may lie a little below it.
    meaning = (cosines - candidates.floor) / (1.0 - candidates.floor)
    least = float(meaning.min(initial=0.0))
    total = least + np.bincount(places, np.concatenate([scores, meaning - least]), len(every))
    return _sorted(every, total)


def by_speaker(question: Question, ranking: Ranking, speakers: Mapping[int, str]) -> Ranking:
    """`ranking` with what was said by those the question names moved up.

    `speakers` says whose each memory is; of those it does not name nothing is known. Nothing
    changes where the question names nobody.
    """
    if not question.speakers or not ranking:
        return ranking
    ids = np.array([memory for memory, _ in ranking], np.int64)
    scores = np.array([score for _, score in ranking], np.float64)
    said = np.array([speakers.get(memory) in question.speakers for memory, _ in ranking])
    return _sorted(ids, scores + _SPEAKER * said)


def _sorted(ids: Ids, scores: NDArray[np.floating[Any]]) -> Ranking:
    order = np.lexsort((-ids, -scores))
    return list(zip(ids[order].tolist(), scores[order].tolist(), strict=True))
