"""The page of one call: who sees it, what it shows, its sound, and settling its items."""

from __future__ import annotations

import math
import struct
import wave
from dataclasses import replace
from pathlib import Path

import pytest
from httpx2 import Response

from asr.playback import OpusPlayback
from callqa.reports.words import LANGUAGES
from callqa.services.audio import bleeps_of
from callqa.standards import find_standard
from callqa.web.app import create_app
from callqa.web.doors import COOKIE
from callqa.web.words.call_words import CALL_WORDS
from models.audit import AuditAction
from models.call import CallMeta
from models.scorecard import ReviewCode, Verdict
from models.transcript import Correction, Masked, SecretKind, Transcript
from storage import Database
from tests import factories
from tests.console import Browser, Console

STANDARD = find_standard("telecom-hotline-zh").ref
EVIL = "<script>alert(1)</script>"


@pytest.fixture
def console(database: Database) -> Console:
    return Console(database.unit_of_work)


def heard(name: str) -> Transcript:
    """Two turns; a badly heard word, a corrected one and a masked number among them."""
    plain = factories.transcript(("agent", f"您好{EVIL}"), ("customer", "号码＊＊＊＊退机"), seed=name)
    first, second = plain.utterances
    return replace(
        plain,
        utterances=(
            replace(first, words=(first.words[0]._replace(probability=0.2), *first.words[1:])),
            replace(
                second,
                corrections=(Correction(6, 8, "推鸡"),),
                masked=(Masked(2, 6, SecretKind.PHONE, second.start_s, second.end_s),),
            ),
        ),
    )


def put(console: Console, name: str, team: str | None = "一班", agent: str = "A17", flagged: bool = True) -> None:
    """A call with a greeting in doubt, if it is flagged, and nothing prohibited."""
    greeting = factories.finding(
        "greeting", Verdict.MISSED, 0, 10, needs_review=flagged, proof=(factories.evidence("您好"),)
    )
    greeting = replace(greeting, reasons=(EVIL,), review_codes=(ReviewCode.LOW_RECOGNITION,) if flagged else ())
    other = factories.finding("prohibited", Verdict.MET, 0, 0)
    card = factories.scorecard(
        name, 0.0, (greeting, other), (factories.promise("您好"),), needs_review=flagged, agent_id=agent
    )
    card = replace(card, standard=STANDARD, receipt=replace(card.receipt, standard=STANDARD))
    recording = factories.recording(name)
    with console.new_unit() as uow:
        uow.calls.add(recording, CallMeta(name, agent, team=team, started_at=factories.STARTED_AT))
        uow.transcripts.put(heard(name))
        uow.scorecards.put(recording.id, factories.ENGINE.digest, factories.SCORER, card)
        uow.commit()


def put_sound(console: Console, name: str, folder: Path, transcript: Transcript | None = None) -> bytes:
    """A masked copy of a second of sound; returns its bytes."""
    path = folder / f"{name}.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, 8000, 0, "NONE", ""))
        tone = [int(9000 * math.sin(n / 3)) for n in range(8000)]
        file.writeframes(b"".join(struct.pack("<hh", level, -level // 3) for level in tone))
    bleeps = bleeps_of(transcript or heard(name))
    assert bleeps is not None
    recording_id = factories.recording(name).id
    console.audio.put_playback(recording_id, lambda target: OpusPlayback().make(str(path), bleeps, target))
    copy = console.audio.playback(recording_id)
    assert copy is not None
    return copy.read_bytes()


def settle(browser: Browser, name: str, verdict: str, comment: str = "", item: str = "greeting") -> Response:
    return browser.submit(f"/calls/{name}/items/{item}", f"/calls/{name}", verdict=verdict, comment=comment)


def audited(console: Console, action: AuditAction) -> list[tuple[str, str]]:
    with console.new_unit() as uow:
        return [(e.event.actor, e.event.subject) for e in uow.audit.entries() if e.event.action == action]


def test_everybody_sees_the_calls_of_their_scope_and_of_others_nothing(console: Console, tmp_path: Path) -> None:
    put(console, "mine")
    put(console, "theirs", "二班", "A18")
    put(console, "nobodys", None, "A19")
    for name in ("mine", "theirs", "nobodys"):
        put_sound(console, name, tmp_path)
    may = {"root": 3, "qa": 3, "lead": 1, "a17": 1}
    for who, calls in may.items():
        browser = console.browser(who)
        for tail in ("", "/audio", "/waveform"):
            found = [browser.get(f"/calls/{name}{tail}").status_code for name in ("mine", "theirs", "nobodys")]
            assert found == [200] * calls + [404] * (3 - calls), (who, tail)
        if calls == 1:
            assert "theirs" not in browser.get("/calls/mine").text
    lead = console.browser("lead")
    sent = lead.submit("/calls/theirs/items/greeting", "/calls/mine", verdict="met")
    assert sent.status_code == 404
    with console.new_unit() as uow:
        assert uow.reviews.of(["theirs"]) == []
    # By the recording's id it is the same call, and the same scope.
    assert lead.get(f"/calls/{factories.recording('mine').id}").status_code == 200
    assert lead.get(f"/calls/{factories.recording('theirs').id}").status_code == 404


def test_a_person_stands_beside_the_machine_and_never_over_it(console: Console) -> None:
    put(console, "one")
    reviewer, agent = console.browser("qa"), console.browser("a17")
    assert "待复核 1 项" in reviewer.get("/calls/one").text
    assert settle(reviewer, "one", "met", f"听到了{EVIL}").headers["location"] == "/calls/one"
    console.clock.go_on(minutes=1)
    assert settle(console.browser("lead"), "one", "missed").status_code == 303
    console.clock.go_on(minutes=1)
    settle(reviewer, "one", "met", "再听一遍")
    page = reviewer.get("/calls/one").text
    assert page.count("李质检") >= 3
    assert "再听一遍" in page
    assert EVIL not in page
    assert EVIL.replace("<", "&lt;").replace(">", "&gt;") in page
    # The machine's total is what it was; with the person's verdict all points are earned.
    assert ">0.0</b>" in page
    assert ">100.0</b>" in page
    with console.new_unit() as uow:
        card = uow.scorecards.of(factories.recording("one").id)
        assert card is not None
        assert (card.total, card.findings[0].verdict) == (0.0, Verdict.MISSED)
        assert [r.verdict.value for r in uow.reviews.of(["one"])] == ["met", "missed", "met"]
    assert audited(console, AuditAction.ITEM_REVIEWED) == [("qa", "one"), ("lead", "one"), ("qa", "one")]
    seen = agent.get("/calls/one").text
    assert "再听一遍" in seen
    assert not any(name in seen for name in ("李质检", "王班长", "data-settle"))


def test_what_is_no_verdict_or_no_item_is_not_kept(console: Console) -> None:
    put(console, "one")
    reviewer = console.browser("qa")
    assert settle(reviewer, "one", "splendid").status_code == 400
    assert settle(reviewer, "one", "met", item="unknown").status_code == 404
    assert settle(reviewer, "one", "met", "长" * 1001).headers["location"] == "/calls/one?said=too_long"
    assert "未保存" in reviewer.get("/calls/one?said=too_long").text
    assert audited(console, AuditAction.ITEM_REVIEWED) == []


def test_one_flagged_item_is_settled_and_the_next_call_is_there_in_three_keys(console: Console) -> None:
    for name in ("one", "two"):
        put(console, name)
    put(console, "three", flagged=False)
    reviewer = console.browser("qa")
    page = reviewer.get("/calls/one").text
    # The keys stand at the item in doubt from the beginning: e hears its evidence, c confirms, . goes on.
    current = page[page.index('aria-current="true"', page.index("data-item")) :].split("</form>")[0]
    assert all(f'data-key="{key}"' in current for key in "ec123456m")
    assert page.count('data-key="c"') == 1
    assert 'href="/calls/two" data-key="."' in page
    settle(reviewer, "one", "missed")
    after = reviewer.get("/calls/one").text
    assert 'data-key="c"' not in after
    assert "确认 · 李质检" in after
    # Of the three only one is left; from there nothing is.
    assert 'href="/calls/two" data-key="."' in after
    assert "没有其他待复核的通话" in reviewer.get("/calls/two").text


def test_words_show_what_is_doubtful_changed_and_masked(console: Console) -> None:
    put(console, "one")
    browser = console.browser("qa")
    page = browser.get("/calls/one").text
    assert 'class="unsure proof"' in page
    assert 'title="识别为“推鸡”"' in page
    assert 'class="masked"' in page
    assert EVIL not in page
    browser.submit("/me/looks", language="en")
    assert "heard as “推鸡”" in browser.get("/calls/one").text


def test_sound_comes_in_parts_and_listening_is_noted_once_a_session(console: Console, tmp_path: Path) -> None:
    put(console, "one")
    content, browser = put_sound(console, "one", tmp_path), console.browser("qa")
    assert browser.get("/calls/one").status_code == 200
    head = browser.head("/calls/one/audio")
    assert (head.status_code, head.headers["content-length"], head.content) == (200, str(len(content)), b"")
    assert audited(console, AuditAction.RECORDING_PLAYED) == []
    whole = browser.get("/calls/one/audio")
    assert (whole.status_code, whole.content, whole.headers["accept-ranges"]) == (200, content, "bytes")
    size, mark = len(content), whole.headers["etag"]
    for wanted, first, end in (("0-0", 0, 1), ("10-", 10, size), ("-5", size - 5, size), ("5-99999999", 5, size)):
        part = browser.get("/calls/one/audio", headers={"Range": f"bytes={wanted}", "If-Range": mark})
        assert (part.status_code, part.content) == (206, content[first:end]), wanted
        assert part.headers["content-range"] == f"bytes {first}-{end - 1}/{size}"
    for wanted in (f"{size}-", "-0"):
        beyond = browser.get("/calls/one/audio", headers={"Range": f"bytes={wanted}"})
        assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{size}")
    for headers in ({"Range": "bytes=5-2"}, {"Range": "lines=1-2"}, {"Range": "bytes=0-1", "If-Range": '"old"'}):
        assert browser.get("/calls/one/audio", headers=headers).status_code == 200
    assert audited(console, AuditAction.RECORDING_PLAYED) == [("qa", "one")]
    console.browser("qa").get("/calls/one/audio")
    # Another process knows of the first session's listening by the log alone.
    again = Browser(create_app(console.services), cookies={COOKIE: browser.cookies[COOKIE]})
    assert again.get("/calls/one/audio").status_code == 200
    assert audited(console, AuditAction.RECORDING_PLAYED) == [("qa", "one")] * 2


def test_the_copy_is_drawn_with_a_lane_for_each_speaker_and_kept(console: Console, tmp_path: Path) -> None:
    put(console, "one")
    put_sound(console, "one", tmp_path)
    browser = console.browser("qa")
    drawn = browser.get("/calls/one/waveform").json()
    assert [lane["role"] for lane in drawn["lanes"]] == ["agent"] or len(drawn["lanes"]) == 2
    assert max(drawn["lanes"][0]["peaks"]) > 20
    recording_id = factories.recording("one").id
    assert console.audio.waveform(recording_id) is not None
    assert browser.get("/calls/one/waveform").json() == drawn
    console.audio.playback_missing(recording_id, "gone")
    assert console.audio.waveform(recording_id) is None


def test_without_a_copy_or_with_other_bleeps_the_page_says_why(console: Console, tmp_path: Path) -> None:
    put(console, "one")
    browser = console.browser("qa")
    assert "尚未生成试听副本" in browser.get("/calls/one").text
    put_sound(console, "one", tmp_path, factories.transcript(("agent", "您好"), seed="one"))
    page = browser.get("/calls/one").text
    assert "屏蔽位置不一致" in page
    assert "<audio" not in page
    assert browser.get("/calls/one/audio").status_code == 404
    console.audio.playback_missing(factories.recording("one").id, "the disk is full")
    assert "the disk is full" in browser.get("/calls/one").text


def test_a_call_without_a_score_or_a_text_has_a_page(console: Console) -> None:
    with console.new_unit() as uow:
        uow.calls.add(factories.recording("new"), CallMeta("a/b", "A17", team="一班"))
        uow.commit()
    page = console.browser("qa").get(f"/calls/{factories.recording('new').id}")
    assert page.status_code == 200
    assert "这通通话尚未评分" in page.text


def test_words_are_there_in_both_languages() -> None:
    assert all(len(texts) == len(LANGUAGES) and all(texts) for texts in CALL_WORDS.values())
