"""Networks in the ONNX format, as far as a transformer needs it.

Its messages are protocol buffers; field numbers and types are those of onnx.proto3
(https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3). The package `onnx` writes them, too,
and is 18 MB.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

FUSED = "com.microsoft"
"""Where onnxruntime's own operators are: quantised products, attention, fused norms."""
_TYPES = {np.dtype(np.float32): 1, np.dtype(np.uint8): 2, np.dtype(np.int32): 6}
_FORMAT, _OPERATORS = 9, 20
_VARINT, _LENGTH, _FIXED = 0, 2, 5
_ELSEWHERE = 1


class Graph:
    """A network in the making: values by name, constants, and the operators between them.

    What the constants are does not stand in the file: whoever runs it hands them in.
    """

    def __init__(self) -> None:
        self.constants: dict[str, NDArray[Any]] = {}
        self._nodes: list[bytes] = []
        self._ends: list[bytes] = []

    def constant(self, name: str, values: NDArray[Any]) -> str:
        """Keep an array; its name."""
        self.constants[name] = np.ascontiguousarray(values)
        return name

    def add(self, kind: str, inputs: Sequence[str], *outputs: str, **options: float) -> str:
        """Put in an operator; the name of its first output. An input "" is left out."""
        parts = [_bytes(1, name) for name in inputs] + [_bytes(2, name) for name in outputs]
        parts += [_bytes(4, kind), _bytes(7, _domain(kind))]
        parts += [_bytes(5, _option(name, value)) for name, value in options.items()]
        self._nodes.append(b"".join(parts))
        return outputs[0]

    def input(self, name: str, kind: type[np.generic], shape: Sequence[str | int]) -> str:
        """Declare what is put in; sizes that vary have a name."""
        self._ends.append(_bytes(11, _value(name, kind, shape)))
        return name

    def output(self, name: str, kind: type[np.generic], shape: Sequence[str | int]) -> None:
        """Declare what comes out."""
        self._ends.append(_bytes(12, _value(name, kind, shape)))

    def model(self) -> bytes:
        """The whole as a file."""
        nodes = b"".join(_bytes(1, node) for node in self._nodes)
        constants = b"".join(_bytes(5, _constant(*each)) for each in self.constants.items())
        graph = nodes + _bytes(2, "network") + constants + b"".join(self._ends)
        uses = _bytes(8, _int(2, _OPERATORS)) + _bytes(8, _bytes(1, FUSED) + _int(2, 1))
        return _int(1, _FORMAT) + _bytes(7, graph) + uses


def _constant(name: str, values: NDArray[Any]) -> bytes:
    shape = b"".join(_int(1, size) for size in values.shape)
    place = _bytes(13, _bytes(1, "location") + _bytes(2, "memory"))
    return shape + _int(2, _TYPES[values.dtype]) + _bytes(8, name) + place + _int(14, _ELSEWHERE)


def _domain(kind: str) -> str:
    return "" if kind in ("LayerNormalization", "Split", "Identity") else FUSED


def _option(name: str, value: float) -> bytes:
    if isinstance(value, int):
        return _bytes(1, name) + _int(3, value) + _int(20, 2)
    return _bytes(1, name) + _key(2, _FIXED) + struct.pack("<f", value) + _int(20, 1)


def _value(name: str, kind: type[np.generic], shape: Sequence[str | int]) -> bytes:
    sizes = [_int(1, size) if isinstance(size, int) else _bytes(2, size) for size in shape]
    of = _bytes(2, b"".join(_bytes(1, size) for size in sizes))
    return _bytes(1, name) + _bytes(2, _bytes(1, _int(1, _TYPES[np.dtype(kind)]) + of))


def _int(field: int, value: int) -> bytes:
    return _key(field, _VARINT) + _varint(value)


def _bytes(field: int, value: str | bytes) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return _key(field, _LENGTH) + _varint(len(data)) + data


def _key(field: int, kind: int) -> bytes:
    return _varint(field << 3 | kind)


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])
