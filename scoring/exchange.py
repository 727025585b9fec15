"""Would the verdicts be others if agent and customer were exchanged? Asked only where who is who is a guess.

It costs a second scoring, and of a call whose roles are known every verdict rests on them, which is no doubt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from models.scorecard import Finding
from models.transcript import Role, Transcript
from scoring.doubts import doubt
from scoring.reasons import say
from scoring.standard import ServiceStandard

_OTHER = {Role.AGENT: Role.CUSTOMER, Role.CUSTOMER: Role.AGENT}
_CONTRADICTED = ":contradicted"
"""End of a role basis that what is said speaks against (`Transcript.role_basis`)."""


def is_a_guess(transcript: Transcript, standard: ServiceStandard) -> bool:
    """Whether agent and customer may have been taken for each other.

    That is with a role confidence below the standard's threshold, or where the words contradict what the roles rest
    on. False where nobody is taken for either: there is nothing to exchange.
    """
    doubtful = (
        transcript.role_confidence < standard.document.review.role_confidence_below
        or transcript.role_basis.endswith(_CONTRADICTED)
    )
    return doubtful and any(utterance.role in _OTHER for utterance in transcript.utterances)


def exchanged(transcript: Transcript) -> Transcript:
    """The same call with the customer for the agent and the agent for the customer; others stay who they are."""
    return replace(
        transcript,
        utterances=tuple(replace(u, role=_OTHER.get(u.role, u.role)) for u in transcript.utterances),
        speech=tuple(replace(s, role=_OTHER.get(s.role, s.role)) for s in transcript.speech),
    )


def with_flips(findings: Sequence[Finding], others: Sequence[Finding], language: str) -> tuple[Finding, ...]:
    """The findings, those marked for review whose verdict is another one in `others`, item by item."""
    return tuple(_marked(one, other, language) for one, other in zip(findings, others, strict=True))


def _marked(finding: Finding, other: Finding, language: str) -> Finding:
    if finding.verdict is other.verdict:
        return finding
    why = doubt(language, "review_flip", verdict=say(language, f"verdict_{other.verdict.value}"))
    return replace(
        finding,
        needs_review=True,
        reasons=(*finding.reasons, why.sentence),
        review_codes=(*finding.review_codes, why.code),
    )
