"""The Silero speech detector's network on plain matrices: many stretches of sound at once, a third of the work.

The network (MIT, package silero-vad) hears 32 ms frames: a short-time spectrum, four small convolutions, and an LSTM
from frame to frame. Run as it is shipped, four fifths of its time go into convolutions over four positions each, one
frame after the other; as products of big matrices they cost a quarter of that, and the LSTM steps through all stretches
of a recording side by side. The numbers are the same but for rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from google.protobuf.message import DecodeError
from numpy.typing import NDArray
from onnx.numpy_helper import to_array

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

# The last position of a frame reaches 64 samples beyond it; there the frame is mirrored at its end.
_MIRRORED = np.concatenate([np.arange(_HEARD_SAMPLES), np.arange(_HEARD_SAMPLES - 2, FRAME_SAMPLES - 2, -1)])


@dataclass(frozen=True, slots=True, eq=False)
class _Layer:
    """Rows of `weights` are inputs (a convolution's three taps one behind the other), columns outputs."""

    weights: Values
    bias: Values

    def of(self, inputs: Values) -> Values:
        """The layer's outputs, cut off below zero."""
        outputs: Values = inputs @ self.weights
        outputs += self.bias
        return np.maximum(outputs, 0.0, out=outputs)


class SileroNetwork:
    """The detector's weights; `listen` may be called from several threads."""

    def __init__(self, file: Path) -> None:
        """Take the weights out of `silero_vad_16k_sequence.onnx`; raises ModelError when it is not that network."""
        try:
            graph = onnx.load(file).graph
            tensors = {tensor.name: to_array(tensor) for tensor in graph.initializer}
            self._spectrum = np.ascontiguousarray(tensors["stft.forward_basis_buffer"].reshape(-1, _SPECTRUM_SAMPLES).T)
            self._bins = self._spectrum.shape[1] // 2
            self._convolutions = [_convolution(tensors, f"encoder.{i}") for i in range(3)]
            # The last one sees a single position: of its three taps only the middle one meets anything.
            self._last = _Layer(np.ascontiguousarray(tensors["encoder.3.weight"][:, :, 1].T), tensors["encoder.3.bias"])
            [lstm] = (node for node in graph.node if node.op_type == "LSTM")
            inward, onward, bias = (tensors[name][0] for name in lstm.input[1:4])
            # Gates in the order input, output, forget, cell. sigmoid(x) = (1 + tanh(x / 2)) / 2: with the first three
            # halved here, all of them are one tanh.
            halves = np.repeat(np.array([0.5, 0.5, 0.5, 1.0], np.float32), _HIDDEN)
            self._inward = np.ascontiguousarray(inward.T * halves)
            self._onward = np.ascontiguousarray(onward.T * halves)
            self._gate_bias = bias.reshape(2, -1).sum(axis=0) * halves
            self._verdict = tensors["output.weight"].reshape(_HIDDEN)
            self._verdict_bias = tensors["output.bias"]
        except (OSError, DecodeError, KeyError, ValueError, IndexError) as error:
            raise ModelError(f"the speech detector {file} cannot be used: {error}; install silero-vad again") from error

    def listen(self, sound: Callable[[int, int], Values], stretches: Sequence[Stretch]) -> Iterator[tuple[int, Values]]:
        """Probabilities of speech, as (first frame, one value per frame), in pieces that cover every stretch once.

        `sound(first, end)` gives the samples (-1 to 1, 16 kHz) of these frames and of `CONTEXT_SAMPLES` before them,
        silence where there is none. Each stretch is heard as if nothing had been before it. No stretches, no pieces.
        """
        for group in _groups(stretches):
            longest_first = sorted(group, key=lambda stretch: stretch[0] - stretch[1])
            hidden = np.zeros((len(group), _HIDDEN), np.float32)
            cell = np.zeros_like(hidden)
            for done in range(0, longest_first[0][1] - longest_first[0][0], _SECTION_FRAMES):
                parts = [
                    (first + done, min(first + done + _SECTION_FRAMES, end))
                    for first, end in longest_first
                    if first + done < end
                ]
                gates = np.concatenate([self._gates(sound(*part)) for part in parts])
                yield from self._recur(parts, gates, hidden, cell)

    def _gates(self, sound: Values) -> Values:
        """What each frame of a stretch, on its own, contributes to the gates of the LSTM."""
        frames = np.lib.stride_tricks.sliding_window_view(sound, _HEARD_SAMPLES)[::FRAME_SAMPLES][:, _MIRRORED]
        count = len(frames)
        # With one empty position on both sides the three taps of a convolution are one run of a row.
        magnitudes = np.zeros((count, _POSITIONS + 2, self._bins), np.float32)
        for i in range(_POSITIONS):
            lines = frames[:, i * _HOP_SAMPLES : i * _HOP_SAMPLES + _SPECTRUM_SAMPLES] @ self._spectrum
            lines *= lines
            np.add(lines[:, : self._bins], lines[:, self._bins :], out=magnitudes[:, i + 1])
        np.sqrt(magnitudes, out=magnitudes)
        outputs = magnitudes
        for layer, step in zip(self._convolutions, (1, 2, 2), strict=True):
            outputs = _convolved(layer, outputs, step)
        gates: Values = self._last.of(outputs[:, 1]) @ self._inward
        gates += self._gate_bias
        return gates

    def _recur(
        self, parts: Sequence[Stretch], gates: Values, hidden: Values, cell: Values
    ) -> Iterator[tuple[int, Values]]:
        """Step through parts, the longest first, side by side; `hidden` and `cell` go on from where they were."""
        lengths = np.array([end - first for first, end in parts])
        begins = np.cumsum(lengths) - lengths
        steps = np.arange(lengths[0])
        active = (lengths[:, None] > steps).sum(axis=0)
        # Row by row what is needed at each step: of every part that goes on, its frame.
        rows = np.concatenate([begins[:count] + step for step, count in zip(steps, active.tolist(), strict=True)])
        gates = gates[rows]
        states = np.empty((len(rows), _HIDDEN), np.float32)
        at = 0
        for count in active.tolist():
            now = hidden[:count] @ self._onward
            now += gates[at : at + count]
            np.tanh(now, out=now)
            now[:, : 3 * _HIDDEN] += 1.0
            # Twice the gates, hence the halves behind each product.
            cell[:count] *= now[:, 2 * _HIDDEN : 3 * _HIDDEN]
            now[:, 3 * _HIDDEN :] *= now[:, :_HIDDEN]
            cell[:count] += now[:, 3 * _HIDDEN :]
            cell[:count] *= 0.5
            np.tanh(cell[:count], out=hidden[:count])
            hidden[:count] *= now[:, _HIDDEN : 2 * _HIDDEN]
            hidden[:count] *= 0.5
            states[at : at + count] = hidden[:count]
            at += count
        logits = np.maximum(states, 0.0, out=states) @ self._verdict + self._verdict_bias
        found = np.empty(len(rows), np.float32)
        found[rows] = 1.0 / (1.0 + np.exp(-logits))
        for (first, _), begin, length in zip(parts, begins.tolist(), lengths.tolist(), strict=True):
            yield first, found[begin : begin + length]


def _convolution(tensors: Mapping[str, Values], name: str) -> _Layer:
    weights = tensors[f"{name}.weight"]
    return _Layer(np.ascontiguousarray(weights.transpose(2, 1, 0).reshape(-1, len(weights))), tensors[f"{name}.bias"])


def _convolved(layer: _Layer, padded: Values, step: int) -> Values:
    """A convolution of three taps over positions, of which the first and the last are padding, as are the result's."""
    count, positions, width = padded.shape
    rows = padded.reshape(count, -1)
    starts = range(0, positions - 2, step)
    outputs = np.zeros((count, len(starts) + 2, layer.weights.shape[1]), np.float32)
    for i, start in enumerate(starts):
        outputs[:, i + 1] = layer.of(rows[:, start * width : (start + 3) * width])
    return outputs


def _groups(stretches: Sequence[Stretch]) -> Iterator[list[Stretch]]:
    """Stretches that are heard side by side: as many as `_GROUP_FRAMES` hold, one at least."""
    group: list[Stretch] = []
    frames = 0
    for first, end in stretches:
        if group and frames + end - first > _GROUP_FRAMES:
            yield group
            group, frames = [], 0
        group.append((first, end))
        frames += end - first
    if group:
        yield group
