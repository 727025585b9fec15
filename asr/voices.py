"""How a voice sounds: short stretches of speech as vectors that are near each other when one person speaks."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from itertools import pairwise

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from asr.audio import FULL_SCALE
from asr.channels import Channel
from asr.options import RATE_HZ
from asr.speech import Span
from models.errors import ModelError

MODEL = "campplus_zh_en.int8.onnx"
"""CAM++ (Wang et al. 2023, Apache-2.0), trained on 200,000 Chinese and English speakers; see asr/data/README.md."""

STEP_S = 0.1
WIDTH_S = 0.8
"""A vector every 0.1 s, each over 0.8 s of sound: less wide and voices blur, wider and short turns drown."""

CHUNK_S = 6.0
MARGIN_S = 0.1
"""The model reads up to 6 s of a span at once, with a little of what is around it."""

_DIMENSIONS = 192
_FRAMES_PER_S = 50
"""Steps of the model; it reads two frames of features in each."""

# Features as Kaldi computes them (compute-fbank-feats): 80 mel bands from 20 Hz, 25 ms every 10 ms, Povey window.
_HOP, _FRAME, _FFT = RATE_HZ // 100, RATE_HZ // 40, 512
_BANDS, _LOWEST_HZ = 80, 20.0
_PREEMPHASIS = 0.97
_FLOOR = np.float32(np.finfo(np.float32).eps)


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """Voices along spans of speech, in order of time: `vectors` (n, 192) of length 1, at `centres_s` (n,).

    `owners` (n,) is the index of the span each lies in; every span has at least one. An hour of speech takes 28 MB.
    """

    centres_s: NDArray[np.float64]
    owners: NDArray[np.intp]
    vectors: NDArray[np.float32]


class VoiceModel:
    """The CAM++ network, run by onnxruntime in the caller's thread. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._session: onnxruntime.InferenceSession | None = None

    def hear(self, channel: Channel, spans: Sequence[Span]) -> Heard:
        """The voices in the given spans (in order, longer than 0); the same sound always gives the same vectors."""
        session = self.load()
        centres: list[NDArray[np.float64]] = [np.zeros(0)]
        owners: list[NDArray[np.intp]] = [np.zeros(0, np.intp)]
        vectors: list[NDArray[np.float32]] = [np.zeros((0, _DIMENSIONS), np.float32)]
        for owner, chunk in _chunks(spans):
            from_s = max(chunk.start_s - MARGIN_S, 0.0)
            features = _features(channel, from_s, chunk.end_s + MARGIN_S)
            if not len(features):
                continue
            count = max(1, round((chunk.end_s - chunk.start_s) / STEP_S))
            middle_s = chunk.start_s + (np.arange(count) + 0.5) * (chunk.end_s - chunk.start_s) / count
            shares = _shares(middle_s - from_s, (len(features) + 1) // 2)
            [[found]] = session.run(["embeddings"], {"features": features[None], "windows": shares[None]})
            centres.append(middle_s)
            owners.append(np.full(count, owner, np.intp))
            vectors.append(found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), _FLOOR))
        return Heard(np.concatenate(centres), np.concatenate(owners), np.concatenate(vectors))

    def load(self) -> onnxruntime.InferenceSession:
        """Load the model once; raises ModelError when its file is not there."""
        with self._lock:
            if self._session is None:
                options = onnxruntime.SessionOptions()
                options.inter_op_num_threads = options.intra_op_num_threads = 1
                self._session = onnxruntime.InferenceSession(
                    model_bytes(), sess_options=options, providers=["CPUExecutionProvider"]
                )
            return self._session


def model_bytes() -> bytes:
    """The model's file; raises ModelError when it is missing."""
    with as_file(files("asr") / "data" / MODEL) as path:
        try:
            return path.read_bytes()
        except OSError as error:
            raise ModelError(f"the speaker model {MODEL} is missing from asr/data; install callqa again") from error


def _chunks(spans: Sequence[Span]) -> Iterator[tuple[int, Span]]:
    """Each span in equal parts of at most `CHUNK_S`, with its index."""
    for owner, span in enumerate(spans):
        parts = max(1, int(np.ceil((span.end_s - span.start_s) / CHUNK_S)))
        edges_s = np.linspace(span.start_s, span.end_s, parts + 1).tolist()
        yield from ((owner, Span(start_s, end_s)) for start_s, end_s in pairwise(edges_s))


def _shares(middle_s: NDArray[np.float64], steps: int) -> NDArray[np.float32]:
    """What each step of the model counts for in each vector, (steps, vectors): an average over `WIDTH_S`."""
    last = np.clip(np.rint((middle_s + WIDTH_S / 2) * _FRAMES_PER_S), 1, steps)
    first = np.clip(np.rint((middle_s - WIDTH_S / 2) * _FRAMES_PER_S), 0, last - 1)
    at = np.arange(steps)[:, None]
    return np.asarray(((at >= first) & (at < last)) / (last - first), dtype=np.float32)


def _features(channel: Channel, start_s: float, end_s: float) -> NDArray[np.float32]:
    """Log mel energies (frames, 80) less their mean, which takes the telephone line out; none for under 25 ms."""
    taken = channel.samples[round(start_s * RATE_HZ) : round(end_s * RATE_HZ)]
    if len(taken) < _FRAME:
        return np.zeros((0, _BANDS), np.float32)
    sound = np.clip(taken.astype(np.float32) * np.float32(channel.gain / FULL_SCALE), -1.0, 1.0)
    frames = np.lib.stride_tricks.sliding_window_view(sound, _FRAME)[::_HOP]
    frames = frames - frames.mean(axis=1, keepdims=True)
    before = np.concatenate([frames[:, :1], frames[:, :-1]], axis=1)
    power = np.abs(np.fft.rfft((frames - np.float32(_PREEMPHASIS) * before) * _WINDOW, _FFT)).astype(np.float32) ** 2
    energies = np.log(np.maximum(power @ _FILTERS, _FLOOR))
    return np.asarray(energies - energies.mean(axis=0), np.float32)


def _mel(frequency_hz: float) -> float:
    return 1127.0 * math.log1p(frequency_hz / 700.0)


def _filters() -> NDArray[np.float32]:
    """Triangles on the mel scale as a matrix (spectral lines, bands)."""
    edges = np.linspace(_mel(_LOWEST_HZ), _mel(RATE_HZ / 2), _BANDS + 2)
    at = np.array([_mel(hz) for hz in np.fft.rfftfreq(_FFT, 1 / RATE_HZ).tolist()])[:, None]
    rising = (at - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - at) / (edges[2:] - edges[1:-1])
    return np.asarray(np.maximum(np.minimum(rising, falling), 0.0), dtype=np.float32)


_FILTERS = _filters()
_WINDOW = (np.hanning(_FRAME) ** 0.85).astype(np.float32)
