"""The console on the demo's calls, with an invented person of each post."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from callqa.bootstrap import open_database
from callqa.cli.common import say
from callqa.services.people import PasswordHasher, add_person, change_password, new_password
from callqa.settings import Settings
from models.errors import SettingsError
from models.person import Person, Post
from models.ports import UnitOfWorkFactory

_DAY = date(2026, 11, 21)
"""The morning after the bundled calls: on any later day pages of the last 30 days would be empty."""
_SINCE = datetime(2026, 11, 20, tzinfo=UTC)
PEOPLE = (
    Person("demo-qa", "演示质检员", Post.QA, None, None, _SINCE),
    Person("demo-lead", "演示班组长", Post.SUPERVISOR, frozenset({"一班"}), None, _SINCE),
    Person("demo-agent", "林晓", Post.AGENT, None, "A801", _SINCE),
    Person("demo-admin", "演示管理员", Post.ADMIN, None, None, _SINCE),
)
"""Nobody real; the agent is one of the bundled calls', the supervisor sees one of their two teams."""


def check_is_demo_home(settings: Settings) -> None:
    """Raise SettingsError where real calls or people are: passwords that are printed must never open them.

    `settings` are those of the demo, whose database need not be there yet.
    """
    if (settings.home / "callqa.db").exists():
        raise SettingsError(
            f"{settings.home} holds a company's calls; `callqa demo --web` needs a folder of its own: "
            "name one with --home"
        )
    if not (settings.home / "demo.db").exists():
        return
    names = {person.name for person in PEOPLE}
    with open_database(settings)() as uow:
        others = [person.name for person in uow.people.all() if person.name not in names]
    if others:
        raise SettingsError(
            f"{settings.home / 'demo.db'} has people who are not the demo's ({others[0]!r}); "
            "name another folder with --home"
        )


def serve_demo(settings: Settings, port: int) -> None:
    """Serve the console on 127.0.0.1 until Ctrl-C; prints a new password for each of PEOPLE, then the address.

    Its clock says the morning after the bundled calls. Raises SettingsError when nobody can listen on the port.
    """
    # The web framework costs every other command a second.
    from callqa.web.app import create_app
    from callqa.web.serve import serve
    from callqa.web.services import services_for
    from callqa.web.words import PageWords

    words, zone = PageWords(settings.language), ZoneInfo(settings.time_zone)
    back = timedelta(days=(datetime.now(zone).date() - _DAY).days)
    services = services_for(settings, lambda: datetime.now(UTC) - back)

    def ready(address: str) -> None:
        say(
            "演示用户，密码每次启动都换新：" if settings.language == "zh" else "People of the demo, with new passwords:"
        )
        # The passwords change only once somebody is sure to be served: another demo here may be in use.
        for person, password in _let_in(services.hasher, services.now(), services.new_unit_of_work):
            say(f"  {person.name:<12}{password}   {words(f'post.{person.post}')}")
        say(f"callqa web: {address}")

    serve(create_app(services), "127.0.0.1", port, ready)


def _let_in(hasher: PasswordHasher, now: datetime, new_unit: UnitOfWorkFactory) -> Iterator[tuple[Person, str]]:
    with new_unit() as uow:
        there = {person.name for person in uow.people.all()}
    for person in PEOPLE:
        password = new_password()
        if person.name in there:
            # As if by themselves: one that others chose would have to be changed at the log-in.
            change_password(person.name, password, person.name, now, hasher, new_unit)
        else:
            add_person(person, password, "callqa demo", hasher, new_unit)
        yield person, password
