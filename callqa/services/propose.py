"""Phrases that reviewers add or take back often, proposed for the standard's list of what must not be said.

Nothing is changed here: each proposal says what it would do to reviewed calls and to newer ones, and its owner decides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from callqa.reports.accuracy import Accuracy, accuracy_of
from callqa.services.judged import JudgedCall, judged_calls
from models.call import CallMeta
from models.errors import InputError
from models.person import Scope
from models.ports import UnitOfWork
from models.proposal import Change, ProposalKind
from models.review import words_digest
from models.scorecard import Finding, Verdict
from models.transcript import Role, Transcript
from scoring import ServiceStandard
from scoring.classifier import Classifiers
from scoring.classifier.labels import UNFIT
from scoring.compare import Comparison
from scoring.mining import Mined, Said, mine
from scoring.proposed import with_change
from scoring.schema import ProhibitedItem

DAYS, CALLS_A_DAY = 28, 20
"""Newer calls that a phrase is sought in and tried on, beside the reviewed ones."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """`before` and `after` hold the standard against people on all `reviewed` calls; `flipped` are the ids of calls,
    reviewed or newer, whose verdict would change, of `tried`.
    """

    change: Change
    mined: Mined
    before: Accuracy | None
    after: Accuracy | None
    reviewed: int
    flipped: tuple[str, ...]
    tried: int

    def shares(self, name: Literal["precision", "recall"]) -> tuple[float | None, float | None]:
        """Before and after; None where there is nothing that it is a share of."""
        before, after = (
            getattr(accuracy, name).share if accuracy is not None else None for accuracy in (self.before, self.after)
        )
        return before, after


@dataclass(frozen=True, slots=True)
class _Call:
    meta: CallMeta
    transcript: Transcript
    before: Verdict

    @property
    def said(self) -> tuple[str, ...]:
        return tuple(one.text for one in self.transcript.utterances if one.role is Role.AGENT)


def proposals(
    uow: UnitOfWork,
    standard: ServiceStandard,
    classifiers: Classifiers,
    today: date,
    fewest_calls: int,
    scope: Scope,
) -> tuple[Proposal, ...]:
    """Those that do more good than harm on reviewed calls, most calls first, from calls of the scope.

    Additions come from sentences that reviewers pointed to and the machine did not charge, exceptions from charges that
    they took back. What was decided about before is among them: see
    `callqa.services.proposals`. Raises InputError for a standard in a language with spaces.
    """
    if standard.language != "zh":
        raise InputError(f"standard {standard.ref.id}: phrases are proposed for Chinese standards only")
    item = next(item for item in standard.items if isinstance(item, ProhibitedItem))
    judged = [call for call in judged_calls(uow, standard.language) if item.id in call.words]
    judged = [
        call
        for call in judged
        if call.card.standard.id == standard.ref.id and scope.covers(call.meta.agent_id, call.meta.team)
    ]
    same = Comparison(standard, standard, classifiers)
    reviewed = {call.recording_id: _call(call.meta, call.transcript, same, item.id) for call in judged}
    drawn = uow.daily.drawn(today - timedelta(days=DAYS), today, CALLS_A_DAY, scope)
    newer = {
        stored.recording.id: _call(stored.meta, transcript, same, item.id)
        for ids in drawn.values()
        for stored, transcript in uow.transcripts.of([one for one in ids if one not in reviewed])
        if transcript.language == standard.language
    }
    calls = reviewed | newer
    people = {call.recording_id: call.words[item.id].verdict for call in judged}
    found = [
        _tried(Change(kind, item.id, family_kind, mined.phrase), mined, standard, classifiers, calls, people)
        for (kind, family_kind), said in sorted(_corrected(judged, item.id).items())
        for mined in mine(said, _others(kind, calls, people, said), fewest_calls)
    ]
    helpful = [one for one in found if _right(one.after) > _right(one.before)]
    return tuple(sorted(helpful, key=lambda one: (-len(one.mined.call_ids), one.change.kind, one.change.phrase)))


def _call(meta: CallMeta, transcript: Transcript, same: Comparison, item_id: str) -> _Call:
    return _Call(meta, transcript, _verdict(same.judge(transcript, meta)[0].findings, item_id))


def _corrected(judged: Sequence[JudgedCall], item_id: str) -> Mapping[tuple[ProposalKind, str], list[Said]]:
    """Sentences by what they are proposed as."""
    found: defaultdict[tuple[ProposalKind, str], list[Said]] = defaultdict(list)
    for call in judged:
        finding = next(one for one in call.card.findings if one.item_id == item_id)
        word = call.words[item_id]
        said = {one.index: one.text for one in call.transcript.utterances if one.role is Role.AGENT}
        charged = {(proof.utterance, proof.kind) for proof in finding.evidence if proof.kind in UNFIT}
        if word.verdict is Verdict.MET and finding.verdict is Verdict.VIOLATED:
            for place, kind in sorted(charged):
                if place in said:
                    found[ProposalKind.EXCEPTION, kind].append(Said(call.recording_id, said[place]))
        if word.verdict is Verdict.VIOLATED:
            for meant in word.sentences:
                text = said.get(meant.utterance)
                is_new = meant.kind in UNFIT and meant.utterance not in {place for place, _ in charged}
                # What was said of other words, before the call was heard anew, points to nothing now.
                if text is not None and is_new and meant.digest == words_digest(text):
                    found[ProposalKind.ADDITION, meant.kind].append(Said(call.recording_id, text))
    return found


def _others(
    kind: ProposalKind, calls: Mapping[str, _Call], people: Mapping[str, Verdict], said: Sequence[Said]
) -> Mapping[str, Sequence[str]]:
    """Calls that speak against a phrase which they hold.

    Where people see the same, or a look-alike stands where nothing is charged, it does no harm.
    """
    wanted = Verdict.VIOLATED if kind is ProposalKind.ADDITION else Verdict.MET
    own = {one.call_id for one in said}
    return {
        name: call.said
        for name, call in calls.items()
        if name not in own
        and people.get(name) is not wanted
        and (kind is ProposalKind.ADDITION or call.before is Verdict.VIOLATED)
    }


def _tried(
    change: Change,
    mined: Mined,
    standard: ServiceStandard,
    classifiers: Classifiers,
    calls: Mapping[str, _Call],
    people: Mapping[str, Verdict],
) -> Proposal:
    """The back-test. A call without the phrase keeps its verdict, and is not scored again."""
    comparison = Comparison(standard, with_change(standard, change), classifiers)
    after = {
        name: _verdict(comparison.judge(call.transcript, call.meta)[1].findings, change.item_id)
        if any(change.phrase in text for text in call.said)
        else call.before
        for name, call in calls.items()
    }
    return Proposal(
        change,
        mined,
        accuracy_of([(calls[name].before, said, 1) for name, said in people.items()]),
        accuracy_of([(after[name], said, 1) for name, said in people.items()]),
        len(people),
        tuple(sorted(calls[name].meta.call_id for name in calls if after[name] is not calls[name].before)),
        len(calls),
    )


def _verdict(findings: Sequence[Finding], item_id: str) -> Verdict:
    return next(one.verdict for one in findings if one.item_id == item_id)


def _right(accuracy: Accuracy | None) -> int:
    return 0 if accuracy is None else accuracy.agreement.hits
