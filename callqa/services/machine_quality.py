"""How good the machine is: against people, by what it is sure of, and whether it is fair to those it hears badly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import fmean
from zoneinfo import ZoneInfo

from callqa.reports.accuracy import Accuracy, accuracy_of
from callqa.reports.context import ScoreSummary
from callqa.reports.figures import MIN_SAMPLE, Proportion, summarise_tally, wilson
from callqa.reports.ranking import Correlation, rank_correlation
from callqa.services.overview import Period
from models.call import UNASSIGNED_AGENT
from models.glance import Reviewed
from models.person import Scope
from models.ports import UnitOfWorkFactory
from models.rollup import Tally
from models.scorecard import Verdict
from models.transcript import Role, Transcript

SURENESS_CALLS = 2_000
"""Newest calls over which it is counted what the machine is sure of."""
HEARD_AGENTS, HEARD_CALLS = 40, 5
"""Agents, those with the most calls first, whose recognition is looked at, and newest calls of each."""


@dataclass(frozen=True, slots=True)
class ItemQuality:
    """One item against people. `when_sure`: of the reviewed findings that the machine was sure of, those that people
    agree with. `sure`: of the newest findings, those that the machine was sure of.
    """

    item_id: str
    accuracy: Accuracy | None
    when_sure: Proportion
    sure: Proportion


@dataclass(frozen=True, slots=True)
class MonthQuality:
    """A calendar month against people, all items or one."""

    month: date
    accuracy: Accuracy


@dataclass(frozen=True, slots=True)
class MachineQuality:
    """`items` in the standards' order, `whole` all of them together; `months` with reviews, the oldest first."""

    items: tuple[ItemQuality, ...]
    whole: ItemQuality
    months: tuple[MonthQuality, ...]
    titles: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class HeardAgent:
    """How well an agent is heard (mean confidence of the recogniser over what they said), and how often flagged.

    `flagged`: of their calls, those about which the machine asks a person. `heard_calls` are the calls listened to.
    """

    agent_id: str
    confidence: float
    heard_calls: int
    flagged: Proportion
    score: ScoreSummary


@dataclass(frozen=True, slots=True)
class Fairness:
    """The agents with enough calls, the worst heard first; `left_out` have too few calls or no known confidence.

    The correlations are of confidence with the share of flagged calls, and with the mean score.
    """

    agents: tuple[HeardAgent, ...]
    left_out: int
    with_flags: Correlation
    with_score: Correlation
    names: Mapping[str, str]


def machine_quality(
    item_id: str | None, period: Period, zone: ZoneInfo, scope: Scope, new_unit: UnitOfWorkFactory
) -> MachineQuality:
    """The machine against the reviews of these days; the months are those of one item, or (None) of all together."""
    since = datetime.combine(period.since, time(), zone)
    until = datetime.combine(period.until + timedelta(days=1), time(), zone)
    with new_unit() as uow:
        reviewed = uow.glances.reviewed(since, until, scope)
        sureness = uow.glances.sureness(SURENESS_CALLS, scope)
        titles = uow.rollups.titles()
    by_item: defaultdict[str, list[Reviewed]] = defaultdict(list)
    by_month: defaultdict[date, list[Reviewed]] = defaultdict(list)
    for one in reviewed:
        by_item[one.item_id].append(one)
        if item_id in {None, one.item_id}:
            by_month[one.reviewed_at.astimezone(zone).date().replace(day=1)].append(one)
    known = [*titles, *sorted((by_item.keys() | sureness.keys()) - titles.keys())]
    items = tuple(
        _item(name, by_item[name], *((s.sure, s.findings) if (s := sureness.get(name)) else (0, 0)))
        for name in known
        if by_item[name] or name in sureness
    )
    months = ((month, accuracy_of(_pairs(found))) for month, found in sorted(by_month.items()))
    return MachineQuality(
        items=items,
        whole=_item("", reviewed, sum(s.sure for s in sureness.values()), sum(s.findings for s in sureness.values())),
        months=tuple(MonthQuality(month, accuracy) for month, accuracy in months if accuracy is not None),
        titles=titles,
    )


def fairness(period: Period, scope: Scope, new_unit: UnitOfWorkFactory) -> Fairness:
    """Whether agents whom the recogniser hears badly are flagged more often or score lower."""
    with new_unit() as uow:
        tallies = dict(uow.rollups.agents(period.since, period.until, None, scope))
        tallies.pop(UNASSIGNED_AGENT, None)
        enough = sorted(
            (agent for agent, tally in tallies.items() if tally.graded >= MIN_SAMPLE),
            key=lambda agent: (-tallies[agent].calls, agent),
        )
        heard = {}
        for agent in enough[:HEARD_AGENTS]:
            ids = uow.glances.newest_calls(agent, period.since, period.until, HEARD_CALLS, scope)
            found = [c for _, said in uow.transcripts.of(ids) if (c := agent_confidence(said)) is not None]
            if found:
                heard[agent] = found
        names = uow.rollups.names(heard)
    agents = [_heard(agent, found, tallies[agent]) for agent, found in heard.items()]
    agents.sort(key=lambda one: (one.confidence, one.agent_id))
    return Fairness(
        agents=tuple(agents),
        left_out=len(tallies) - len(agents),
        with_flags=rank_correlation({one.agent_id: (one.confidence, one.flagged.share or 0.0) for one in agents}),
        with_score=rank_correlation({one.agent_id: (one.confidence, one.score.mean or 0.0) for one in agents}),
        names=names,
    )


def agent_confidence(transcript: Transcript) -> float | None:
    """Mean confidence over the characters that the agent said, 0 to 1; None where none is known."""
    said = [
        (utterance.confidence, len(utterance.text))
        for utterance in transcript.utterances
        if utterance.role is Role.AGENT and utterance.confidence is not None and utterance.text
    ]
    characters = sum(length for _, length in said)
    return sum(confidence * length for confidence, length in said) / characters if characters else None


def _heard(agent_id: str, confidences: Sequence[float], tally: Tally) -> HeardAgent:
    return HeardAgent(
        agent_id,
        fmean(confidences),
        len(confidences),
        wilson(tally.needs_review, tally.calls),
        summarise_tally(tally),
    )


def _item(item_id: str, reviewed: Sequence[Reviewed], sure: int, findings: int) -> ItemQuality:
    asked_nobody = accuracy_of(_pairs([one for one in reviewed if not one.unsure]))
    return ItemQuality(
        item_id,
        accuracy_of(_pairs(reviewed)),
        wilson(0, 0) if asked_nobody is None else asked_nobody.agreement,
        wilson(sure, findings),
    )


def _pairs(reviewed: Sequence[Reviewed]) -> list[tuple[Verdict, Verdict, int]]:
    return [(one.machine, one.person, 1) for one in reviewed]
