"""A summary without a model: the sentences that stand for the others.

LexRank (Erkan and Radev, LexRank: Graph-based lexical centrality as salience in text
summarization, 2004) over the words of each sentence, then maximal marginal relevance (Carbonell
and Goldstein, 1998), so that no two say the same. Any language and script: words are those of
`core.recall.words`.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.intelligence.keywords import keywords, plain
from core.intelligence.summary import Draft
from core.intelligence.talk import Said, Talk
from core.recall.words import words
from core.text import shortened

_SENTENCE = re.compile(
    r"[^.!?。！？…।؟\n]+(?:[.!?…](?=[^\s.!?…])[^.!?。！？…।؟\n]+)*[.!?。！？…।؟]*"
)
_LEADING_MARKS = re.compile(r"^[\s#>*•\-–—|\d.)]+(?=\S)|[*_#]+")
MOST = 400
"""Sentences compared with each other; of a longer conversation those nearest its centre."""
OF_ONE = 8
"""Sentences of one message at most: a long reply must not outweigh a whole talk."""
_LENGTH = 280
_THRESHOLD = 0.1
_DAMPING = 0.85
_NEW = 0.7
"""How much being central counts against being new."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, who said it in which language, and its words."""

    text: str
    who: str
    language: str | None
    words: Counter[str]


def extract(talk: Talk) -> Draft:
    """The most telling sentences in their order, and the most telling words."""
    sentences = _sentences(talk)
    picked = sorted(pick([one.words for one in sentences], 3 if len(sentences) < 30 else 5))
    chosen = [sentences[place] for place in picked]
    lines = [_line(one, talk) for one in chosen] or [shortened(talk.said[0].text, _LENGTH)]
    spoken = Counter(one.language for one in chosen if one.language)
    language = spoken.most_common(1)[0][0] if spoken else talk.language
    return Draft(
        "\n".join(lines), language, topics=keywords([_read(one, talk) for one in talk.said])
    )


def pick(texts: Sequence[Counter[str]], many: int) -> list[int]:
    """Which `many` texts, given by their words, stand for all of them; the best first."""
    if len(texts) <= many:
        return list(range(len(texts)))
    vectors = _vectors(texts)
    near = vectors @ vectors.T
    rank = _lexrank(near)
    rank = rank / rank.max()
    chosen: list[int] = []
    while len(chosen) < many:
        told = near[:, chosen].max(axis=1) if chosen else np.zeros(len(texts))
        worth = _NEW * rank - (1 - _NEW) * told
        worth[chosen] = -np.inf
        chosen.append(int(worth.argmax()))
    return chosen


def _lexrank(near: NDArray[np.float64]) -> NDArray[np.float64]:
    """How central each text is: the stationary distribution of a walk from text to text."""
    links = (near >= _THRESHOLD).astype(float)
    np.fill_diagonal(links, 0)
    links[links.sum(axis=1) == 0] = 1  # like no other: from there the walk goes on anywhere
    links /= links.sum(axis=1, keepdims=True)
    rank = np.full(len(near), 1 / len(near))
    for _ in range(100):
        after = (1 - _DAMPING) / len(near) + _DAMPING * (links.T @ rank)
        if np.abs(after - rank).sum() < 1e-6:
            break
        rank = after
    return rank


def _vectors(texts: Sequence[Counter[str]]) -> NDArray[np.float64]:
    """Each text's words weighed by how few texts have them, of length 1."""
    known = {word: place for place, word in enumerate(sorted({w for one in texts for w in one}))}
    spread = Counter(word for one in texts for word in one)
    table = np.zeros((len(texts), len(known)))
    for row, one in enumerate(texts):
        for word, times in one.items():
            table[row, known[word]] = times * math.log(1 + len(texts) / spread[word])
    lengths = np.linalg.norm(table, axis=1, keepdims=True)
    normed: NDArray[np.float64] = table / np.maximum(lengths, 1e-9)
    return normed


def _sentences(talk: Talk) -> list[Sentence]:
    found = []
    for said in talk.said:
        text, language = _read(said, talk)
        parts = (_LEADING_MARKS.sub("", part).strip() for part in _SENTENCE.findall(plain(text)))
        counted = [(part, words(part, language)) for part in parts if part]
        telling = [(part, their) for part, their in counted if len(their) >= 3]
        found += [
            Sentence(part, talk.who(said), language, their) for part, their in telling[:OF_ONE]
        ]
    return found if len(found) <= MOST else _central(found)


def _central(found: list[Sentence]) -> list[Sentence]:
    """Those with most of what is said most, in their order (centroid: Radev et al., 2004)."""
    spread = Counter(word for one in found for word in one.words)

    def weight(one: Sentence) -> float:
        return sum(math.log(1 + spread[word]) for word in one.words) / math.sqrt(len(one.words))

    kept = sorted(range(len(found)), key=lambda place: -weight(found[place]))[:MOST]
    return [found[place] for place in sorted(kept)]


def _read(said: Said, talk: Talk) -> tuple[str, str | None]:
    """What was said as the host reads it: translated, where there is a translation."""
    if said.translated and said.language != talk.language:
        return said.translated, talk.language
    return said.text, said.language


def _line(one: Sentence, talk: Talk) -> str:
    text = shortened(one.text, _LENGTH)
    return f"{one.who}: {text}" if talk.kind == "room" else text
