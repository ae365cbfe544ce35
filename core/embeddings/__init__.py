"""Texts as vectors whose angle tells how close they are in meaning, whatever their languages.

`Embedder` is the port. `LocalEmbedder` runs a model that lies inside a Python package: no
network, no key, and nothing imported before the first text.
"""

from core.embeddings.embedder import Embedder, Vectors
from core.embeddings.local import MODELS, LocalEmbedder, LocalModel, local_model

__all__ = ["MODELS", "Embedder", "LocalEmbedder", "LocalModel", "Vectors", "local_model"]
