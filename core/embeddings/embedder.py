"""The port: what an embedder does, whoever does it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""One row a text, each of length 1, so that a product of two is their cosine."""


class Embedder(Protocol):
    """Makes vectors of texts. Vectors of different embedders cannot be compared."""

    @property
    def name(self) -> str:
        """Which model, as the index remembers it; another name means other vectors."""
        ...

    @property
    def dimensions(self) -> int:
        """The length of a row."""
        ...

    @property
    def floor(self) -> float:
        """The cosine of a question and a text that have nothing to do with each other."""
        ...

    @property
    def threshold(self) -> float:
        """The cosine from which a text has to do with a question at all."""
        ...

    async def queries(self, texts: Sequence[str]) -> Vectors:
        """Embed questions, which look for passages; shape (texts, dimensions)."""
        ...

    async def passages(self, texts: Sequence[str]) -> Vectors:
        """Embed what is to be found; shape (texts, dimensions)."""
        ...

    async def close(self) -> None:
        """Let go of the model."""
        ...
