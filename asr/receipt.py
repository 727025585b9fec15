"""The receipt of the engine: a digest over everything that can change a transcript."""

from __future__ import annotations

import hashlib
import json
import re
from importlib.metadata import version
from typing import Any

from asr import (
    channels,
    cues,
    judge,
    listen,
    packing,
    reading,
    roles,
    speakers,
    speech,
    swaps,
    text,
    tones,
    utterances,
    voices,
    whisper,
    words,
)
from asr.device import Choice
from asr.options import ALGORITHM, EngineOptions
from asr.weights import ModelFiles
from models.transcript import EngineReceipt

_LIBRARIES = (
    "ctranslate2",
    "faster-whisper",
    "silero-vad",
    "onnxruntime",
    "soundfile",
    "soxr",
    "av",
    "opencc",
    "numpy",
)
_RECIPE = (
    channels,
    cues,
    judge,
    listen,
    packing,
    reading,
    roles,
    speakers,
    speech,
    swaps,
    text,
    tones,
    utterances,
    voices,
    whisper,
    words,
)


def engine_receipt(files: ModelFiles, choice: Choice, options: EngineOptions, prompt: str) -> EngineReceipt:
    """The receipt for these weights and settings on these libraries.

    Workers are left out: how many calls are heard at once changes no transcript. The digest covers `ALGORITHM`, every
    setting, the speaker model, every constant of the recipe's modules, and the versions of the libraries that touch the
    sound.
    """
    covered: dict[str, Any] = {
        "algorithm": ALGORITHM,
        "device": choice.device,
        "compute_type": choice.compute_type,
        "language": options.language,
        "prompt": prompt,
        "beam_size": options.beam_size,
        "agent_channel": options.agent_channel,
        "speaker_model": hashlib.sha256(voices.model_bytes()).hexdigest(),
        "libraries": {name: version(name) for name in _LIBRARIES},
        "constants": {module.__name__: _constants(vars(module)) for module in _RECIPE},
    }
    options_digest = _sha256(json.dumps(covered, sort_keys=True, ensure_ascii=True))
    return EngineReceipt(files.name, files.digest, options_digest, _sha256(f"{files.digest} {options_digest}"))


def _constants(names: dict[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in names.items() if name.isupper()}


def _plain(value: Any) -> Any:
    """The value as JSON holds it, the same in every process: sets sorted, patterns as written."""
    match value:
        case bool() | int() | float() | str() | None:
            return value
        case re.Pattern():
            return [value.pattern, value.flags]
        case frozenset() | set():
            return sorted(_plain(v) for v in value)
        case tuple() | list():
            return [_plain(v) for v in value]
        case dict():
            return [[_plain(k), _plain(v)] for k, v in value.items()]
        case _:
            return type(value).__name__


def _sha256(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
