"""An agent's coaching page: strengths, habits, and what was agreed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from callqa.reports import formats
from callqa.reports.coaching_context import BEFORE_DAYS, Week
from callqa.reports.figures import MIN_SAMPLE
from callqa.reports.file_names import visible
from callqa.services.coaching import coaching_report
from callqa.services.coaching_notes import NoteRefusedError, answer_note, close_note, write_note
from callqa.services.examples import consent_to_examples, consents_to_examples
from callqa.services.overview import last_days
from callqa.services.rights import Right
from callqa.web.doors import Doors, Visitor, Who
from callqa.web.pages.calibration import number_of
from callqa.web.pages.overview import CHOICES, chosen_days
from callqa.web.pictures import Plot, Point, Series, plot
from callqa.web.services import WebServices
from callqa.web.shell import Shell
from callqa.web.words import PageWords
from models.coaching_note import MOST_NOTE_CHARACTERS, Outcome
from models.person import Post

_WEEK_DAYS = 7


def coaching_router(services: WebServices, shell: Shell) -> APIRouter:
    """The page and what its forms do."""
    doors = Doors(services)

    def show(request: Request, who: Visitor, agent_id: str, days: int = 30, said: str = "") -> Response:
        now = services.now().astimezone(shell.zone)
        period, language = last_days(chosen_days(days), now, shell.zone), shell.language(request)
        practice, is_own = services.practice(language), agent_id == who.person.agent_id
        found = coaching_report(agent_id, period, practice, language, now, who.scope, services.new_unit_of_work)
        if found is None:
            raise HTTPException(404)
        with services.new_unit_of_work() as uow:
            titles = uow.rollups.titles()
            names = {person.name: person.shown_name for person in uow.people.all()}
        return shell.page(
            request,
            "coaching.html",
            status=400 if said else 200,
            period=period,
            report=found,
            choices=CHOICES,
            least=MIN_SAMPLE,
            titles=titles,
            # An agent is spoken to by the house, as in appeals.
            names=None if who.person.post is Post.AGENT else names,
            may_write=who.may(Right.WRITE_NOTES) and (who.scope.teams is None or found.team is not None),
            may_answer=who.may(Right.ANSWER_NOTES) and is_own,
            # Nobody else learns what the agent said to it.
            is_example=consents_to_examples(agent_id, services.new_unit_of_work) if is_own else None,
            trend=_trend(found.weeks, shell.words(request)),
            before_days=BEFORE_DAYS,
            most=MOST_NOTE_CHARACTERS,
            visible=visible,
            said=said,
        )

    def refused(request: Request, who: Visitor, agent_id: str, why: str) -> Response:
        return show(
            request, who, agent_id, said=shell.words(request)(f"notes.refused.{why}", most=MOST_NOTE_CHARACTERS)
        )

    @doors.get("/agents/{agent_id}/coaching", Right.SEE_AGENT)
    def coaching(request: Request, who: Who, agent_id: str, days: int = 30) -> Response:
        return show(request, who, agent_id, days)

    @doors.post("/agents/{agent_id}/coaching", Right.WRITE_NOTES)
    def write(
        request: Request,
        who: Who,
        agent_id: str,
        action: Annotated[str, Form()] = "",
        item: Annotated[str, Form()] = "",
        note: Annotated[str, Form()] = "",
        due: Annotated[str, Form()] = "",
    ) -> Response:
        now = services.now().astimezone(shell.zone)
        try:
            due_on = date.fromisoformat(due) if due else None
        except ValueError:
            return refused(request, who, agent_id, "no_day")
        try:
            made = write_note(
                agent_id,
                item or None,
                action,
                note,
                due_on,
                who.person.name,
                now,
                who.scope,
                services.new_unit_of_work,
                mask=services.mask_note,
            )
        except NoteRefusedError as error:
            return refused(request, who, agent_id, error.why.value)
        return _back_to(agent_id, made is not None)

    @doors.post("/agents/{agent_id}/coaching/{note}/close", Right.WRITE_NOTES)
    def close(request: Request, who: Who, agent_id: str, note: str, outcome: Annotated[str, Form()] = "") -> Response:
        if outcome not in list(Outcome):
            return refused(request, who, agent_id, "no_outcome")
        now, number = services.now().astimezone(shell.zone), number_of(note)
        try:
            done = close_note(
                agent_id, number, Outcome(outcome), who.person.name, now, who.scope, services.new_unit_of_work
            )
        except NoteRefusedError as error:
            return refused(request, who, agent_id, error.why.value)
        return _back_to(agent_id, done)

    @doors.post("/agents/{agent_id}/coaching/{note}/answer", Right.ANSWER_NOTES)
    def answer(request: Request, who: Who, agent_id: str, note: str, answer: Annotated[str, Form()] = "") -> Response:
        if agent_id != who.person.agent_id:
            raise HTTPException(404)
        try:
            done = answer_note(
                number_of(note), answer, who.person, services.now(), services.new_unit_of_work, mask=services.mask_note
            )
        except NoteRefusedError as error:
            return refused(request, who, agent_id, error.why.value)
        return _back_to(agent_id, done)

    @doors.post("/agents/{agent_id}/coaching/example", Right.BE_EXAMPLE)
    def example(who: Who, agent_id: str, consent: Annotated[str, Form()] = "") -> Response:
        if agent_id != who.person.agent_id:
            raise HTTPException(404)
        is_given = consent == "yes"
        done = consent_to_examples(agent_id, is_given, who.person.name, services.now(), services.new_unit_of_work)
        return _back_to(agent_id, done, "example")

    return doors.router


def _trend(weeks: Sequence[Week], words: PageWords) -> Plot | None:
    """Mean scores week by week, those without a score left out."""
    points = []
    for week in weeks:
        score = week.score
        if score.mean is None:
            continue
        told = words("coaching.days", since=week.since, until=week.until) + words("page.colon")
        if score.low is None or score.high is None:
            told += words("coaching.score_few", mean=formats.score(score.mean), n=score.n)
        else:
            low, high = formats.score(score.low), formats.score(score.high)
            told += words("coaching.score_of", mean=formats.score(score.mean), low=low, high=high, n=score.n)
        points.append(Point(week.since.toordinal(), score.mean, score.low, score.high, told))
    marks = [(week.since.toordinal(), f"{week.since.month}/{week.since.day}") for week in weeks]
    # A week without calls is no way from one to the next.
    return plot([Series(words("coaching.mean"), points, gap=_WEEK_DAYS)], marks, is_share=False)


def _back_to(agent_id: str, done: bool, part: str = "actions") -> Response:
    """The page again, so that reloading it sends nothing twice; 404 where there was nothing to do it to."""
    if not done:
        raise HTTPException(404)
    return RedirectResponse(f"/agents/{quote(agent_id, safe='')}/coaching#{part}", 303)
