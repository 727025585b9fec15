"""The receipt of the engine: a digest over everything that can change a transcript."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from asr import (
    channels,
    cues,
    digits,
    glossary,
    judge,
    listen,
    packing,
    reading,
    remote_reply,
    roles,
    silero,
    speakers,
    speech,
    swaps,
    text,
    tones,
    utterances,
    vocabulary,
    voices,
    whisper,
    words,
)
from asr.device import Choice
from asr.options import ALGORITHM, PROFILES, EngineOptions, RemoteOptions
from asr.pii import digits as pii_digits
from asr.pii import en, find, forms, mask, number, topics, zh
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
    "pypinyin",
)
_RECIPE = (
    channels,
    cues,
    digits,
    glossary,
    judge,
    listen,
    packing,
    pii_digits,
    en,
    find,
    forms,
    mask,
    number,
    topics,
    zh,
    reading,
    roles,
    silero,
    speakers,
    speech,
    swaps,
    text,
    tones,
    utterances,
    vocabulary,
    voices,
    whisper,
    words,
)


def engine_receipt(files: ModelFiles, choice: Choice, options: EngineOptions, prompt: str) -> EngineReceipt:
    """The receipt for these weights and settings on these libraries.

    Workers are left out: how many calls are heard at once changes no transcript; so is a glossary that corrects nothing
    because corrections are off. The digest covers `ALGORITHM`, every setting, every constant of the recipe's modules,
    and the versions of the libraries that touch the sound. It does not cover how many windows are decoded at once: on
    a processor that is fixed, but on a GPU it follows from the memory that was free, and where the GPU's library takes
    other routines for other sizes, sums may differ in the last bits and, rarely, a word with them.
    """
    settings = {"device": choice.device, "compute_type": choice.compute_type, "vectors": choice.vectors}
    return _receipt(files.name, files.digest, settings, options, prompt)


def remote_receipt(remote: RemoteOptions, options: EngineOptions, prompt: str) -> EngineReceipt:
    """The receipt for windows heard by a service.

    Which weights a service uses cannot be known, so in place of their digest stand its address and its name of the
    model: equal digests mean that the same was asked of the same address, not that the same text comes back.
    """
    settings = {"reply": _constants(vars(remote_reply))}
    return _receipt(remote.model, f"remote:{remote.url} {remote.model}", settings, options, prompt)


def _receipt(model: str, weights: str, settings: dict[str, Any], options: EngineOptions, prompt: str) -> EngineReceipt:
    covered: dict[str, Any] = {
        "algorithm": ALGORITHM,
        "language": options.language,
        "prompt": prompt,
        "agent_channel": options.agent_channel,
        "profile": _plain(asdict(PROFILES[options.profile])),
        "mask_pii": options.mask_pii,
        "corrections": [_plain(asdict(term)) for term in options.glossary] if options.corrections else None,
        "libraries": {name: version(name) for name in _LIBRARIES},
        "constants": {module.__name__: _constants(vars(module)) for module in _RECIPE},
        **settings,
    }
    options_digest = _sha256(json.dumps(covered, sort_keys=True, ensure_ascii=True))
    return EngineReceipt(model, weights, options_digest, _sha256(f"{weights} {options_digest}"))


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
