"""What a transcription endpoint answered about one window, as words with times whatever it left out.

The forms are those of OpenAI's `verbose_json`, which servers fill in to different degrees: words with times, segments
with times, or a text alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asr.hearing import Heard, HeardWord
from asr.options import RATE_HZ
from asr.text import PUNCTUATION, is_punctuation

NEUTRAL_LOGPROB = -0.4
"""For an answer that does not say how sure it is: neither doubted nor praised (windows of real speech gave -0.36)."""

LETTERS_PER_TOKEN = 4
"""Of a written word in Latin letters; any other character is a token of its own."""

# Sound this far below its window's loudest step counts as a pause; steps are as long as Whisper's own.
PAUSE_DB = 35.0
STEP_S = 0.02

_LATIN = re.compile(r"[A-Za-z0-9']+")
_UNIT = re.compile(r"\s*[A-Za-z0-9']+|\s*\S")


@dataclass(frozen=True, slots=True)
class _Timed:
    text: str
    start_s: float
    end_s: float
    logprob: float | None


def heard_from(answer: object, sound: NDArray[np.float32], content_s: float, language: str) -> Heard:
    """What was heard, from the JSON that came back for `sound`, of which `content_s` seconds are content.

    Times are brought into the content and into order. Text without times is spread over the time that is not silent.
    No text, no words. Raises ValueError, saying what is wrong, for an answer of another form.
    """
    if not isinstance(answer, Mapping):
        raise ValueError(f"it is a JSON {type(answer).__name__}, not an object")
    segments = [_timed(item, "text") for item in _objects(answer, "segments")]
    words = [_timed(item, "word") for item in _objects(answer, "words")]
    if not words:
        nested = [word for item in _objects(answer, "segments") for word in _objects(item, "words")]
        words = [_timed(item, "word") for item in nested]
    text = answer.get("text")
    if text is None and not segments and not words:
        raise ValueError("it has neither text nor segments nor words")
    if text is not None and not isinstance(text, str):
        raise ValueError(f"its text is a JSON {type(text).__name__}")
    written = text if text is not None else "".join(part.text for part in segments or words)

    logprob = _average(segments)
    if words:
        timed = _with_marks(written, words, language)
    else:
        loud = _loud_steps(sound, content_s)
        placed = segments and all(part.end_s > max(part.start_s, 0.0) for part in segments)
        parts = segments if placed else [_Timed(written, 0.0, content_s, None)]
        timed = [piece for part in parts for piece in _spread(part, loud)]
    return Heard(_in_order(timed, content_s, math.exp(logprob)), _tokens(written), logprob)


def _objects(holder: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    found = holder.get(key) or []
    if not isinstance(found, list) or not all(isinstance(item, Mapping) for item in found):
        raise ValueError(f"its {key} are not a list of objects")
    return found


def _timed(item: Mapping[str, Any], key: str) -> _Timed:
    text = item.get(key, item.get("text"))
    if not isinstance(text, str):
        raise ValueError(f"a {key} has no text")
    logprob = _number(item.get("avg_logprob"))
    probability = _number(item.get("probability"))
    if logprob is None and probability is not None and probability > 0:
        logprob = math.log(min(probability, 1.0))
    return _Timed(text, _seconds(item.get("start")), _seconds(item.get("end")), logprob)


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def _seconds(value: object) -> float:
    """A time; -1 where there is none that counts, which ends up where the words before it do."""
    number = _number(value)
    return -1.0 if number is None else number


def _average(segments: Sequence[_Timed]) -> float:
    """The segments' log probability, each as heavy as its text is long; neutral when not all say."""
    weights = [len(part.text) for part in segments]
    known = [part.logprob for part in segments if part.logprob is not None]
    if len(known) < len(segments) or not sum(weights):
        return NEUTRAL_LOGPROB
    return min(sum(p * w for p, w in zip(known, weights, strict=True)) / sum(weights), 0.0)


def _with_marks(text: str, words: Sequence[_Timed], language: str) -> list[_Timed]:
    """The words with the spaces and punctuation of `text`, which some servers leave out of their words.

    Where the words are not those of the text they stay as they are, with a space before each in a language that has
    spaces.
    """
    spans = _places(text, words)
    if spans is None:
        spaced = language != "zh" and not any(word.text[:1].isspace() for word in words)
        return [replace(word, text=f" {word.text}") for word in words] if spaced else list(words)
    # Between two words: a mark belongs to the one before, the space behind it to the one after.
    cuts = [0, *(end + len(text[end:start].rstrip()) for (_, end), (start, _) in pairwise(spans)), len(text)]
    return [replace(word, text=text[a:b]) for word, (a, b) in zip(words, pairwise(cuts), strict=True)]


def _places(text: str, words: Sequence[_Timed]) -> list[tuple[int, int]] | None:
    """Where in the text each word stands; None unless they are all there, with only punctuation between them."""
    spans: list[tuple[int, int]] = []
    at = 0
    for word in words:
        core = word.text.strip().strip("".join(PUNCTUATION)) or word.text.strip()
        start = text.find(core, at)
        if start < 0 or not is_punctuation(text[at:start]):
            return None
        at = start + len(core)
        spans.append((start, at))
    return spans if is_punctuation(text[at:]) else None


def _spread(part: _Timed, loud: NDArray[np.bool_]) -> list[_Timed]:
    """The text's characters (words, in Latin letters) evenly over the steps of its time that are not silent."""
    units = _UNIT.findall(part.text)
    if not units:
        return []
    first, last = (min(max(round(t / STEP_S), 0), len(loud)) for t in (part.start_s, part.end_s))
    steps = first + np.flatnonzero(loud[first:last])
    if not len(steps):
        steps = np.arange(first, max(last, first + 1))
    shares = np.cumsum([0.0, *(len(unit.strip()) for unit in units)])
    places = shares / shares[-1] * len(steps)
    starts = steps[np.minimum(places[:-1].astype(int), len(steps) - 1)] * STEP_S
    ends = (steps[np.clip(np.ceil(places[1:]).astype(int) - 1, 0, len(steps) - 1)] + 1) * STEP_S
    return [
        _Timed(unit, start, end, part.logprob)
        for unit, start, end in zip(units, starts.tolist(), ends.tolist(), strict=True)
    ]


def _loud_steps(sound: NDArray[np.float32], content_s: float) -> NDArray[np.bool_]:
    """For each step of the content whether there is more than a pause in it."""
    step = round(STEP_S * RATE_HZ)
    content = sound[: round(content_s * RATE_HZ)]
    frames = content[: len(content) // step * step].reshape(-1, step)
    levels = np.sqrt(np.mean(frames * frames, axis=1)) if len(frames) else np.zeros(0, np.float32)
    loudest = float(levels.max(initial=0.0))
    loud: NDArray[np.bool_] = levels > loudest * 10 ** (-PAUSE_DB / 20)
    return loud


def _in_order(parts: Sequence[_Timed], content_s: float, probability: float) -> tuple[HeardWord, ...]:
    words: list[HeardWord] = []
    latest_s = 0.0
    for part in parts:
        start_s = min(max(part.start_s, latest_s), content_s)
        end_s = min(max(part.end_s, start_s), content_s)
        latest_s = start_s
        own = probability if part.logprob is None else math.exp(min(part.logprob, 0.0))
        if part.text:
            words.append(HeardWord(part.text, start_s, end_s, own))
    return tuple(words)


def _tokens(text: str) -> int:
    """About how many tokens the text took, for telling a runaway."""
    latin = _LATIN.findall(text)
    rest = _LATIN.sub("", text)
    return sum(-(-len(word) // LETTERS_PER_TOKEN) for word in latin) + sum(not c.isspace() for c in rest)
