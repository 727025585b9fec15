"""The speech detector's network as matrices: the same answers as its own graph, however the sound is cut into stretches."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from asr.audio import FULL_SCALE, decode
from asr.channels import FRAME_SAMPLES
from asr.silero import CONTEXT_SAMPLES, SileroNetwork
from asr.speech import network_file
from models.errors import ModelError

CALL = Path(__file__).parents[2] / "callqa" / "demo_calls" / "d08_customer_only_sorry_short.flac"

network = SileroNetwork(network_file())
frames = 900
sound = np.zeros(CONTEXT_SAMPLES + frames * FRAME_SAMPLES, np.float32)
samples = decode(str(CALL)).channels[0][: frames * FRAME_SAMPLES]
sound[CONTEXT_SAMPLES:][: len(samples)] = samples / np.float32(FULL_SCALE)


def part(first: int, end: int) -> NDArray[np.float32]:
    return sound[first * FRAME_SAMPLES : end * FRAME_SAMPLES + CONTEXT_SAMPLES]


def by_graph(first: int, end: int) -> NDArray[np.float32]:
    """What onnxruntime makes of the same frames with the graph as it is shipped."""
    session = onnxruntime.InferenceSession(str(network_file()), providers=["CPUExecutionProvider"])
    state = np.zeros((1, 1, 128), np.float32)
    heard = np.lib.stride_tricks.sliding_window_view(part(first, end), CONTEXT_SAMPLES + FRAME_SAMPLES)[::FRAME_SAMPLES]
    found: NDArray[np.float32] = session.run(
        ["speech_probs"], {"input": np.ascontiguousarray(heard), "h": state, "c": state}
    )[0]
    return found


def listened(stretches: Sequence[tuple[int, int]]) -> dict[int, float]:
    found: dict[int, float] = {}
    for first, values in network.listen(part, stretches):
        for frame, value in enumerate(values.tolist(), first):
            assert frame not in found, "heard twice"
            found[frame] = value
    return found


def test_the_same_as_the_graph_that_is_shipped() -> None:
    stretches = [(0, 3), (5, 6), (10, 600), (610, 700)]
    found = listened(stretches)
    for first, end in stretches:
        own = np.array([found[frame] for frame in range(first, end)])
        np.testing.assert_allclose(own, by_graph(first, end), atol=2e-5)
    # The sound must hold both, or agreement means little.
    assert min(found.values()) < 0.1 < 0.9 < max(found.values())


@settings(max_examples=25, deadline=None)
@given(st.sets(st.integers(0, frames), min_size=2, max_size=12))
def test_a_stretch_is_heard_as_if_it_were_alone(cuts: set[int]) -> None:
    edges = sorted(cuts)
    stretches = list(zip(edges[::2], edges[1::2], strict=False))
    found = listened(stretches)
    assert sorted(found) == [frame for first, end in stretches for frame in range(first, end)]
    for stretch in stretches:
        alone = listened([stretch])
        np.testing.assert_allclose([found[frame] for frame in alone], list(alone.values()), atol=2e-5)


def test_no_stretches_no_answers() -> None:
    assert listened([]) == {}


@pytest.mark.parametrize("content", [b"", b"not a network", network_file().read_bytes()[:4000]])
def test_a_damaged_file_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "detector.onnx"
    file.write_bytes(content)
    with pytest.raises(ModelError, match=r"detector\.onnx"):
        SileroNetwork(file)
