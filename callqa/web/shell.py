"""Pages as HTML: templates, the words in the visitor's language, and what stands around every page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from callqa.reports import formats, rate_text
from callqa.reports.file_names import visible_name
from callqa.reports.words import LANGUAGES
from callqa.services.rights import Right
from callqa.web.call_view import call_path
from callqa.web.doors import FORM_KEY, Visitor
from callqa.web.services import WebServices
from callqa.web.words import PageWords
from models.person import Post

LANGUAGE_COOKIE = "callqa_language"
THEME_COOKIE = "callqa_theme"
THEMES = ("light", "dark")


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the navigation; `name` is its word behind "nav." and its icon."""

    name: str
    path: str
    right: Right


NAVIGATION = (
    Entry("overview", "/overview", Right.SEE_OVERVIEW),
    Entry("queue", "/queue", Right.SEE_QUEUE),
    Entry("agents", "/teams", Right.SEE_TEAM),
    Entry("promises", "/promises", Right.SEE_PROMISES),
    Entry("appeals", "/appeals", Right.SEE_APPEALS),
    Entry("calibration", "/calibration", Right.CALIBRATE),
    Entry("standards", "/standards", Right.SEE_STANDARDS),
    Entry("quality", "/quality", Right.SEE_MACHINE_QUALITY),
    Entry("imports", "/imports", Right.IMPORT_TABLES),
    Entry("people", "/people", Right.MANAGE_PEOPLE),
    Entry("audit", "/audit", Right.SEE_AUDIT),
)


class Shell:
    """Renders templates for a request. Whatever a template shows is escaped."""

    def __init__(self, services: WebServices) -> None:
        self._services = services
        self.zone = ZoneInfo(services.time_zone)

    def language(self, request: Request) -> str:
        """The visitor's choice, else the setting."""
        chosen = request.cookies.get(LANGUAGE_COOKIE, "")
        return chosen if chosen in LANGUAGES else self._services.language

    def words(self, request: Request) -> PageWords:
        """The words of that language."""
        return PageWords(self.language(request))

    def page(self, request: Request, template: str, *, status: int = 200, **values: object) -> HTMLResponse:
        """The template as an answer; `visitor` is known to it where somebody came through a door."""
        words = self.words(request)
        visitor: Visitor | None = getattr(request.state, "visitor", None)
        theme = request.cookies.get(THEME_COOKIE, "")
        text = (
            _environment()
            .get_template(template)
            .render(
                t=words,
                visitor=visitor,
                navigation=self._navigation(visitor),
                path=request.url.path,
                theme=theme if theme in THEMES else "",
                key_field=partial(_key_field, visitor.session.form_key if visitor else ""),
                form_key_name=FORM_KEY,
                moment=self.moment,
                Right=Right,
                **values,
            )
        )
        return HTMLResponse(text, status)

    def moment(self, when: datetime | None) -> str:
        """A moment to the minute in the setting's time zone."""
        return formats.moment(when and when.astimezone(self.zone))

    def _navigation(self, visitor: Visitor | None) -> tuple[Entry, ...]:
        if visitor is None or visitor.must_change_password:
            return ()
        mine: tuple[Entry, ...] = ()
        if visitor.person.post is Post.AGENT:
            mine = (Entry("mine", f"/agents/{visitor.person.agent_id}", Right.SEE_AGENT),)
        return (*mine, *(entry for entry in NAVIGATION if visitor.may(entry.right)))


def _key_field(form_key: str) -> Markup:
    return Markup('<input type="hidden" name="{}" value="{}">').format(FORM_KEY, form_key)


@lru_cache
def _environment() -> Environment:
    environment = Environment(
        # Behind the console's own what reports are made of: a page shows the same parts.
        loader=ChoiceLoader([PackageLoader("callqa.web"), PackageLoader("callqa.reports")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(name=visible_name, percent=formats.percent, score=formats.score, signed=formats.signed)
    environment.globals["formats"] = formats
    environment.globals["rate_text"] = rate_text
    environment.globals["call_path"] = call_path
    return environment
