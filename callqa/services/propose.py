"""Phrases that reviewers add or take back often, proposed for the standard's list of what must not be said.

Nothing is changed: each proposal says what it would do to reviewed calls and to newer ones, and its owner decides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from callqa.reports.accuracy import Accuracy, accuracy_of
from callqa.services.judged import JudgedCall, judged_calls
from models.call import CallMeta
from models.errors import InputError
from models.person import EVERYBODY
from models.ports import UnitOfWork
from models.review import words_digest
from models.scorecard import Finding, Verdict
from models.transcript import Role, Transcript
from scoring import ServiceStandard
from scoring.classifier import Classifiers
from scoring.classifier.labels import UNFIT
from scoring.compare import Comparison
from scoring.mining import Mined, Said, mine
from scoring.schema import Family, ProhibitedItem
from scoring.standard import beside

DAYS, CALLS_A_DAY = 28, 20
"""Newer calls that a phrase is sought in and tried on, beside the reviewed ones."""


class ProposalKind(StrEnum):
    """A phrase to charge, or a look-alike that is innocent."""

    ADDITION = "addition"
    EXCEPTION = "exception"


@dataclass(frozen=True, slots=True)
class Proposal:
    """`family_kind` is that of the families it would stand in. `before` and `after` hold the standard against people
    on all `reviewed` calls; `flipped` are the ids of calls, reviewed or newer, whose verdict would change, of `tried`.
    """

    kind: ProposalKind
    item_id: str
    family_kind: str
    mined: Mined
    before: Accuracy | None
    after: Accuracy | None
    reviewed: int
    flipped: tuple[str, ...]
    tried: int


@dataclass(frozen=True, slots=True)
class _Call:
    meta: CallMeta
    transcript: Transcript
    before: Verdict

    @property
    def said(self) -> tuple[str, ...]:
        return tuple(one.text for one in self.transcript.utterances if one.role is Role.AGENT)


def proposals(
    uow: UnitOfWork, standard: ServiceStandard, classifiers: Classifiers, today: date, fewest_calls: int
) -> tuple[Proposal, ...]:
    """Those that do more good than harm on reviewed calls, most calls first.

    Additions come from sentences that reviewers pointed to and the machine did not charge, exceptions from charges that
    they took back. Raises InputError for a standard in a language with spaces.
    """
    if standard.language != "zh":
        raise InputError(f"standard {standard.ref.id}: phrases are proposed for Chinese standards only")
    item = next(item for item in standard.items if isinstance(item, ProhibitedItem))
    judged = [call for call in judged_calls(uow, standard.language) if item.id in call.words]
    judged = [call for call in judged if call.card.standard.id == standard.ref.id]
    same = Comparison(standard, standard, classifiers)
    reviewed = {call.recording_id: _call(call.meta, call.transcript, same, item.id) for call in judged}
    drawn = uow.daily.drawn(today - timedelta(days=DAYS), today, CALLS_A_DAY, EVERYBODY)
    newer = {
        stored.recording.id: _call(stored.meta, transcript, same, item.id)
        for ids in drawn.values()
        for stored, transcript in uow.transcripts.of([one for one in ids if one not in reviewed])
        if transcript.language == standard.language
    }
    calls = reviewed | newer
    people = {call.recording_id: call.words[item.id].verdict for call in judged}
    found = [
        _tried(kind, family_kind, mined, item, standard, classifiers, calls, people)
        for (kind, family_kind), said in sorted(_corrected(judged, item.id).items())
        for mined in mine(said, _others(kind, calls, people, said), fewest_calls)
    ]
    helpful = [one for one in found if _right(one.after) > _right(one.before)]
    return tuple(sorted(helpful, key=lambda one: (-len(one.mined.call_ids), one.kind, one.mined.phrase)))


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
    kind: ProposalKind,
    family_kind: str,
    mined: Mined,
    item: ProhibitedItem,
    standard: ServiceStandard,
    classifiers: Classifiers,
    calls: Mapping[str, _Call],
    people: Mapping[str, Verdict],
) -> Proposal:
    """The back-test. A call without the phrase keeps its verdict, and is not scored again."""
    comparison = Comparison(standard, _with(kind, family_kind, mined.phrase, item, standard), classifiers)
    after = {
        name: _verdict(comparison.judge(call.transcript, call.meta)[1].findings, item.id)
        if any(mined.phrase in text for text in call.said)
        else call.before
        for name, call in calls.items()
    }
    return Proposal(
        kind,
        item.id,
        family_kind,
        mined,
        accuracy_of([(calls[name].before, said, 1) for name, said in people.items()]),
        accuracy_of([(after[name], said, 1) for name, said in people.items()]),
        len(people),
        tuple(sorted(calls[name].meta.call_id for name in calls if after[name] is not calls[name].before)),
        len(calls),
    )


def _with(
    kind: ProposalKind, family_kind: str, phrase: str, item: ProhibitedItem, standard: ServiceStandard
) -> ServiceStandard:
    """The standard with the phrase: in a family of its own, or as a look-alike in all families of the kind."""
    families = tuple(_families(kind, family_kind, phrase, item))
    items = tuple(
        item.model_copy(update={"families": families}) if one.id == item.id else one for one in standard.items
    )
    return beside(standard, standard, standard.document.model_copy(update={"items": items}))


def _families(kind: ProposalKind, family_kind: str, phrase: str, item: ProhibitedItem) -> Iterator[Family]:
    for family in item.families:
        if kind is ProposalKind.EXCEPTION and family.kind == family_kind:
            yield family.model_copy(update={"look_alikes": (*family.look_alikes, phrase)})
        else:
            yield family
    if kind is ProposalKind.ADDITION:
        weights = [family.severity for family in item.families if family.kind == family_kind]
        # As soft as any of its kind: its look-alikes and exceptions are not known yet.
        severity = "soft" if "soft" in weights or not weights else weights[0]
        yield Family.model_validate(
            {"id": f"proposed_{family_kind}", "kind": family_kind, "severity": severity, "phrases": (phrase,)}
        )


def _verdict(findings: Sequence[Finding], item_id: str) -> Verdict:
    return next(one.verdict for one in findings if one.item_id == item_id)


def _right(accuracy: Accuracy | None) -> int:
    return 0 if accuracy is None else accuracy.agreement.hits
