"""Masks personal numbers in a transcript before it leaves this package."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from asr.pii.find import Secret, find_secrets, loose_digits
from models.transcript import MASK, Correction, Dropped, Masked, SpeechSpan, Transcript, Utterance

PAD_S = 0.05
"""Word times miss the sound's edges by a little; the bleep covers so much more at either end."""

EDGE_S = 1.0
"""A number that begins or ends its utterance is bleeped from where the speech around it begins, or to where it ends, at
most so much further: recognition drops first and last digits, and their times with them."""

DROPPED_DIGITS = 4
"""In text that nobody is believed to have said so many digits are hidden, whatever they are: nothing needs them."""


def mask_secrets(transcript: Transcript) -> Transcript:
    """The transcript with every character of personal numbers replaced by `MASK`, and where and when they were said.

    Lengths and times stay. A transcript that was masked before is returned as it is: what explains its numbers may be
    hidden by now. Raises KeyError for a language without tables.
    """
    if any(utterance.masked for utterance in transcript.utterances):
        return transcript
    found = find_secrets(transcript.utterances, transcript.language)
    by_utterance = {index: list(own) for index, own in groupby(found, key=lambda secret: secret.utterance)}
    return replace(
        transcript,
        utterances=tuple(
            _masked(u, by_utterance.get(i, ()), transcript.speech) for i, u in enumerate(transcript.utterances)
        ),
        dropped=tuple(_without_digits(dropped, transcript.language) for dropped in transcript.dropped),
    )


def _masked(utterance: Utterance, secrets: Sequence[Secret], speech: Sequence[SpeechSpan]) -> Utterance:
    if not secrets:
        return utterance
    text = list(utterance.text)
    for secret in secrets:
        for place in secret.places:
            text[place] = MASK
    return replace(
        utterance,
        text="".join(text),
        masked=tuple(_span(utterance, secret, speech) for secret in secrets),
        corrections=tuple(
            _hidden(correction, secrets) for correction in utterance.corrections if not _lies_in(correction, secrets)
        ),
    )


def _span(utterance: Utterance, secret: Secret, speech: Sequence[SpeechSpan]) -> Masked:
    start, end = secret.places[0], secret.places[-1] + 1
    words = [word for word in utterance.words if word.char_start < end and word.char_end > start]
    if not words:
        return Masked(start, end, secret.kind, None, None)
    start_s, end_s = min(word.start_s for word in words), max(word.end_s for word in words)
    around = [span for span in speech if span.role is utterance.role and span.start_s < end_s and span.end_s > start_s]
    from_s, until_s = start_s - PAD_S, end_s + PAD_S
    if around and words[0] is utterance.words[0]:
        from_s = min(from_s, max(around[0].start_s, start_s - EDGE_S))
    if around and words[-1] is utterance.words[-1]:
        until_s = max(until_s, min(around[-1].end_s, end_s + EDGE_S))
    return Masked(start, end, secret.kind, round(max(0.0, from_s), 3), round(until_s, 3))


def _lies_in(correction: Correction, secrets: Sequence[Secret]) -> bool:
    """Whether all of the correction is inside one masked number: nothing is left of it to show."""
    return any(s.places[0] <= correction.char_start and correction.char_end <= s.places[-1] + 1 for s in secrets)


def _hidden(correction: Correction, secrets: Sequence[Secret]) -> Correction:
    """A correction that reaches into a masked number tells nothing of what was heard."""
    touched = any(correction.char_start <= place < correction.char_end for s in secrets for place in s.places)
    return replace(correction, heard=MASK * len(correction.heard)) if touched else correction


def _without_digits(dropped: Dropped, language: str) -> Dropped:
    hidden = loose_digits(dropped.text, language, DROPPED_DIGITS)
    return replace(dropped, text="".join(MASK if i in hidden else c for i, c in enumerate(dropped.text)))
