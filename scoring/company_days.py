"""The company's own days off and extra working days, over the official calendar of working days.

Kept in a file of its own and not in the standard: it changes when the company's calendar does, and one file serves
every standard. What it changes are due times, so a scorecard's receipt names the file's digest, and so does the
scorer under which scorecards are stored (`scoring.scorer_of`): the standard's own digest stays that of its published
text, and a scorecard made under other days never passes for the same one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from pydantic import ValidationError

from models.wire import digest
from scoring.schema_base import Part
from scoring.yaml_text import Path, failure, read_yaml


@dataclass(frozen=True, slots=True)
class CompanyDays:
    """Days that are no working days here whatever the official calendar says, and days that are."""

    days_off: frozenset[date] = frozenset()
    working_days: frozenset[date] = frozenset()

    @property
    def digest(self) -> str | None:
        """`sha256:<hex>` of the days, however they were written; None when there are none and nothing changes."""
        if not self.days_off and not self.working_days:
            return None
        return digest({name: sorted(map(str, getattr(self, name))) for name in ("days_off", "working_days")})

    def over(self, official: Callable[[date], bool]) -> Callable[[date], bool]:
        """The calendar to reckon with: these days first, the official calendar for all others."""
        return lambda day: day not in self.days_off and (day in self.working_days or official(day))


NO_DAYS = CompanyDays()


class _Form(Part):
    days_off: tuple[date, ...] = ()
    working_days: tuple[date, ...] = ()


def read_company_days(text: str, source: str) -> CompanyDays:
    """Read the YAML file: lists `days_off` and `working_days` of days as YYYY-MM-DD, each of which may be left out.

    `source` (a file name) goes into messages. All problems are reported at once. Raises StandardError.
    """
    if not text.strip():
        return NO_DAYS
    written = read_yaml(text, source, "a list of company days: it must hold days_off, working_days or both")
    try:
        form = _Form.model_validate(written.data)
    except ValidationError as error:
        raise failure(source, written.problems + written.problems_of(error)) from None
    problems = written.problems + [(written.line_of(path), message) for path, message in _contradictions(form)]
    if problems:
        raise failure(source, problems)
    return CompanyDays(frozenset(form.days_off), frozenset(form.working_days))


def _contradictions(form: _Form) -> Iterator[tuple[Path, str]]:
    seen: set[date] = set()
    for name, days in (("days_off", form.days_off), ("working_days", form.working_days)):
        for place, day in enumerate(days):
            if day in seen:
                yield (name, place), f"{day} stands here twice or under both headings; keep one"
            seen.add(day)
