"""A recogniser without weights, written byte by byte: the mean colour of each field of a grid.

    input [1, 3, side, side] ─▶ AveragePool ─▶ Flatten ─▶ 3 * (side / field)^2 numbers

The field numbers are those of `onnx.proto` (ModelProto, GraphProto, NodeProto, TensorProto).
"""

from __future__ import annotations

FLOAT, INT, INTS = 1, 2, 7


def model(side: int = 112, field: int = 28) -> bytes:
    pool = _node(
        "AveragePool", "faces", "means",
        [_ints("kernel_shape", [field, field]), _ints("strides", [field, field])],
    )  # fmt: skip
    flat = _node("Flatten", "means", "numbers", [_int("axis", 1)])
    length = 3 * (side // field) ** 2
    graph = _part(1, pool) + _part(1, flat) + _part(2, b"tiny")
    graph += _part(11, _shaped("faces", [1, 3, side, side]))
    graph += _part(12, _shaped("numbers", [1, length]))
    return _number(1, 8) + _part(7, graph) + _part(8, _number(2, 13))


def _node(kind: str, source: str, target: str, attributes: list[bytes]) -> bytes:
    node = _part(1, source.encode()) + _part(2, target.encode()) + _part(4, kind.encode())
    return node + b"".join(_part(5, attribute) for attribute in attributes)


def _ints(name: str, values: list[int]) -> bytes:
    told = b"".join(_number(8, value) for value in values)
    return _part(1, name.encode()) + told + _number(20, INTS)


def _int(name: str, value: int) -> bytes:
    return _part(1, name.encode()) + _number(3, value) + _number(20, INT)


def _shaped(name: str, shape: list[int]) -> bytes:
    dims = b"".join(_part(1, _number(1, size)) for size in shape)
    return _part(1, name.encode()) + _part(2, _part(1, _number(1, FLOAT) + _part(2, dims)))


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _part(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])
