"""Finding phrases along the review queue: a page of the calls that say them, in the queue's order.

The first calls are read one after the other: what many say is found there at once. How many of them said it tells what
comes next: the index of all texts for what hardly anybody says, the index for some days of the queue for what some say,
reading on for the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select, true

from models.person import Scope
from models.queue import QueueCursor, QueueFilter
from storage.places import DAY_S, first_place, queue_day, urgency_of
from storage.queue_walk import Place, along, behind, lanes, matching
from storage.search import found_by_index
from storage.search_tables import call_texts
from storage.standing_tables import current_scorecards
from storage.transaction import Transaction

LOOKED_THROUGH = 1_750
"""Texts that one page reads one by one at most; where more are left, its last place is where the next one goes on."""
_BEFORE_INDEX = 250
"""So many are read first: enough to tell what many say from what hardly anybody says."""
_FIRST_LOOK, _LONGEST_LOOK = 250, 2_000
_LOOKED_ON = 1_000
"""Where so many more should fill the page, reading them is faster than any index."""
_ALL_BY_INDEX = 1_000
"""Up to so many texts that say it are asked of the whole index; of more it would read too many for a page."""
_MOST_BY_INDEX = 1_500
"""No question to the index reads more texts than that."""
_MORE_DAYS = 1.5
"""So many times the days that should fill the page are asked of the index: some have fewer calls, some say it less."""
_MOST_DAYS = 100
"""Each is a part of the question to the index, which looks up every one."""
_TELLING = 50
"""Calls of one urgency that tell how many there are in a day."""


class _Hits(NamedTuple):
    """What the index found, how many texts were read for it, and how far it looked."""

    places: list[Place]
    texts: int
    last: QueueCursor


class QueueSearch:
    """A search for folded phrases by somebody who sees so much."""

    def __init__(self, transaction: Transaction, scope: Scope, which: QueueFilter, phrases: Sequence[str]) -> None:
        self._transaction = transaction
        self._scope = scope
        self._which = which
        self._phrases = phrases

    def page(self, most: int, after: QueueCursor | None) -> tuple[list[Place], QueueCursor | None]:
        """The first `most` behind `after`, and where to look on: None when everything was looked at.

        Fewer, though there is more to look at, where the page would take too long.
        """
        found: list[Place] = []
        looked, read, step = 0, 0, _FIRST_LOOK
        ask_all = ask_days = True
        while read < LOOKED_THROUGH:
            passed = along(self._transaction, self._scope, self._which, step, after, self._phrases)
            found += [one for one in passed if one.is_said]
            if len(passed) < step:
                return found[:most], None
            after = QueueCursor(passed[-1].place, passed[-1].scorecard_id)
            looked, read, step = looked + step, read + step, min(2 * step, _LONGEST_LOOK)
            if len(found) >= most:
                break
            if looked < _BEFORE_INDEX or (most - len(found)) * looked <= _LOOKED_ON * len(found):
                continue
            if ask_all and self._is_rare(len(found), looked):
                hits = self._by_index(most - len(found), after)
                if hits is not None:
                    return found + hits.places, None
                ask_all = False
            if not ask_days or not found or (apart_s := _apart_s(passed)) is None:
                continue
            hits = self._on_days(most - len(found), after, apart_s * looked / len(found))
            if hits is None:
                ask_days = False
                continue
            found, read, step, after = found + hits.places, read + hits.texts, _FIRST_LOOK, hits.last
            if len(found) >= most:
                break
        return found[:most], after

    def _on_days(self, most: int, after: QueueCursor, apart_s: float) -> _Hits | None:
        """From days on days, until they are enough or there are none; where one is in so many seconds of the queue."""
        found = _Hits([], 0, after)
        while len(found.places) < most and found.texts < LOOKED_THROUGH:
            left = most - len(found.places)
            hits = self._by_index(left, found.last, _first_of(found.last, ceil(_MORE_DAYS * left * apart_s)))
            if hits is None:
                return found if found.places else None
            found = _Hits(found.places + hits.places, found.texts + hits.texts, hits.last)
            if not hits.places:
                break
        return found

    def _is_rare(self, found: int, looked: int) -> bool:
        """Whether so few texts say it that all of them may be read."""
        if not found:
            return True
        # Not counted: that would take longer than the search. There are no more than that.
        [texts] = self._transaction.rows(select(func.coalesce(func.max(call_texts.c.id), 0).label("most")))
        return bool(found * texts.most <= _ALL_BY_INDEX * looked)

    def _by_index(self, most: int, after: QueueCursor, first: int | None = None) -> _Hits | None:
        """Behind `after`, with `first` only from that place on. None: the index cannot tell, or too many say it."""
        days = None if first is None else range(queue_day(first), queue_day(after.place) + 1)
        statement = found_by_index(self._transaction, self._phrases, _MOST_BY_INDEX + 1, days)
        if statement is None:
            return None
        hits = statement.cte("hits").prefix_with("MATERIALIZED", dialect="postgresql")
        c = current_scorecards.c
        wanted = and_(hits.c.is_said, behind(c.place, c.scorecard_id, after), self._matches())
        if first is not None:
            wanted = and_(wanted, c.place >= first)
        found = (
            select(c.place, c.scorecard_id)
            .select_from(hits.join(current_scorecards, c.recording_id == hits.c.recording_id))
            .where(wanted)
            .order_by(c.place.desc(), c.scorecard_id.desc())
            .limit(most)
            .subquery()
        )
        # A row that counts comes in any case, so that the texts are read once.
        read = select(func.count().label("texts")).select_from(hits).subquery()
        rows = self._transaction.rows(
            select(found.c.place, found.c.scorecard_id, read.c.texts)
            .select_from(read.outerjoin(found, true()))
            .order_by(found.c.place.desc(), found.c.scorecard_id.desc())
        )
        if rows[0].texts > _MOST_BY_INDEX:
            return None
        last = QueueCursor(0 if first is None else first, 0)
        places = [Place(row.place, row.scorecard_id) for row in rows if row.place is not None]
        return _Hits(places, rows[0].texts, last)

    def _matches(self) -> ColumnElement[bool]:
        return or_(
            *(and_(*matching(self._scope, self._which, lane)) for lane in lanes(self._scope, self._which)),
        )


def _apart_s(passed: Sequence[Place]) -> float | None:
    """How many seconds of the queue lie between two calls; None when these do not tell."""
    alike = [one.place for one in passed if urgency_of(one.place) is urgency_of(passed[-1].place)]
    return (alike[0] - alike[-1]) / len(alike) if len(alike) >= _TELLING else None


def _first_of(after: QueueCursor, far_s: int) -> int:
    """The place, of the same urgency and not too many days on, that lies so far behind."""
    place = after.place
    return max(place - far_s, (queue_day(place) - _MOST_DAYS + 1) * DAY_S, first_place(urgency_of(place)))
