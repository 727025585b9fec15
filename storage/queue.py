"""The review queue: pages of calls, by filters and by what was said in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, and_, case, false, func, or_, select

from models.person import Scope
from models.queue import QueueCursor, QueuedCall, QueueFilter, QueueFinding, QueueItem, QueuePage, parts_of
from models.scorecard import ReviewCode
from storage.desk_tables import assignments, sampled_calls
from storage.places import urgency_of
from storage.queue_walk import Place, behind, lanes, matching, urgencies, walk
from storage.scored_calls import scored_call_from_row, scored_calls
from storage.search import folded, found_by_index, quotes, says
from storage.search_tables import call_texts
from storage.standing_tables import current_scorecards
from storage.tables import findings, reviews, teams
from storage.transaction import Transaction

LOOKED_THROUGH = 3_750
"""Texts that one page looks through at most; where more are left, its last place is where the next one goes on."""
_BEFORE_INDEX = 750
"""So many are looked through first: a phrase that stands in many calls is found there at once."""
_LOOKED_ON = 12_000
"""Where so many more should fill the page, going on is faster than the index, which reads every text that says it: at a
million texts one in a hundred is ten thousand. Such a page may come out shorter, at `LOOKED_THROUGH`."""
_MOST_BY_INDEX = 20_000
"""A phrase in more texts than that is none that an index finds faster."""
_FIRST_LOOK, _LONGEST_LOOK = 250, 2_000


class ReviewQueue:
    """`models.queue.ReviewQueue` in a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def page(self, scope: Scope, which: QueueFilter, size: int, after: QueueCursor | None = None) -> QueuePage:
        """As in the port. Raises ValueError for a page of less than one call."""
        if size < 1:
            raise ValueError(f"a page of {size} calls; it needs at least one")
        phrases = [phrase for phrase in map(folded, which.phrases) if phrase]
        if phrases:
            found, rest = self._search(scope, which, phrases, size + 1, after)
        else:
            found, rest = self._along(scope, which, size + 1, after), None
        shown = found[:size]
        if len(found) > size:
            rest = QueueCursor(shown[-1].place, shown[-1].scorecard_id)
        return QueuePage(self._calls(shown, phrases), rest)

    def can_search(self) -> bool:
        return self._transaction.sealer.newest is None

    def teams(self, scope: Scope) -> Sequence[str]:
        rows = self._transaction.rows(select(teams.c.name))
        return sorted(row.name for row in rows if scope.teams is None or row.name in scope.teams)

    def items(self) -> Sequence[QueueItem]:
        newest = select(func.max(current_scorecards.c.scorecard_id)).scalar_subquery()
        rows = self._transaction.rows(
            select(findings.c.item_id, findings.c.title)
            .where(findings.c.scorecard_id == newest)
            .order_by(findings.c.position)
        )
        return tuple(QueueItem(row.item_id, row.title) for row in rows)

    def _along(
        self, scope: Scope, which: QueueFilter, most: int, after: QueueCursor | None, phrases: Sequence[str] = ()
    ) -> list[Place]:
        """In the order of the queue; with phrases each says whether they were said."""
        found: list[Place] = []
        for urgency in urgencies(which):
            if len(found) < most:
                rows = [
                    Place(row.place, row.scorecard_id, not phrases or row.is_said)
                    for lane in lanes(scope, which)
                    for row in self._transaction.rows(_saying(walk(scope, which, lane, urgency, most, after), phrases))
                ]
                found += sorted(rows, reverse=True)
        return found[:most]

    def _search(
        self, scope: Scope, which: QueueFilter, phrases: Sequence[str], most: int, after: QueueCursor | None
    ) -> tuple[list[Place], QueueCursor | None]:
        """The first that say the phrases, and where to look on: None when everything was looked at."""
        found: list[Place] = []
        looked, step, asked = 0, _FIRST_LOOK, False
        while looked < LOOKED_THROUGH:
            passed = self._along(scope, which, step, after, phrases)
            found += [one for one in passed if one.is_said]
            if len(passed) < step:
                return found[:most], None
            after = QueueCursor(passed[-1].place, passed[-1].scorecard_id)
            looked, step = looked + step, min(2 * step, _LONGEST_LOOK)
            if len(found) >= most:
                break
            if looked >= _BEFORE_INDEX and not asked and (most - len(found)) * looked > _LOOKED_ON * len(found):
                asked, rest = True, self._by_index(scope, which, phrases, most - len(found), after)
                if rest is not None:
                    return found + rest, None
        return found[:most], after

    def _by_index(
        self, scope: Scope, which: QueueFilter, phrases: Sequence[str], most: int, after: QueueCursor
    ) -> list[Place] | None:
        """None when the index cannot tell: there is none, or too many say it."""
        statement = found_by_index(self._transaction, phrases, _MOST_BY_INDEX + 1)
        if statement is None:
            return None
        hits = statement.cte("hits").prefix_with("MATERIALIZED", dialect="postgresql")
        count = select(func.count()).select_from(hits).scalar_subquery()
        c = current_scorecards.c
        wanted = or_(*(and_(*matching(scope, which, lane)) for lane in lanes(scope, which)))
        # A row that counts comes with those that match, so that the texts are read once.
        rank = case((and_(wanted, behind(c.place, c.scorecard_id, after)), 1), else_=0).label("rank")
        rows = self._transaction.rows(
            select(c.place, c.scorecard_id, rank, count.label("hits"))
            .select_from(hits.join(current_scorecards, c.recording_id == hits.c.recording_id))
            .order_by(rank.desc(), c.place.desc(), c.scorecard_id.desc())
            .limit(most)
        )
        if rows and rows[0].hits > _MOST_BY_INDEX:
            return None
        return [Place(row.place, row.scorecard_id) for row in rows if row.rank]

    def _calls(self, shown: Sequence[Place], phrases: Sequence[str]) -> tuple[QueuedCall, ...]:
        ids = [one.scorecard_id for one in shown]
        c = current_scorecards.c
        rows = self._transaction.rows(
            scored_calls()
            .add_columns(
                assignments.c.reviewer,
                sampled_calls.c.was_unsure,
                select(func.count())
                .select_from(reviews)
                .where(reviews.c.recording_id == c.recording_id)
                .scalar_subquery()
                .label("reviewed"),
            )
            .outerjoin(assignments, assignments.c.recording_id == c.recording_id)
            .outerjoin(sampled_calls, sampled_calls.c.recording_id == c.recording_id)
            .where(c.scorecard_id.in_(ids))
        )
        in_order = sorted(rows, key=lambda row: (row.place, row.scorecard_id), reverse=True)
        doubts = self._doubts(ids)
        said = quotes(self._transaction, [row.recording_id for row in rows], phrases) if phrases else {}
        return tuple(
            QueuedCall(
                scored_call_from_row(row),
                urgency_of(row.place),
                tuple(doubts[row.scorecard_id]),
                reviewer=row.reviewer,
                parts=parts_of(urgency_of(row.place), row.was_unsure),
                is_reviewed=bool(row.reviewed),
                quote=said.get(row.recording_id, ""),
            )
            for row in in_order
        )

    def _doubts(self, ids: Sequence[int]) -> defaultdict[int, list[QueueFinding]]:
        found: defaultdict[int, list[QueueFinding]] = defaultdict(list)
        for row in self._transaction.rows(
            select(findings)
            .where(findings.c.scorecard_id.in_(ids), or_(findings.c.needs_review, findings.c.fatal))
            .order_by(findings.c.scorecard_id, findings.c.position)
        ):
            found[row.scorecard_id].append(_finding_from_row(row))
        return found


def _saying(walked: Select[Any], phrases: Sequence[str]) -> Select[Any]:
    """The same calls, each with whether it says the phrases."""
    if not phrases:
        return walked
    passed = walked.subquery().c
    return select(passed.place, passed.scorecard_id, func.coalesce(says(phrases), false()).label("is_said")).outerjoin(
        call_texts, call_texts.c.recording_id == passed.recording_id
    )


def _finding_from_row(row: Row[Any]) -> QueueFinding:
    codes = tuple(ReviewCode(code) for code in row.review_codes)
    return QueueFinding(row.item_id, row.title, row.verdict, row.fatal, codes)
