"""One call under one standard: the same transcript, metadata and standard always give the same scorecard."""

from __future__ import annotations

from models.call import CallMeta
from models.scorecard import Finding, Promise, Receipt, Scorecard, Verdict
from models.transcript import Transcript
from models.wire import digest, transcript_to_json
from scoring.criteria import apology, closing, commitment, greeting, hold, prohibited
from scoring.grade import grade
from scoring.outcome import Outcome, finish
from scoring.promises import Made, Overpromise, find_overpromises, find_promises
from scoring.schema import (
    AnyItem,
    ApologyItem,
    ClosingItem,
    CommitmentItem,
    GreetingItem,
    HoldItem,
    ProhibitedItem,
)
from scoring.standard import ServiceStandard
from scoring.view import CallView, view

SCORER = "rules-2"
"""Version of the scoring rules in code. Raised whenever the same standard could score a call differently."""


def score_call(transcript: Transcript, meta: CallMeta, standard: ServiceStandard, callqa_version: str) -> Scorecard:
    """Judge every item of the standard, in its order.

    An empty transcript, or one without any agent speech, gives findings NOT_EVALUATED and no total.
    """
    call = view(transcript, meta, standard)
    overpromises = find_overpromises(call)
    made = find_promises(call)
    findings = _findings(call, overpromises, made)
    result = grade(findings, standard)
    return Scorecard(
        call_id=meta.call_id,
        agent_id=meta.agent_id,
        standard=standard.ref,
        total=result.total,
        total_before_fatal=result.before_fatal,
        band=result.band,
        fatal=result.fatal,
        needs_review=result.total is None or any(finding.needs_review for finding in findings),
        findings=findings,
        promises=_promises(made),
        receipt=_receipt(transcript, meta, standard, callqa_version),
    )


def _findings(call: CallView, overpromises: tuple[Overpromise, ...], made: tuple[Made, ...]) -> tuple[Finding, ...]:
    # First, because a cause for an apology is one for a promise.
    sorry = next(apology.judge(call, item) for item in call.standard.items if isinstance(item, ApologyItem))
    complaint = sorry.verdict not in (Verdict.NOT_APPLICABLE, Verdict.NOT_EVALUATED)

    def judge(item: AnyItem) -> Outcome:
        match item:
            case GreetingItem():
                return greeting.judge(call, item)
            case ApologyItem():
                return sorry
            case CommitmentItem():
                return commitment.judge(call, item, made, complaint)
            case ProhibitedItem():
                return prohibited.judge(call, item, overpromises)
            case ClosingItem():
                return closing.judge(call, item)
            case HoldItem():
                return hold.judge(call, item)

    return tuple(finish(call, item, judge(item)) for item in call.standard.items)


def _promises(made: tuple[Made, ...]) -> tuple[Promise, ...]:
    return tuple(sorted((m.promise for m in made), key=lambda p: (p.utterance, p.char_start, p.char_end, p.action)))


def _receipt(transcript: Transcript, meta: CallMeta, standard: ServiceStandard, callqa_version: str) -> Receipt:
    return Receipt(
        audio_sha256=transcript.recording_id if transcript.engine is not None else None,
        transcript_sha256=digest(transcript_to_json(transcript, meta)),
        engine=transcript.engine,
        standard=standard.ref,
        classifier=None,
        callqa_version=callqa_version,
        role_basis=transcript.role_basis,
        role_confidence=transcript.role_confidence,
    )
