"""What an ONNX file says that it takes, read from its protobuf bytes without a library.

Only the names and sizes of the graph's inputs are looked at (fields of `onnx.proto`); weights are
skipped over.
"""

from __future__ import annotations

from collections.abc import Iterator

GRAPH, WEIGHT, INPUT = 7, 5, 11
NAME, WEIGHT_NAME, TYPE = 1, 8, 2


def taken(raw: bytes) -> list[tuple[int, ...]]:
    """The shape of each input that is no weight; a size left open is 0.  ValueError: no ONNX."""
    for graph in _parts(memoryview(raw), GRAPH):
        weights = {
            bytes(name) for weight in _parts(graph, WEIGHT) for name in _parts(weight, WEIGHT_NAME)
        }
        return [
            _shape(one)
            for one in _parts(graph, INPUT)
            if not {bytes(name) for name in _parts(one, NAME)} & weights
        ]
    raise ValueError("no ONNX file")


def _shape(value: memoryview) -> tuple[int, ...]:
    return tuple(
        next((size for field, size in _fields(dim) if field == 1 and isinstance(size, int)), 0)
        for kind in _parts(value, TYPE)
        for tensor in _parts(kind, 1)
        for shape in _parts(tensor, 2)
        for dim in _parts(shape, 1)
    )


def _parts(message: memoryview, wanted: int) -> Iterator[memoryview]:
    for field, content in _fields(message):
        if field == wanted and isinstance(content, memoryview):
            yield content


def _fields(message: memoryview) -> Iterator[tuple[int, memoryview | int]]:
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        kind = key & 7
        if kind == 0:
            number, at = _varint(message, at)
            yield key >> 3, number
            continue
        length, at = _varint(message, at) if kind == 2 else ({1: 8, 5: 4}.get(kind, 0), at)
        if kind not in (1, 2, 5) or at + length > len(message):
            raise ValueError("no ONNX file")
        yield key >> 3, message[at : at + length]
        at += length


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(message) and shift < 64:
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
    raise ValueError("no ONNX file")
