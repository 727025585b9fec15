"""The benefit of the doubt: where rules and classifier differ, the agent keeps the points until a person has decided.

| the rules                     | the classifier                                | verdict        | points    |
|-------------------------------|-----------------------------------------------|----------------|-----------|
| no apology, one was owed      | takes words for one (0.5)                     | met            | all       |
| nothing to apologise for      | a grievance (0.75) and an apology (0.5)       | met            | all       |
| a sincere apology             | insincere (0.4), rather than sincere          | partial        | all       |
| no promise where one was owed | takes words for one (0.5)                     | partial        | vague     |
| none, or a weaker promise     | sure of a promise with a time (0.9)           | met            | all       |

Each asks a person and shows the words. Without a classifier nothing changes. The thresholds were chosen on 120 calls
written by two authors who knew nothing of rules and classifier; what they gain elsewhere `benchmarks/hard_cases.py`
shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from models.scorecard import Evidence, Verdict
from scoring.agreement import ONLY_CLASSIFIER
from scoring.doubts import doubt
from scoring.opinions import Opinion
from scoring.outcome import Outcome, at, quote
from scoring.reasons import say
from scoring.schema import AnyItem, ApologyItem, CommitmentItem
from scoring.view import CallView

TAKES_FOR = 0.5
"""From here on words count as an apology or a promise in the agent's favour."""

FIRM = 0.9
"""From here on words count as a promise with a time, whatever the rules see."""

GRIEVED = 0.75
"""From here on a customer has cause for an apology."""

MOCKING = 0.4
"""From here on an apology is taken for an insincere one, if it is not more likely a sincere one."""


def benefit(
    call: CallView, item: AnyItem, outcome: Outcome, opinions: Sequence[Opinion], grievances: Sequence[Opinion]
) -> Outcome:
    """The outcome, changed in the agent's favour where the classifier speaks for it.

    `opinions` are those of the agent's words, `grievances` those of the customer's.
    """
    if not opinions:
        return outcome
    if isinstance(item, ApologyItem):
        return _apology(call, item, outcome, opinions, grievances)
    if isinstance(item, CommitmentItem):
        return _promise(call, item, outcome, opinions)
    return outcome


def _apology(
    call: CallView, item: ApologyItem, outcome: Outcome, opinions: Sequence[Opinion], grievances: Sequence[Opinion]
) -> Outcome:
    grief = max((o.of("complaint") for o in grievances if o.said.place < call.agent[-1].place), default=0.0)
    best = max(opinions, key=lambda o: o.of("apology"))
    owed = outcome.verdict is Verdict.MISSED or (outcome.verdict is Verdict.NOT_APPLICABLE and grief >= GRIEVED)
    if owed and best.of("apology") >= TAKES_FOR:
        return _seen(call, replace(outcome, verdict=Verdict.MET, points=item.points), best, "apology", "apology")
    if outcome.verdict is Verdict.MET:
        proof = next((e for e in outcome.evidence if e.kind == "apology"), None)
        heard = [o for o in opinions if proof is not None and o.covers(proof)]
        mocking = max((o.of("apology_insincere") for o in heard), default=0.0)
        if proof is not None and mocking >= MOCKING and mocking > max(o.of("apology") for o in heard):
            return _doubted(
                call, replace(outcome, verdict=Verdict.PARTIAL), proof, say(call.standard.language, "likely_apology")
            )
    return outcome


def _promise(call: CallView, item: CommitmentItem, outcome: Outcome, opinions: Sequence[Opinion]) -> Outcome:
    kinds = {"commitment_concrete": "concrete", "commitment_vague": "vague"}
    firm = max(opinions, key=lambda o: o.of("commitment_concrete"))
    weaker = outcome.verdict in (Verdict.MISSED, Verdict.PARTIAL, Verdict.NOT_APPLICABLE)
    if weaker and firm.of("commitment_concrete") >= FIRM:
        given = replace(outcome, verdict=Verdict.MET, points=item.points)
        return _seen(call, given, firm, "commitment_concrete", "concrete")
    likely, output, best = max(
        ((o.of(output), output, o) for o in opinions for output in kinds), key=lambda one: (one[0], -one[2].said.place)
    )
    if outcome.verdict is Verdict.MISSED and likely >= TAKES_FOR:
        given = replace(outcome, verdict=Verdict.PARTIAL, points=item.points * item.vague_share)
        outcome = _seen(call, given, best, output, kinds[output])
    return outcome


def _seen(call: CallView, outcome: Outcome, opinion: Opinion, output: str, kind: str) -> Outcome:
    """With the words that only the classifier knew, in place of the reasons for a missing one."""
    language, proof = call.standard.language, opinion.evidence(kind)
    why = doubt(
        language, "classifier_credits", at=at(call, proof), quote=quote(call, proof),
        name=say(language, f"likely_{kind}"), p=opinion.of(output),
    )  # fmt: skip
    return replace(
        outcome, reasons=(), doubts=(why, *outcome.doubts), certainty=ONLY_CLASSIFIER,
        evidence=(*(e for e in outcome.evidence if e.kind != kind), proof),
    )  # fmt: skip


def _doubted(call: CallView, outcome: Outcome, proof: Evidence, name: str) -> Outcome:
    """With the classifier's objection to what the rules took the words for."""
    why = doubt(call.standard.language, "classifier_doubts", at=at(call, proof), quote=quote(call, proof), name=name)
    return replace(outcome, doubts=(why, *outcome.doubts), certainty=ONLY_CLASSIFIER)
