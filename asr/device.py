"""Which processor and which arithmetic to use, and why."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import ctranslate2
import pynvml

from asr.process import wide_vectors
from models.errors import SettingsError

CPU_BATCH = 8
"""More windows at once gain nothing on a processor; fewer make the decoder read its weights more often."""

_MOST_WORKERS_BESIDE_GPU = 8
"""Threads that feed a GPU; more of them lose more to Python's lock than they add (measured on 16 cores)."""

_LEAST_GPU_BATCH, _MOST_GPU_BATCH = 8, 64
_SHARE_OF_FREE_MEMORY = 0.5

_WINDOW_PER_WEIGHTS = 0.25
"""What one window needs on a GPU at most, as a share of the model's size: 30 s of states for every layer and beam."""

_PREFERRED = {"cpu": ("int8", "int8_float32", "float32"), "cuda": ("float16", "int8_float16", "int8", "float32")}


@dataclass(frozen=True, slots=True)
class Choice:
    """A device (cpu or cuda), a compute type it supports, and one sentence that says why.

    `vectors` names the processor's instructions where CTranslate2 is told which to use, else it is empty.
    """

    device: str
    compute_type: str
    why: str
    vectors: str = ""


def choose(device: str, compute_type: str) -> Choice:
    """Turn the two settings ("auto" or a value) into a choice that this machine supports.

    A CUDA device is taken when CTranslate2 sees one. On the CPU int8 keeps accuracy and is 1.3 to 1.5 times as fast as
    float32; on CUDA float16 is the usual first choice. Raises SettingsError naming what is supported.
    """
    gpus = ctranslate2.get_cuda_device_count()
    if device not in ("auto", "cpu", "cuda"):
        raise SettingsError(f"device {device!r} is unknown; use auto, cpu or cuda")
    if device == "cuda" and not gpus:
        raise SettingsError("device is cuda, but CTranslate2 sees no CUDA device; use auto or cpu, or mend the driver")
    chosen = device if device != "auto" else ("cuda" if gpus else "cpu")
    if device != "auto":
        why = f"device {chosen} as set"
    elif gpus:
        why = f"{gpus} CUDA device(s) seen"
    else:
        why = "no CUDA device seen"

    vectors = wide_vectors() if chosen == "cpu" else ""
    supported: set[str] = ctranslate2.get_supported_compute_types(chosen)
    if compute_type == "auto":
        picked = next(kind for kind in _PREFERRED[chosen] if kind in supported)
        return Choice(chosen, picked, f"{why}; {picked} is the preferred arithmetic that {chosen} supports", vectors)
    if compute_type not in supported:
        raise SettingsError(
            f"compute_type {compute_type!r} is not supported on {chosen}; "
            f"use auto or one of {', '.join(sorted(supported))}"
        )
    return Choice(chosen, compute_type, f"{why}; compute type {compute_type} as set", vectors)


def workers_for(device: str, cores: int) -> int:
    """How many threads to listen with on so many cores: one on each, beside a GPU as many as feed it best."""
    return cores if device == "cpu" else min(cores, _MOST_WORKERS_BESIDE_GPU)


def batch_for(device: str, weights: Path, environ: Mapping[str, str] | None = None) -> int:
    """How many windows to decode at once: on a GPU as many as half of its free memory holds, 8 to 64.

    Where NVIDIA's library does not tell (another driver, no permission) the least number is taken.
    """
    if device == "cpu":
        return CPU_BATCH
    try:
        free_bytes = float(pynvml.nvmlDeviceGetMemoryInfo(card(environ)).free)
    except pynvml.NVMLError:
        return _LEAST_GPU_BATCH
    window_bytes = _WINDOW_PER_WEIGHTS * weights.stat().st_size
    return int(min(max(_SHARE_OF_FREE_MEMORY * free_bytes / window_bytes, _LEAST_GPU_BATCH), _MOST_GPU_BATCH))


def card(environ: Mapping[str, str] | None = None) -> object:
    """NVML's handle of CUDA's first device, which CTranslate2 takes: NVML does not heed CUDA_VISIBLE_DEVICES.

    Its entries are indices or UUIDs. Indices agree as long as CUDA counts as NVML does, by place on the bus
    (CUDA_DEVICE_ORDER=PCI_BUS_ID) or on machines whose cards are alike. Raises NVMLError for a card or a
    library that is not there.
    """
    pynvml.nvmlInit()
    first = (os.environ if environ is None else environ).get("CUDA_VISIBLE_DEVICES", "").split(",")[0].strip()
    if first and not first.isdecimal():
        return pynvml.nvmlDeviceGetHandleByUUID(first)
    return pynvml.nvmlDeviceGetHandleByIndex(int(first or 0))
