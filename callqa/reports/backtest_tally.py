"""What a back-test counts, call by call. Tallies of parts of the calls add up to the tally of all; none keeps calls."""

from __future__ import annotations

import hashlib
from bisect import insort
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime

from callqa.reports.accuracy import FAULTS
from models.call import UNASSIGNED_AGENT, CallMeta
from models.scorecard import Evidence, Finding, Verdict
from scoring.compare import Judged

SAMPLE = 20
"""Flipped calls that are shown, and kept per kind of flip until then."""

MOST_QUOTES = 3

Flip = tuple[str, Verdict | None, Verdict | None]
"""Item id and its verdicts before and after; None where that standard has no such item."""


@dataclass(frozen=True, slots=True, order=True)
class FlippedCall:
    """A call in which an item's verdict changed. `lot` decides which are shown: chance, but the same every time."""

    lot: str
    call_id: str = field(compare=False)
    agent_id: str = field(compare=False)
    started_at: datetime | None = field(compare=False)
    item_id: str = field(compare=False)
    before: Finding | None = field(compare=False)
    after: Finding | None = field(compare=False)
    total_before: float | None = field(compare=False)
    total_after: float | None = field(compare=False)
    reviewed: Verdict | None = field(compare=False)


@dataclass(slots=True)
class GroupTally:
    """Sums over the calls of an agent, a team, or all.

    Totals are of calls that both standards could score, in tenths of a point, their smallest step: whole numbers add
    up the same in any order. `squares` sums the squares of their changes.
    """

    name: str | None = None
    team: str | None = None
    calls: int = 0
    scored: int = 0
    before: int = 0
    after: int = 0
    squares: int = 0
    up: int = 0
    down: int = 0
    faults_before: int = 0
    faults_after: int = 0
    fatal_before: int = 0
    fatal_after: int = 0

    def add(self, before: Judged, after: Judged) -> None:
        """Count one call."""
        self.calls += 1
        self.faults_before += sum(finding.verdict in FAULTS for finding in before.findings)
        self.faults_after += sum(finding.verdict in FAULTS for finding in after.findings)
        self.fatal_before += before.grade.fatal
        self.fatal_after += after.grade.fatal
        if before.grade.total is None or after.grade.total is None:
            return
        one, other = round(10 * before.grade.total), round(10 * after.grade.total)
        self.scored += 1
        self.before += one
        self.after += other
        self.squares += (other - one) ** 2
        self.up += other > one
        self.down += other < one

    def called(self, name: str | None, team: str | None) -> None:
        """Take name and team, of several the first in the alphabet: the order of calls must not matter."""
        self.name = min(filter(None, (self.name, name)), default=None)
        self.team = min(filter(None, (self.team, team)), default=None)

    def merge(self, other: GroupTally) -> None:
        """Add what another part of the calls gave."""
        self.called(other.name, other.team)
        for name in _SUMS:
            setattr(self, name, getattr(self, name) + getattr(other, name))


_SUMS = tuple(f.name for f in fields(GroupTally) if f.name not in ("name", "team"))


@dataclass(slots=True)
class Tally:
    """Everything that a back-test counted. `reviewed` counts flips together with what a person said."""

    failed: int = 0
    titles: dict[str, str] = field(default_factory=dict)
    flips: Counter[Flip] = field(default_factory=Counter)
    reviewed: Counter[tuple[Flip, Verdict]] = field(default_factory=Counter)
    overall: GroupTally = field(default_factory=GroupTally)
    agents: dict[str, GroupTally] = field(default_factory=dict)
    teams: dict[str, GroupTally] = field(default_factory=dict)
    samples: dict[Flip, list[FlippedCall]] = field(default_factory=dict)

    def add(self, meta: CallMeta, before: Judged, after: Judged, reviews: Mapping[str, Verdict]) -> None:
        """Count one call; `reviews` are people's verdicts by item id."""
        groups = [self.overall, self.agents.setdefault(meta.agent_id, GroupTally())]
        if meta.agent_id != UNASSIGNED_AGENT:
            groups[1].called(meta.agent_name, meta.team)
        if meta.team is not None:
            groups.append(self.teams.setdefault(meta.team, GroupTally()))
        for group in groups:
            group.add(before, after)
        old, new = ({f.item_id: f for f in judged.findings} for judged in (before, after))
        for item_id in dict.fromkeys((*old, *new)):
            one, other = old.get(item_id), new.get(item_id)
            flip = (item_id, one.verdict if one else None, other.verdict if other else None)
            self.titles[item_id] = other.title if other is not None else one.title if one is not None else item_id
            self.flips[flip] += 1
            said = reviews.get(item_id)
            if said is not None:
                self.reviewed[flip, said] += 1
            if flip[1] is not flip[2]:
                self._sample(flip, meta, before, after, one, other, said)

    def merge(self, other: Tally) -> None:
        """Add what another part of the calls gave."""
        self.failed += other.failed
        self.titles |= other.titles
        self.flips += other.flips
        self.reviewed += other.reviewed
        self.overall.merge(other.overall)
        for mine, theirs in ((self.agents, other.agents), (self.teams, other.teams)):
            for name, group in theirs.items():
                mine.setdefault(name, GroupTally()).merge(group)
        for flip, calls in other.samples.items():
            kept = self.samples.setdefault(flip, [])
            kept.extend(calls)
            kept.sort()
            del kept[SAMPLE:]

    def _sample(
        self,
        flip: Flip,
        meta: CallMeta,
        before: Judged,
        after: Judged,
        one: Finding | None,
        other: Finding | None,
        said: Verdict | None,
    ) -> None:
        lot = hashlib.sha256(f"{meta.call_id}\0{flip[0]}".encode(errors="surrogatepass")).hexdigest()
        kept = self.samples.setdefault(flip, [])
        if len(kept) < SAMPLE or lot < kept[-1].lot:
            insort(kept, FlippedCall(lot, meta.call_id, meta.agent_id, meta.started_at, flip[0], one, other,
                                     before.grade.total, after.grade.total, said))  # fmt: skip
            del kept[SAMPLE:]


def chosen(tally: Tally, most: int = SAMPLE) -> list[FlippedCall]:
    """Flipped calls to show: kinds of flips take turns, so that the rare ones are seen too."""
    kinds = sorted(tally.samples, key=lambda flip: (flip[0], str(flip[1]), str(flip[2])))
    queues = [iter(tally.samples[kind]) for kind in kinds]
    out: list[FlippedCall] = []
    while queues and len(out) < most:
        for queue in list(queues):
            call = next(queue, None)
            if call is None:
                queues.remove(queue)
            elif len(out) < most:
                out.append(call)
    return sorted(out, key=lambda call: (kinds.index(_kind(call)), call.lot))


def quotes(finding: Finding | None) -> Sequence[Evidence]:
    """The words that show best what was found."""
    return finding.evidence[:MOST_QUOTES] if finding is not None else ()


def _kind(call: FlippedCall) -> Flip:
    before, after = call.before, call.after
    return (call.item_id, before.verdict if before else None, after.verdict if after else None)
