"""The sentence that a person points to when they judge an item: taken from what was sent, and found again later."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from models.errors import InputError
from models.review import Sentence, words_digest
from models.scorecard import Verdict
from models.transcript import Role, Transcript, Utterance
from scoring.classifier.taught import KINDS


class SentenceFault(StrEnum):
    """Why a sentence is not taken."""

    UNKNOWN = "unknown"
    """The call's text has no such utterance, or was let go."""
    NOT_AGENT = "not_agent"
    NO_KIND = "no_kind"
    """It can be several things, and nobody said which."""
    WRONG_KIND = "wrong_kind"
    """It cannot be that, or anything, under this verdict."""


class SentenceRefusedError(InputError):
    """A sentence is not taken; `why` says so for programs."""

    def __init__(self, why: SentenceFault, what: str) -> None:
        super().__init__(what)
        self.why = why


@dataclass(frozen=True, slots=True)
class Pointed:
    """What a person points to: `Utterance.index`, and a kind, None where only one fits the verdict."""

    utterance: int
    kind: str | None = None


def kinds_of(criterion: str) -> tuple[str, ...]:
    """All that a sentence can be for an item of this criterion, each once; empty where none can be pointed to."""
    return tuple(dict.fromkeys(kind for (one, _), kinds in KINDS.items() if one == criterion for kind in kinds))


def must_say_kind(criterion: str) -> bool:
    """Whether under some verdict a sentence can be several things."""
    return any(one == criterion and len(kinds) > 1 for (one, _), kinds in KINDS.items())


def taken(pointed: Pointed, transcript: Transcript | None, criterion: str, verdict: Verdict) -> Sentence:
    """The sentence as it is kept. Raises SentenceRefusedError: only an agent's words, as what this verdict needs."""
    said = _utterance(transcript, pointed.utterance)
    if said is None:
        raise SentenceRefusedError(
            SentenceFault.UNKNOWN, f"the call's text has no utterance {pointed.utterance}; choose one that it has"
        )
    if said.role is not Role.AGENT:
        raise SentenceRefusedError(
            SentenceFault.NOT_AGENT, f"utterance {said.index} is {said.role.value}'s; choose one of the agent's"
        )
    kinds = KINDS.get((criterion, verdict), ())
    if pointed.kind is None and len(kinds) > 1:
        raise SentenceRefusedError(SentenceFault.NO_KIND, f"say what the sentence is, one of: {', '.join(kinds)}")
    kind = kinds[0] if pointed.kind is None and kinds else pointed.kind
    if kind is None or kind not in kinds:
        fits = f"only {', '.join(kinds)} fits" if kinds else "no sentence is pointed to"
        raise SentenceRefusedError(
            SentenceFault.WRONG_KIND, f"for {criterion} judged {verdict.value} {fits}, not {pointed.kind or 'one'}"
        )
    return Sentence(said.index, kind, words_digest(said.text))


def meant(sentence: Sentence, transcript: Transcript | None) -> Utterance | None:
    """What was pointed to; None where the text was let go, or heard anew as other words since."""
    said = _utterance(transcript, sentence.utterance)
    return said if said is not None and words_digest(said.text) == sentence.digest else None


def _utterance(transcript: Transcript | None, index: int) -> Utterance | None:
    return next((u for u in transcript.utterances if u.index == index), None) if transcript is not None else None
