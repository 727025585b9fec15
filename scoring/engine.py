"""One call under one standard: the same transcript, metadata and standard always give the same scorecard."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from models.call import CallMeta
from models.scorecard import ComplaintStage, Evidence, Finding, Promise, Receipt, ReviewCode, Scorecard, Verdict
from models.transcript import Transcript
from models.wire import digest, transcript_to_json
from scoring.agreement import believed, combine
from scoring.audible import obstacle
from scoring.benefit import benefit
from scoring.classifier.model import Classifier
from scoring.criteria import apology, closing, commitment, greeting, hold, prohibited
from scoring.exchange import exchanged, is_a_guess, with_flips
from scoring.grade import grade
from scoring.items import judge as generic
from scoring.opinions import Opinion, ask
from scoring.outcome import Outcome, finish, rests_on_absence, settle, unheard
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
from scoring.stages import find_stages
from scoring.standard import ServiceStandard
from scoring.view import CallView, view

SCORER = "rules-11"
"""Version of the scoring rules in code. Raised whenever the same standard could score a call differently."""


def scorer_of(standard: ServiceStandard, classifier: Classifier | None) -> str:
    """What a scorecard depends on beside transcript and standard.

    The rules in code, then the classifier if one is used, then the company's own days off if there are any.
    """
    used, days = _used(standard, classifier), standard.company_days.digest
    parts = [SCORER]
    if used is not None:
        parts.append(used.version.removeprefix("sha256:")[:12])
    if days is not None:
        parts.append(f"days-{days.removeprefix('sha256:')[:12]}")
    return "+".join(parts)


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
    heard = _judge(transcript, meta, standard, used)
    findings = heard.findings
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
        promises=_promises(heard.made),
        receipt=_receipt(transcript, meta, standard, callqa_version, used),
        complaint=heard.stages,
    )


def findings_of(
    transcript: Transcript, meta: CallMeta, standard: ServiceStandard, classifier: Classifier | None
) -> tuple[Finding, ...]:
    """The findings of `score_call` alone, for comparing many calls."""
    return _judge(transcript, meta, standard, _used(standard, classifier)).findings


def _used(standard: ServiceStandard, classifier: Classifier | None) -> Classifier | None:
    return classifier if classifier is not None and classifier.language == standard.language else None


@dataclass(frozen=True, slots=True)
class _Judged:
    """What a call was found to hold."""

    findings: tuple[Finding, ...]
    made: tuple[Made, ...]
    stages: tuple[ComplaintStage, ...] | None


def _judge(transcript: Transcript, meta: CallMeta, standard: ServiceStandard, classifier: Classifier | None) -> _Judged:
    heard = _hear(view(transcript, meta, standard), classifier)
    if is_a_guess(transcript, standard):
        others = _hear(view(exchanged(transcript), meta, standard), classifier)
        heard = replace(heard, findings=with_flips(heard.findings, others.findings, standard.language))
    return heard


def _hear(call: CallView, classifier: Classifier | None) -> _Judged:
    opinions = ask(classifier, call.agent)
    grievances = ask(classifier, call.customer) if any(isinstance(i, ApologyItem) for i in call.standard.items) else ()
    overpromises = find_overpromises(call)
    found = find_promises(call, overpromises)
    made = believed(found, opinions)
    apologies = {
        item.id: apology.judge(call, item, grievances) for item in call.standard.items if isinstance(item, ApologyItem)
    }
    signs = [
        sign
        for item in call.standard.items
        if isinstance(item, ApologyItem)
        for sign in _signs(item, apologies[item.id])
    ]
    complained = frozenset(sign.utterance for sign in signs)
    judge_promises = partial(commitment.judge, call, found=found, made=made, complained=complained)
    findings = _findings(call, apologies, judge_promises, overpromises, opinions, grievances)
    return _Judged(findings, made, find_stages(call, signs))


def _findings(
    call: CallView,
    apologies: Mapping[str, Outcome],
    judge_promises: Callable[[CommitmentItem], Outcome],
    overpromises: tuple[Overpromise, ...],
    opinions: tuple[Opinion, ...],
    grievances: tuple[Opinion, ...],
) -> tuple[Finding, ...]:
    def judge(item: AnyItem) -> Outcome:
        match item:
            case GreetingItem():
                return greeting.judge(call, item)
            case ApologyItem():
                return apologies[item.id]
            case CommitmentItem():
                return judge_promises(item)
            case ProhibitedItem():
                return prohibited.judge(call, item, overpromises, opinions)
            case ClosingItem():
                return closing.judge(call, item)
            case HoldItem():
                return hold.judge(call, item)
            case _:
                return generic.judge(call, item)

    why = obstacle(call)

    def weighed(item: AnyItem) -> Outcome:
        settled = settle(call, judge(item))
        if why is not None and rests_on_absence(settled):
            return unheard(call, settled.max_points, why)
        return combine(call, item, benefit(call, item, settled, opinions, grievances), opinions)

    return tuple(finish(call, item, weighed(item)) for item in call.standard.items)


def _signs(item: ApologyItem, outcome: Outcome) -> list[Evidence]:
    """Words that tell what went wrong; a long wait leaves nothing open.

    None where no apology was owed, unless only because too little spoke for it: what is open may be asked about less.
    """
    is_thin = any(doubt.code is ReviewCode.WEAK_GROUNDS for doubt in outcome.doubts)
    if outcome.verdict is Verdict.NOT_EVALUATED or (outcome.verdict is Verdict.NOT_APPLICABLE and not is_thin):
        return []
    triggers = {trigger.id for trigger in item.triggers}
    return [evidence for evidence in outcome.evidence if evidence.kind in triggers]


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
        company_days=standard.company_days.digest,
        rules=SCORER,
    )
