"""Whatever people and data call things, every page shows it as text: nothing of it becomes an element or an attribute.

One database holds markup in everything that can be set, and everybody follows every link that their pages show.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest

from callqa.reports.words import LANGUAGES
from callqa.services.people import add_person
from callqa.standards import FoundStandard
from callqa.web.app import create_app
from models.call import CallMeta
from models.person import Person, Post
from models.review import Review
from models.scorecard import ReviewCode, StandardRef, Verdict
from models.transcript import Correction
from storage import Database
from tests import factories
from tests.console import NOW, PASSWORD, STAFF, Browser, Console
from tests.integration.test_console_doors import ALLOWED
from tests.ledger_calls import at, entries, promise
from tests.unit.small_standard import SMALL

TAIL = "\"'><x-evil data-evil=1>"
"""Ends an attribute of either kind of quotes and a tag, then begins an element."""
SCRIPT = f"</script></title></textarea></option>{TAIL}<script>evil()</script><img src=x onerror=evil()>{{{{7*7}}}}"
LINK = "javascript:evil()//"
NAMES = (
    "call", "agent-name", "team", "customer", "said", "quote", "reason", "title", "band", "comment", "objection", "ruling",
    "set", "view", "ticket", "note", "token", "shown", "standard", "change", "phrase", "heard",
)  # fmt: skip
MAY_HIDE = {"customer"}
"""Of a customer's reference only the last four characters are shown."""


def evil(name: str, most: int = 500) -> str:
    """Markup that is known again by its name."""
    assert name in NAMES
    return f"{name}{SCRIPT if most >= 200 else TAIL}"[:most]


@dataclass
class Page(HTMLParser):
    """What a browser makes of an answer."""

    text: str = ""
    scripts: str = ""
    tags: set[str] = field(default_factory=set)
    attributes: list[tuple[str, str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "script":
            self.scripts += data
        self.text += data

    def links(self) -> Iterator[str]:
        """Where one can go on from here by looking only."""
        return (value for tag, name, value in self.attributes if (tag, name) == ("a", "href"))


def parsed(html: str) -> Page:
    page = Page()
    page.feed(html)
    page.close()
    return page


NOT_OURS = {"x-evil", "img", "iframe", "object", "embed", "base", "style"}
PLACES = {"href", "src", "action", "formaction", "data-waveform"}


def is_harmless(page: Page, address: str) -> None:
    assert not page.tags & NOT_OURS, (address, page.tags & NOT_OURS)
    for tag, name, value in page.attributes:
        assert not name.startswith("on"), (address, tag, name)
        assert name not in {"data-evil", "style", "srcdoc"}, (address, tag, name)
        if name in PLACES and (tag, name) != ("svg", "src"):
            assert re.match(r"/(?![/\\])|[?#]|$", value), (address, tag, value)
            assert "evil" not in value or not re.search("[<>\"']", value), (address, tag, value)
        if tag == "script":
            assert name in {"type", "src"}, (address, name, value)
    assert page.scripts == "", address


@pytest.fixture
def console(database: Database) -> Console:
    """Markup everywhere, as far as it can be without the console."""
    card = replace(
        factories.scorecard(
            total=40,
            promises=(promise(evil("quote"), "callback", at(12, month=11, year=2026)),),
            needs_review=True,
            findings=(
                replace(
                    factories.finding(
                        "greeting", Verdict.MISSED, 0, needs_review=True, proof=(factories.evidence(evil("said")[:20]),)
                    ),
                    title=evil("title"),
                    reasons=(evil("reason"),),
                    review_codes=(ReviewCode.LOW_RECOGNITION,),
                ),
            ),
        ),
        band=evil("band", 40),
    )
    heard = factories.transcript(("agent", evil("said")), ("customer", "您好再见"), seed="C1")
    first, second = heard.utterances
    heard = replace(heard, utterances=(first, replace(second, corrections=(Correction(2, 4, evil("heard")),))))
    with database.unit_of_work() as uow:
        run = uow.runs.start(factories.run())
        for number, name in enumerate((evil("call", 60), "../people")):
            meta = CallMeta(
                name, "A17", evil("agent-name"), evil("team", 40), evil("customer", 60), at(19 - number, month=11, year=2026)
            )  # fmt: skip
            recording = replace(
                factories.recording(f"C{number + 1}"), uri=f"file:///calls/{evil('call', 60)}{number}.wav"
            )
            uow.calls.add(recording, meta)
            uow.calls.saw(run.id, recording.uri, recording.id)
            uow.transcripts.put(replace(heard, recording_id=recording.id))
            uow.scorecards.put(recording.id, factories.ENGINE.digest, factories.SCORER, replace(card, call_id=name))
        uow.reviews.add(Review(evil("call", 60), "greeting", Verdict.MET, "qa", NOW, evil("comment")))
        text = f"id: evil-zh\nversion: '1'\n{evil('phrase')}"
        uow.standards.publish(
            replace(
                factories.published("1", standard_id="evil-zh", digest="sha256:" + "9" * 64),
                title=evil("standard"),
                change_note=evil("change"),
                text=text,
            )
        )
        uow.commit()
    made = Console(database.unit_of_work)
    used = SMALL.replace("小标准", "'standard'").replace("首个版本。", "'change'").replace("您好]", "'phrase']")
    for name in ("standard", "change", "phrase"):
        quoted = evil(name, 150 if name != "phrase" else 30).replace("'", "''")
        used = used.replace(f"'{name}'", f"'{quoted}'")
    made.services = replace(made.services, standard_in_use=lambda: FoundStandard("x", used, evil("standard"), None))
    made.app = create_app(made.services)
    add_person(Person("nasty", evil("shown", 60), Post.SUPERVISOR, None, None, NOW), PASSWORD, "test", made.services.hasher, made.new_unit)  # fmt: skip
    return made


def write_all(console: Console, database: Database) -> None:
    """Markup in what people write in the console."""
    nasty, agent = console.browser("nasty"), console.browser("a17")
    entry = next(e for e in entries(database) if e.meta.call_id != "../people")
    here = f"/calls/{entry.recording_id}"
    with console.new_unit() as uow:
        uow.commit()
    made = agent.submit(f"{here}/appeals", item="greeting", reason=evil("objection"))
    assert made.status_code == 303, made.text
    done = [
        nasty.submit(made.headers["location"], verdict="missed", reason=evil("ruling")),
        nasty.submit("/calibration", title=evil("set", 80), calls=entry.recording_id, reviewer=["qa", "nasty"]),
        nasty.submit("/queue/views", name=evil("view", 40), query="section=all"),
        nasty.submit(f"/promises/{entry.recording_id}/{entry.id}", ticket=f"ticket{LINK}{TAIL}"),
        nasty.submit(f"/promises/{entry.recording_id}/{entry.id}", status="open", note=evil("note", 500)),
        nasty.submit("/me/tokens", "/me/tokens", name=evil("token", 40), rights="see_queue", days="30"),
    ]
    assert [answer.status_code for answer in done] == [303] * 5 + [200], [answer.status_code for answer in done]


def walk(browser: Browser, start: str) -> dict[str, Page]:
    """Every page that links lead to, from this one."""
    found: dict[str, Page] = {}
    waiting = deque([start])
    while waiting:
        address = waiting.popleft().split("#")[0]
        if not address or address in found or len(found) > 150:
            continue
        answer = browser.get(address)
        while answer.status_code == 303:
            answer = browser.get(answer.headers["location"])
        assert answer.status_code == 200, (address, answer.status_code)
        found[address] = parsed(answer.text)
        is_harmless(found[address], address)
        waiting += [link if link.startswith("/") else urlsplit(address).path + link for link in found[address].links()]
    return found


@pytest.mark.slow
@pytest.mark.parametrize("empty_database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("language", LANGUAGES)
def test_names_and_words_are_text_on_every_page_for_everybody(
    console: Console, database: Database, language: str
) -> None:
    write_all(console, database)
    seen: set[str] = set()
    text = ""
    for who in (*STAFF, "nasty"):
        browser = console.browser(who)
        browser.submit("/me/looks", language=language)
        pages = walk(browser, "/") | walk(browser, "/me")
        seen |= {urlsplit(address).path for address in pages}
        for page in pages.values():
            text += page.text + "\n" + "\n".join(value for _, _, value in page.attributes) + "\n"
    missing = [
        name for name in NAMES if f"{name}\"'>" not in text and f"{name}</script>" not in text and name not in MAY_HIDE
    ]
    assert missing == ["ticket"], "what a page shows of each name, it shows as it was written"
    assert f"ticket{LINK}" in text
    assert "49" not in re.findall(r"evil\(\)>(\S{0,7})", text)
    pages_of = {re.sub(r"\{\w+\}", "[^/]+", route.split()[1]) for route in ALLOWED if route.startswith("GET")}
    quiet = {"/calls/[^/]+/audio", "/calls/[^/]+/waveform", "/standards/-/[^/]+"}
    unseen = {one for one in pages_of - quiet if not any(re.fullmatch(one, path) for path in seen)}
    assert unseen == set(), "every page was looked at"


@pytest.mark.parametrize("empty_database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("text", [SCRIPT, LINK + TAIL, "\x00" + TAIL, "\u202e" + TAIL, "＜x-evil＞" + TAIL])
def test_what_is_sent_comes_back_as_text_or_not_at_all(console: Console, text: str) -> None:
    browser = console.browser("root")
    for path, name in (
        ("/queue", "q"), ("/queue", "agent"), ("/queue", "team"), ("/queue", "item"), ("/queue", "since"), ("/queue", "after"),
        ("/promises", "due"), ("/promises", "agent"), ("/promises", "view"), ("/audit", "actor"), ("/audit", "action"), ("/audit", "head"),
        ("/quality", "item"), ("/login", "next"), ("/calls/none", "said"), ("/standards/evil-zh/1", "against"),
    ):  # fmt: skip
        page = browser.get(path, params={name: text})
        assert page.status_code < 500
        is_harmless(parsed(page.text), path)
    for path, fields in (
        ("/people", {"name": text, "shown_name": text, "post": "qa"}), ("/calibration", {"title": text, "calls": text}),
        ("/me/tokens", {"name": text, "rights": text}), ("/queue/views", {"name": text, "query": f"q={text}"}),
        ("/appeals/1", {"verdict": text, "reason": text}),
    ):  # fmt: skip
        page = browser.submit(path, **fields)
        assert page.status_code < 500
        is_harmless(parsed(page.text), path)
    form = re.search(r'name="form_key" value="([^"]+)"', browser.get("/me").text)
    assert form is not None
    for path in ("/standards/-", "/promises/import"):
        file = (f"{text}.yaml".replace("\x00", ""), f"id: {text}\nitems: {text}".encode())
        page = browser.post(path, data={"form_key": form[1]}, files={"file": file})
        assert page.status_code in {303, 400}
        is_harmless(parsed(page.text), path)


def test_a_standard_that_is_not_what_it_was_is_shown_as_written(console: Console) -> None:
    ref = StandardRef("evil-zh", "1", "sha256:" + "9" * 64)
    page = console.browser("a17").get(f"/standards/{ref.id}/{ref.version}").text
    is_harmless(parsed(page), "standard")
    assert evil("phrase") in parsed(page).text
