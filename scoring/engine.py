"""One call under one standard: the same transcript, metadata and standard always give the same scorecard."""

from __future__ import annotations

from models.call import CallMeta
from models.scorecard import Finding, Promise, Receipt, Scorecard, Verdict
from models.transcript import Transcript
from models.wire import digest, transcript_to_json
from scoring.agreement import combine
from scoring.classifier.model import Classifier
from scoring.criteria import apology, closing, commitment, greeting, hold, prohibited
from scoring.exchange import exchanged, is_a_guess, with_flips
from scoring.grade import grade
from scoring.items import judge as generic
from scoring.opinions import Opinion, ask
from scoring.outcome import Outcome, finish, settle
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

SCORER = "rules-5"
"""Version of the scoring rules in code. Raised whenever the same standard could score a call differently."""


def scorer_of(standard: ServiceStandard, classifier: Classifier | None) -> str:
    """What a scorecard depends on beside transcript and standard: the rules in code, and the classifier if used."""
    used = _used(standard, classifier)
    return SCORER if used is None else f"{SCORER}+{used.version.removeprefix('sha256:')[:12]}"


def score_call(
    transcript: Transcript,
    meta: CallMeta,
    standard: ServiceStandard,
    callqa_version: str,
    classifier: Classifier | None = None,
) -> Scorecard:
    """Judge every item of the standard, in its order; by rules alone without a classifier for its language.

    An empty transcript, or one without any agent speech, gives findings NOT_EVALUATED and no total.
    """
    used = _used(standard, classifier)
    findings, made = _judge(transcript, meta, standard, used)
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
        receipt=_receipt(transcript, meta, standard, callqa_version, used),
    )


def findings_of(
    transcript: Transcript, meta: CallMeta, standard: ServiceStandard, classifier: Classifier | None
) -> tuple[Finding, ...]:
    """The findings of `score_call` alone, for comparing many calls."""
    return _judge(transcript, meta, standard, _used(standard, classifier))[0]


def _used(standard: ServiceStandard, classifier: Classifier | None) -> Classifier | None:
    return classifier if classifier is not None and classifier.language == standard.language else None


def _judge(
    transcript: Transcript, meta: CallMeta, standard: ServiceStandard, classifier: Classifier | None
) -> tuple[tuple[Finding, ...], tuple[Made, ...]]:
    findings, made = _heard(view(transcript, meta, standard), classifier)
    if is_a_guess(transcript, standard):
        others, _ = _heard(view(exchanged(transcript), meta, standard), classifier)
        findings = with_flips(findings, others, standard.language)
    return findings, made


def _heard(call: CallView, classifier: Classifier | None) -> tuple[tuple[Finding, ...], tuple[Made, ...]]:
    opinions = ask(classifier, call)
    overpromises = find_overpromises(call)
    made = find_promises(call, overpromises)
    return _findings(call, overpromises, made, opinions), made


def _findings(
    call: CallView, overpromises: tuple[Overpromise, ...], made: tuple[Made, ...], opinions: tuple[Opinion, ...]
) -> tuple[Finding, ...]:
    apologies = {item.id: apology.judge(call, item) for item in call.standard.items if isinstance(item, ApologyItem)}
    complaint = any(
        _complained(item, apologies[item.id]) for item in call.standard.items if isinstance(item, ApologyItem)
    )

    def judge(item: AnyItem) -> Outcome:
        match item:
            case GreetingItem():
                return greeting.judge(call, item)
            case ApologyItem():
                return apologies[item.id]
            case CommitmentItem():
                return commitment.judge(call, item, made, complaint)
            case ProhibitedItem():
                return prohibited.judge(call, item, overpromises, opinions)
            case ClosingItem():
                return closing.judge(call, item)
            case HoldItem():
                return hold.judge(call, item)
            case _:
                return generic.judge(call, item)

    return tuple(
        finish(call, item, combine(call, item, settle(call, judge(item)), opinions)) for item in call.standard.items
    )


def _complained(item: ApologyItem, outcome: Outcome) -> bool:
    """Whether something went wrong that an apology was owed for; a long wait leaves nothing open."""
    if outcome.verdict in (Verdict.NOT_APPLICABLE, Verdict.NOT_EVALUATED):
        return False
    return not {trigger.id for trigger in item.triggers}.isdisjoint(e.kind for e in outcome.evidence)


def _promises(made: tuple[Made, ...]) -> tuple[Promise, ...]:
    return tuple(sorted((m.promise for m in made), key=lambda p: (p.utterance, p.char_start, p.char_end, p.action)))


def _receipt(
    transcript: Transcript,
    meta: CallMeta,
    standard: ServiceStandard,
    callqa_version: str,
    classifier: Classifier | None,
) -> Receipt:
    return Receipt(
        audio_sha256=transcript.recording_id if transcript.engine is not None else None,
        transcript_sha256=digest(transcript_to_json(transcript, meta)),
        engine=transcript.engine,
        standard=standard.ref,
        classifier=classifier.version if classifier is not None else None,
        callqa_version=callqa_version,
        role_basis=transcript.role_basis,
        role_confidence=transcript.role_confidence,
        rules=SCORER,
    )
