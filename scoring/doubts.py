"""Doubts: what calls for a person, as a code for programs and a sentence for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.scorecard import ReviewCode
from scoring.reasons import say

_CODES: Mapping[str, ReviewCode] = {
    "no_agent": ReviewCode.NO_AGENT,
    "other_language": ReviewCode.OTHER_LANGUAGE,
    "too_little_said": ReviewCode.TOO_LITTLE_SAID,
    "too_many_unknown": ReviewCode.SPEAKERS_UNKNOWN,
    "apology_occasion": ReviewCode.WEAK_GROUNDS,
    "apology_doubtful": ReviewCode.WEAK_GROUNDS,
    "apology_one_sign": ReviewCode.WEAK_GROUNDS,
    "commitment_unnamed": ReviewCode.WEAK_GROUNDS,
    "commitment_thanked": ReviewCode.WEAK_GROUNDS,
    "commitment_unsaid": ReviewCode.WEAK_GROUNDS,
    "commitment_maybe_done": ReviewCode.WEAK_GROUNDS,
    "commitment_maybe_solved": ReviewCode.WEAK_GROUNDS,
    "prohibited_unsure": ReviewCode.BY_SOUND,
    "prohibited_corrected": ReviewCode.BY_SOUND,
    "prohibited_unknown": ReviewCode.SPEAKERS_UNKNOWN,
    "prohibited_always": ReviewCode.ALWAYS_ASKED,
    "abuse_unconfirmed": ReviewCode.BY_SOUND,
    "review_roles": ReviewCode.ROLES_UNCERTAIN,
    "review_flip": ReviewCode.ROLES_FLIP,
    "review_recognition": ReviewCode.LOW_RECOGNITION,
    "review_homophone": ReviewCode.BY_SOUND,
    "review_unknown": ReviewCode.SPEAKERS_UNKNOWN,
    "classifier_opposes": ReviewCode.CLASSIFIER_OPPOSES,
    "classifier_alone": ReviewCode.CLASSIFIER_ALONE,
    "classifier_credits": ReviewCode.CLASSIFIER_ALONE,
    "classifier_disbelieves": ReviewCode.CLASSIFIER_OPPOSES,
    "classifier_doubts": ReviewCode.CLASSIFIER_OPPOSES,
    "prohibited_opposed": ReviewCode.CLASSIFIER_OPPOSES,
}
"""By the key of the sentence in `scoring.reasons`."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a person should look, in the standard's language and as a code."""

    code: ReviewCode
    sentence: str


def doubt(language: str, key: str, **facts: object) -> Doubt:
    """The doubt whose sentence is `key`, with its facts filled in."""
    return Doubt(_CODES[key], say(language, key, **facts))
