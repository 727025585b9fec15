"""What the report of a team or of the whole centre is made of, read from the sums that the store keeps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from callqa.reports.coaching_build import item_figures
from callqa.reports.figures import summarise_tally
from callqa.reports.ledger import LedgerCounts, count, ledger_lines
from callqa.reports.practice import Practice
from callqa.reports.satisfaction import last_answers, with_answers
from callqa.reports.team_build import changed, improved, needs, shift
from callqa.reports.team_context import TeamReport
from callqa.reports.team_kpis import AGAIN_WITHIN, by_customer, kpis
from callqa.reports.team_quality import dimensions, standard_changes
from callqa.services.overview import Period
from models.call import UNASSIGNED_AGENT
from models.person import EVERYBODY, Scope
from models.ports import UnitOfWork, UnitOfWorkFactory
from models.survey import SurveyAnswer


@dataclass(frozen=True, slots=True)
class _Customers:
    """What the customers of all teams did around a period: their calls, and their last answer about each recording."""

    visits: Mapping[str, Sequence[datetime]]
    answers: Mapping[str, SurveyAnswer]


def team_report(
    team: str | None,
    period: Period,
    practice: Practice,
    named: Mapping[str, str],
    language: str,
    now: datetime,
    new_unit: UnitOfWorkFactory,
) -> TeamReport | None:
    """The report on these days beside as many days before them; `team` None: the whole centre.

    `named` gives the dimension of service quality by item id. An agent's calls in other teams are not in a team's
    report. None without a scored call in either.
    """
    return next(team_reports((team,), period, practice, named, language, now, new_unit), None)


def team_reports(
    teams: Iterable[str | None],
    period: Period,
    practice: Practice,
    named: Mapping[str, str],
    language: str,
    now: datetime,
    new_unit: UnitOfWorkFactory,
) -> Iterator[TeamReport]:
    """The report of each team in turn, without those that have none; what their customers did is read once for all."""
    with new_unit() as uow:
        customers = _customers(period, now, uow)
    for team in teams:
        with new_unit() as uow:
            found = _report(team, period, practice, named, language, now, customers, uow)
        if found is not None:
            yield found


def _customers(period: Period, now: datetime, uow: UnitOfWork) -> _Customers:
    first = datetime.combine(_earlier(period), time(), now.tzinfo) - timedelta(days=1)
    last = datetime.combine(period.until, time(), now.tzinfo) + timedelta(days=2) + AGAIN_WITHIN
    answers = uow.surveys.answers(first, last, EVERYBODY)
    return _Customers(by_customer(uow.served.visits(first, last)), last_answers(answers))


def _earlier(period: Period) -> date:
    return period.since - timedelta(days=period.days)


def _report(
    team: str | None,
    period: Period,
    practice: Practice,
    named: Mapping[str, str],
    language: str,
    now: datetime,
    customers: _Customers,
    uow: UnitOfWork,
) -> TeamReport | None:
    since, until = period.since, period.until
    earlier, eve = _earlier(period), since - timedelta(days=1)
    scope = EVERYBODY if team is None else Scope(frozenset({team}))
    figures = uow.rollups.of_all(since, until, scope)
    before = uow.rollups.of_all(earlier, eve, scope)
    if not figures.tally.calls and not before.tally.calls:
        return None
    titles = uow.rollups.titles()
    agents = uow.rollups.agents(since, until, scope=scope)
    people = [agent_id for agent_id in agents if agent_id != UNASSIGNED_AGENT]
    best, compared = improved(agents, uow.rollups.agents(earlier, eve, scope=scope), uow.rollups.names(people))
    wanting = needs((uow.rollups.of_agent(one, since, until, scope).items for one in people), titles, practice)
    promises = _promises(uow, since, until, scope, now)
    promises_before = _promises(uow, earlier, eve, scope, now)
    served, served_before = (
        with_answers(uow.served.of(*days, scope), customers.answers) for days in ((since, until), (earlier, eve))
    )
    figures_now = kpis(served, customers.visits, promises, now)
    figures_before = kpis(served_before, customers.visits, promises_before, now)
    verdicts = uow.daily.verdicts(earlier, until, scope)
    items = item_figures(figures.items, before.items, (), titles)
    return TeamReport(
        language=language,
        generated_at=now,
        team=team,
        since=since,
        until=until,
        calls=figures.tally.calls,
        calls_before=before.tally.calls,
        score=summarise_tally(figures.tally),
        score_before=summarise_tally(before.tally),
        shift=shift(figures.tally, before.tally),
        items=items,
        changed=changed(items),
        needs=wanting,
        improved=best,
        compared=compared,
        promises=promises,
        kpis=figures_now,
        kpis_before=figures_before,
        dimensions=dimensions(items, named),
        standard_changes=standard_changes(verdicts, titles),
    )


def _promises(uow: UnitOfWork, since: date, until: date, scope: Scope, now: datetime) -> LedgerCounts:
    agents = uow.rollups.agents(since, until, scope=scope)
    made = [one for agent_id in agents for one in uow.glances.with_promises(agent_id, since, until, scope)]
    return count(ledger_lines(uow.ledger.entries(made), now))
