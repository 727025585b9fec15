"""The console on a test's database, with somebody of each post, and browsers that are logged in."""

from __future__ import annotations

import atexit
import re
import shutil
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any, cast

import argon2
from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from asr.peaks import read_peaks
from asr.pii.notes import mask_note
from asr.playback import OpusPlayback
from callqa.oidc.provider import Provider
from callqa.passwords import Argon2Hasher
from callqa.practice import find_practice
from callqa.services.health import Finding, Health
from callqa.services.listening import Listening
from callqa.services.people import add_person
from callqa.standards import find_standard
from callqa.web.app import create_app
from callqa.web.services import WebServices
from models.person import Person, Post
from models.ports import AudioStore, UnitOfWorkFactory
from models.scorecard import StandardRef
from scoring import SHIPPED_STANDARDS, ServiceStandard
from storage.audio_store import FileAudioStore

PASSWORD = "correct horse battery"
HASHER = Argon2Hasher(argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
"""As in earnest, but cheap."""
NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)

STAFF = {
    "root": Person("root", "管理员", Post.ADMIN, None, None, NOW),
    "lead": Person("lead", "王班长", Post.SUPERVISOR, frozenset({"一班"}), None, NOW),
    "qa": Person("qa", "李质检", Post.QA, None, None, NOW),
    "a17": Person("a17", "赵坐席", Post.AGENT, None, "A17", NOW),
}
"""One person of each post; the supervisor sees one team, the agent is A17."""


def shipped(ref: StandardRef) -> ServiceStandard | None:
    """The shipped standard of that version; what is published is no concern of these tests."""
    found = find_standard(ref.id) if ref.id in SHIPPED_STANDARDS else None
    return found if found is not None and found.ref == ref else None


@dataclass
class Clock:
    """A clock that tests move."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        """The time."""
        return self.now

    def go_on(self, **length: float) -> None:
        """Let time pass."""
        self.now += timedelta(**length)


@dataclass
class Console:
    """The application, with STAFF in its database."""

    new_unit: UnitOfWorkFactory
    clock: Clock = field(default_factory=Clock)
    home: Path = field(default_factory=lambda: Path(tempfile.mkdtemp()))
    oidc: Provider | None = None

    def __post_init__(self) -> None:
        atexit.register(shutil.rmtree, self.home, ignore_errors=True)
        self.audio = FileAudioStore(self.home)
        self.services = services_on(self.new_unit, self.audio, self.clock, self.oidc)
        self.app: ASGIApp = create_app(self.services) if self.oidc else _App(self)
        for person in STAFF.values():
            add_person(person, PASSWORD, "test", HASHER, self.new_unit)

    def browser(self, name: str | None = None) -> Browser:
        """A browser, logged in when somebody is named."""
        opened = Browser(self.app, follow_redirects=False)
        if name is not None:
            answer = opened.log_in(name, PASSWORD)
            assert answer.status_code == 303, answer.text
        return opened


def services_on(
    new_unit: UnitOfWorkFactory, audio: AudioStore, now: Callable[[], datetime], oidc: Provider | None
) -> WebServices:
    """What the pages of a test work with."""
    fine = Health(Finding.OK, Finding.OK, Finding.OK, None)
    return WebServices(
        health=lambda: fine,
        metrics=lambda: "",
        new_unit_of_work=new_unit,
        practice=partial(find_practice, ""),
        hasher=HASHER,
        listening=Listening(audio, OpusPlayback(), read_peaks),
        standards=shipped,
        mask_note=mask_note,
        now=now,
        oidc=oidc,
    )


class _App:
    """The application on a console's services. One of a process, lent out: to make its routes takes half a second."""

    _asked: Console
    """Whose request is answered. Tests send one after the other."""

    def __init__(self, console: Console) -> None:
        self._console = console

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        _App._asked = self._console
        await self._shared()(scope, receive, send)

    @staticmethod
    @cache
    def _shared() -> FastAPI:
        class Audio:
            def __getattr__(self, name: str) -> Any:
                return getattr(_App._asked.audio, name)

        services = services_on(
            lambda: _App._asked.new_unit(), cast(AudioStore, Audio()), lambda: _App._asked.clock(), None
        )
        return create_app(replace(services, standard_in_use=lambda: _App._asked.services.standard_in_use()))


def wait_for_back_tests() -> None:
    """Until those that go on in the background have ended, and left the database alone."""
    for thread in threading.enumerate():
        if thread.name == "callqa-backtest":
            thread.join(60)


class Browser(TestClient):
    """A client that keeps cookies and sends forms as a page does."""

    def log_in(self, name: str, password: str, goal: str = "") -> Response:
        """Fill in the form of the log-in page; the answer."""
        page = self.get("/login")
        key = re.search(r'name="form_key" value="([^"]+)"', page.text)
        assert key is not None
        return self.post("/login", data={"name": name, "password": password, "form_key": key[1], "next": goal})

    def submit(self, path: str, page: str = "/me", /, **fields: str | Sequence[str]) -> Response:
        """Send a form with the key that stands in `page`; the answer."""
        key = re.search(r'name="form_key" value="([^"]+)"', self.get(page).text)
        return self.post(path, data={"form_key": key[1] if key else "", **fields})
