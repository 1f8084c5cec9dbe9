"""Networks that make pictures larger, a few hundred bytes large and made without torch: each pixel is spread over
several, and then a little of what lies around it is taken away, as real ones sharpen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from limner.engines.adapters.openvino.library import load_openvino

ov = load_openvino()  # before anything else imports openvino, which would call home

from openvino import opset13 as ops  # noqa: E402


def larger(folder: Path, factor: int = 2, *, edge: int = -1, channels: int = 3) -> Path:
    """A network in OpenVINO's form in `folder`, which is made. `edge`: it takes no other; -1: any."""
    folder.mkdir(parents=True)
    given = ops.parameter([-1, channels, edge, edge], np.float32, name="pixel_values")
    spread: Any = given
    if factor > 1:
        scale = np.array([factor, factor], np.float32)
        axes = np.array([2, 3], np.int64)
        spread = ops.interpolate(given, scale, "linear", "scales", axes=axes)
    kernel = np.full((3, 3), -0.05, np.float32)
    kernel[1, 1] = 1.4
    sharpened = ops.group_convolution(spread, np.tile(kernel, (channels, 1, 1, 1, 1)), [1, 1], [1, 1], [1, 1], [1, 1])
    ov.save_model(ov.Model([sharpened], [given], "larger"), folder / "openvino_model.xml", compress_to_fp16=False)
    return folder


def larger_onnx(folder: Path, factor: int = 2, *, operation: str = "ConvTranspose", domain: str = "") -> Path:
    """The same as ONNX, as hubs have it: it repeats each pixel. `operation` of `domain` may be one that nobody knows.

    Written byte by byte (a model is a few nested messages of protobuf), so that no test needs the library for it.
    """
    weights = np.ones((3, 1, factor, factor), np.float32)
    tensor: list[_Field] = [(1, dim) for dim in weights.shape]
    tensor += [(2, 1), (8, b"weights"), (9, weights.tobytes())]
    strides: list[_Field] = [(1, b"strides"), (8, factor), (8, factor), (20, 7)]
    node: list[_Field] = [(1, b"pixel_values"), (1, b"weights"), (2, b"reconstruction"), (4, operation.encode())]
    node += [(5, _message(strides)), (5, _message([(1, b"group"), (3, 3), (20, 2)])), (7, domain.encode())]
    graph: list[_Field] = [(1, _message(node)), (2, b"larger"), (5, _message(tensor))]
    graph += [(11, _picture(b"pixel_values")), (12, _picture(b"reconstruction"))]
    model: list[_Field] = [(1, 8), (7, _message(graph))]
    model += [(8, _message([(1, name), (2, 13)])) for name in {b"", domain.encode()}]
    (folder / "onnx").mkdir(parents=True)
    (folder / "onnx" / "model.onnx").write_bytes(_message(model))
    return folder


_Field = tuple[int, int | bytes]


def _picture(name: bytes) -> bytes:
    dims: list[_Field] = [(1, _message([(2, axis)])) for axis in (b"batch", b"channels", b"height", b"width")]
    return _message([(1, name), (2, _message([(1, _message([(1, 1), (2, _message(dims))]))]))])


def _message(fields: Sequence[_Field]) -> bytes:
    """A message of protobuf: numbers, and everything else with its length before it."""
    return b"".join(
        _number(field << 3) + _number(value)
        if isinstance(value, int)
        else _number(field << 3 | 2) + _number(len(value)) + value
        for field, value in fields
    )


def _number(value: int) -> bytes:
    return bytes([value]) if value < 128 else bytes([value & 127 | 128]) + _number(value >> 7)
