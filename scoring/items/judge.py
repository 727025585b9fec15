"""Generic items: their checks combined in three-valued logic, and turned into a verdict with points."""

from __future__ import annotations

from collections.abc import Sequence

from models.scorecard import ReviewCode, Verdict
from scoring.doubts import Doubt
from scoring.items import phrase, sequence, timing
from scoring.items.events import Ground, Scope
from scoring.items.forms import (
    AllOf,
    AnyCheck,
    AnyGenericItem,
    AnyOf,
    CombinedItem,
    NotOf,
    PhraseForm,
    SequenceForm,
    TimingForm,
)
from scoring.items.result import MOST_EVIDENCE, Result, Truth
from scoring.outcome import Outcome, nobody
from scoring.reasons import say
from scoring.view import CallView

_OPPOSITE = {Truth.YES: Truth.NO, Truth.NO: Truth.YES}


def judge(call: CallView, item: AnyGenericItem) -> Outcome:
    """Met when what the item states is so; else missed (partly: partial), or violated where it costs a deduction."""
    worth = item.points or 0.0
    if not call.agent and not call.unknown:
        return nobody(call, worth)
    scope, name = Scope(Ground(call)), f"items.{item.id}"
    result = _combined(scope, item, name) if isinstance(item, CombinedItem) else _form(scope, item, name, item.title)
    doubts = (Doubt(ReviewCode.SPEAKERS_UNKNOWN, result.reasons[0]),) if result.ask else ()
    if result.truth is Truth.YES:
        return _outcome(Verdict.MET, worth, worth, result, doubts)
    if result.truth is Truth.INAPPLICABLE:
        return _outcome(Verdict.NOT_APPLICABLE, 0, worth, result, doubts)
    if result.truth is Truth.UNKNOWN or _may_have_been_said_by_the_unknown(call, item, result):
        return _outcome(Verdict.NOT_EVALUATED, 0, worth, result, doubts)
    if item.deduction is not None:
        return _outcome(Verdict.VIOLATED, item.deduction, 0, result, doubts)
    if item.partial_share and result.share > 0:
        return _outcome(Verdict.PARTIAL, worth * item.partial_share, worth, result, doubts)
    return _outcome(Verdict.MISSED, 0, worth, result, doubts)


def _outcome(verdict: Verdict, points: float, worth: float, result: Result, doubts: tuple[Doubt, ...]) -> Outcome:
    return Outcome(
        verdict, points, worth, result.reasons, result.evidence, doubts, whoever_spoke=result.whoever_spoke
    )  # fmt: skip


def _may_have_been_said_by_the_unknown(call: CallView, item: AnyGenericItem, result: Result) -> bool:
    """Nobody is charged a deduction for words that a large share of unknown speakers may have said."""
    if item.deduction is None or not result.by_absence or result.whoever_spoke:
        return False
    speaking = len(call.agent) + len(call.customer) + len(call.unknown)
    return len(call.unknown) > call.standard.document.review.unknown_share_above * speaking


def _form(scope: Scope, form: PhraseForm | SequenceForm | TimingForm, name: str, title: str) -> Result:
    match form:
        case PhraseForm():
            return phrase.check(scope, form, name, title)
        case SequenceForm():
            return sequence.check(scope, form, name, title)
        case TimingForm():
            return timing.check(scope, form, name, title)


def _combined(scope: Scope, item: CombinedItem, name: str) -> Result:
    behind = phrase.behind(scope, item.trigger, name, item.title)
    if isinstance(behind, Result):
        return behind
    if item.all:
        return _all(behind, item.all, f"{name}.all", item.title)
    if item.any:
        return _any(behind, item.any, f"{name}.any", item.title)
    assert item.not_ is not None, "scoring.items.check refuses a combination of nothing"
    return _not(behind, item.not_, f"{name}.not", item.title)


def _check(scope: Scope, check: AnyCheck, name: str, title: str) -> Result:
    match check:
        case AllOf():
            return _all(scope, check.all, f"{name}.all", title)
        case AnyOf():
            return _any(scope, check.any, f"{name}.any", title)
        case NotOf():
            return _not(scope, check.not_, f"{name}.not", title)
        case _:
            return _form(scope, check, name, check.title)


def _all(scope: Scope, checks: Sequence[AnyCheck], name: str, title: str) -> Result:
    """False when one is; else unknown when one is; those that do not apply are left out."""
    results = [_check(scope, check, f"{name}.{i}", title) for i, check in enumerate(checks)]
    asked = [result for result in results if result.truth is not Truth.INAPPLICABLE]
    if not asked:
        return _none_applies(scope, results, title)
    share = sum(result.share for result in asked) / len(asked)
    for truth in (Truth.NO, Truth.UNKNOWN):
        deciding = [result for result in asked if result.truth is truth]
        if deciding:
            return _joined(truth, deciding, [*deciding, *asked], share)
    return _joined(Truth.YES, asked, asked, 1.0)


def _any(scope: Scope, checks: Sequence[AnyCheck], name: str, title: str) -> Result:
    """True when one is; else unknown when one is; those that do not apply are left out."""
    results = [_check(scope, check, f"{name}.{i}", title) for i, check in enumerate(checks)]
    asked = [result for result in results if result.truth is not Truth.INAPPLICABLE]
    if not asked:
        return _none_applies(scope, results, title)
    for truth in (Truth.YES, Truth.UNKNOWN):
        deciding = [result for result in asked if result.truth is truth]
        if deciding:
            return _joined(truth, deciding, deciding, float(truth is Truth.YES))
    said = _joined(Truth.NO, asked, asked, max(result.share for result in asked))
    return _prefixed(scope, said, "g_one_of") if len(asked) > 1 else said


def _not(scope: Scope, check: AnyCheck, name: str, title: str) -> Result:
    inner = _check(scope, check, name, title)
    truth = _OPPOSITE.get(inner.truth, inner.truth)
    turned = Result(truth, inner.reasons, inner.evidence, float(truth is Truth.YES), inner.ask,
                    inner.by_absence and truth is Truth.YES, inner.whoever_spoke)  # fmt: skip
    return _prefixed(scope, turned, "g_should_not") if truth is Truth.NO else turned


def _joined(truth: Truth, deciding: Sequence[Result], proving: Sequence[Result], share: float) -> Result:
    evidence = tuple(dict.fromkeys(e for result in proving for e in result.evidence))[:MOST_EVIDENCE]
    reasons = tuple(dict.fromkeys(r for result in deciding for r in result.reasons))
    return Result(
        truth,
        reasons,
        evidence,
        share,
        ask=any(result.ask for result in deciding),
        by_absence=any(result.by_absence for result in deciding),
        whoever_spoke=all(result.whoever_spoke for result in deciding),
    )


def _none_applies(scope: Scope, results: Sequence[Result], title: str) -> Result:
    reason = say(scope.ground.call.standard.language, "g_all_inapplicable", title=title)
    reasons = results[0].reasons if len(results) == 1 else (reason,)
    return Result(Truth.INAPPLICABLE, reasons)


def _prefixed(scope: Scope, result: Result, key: str) -> Result:
    first = say(scope.ground.call.standard.language, key) + result.reasons[0]
    return Result(result.truth, (first, *result.reasons[1:]), result.evidence, result.share, result.ask,
                  result.by_absence, result.whoever_spoke)  # fmt: skip
