"""The Silero speech detector's network as two small graphs: many stretches of sound at once, a third of the work.

The network (MIT, package silero-vad) hears 32 ms frames: a short-time spectrum, four small convolutions, and an LSTM
from frame to frame. Run as it is shipped, four fifths of its time go into convolutions over four positions each, one
frame after the other; as products of big matrices they cost a quarter of that, and the LSTM steps through all stretches
of a recording side by side. The numbers are the same but for rounding. onnxruntime runs both graphs without Python's
lock: stepping in Python, 16 threads beside a GPU spent most of their time waiting for each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from google.protobuf.message import DecodeError
from numpy.typing import NDArray
from onnx import TensorProto, helper
from onnx.numpy_helper import from_array, to_array
from onnxruntime import InferenceSession, SessionOptions

from asr.channels import FRAME_SAMPLES
from models.errors import ModelError

Values = NDArray[np.float32]
Stretch = tuple[int, int]
"""First frame and the one behind the last."""

CONTEXT_SAMPLES = 64
"""Each frame is heard together with the end of the one before it."""

_HEARD_SAMPLES = CONTEXT_SAMPLES + FRAME_SAMPLES
_SPECTRUM_SAMPLES = 256
_HOP_SAMPLES = 128
_POSITIONS = 4
_HIDDEN = 128

_GROUP_FRAMES = 4096
_SECTION_FRAMES = 512
"""Bounds of what is in memory at once: frames of a group of stretches, and steps taken before the next sound."""

_LENGTHS = "lengths"
_OPSET, _IR_VERSION = 17, 9
"""Of the ONNX graphs that are made here: what onnxruntime has known for years."""

_MOST_PADDING = 2
"""Stretches step side by side as long as they, filled up to the longest, hold at most so many times their frames."""

# The last position of a frame reaches 64 samples beyond it; there the frame is mirrored at its end.
_MIRRORED = np.concatenate([np.arange(_HEARD_SAMPLES), np.arange(_HEARD_SAMPLES - 2, FRAME_SAMPLES - 2, -1)])


class SileroNetwork:
    """The detector's network; `listen` may be called from several threads."""

    def __init__(self, file: Path) -> None:
        """Take the weights out of `silero_vad_16k_sequence.onnx`; raises ModelError when it is not that network."""
        try:
            graph = onnx.load(file).graph
            tensors = {tensor.name: to_array(tensor) for tensor in graph.initializer}
            [lstm] = (node for node in graph.node if node.op_type == "LSTM")
            self._frames = _frames_session(tensors)
            self._steps = _steps_session(tensors, lstm.input[1:4])
        except (OSError, DecodeError, KeyError, ValueError, IndexError) as error:
            raise ModelError(f"the speech detector {file} cannot be used: {error}; install silero-vad again") from error

    def listen(self, sound: Callable[[int, int], Values], stretches: Sequence[Stretch]) -> Iterator[tuple[int, Values]]:
        """Probabilities of speech, as (first frame, one value per frame), in pieces that cover every stretch once.

        `sound(first, end)` gives the samples (-1 to 1, 16 kHz) of these frames and of `CONTEXT_SAMPLES` before them,
        silence where there is none. Each stretch is heard as if nothing had been before it. No stretches, no pieces.
        """
        for group in _groups(stretches):
            hidden = np.zeros((1, len(group), _HIDDEN), np.float32)
            cell = np.zeros_like(hidden)
            for done in range(0, group[0][1] - group[0][0], _SECTION_FRAMES):
                parts = [
                    (first + done, min(first + done + _SECTION_FRAMES, end))
                    for first, end in group
                    if first + done < end
                ]
                lengths = np.array([end - first for first, end in parts], np.int32)
                heard = np.zeros((lengths[0], len(parts), _HIDDEN), np.float32)
                for i, (part, length) in enumerate(zip(parts, lengths.tolist(), strict=True)):
                    heard[:length, i] = self._heard(sound(*part))
                states = {"hidden": hidden[:, : len(parts)], "cell": cell[:, : len(parts)]}
                found, hidden, cell = self._steps.run(None, {"heard": heard, _LENGTHS: lengths, **states})
                for i, ((first, _), length) in enumerate(zip(parts, lengths.tolist(), strict=True)):
                    yield first, found[:length, i]

    def _heard(self, sound: Values) -> Values:
        """What the convolutions make of each frame of a part, (frames, 128)."""
        frames = np.lib.stride_tricks.sliding_window_view(sound, _HEARD_SAMPLES)[::FRAME_SAMPLES][:, _MIRRORED]
        [heard] = self._frames.run(None, {"sound": frames.reshape(len(frames), _POSITIONS + 1, _HOP_SAMPLES)})
        found: Values = heard
        return found


class _Graph:
    """A graph in the making; what its methods take and give are names of values, one row of positions per frame."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """The output of an operation."""
        made = f"{kind}{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, inputs, [made], **attributes))
        return made

    def lstm(self, inputs: Sequence[str], outputs: Sequence[str]) -> None:
        """The network's only recurrence: its states at each step, and the two at the end."""
        self._nodes.append(helper.make_node("LSTM", inputs, outputs, hidden_size=_HIDDEN))

    def constant(self, values: NDArray[Any]) -> str:
        """A value that is always the same."""
        name = f"constant{len(self._constants)}"
        self._constants.append(from_array(np.ascontiguousarray(values), name))
        return name

    def row(self, *numbers: int) -> str:
        """Whole numbers, as operations take them for shapes and places."""
        return self.constant(np.array(numbers, np.int64))

    def windows(self, values: str, taps: int, step: int, count: int) -> str:
        """`count` windows of so many positions side by side, a `step` from each other: what a convolution sees."""
        span = (count - 1) * step + 1
        shifted = [
            self.node("Slice", values, self.row(tap), self.row(tap + span), self.row(1), self.row(step))
            for tap in range(taps)
        ]
        return self.node("Concat", *shifted, axis=2)

    def layer(self, values: str, weights: Values, bias: Values) -> str:
        """A product of matrices, cut off below zero."""
        product = self.node("MatMul", values, self.constant(weights))
        return self.node("Relu", self.node("Add", product, self.constant(bias)))

    def session(self, inputs: Mapping[str, Sequence[int | str]], outputs: Sequence[str]) -> InferenceSession:
        """The graph ready to run in the caller's thread; `inputs` have shapes."""
        taken = [
            helper.make_tensor_value_info(name, TensorProto.INT32 if name == _LENGTHS else TensorProto.FLOAT, shape)
            for name, shape in inputs.items()
        ]
        given = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs]
        graph = helper.make_graph(self._nodes, "silero", taken, given, self._constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION)
        options = SessionOptions()
        options.inter_op_num_threads = options.intra_op_num_threads = 1
        # What it once needed would stay with it: a long recording's spectra are 100 MB.
        options.enable_cpu_mem_arena = False
        return InferenceSession(model.SerializeToString(), sess_options=options, providers=["CPUExecutionProvider"])


def _frames_session(tensors: Mapping[str, Values]) -> InferenceSession:
    """Spectrum and convolutions of each frame on its own: `sound` (frames, 5, 128) becomes (frames, 128) values."""
    made = _Graph()
    spectrum = tensors["stft.forward_basis_buffer"].reshape(-1, _SPECTRUM_SAMPLES).T
    parts = []
    stretches = made.windows("sound", taps=2, step=1, count=_POSITIONS)
    for half in np.hsplit(spectrum, 2):
        part = made.node("MatMul", stretches, made.constant(half))
        parts.append(made.node("Mul", part, part))
    outputs, count = made.node("Sqrt", made.node("Add", *parts)), _POSITIONS
    for i, step in enumerate((1, 2, 2)):
        weights = tensors[f"encoder.{i}.weight"]
        count = (count - 1) // step + 1
        padded = made.node("Pad", outputs, made.row(0, 1, 0, 0, 1, 0))
        taps = made.windows(padded, taps=3, step=step, count=count)
        outputs = made.layer(taps, weights.transpose(2, 1, 0).reshape(-1, len(weights)), tensors[f"encoder.{i}.bias"])
    # The last one sees a single position: of its three taps only the middle one meets anything.
    last = made.layer(outputs, tensors["encoder.3.weight"][:, :, 1].T, tensors["encoder.3.bias"])
    heard = made.node("Squeeze", last, made.row(1))
    return made.session({"sound": ("frames", _POSITIONS + 1, _HOP_SAMPLES)}, [heard])


def _steps_session(tensors: Mapping[str, Values], lstm: Sequence[str]) -> InferenceSession:
    """The LSTM over stretches side by side and its verdict.

    `heard` (steps, stretches, 128) with `lengths` (stretches,), `hidden` and `cell` (1, stretches, 128) become
    probabilities (steps, stretches) and the two states at the end of each stretch.
    """
    made = _Graph()
    weights = [made.constant(tensors[name]) for name in lstm]
    made.lstm(["heard", *weights, _LENGTHS, "hidden", "cell"], ["states", "hidden_after", "cell_after"])
    verdict, bias = made.constant(tensors["output.weight"].reshape(_HIDDEN, 1)), made.constant(tensors["output.bias"])
    logits = made.node("Add", made.node("MatMul", made.node("Relu", "states"), verdict), bias)
    found = made.node("Squeeze", made.node("Sigmoid", logits), made.row(1, 3))
    state = (1, "stretches", _HIDDEN)
    inputs: dict[str, Sequence[int | str]] = {
        "heard": ("steps", "stretches", _HIDDEN),
        _LENGTHS: ("stretches",),
        "hidden": state,
        "cell": state,
    }
    return made.session(inputs, [found, "hidden_after", "cell_after"])


def _groups(stretches: Sequence[Stretch]) -> Iterator[list[Stretch]]:
    """Stretches that are heard side by side, the longest first: what one takes besides its frames is padding."""
    group: list[Stretch] = []
    frames = 0
    for first, end in sorted(stretches, key=lambda stretch: (stretch[0] - stretch[1], stretch[0])):
        longest = group[0][1] - group[0][0] if group else 0
        full = frames + end - first > _GROUP_FRAMES
        sparse = longest * (len(group) + 1) > _MOST_PADDING * (frames + end - first)
        if group and (full or sparse):
            yield group
            group, frames = [], 0
        group.append((first, end))
        frames += end - first
    if group:
        yield group
