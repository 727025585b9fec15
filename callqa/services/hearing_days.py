"""How well calls of each day were heard, and how fast agents spoke, from transcripts of a few of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from callqa.services.machine_quality import agent_confidence
from models.ports import UnitOfWork
from models.transcript import Role, Transcript
from scoring.activity import speech_rate
from scoring.drift import DaySums, Measure

LOW_PROBABILITY = 0.5
"""A word below it was guessed."""


def hearing_days(ids: Mapping[date, Sequence[str]], uow: UnitOfWork) -> Mapping[Measure, Mapping[date, DaySums]]:
    """Mean confidence, share of guessed words and speech rate over these recordings of each day; what a transcript
    does not tell is left out of the sums.
    """
    values: dict[Measure, defaultdict[date, list[float]]] = {
        measure: defaultdict(list) for measure in (Measure.CONFIDENCE, Measure.LOW_WORDS, Measure.SPEECH_RATE)
    }
    for day, recording_ids in ids.items():
        for _, transcript in uow.transcripts.of(recording_ids):
            for measure, value in (
                (Measure.CONFIDENCE, agent_confidence(transcript)),
                (Measure.LOW_WORDS, guessed_words(transcript)),
                (Measure.SPEECH_RATE, _speech_rate(transcript)),
            ):
                if value is not None:
                    values[measure][day].append(value)
    return {
        measure: {day: DaySums(len(found), sum(found), sum(one * one for one in found)) for day, found in days.items()}
        for measure, days in values.items()
    }


def guessed_words(transcript: Transcript) -> float | None:
    """The share of the agent's words that the recogniser guessed; None without words."""
    said = [word for one in transcript.utterances if one.role is Role.AGENT for word in one.words]
    return sum(word.probability < LOW_PROBABILITY for word in said) / len(said) if said else None


def _speech_rate(transcript: Transcript) -> float | None:
    said = (one.text for one in transcript.utterances if one.role is Role.AGENT)
    return speech_rate(transcript, Role.AGENT, said, transcript.language)
