"""What customers think of the calls of some days, beside the scores of these calls."""

from __future__ import annotations

from datetime import datetime, time, timedelta, tzinfo

from callqa.reports.satisfaction import Satisfaction, last_answers, satisfaction, with_answers
from callqa.services.overview import Period
from models.person import EVERYBODY, Scope
from models.ports import UnitOfWorkFactory
from models.survey import ANSWERED_WITHIN


def customers_view(period: Period, zone: tzinfo, scope: Scope, new_unit: UnitOfWorkFactory) -> Satisfaction:
    """Of the calls in scope on these days, by the last answer to each, else by its metadata."""
    # A day more on either side: calls have clocks of their own.
    first = datetime.combine(period.since, time(), zone) - timedelta(days=1)
    last = datetime.combine(period.until, time(), zone) + timedelta(days=2) + ANSWERED_WITHIN
    with new_unit() as uow:
        # Whose answer it is, its call says: the scope is that of the calls.
        answers = [one for one in uow.surveys.answers(first, last, EVERYBODY) if one.recording_id is not None]
        answered = {one.recording_id for one in answers if one.recording_id is not None}
        calls = uow.served.rated(period.since, period.until, scope, answered)
    return satisfaction(with_answers(calls, last_answers(answers)))
