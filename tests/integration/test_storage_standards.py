"""Published standards and reviews: what is kept stays, and reads the same from both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from models.call import Quarantine
from models.errors import ReasonCode, StandardError, StateError
from models.scorecard import Verdict
from storage import Database
from tests import factories
from tests.databases import dump

DAY = timedelta(days=1)
FIRST = factories.published()
SECOND = factories.published("2026.2", date(2027, 1, 1), digest="sha256:" + "1" * 64)
OTHER = factories.published("1", standard_id="andere", digest="sha256:" + "2" * 64)


def test_versions_come_back_as_they_were_published(database: Database) -> None:
    ended = replace(OTHER, effective_to=date(2026, 12, 31))
    with database.unit_of_work() as uow:
        for version in (SECOND, FIRST, ended):
            assert uow.standards.publish(version)
        uow.commit()
    with database.unit_of_work() as uow:
        assert uow.standards.versions() == [ended, FIRST, SECOND]
        assert uow.standards.versions("telecom-hotline-zh") == [FIRST, SECOND]
        assert uow.standards.versions("nothing") == []
        assert uow.standards.get("telecom-hotline-zh", "2026.2") == SECOND
        assert uow.standards.get("telecom-hotline-zh", "2026.3") is None


def test_a_published_version_is_never_changed(database: Database, database_url: str) -> None:
    with database.unit_of_work() as uow:
        uow.standards.publish(FIRST)
        uow.commit()
    before = dump(database_url)
    with database.unit_of_work() as uow:
        later = replace(FIRST, published_at=FIRST.published_at + DAY, text=FIRST.text + "# another comment\n")
        assert not uow.standards.publish(later)
        uow.commit()
    assert dump(database_url) == before
    changed = replace(FIRST, ref=replace(FIRST.ref, digest="sha256:" + "3" * 64))
    with (
        pytest.raises(StandardError, match=r"@2026\.1 is published with another content"),
        database.unit_of_work() as uow,
    ):
        uow.standards.publish(changed)
    assert dump(database_url) == before


def test_reviews_stand_beside_each_other(database: Database) -> None:
    first = factories.review()
    later = factories.review(verdict=Verdict.MISSED, reviewed_at=factories.STARTED_AT + DAY)
    second = factories.review("C2", "apology", Verdict.NOT_APPLICABLE, "R2")
    with database.unit_of_work() as uow:
        for seed, call_id in (("one", "C1"), ("two", "C2")):
            uow.calls.add(factories.recording(seed), factories.meta(call_id))
        for review in (second, later, first, first):
            uow.reviews.add(review)
        uow.commit()
    with database.unit_of_work() as uow:
        assert uow.reviews.of(["C2", "C1"]) == [first, later, second]
        assert uow.reviews.of(["C1", "C3"]) == [first, later]
        assert uow.reviews.of([]) == []
        uow.calls.quarantine(
            factories.recording("one").id, Quarantine(ReasonCode.CORRUPT_AUDIO, "half of it is missing")
        )
        assert uow.reviews.of(["C1"]) == []
        with pytest.raises(StateError, match="call C3 is not in the database"):
            uow.reviews.add(factories.review("C3"))


def test_transcripts_since_a_moment_are_walked_through_in_pages(database: Database) -> None:
    start = factories.STARTED_AT
    dates = {"a": start, "b": start - DAY, "c": start + DAY, "d": None, "e": start, "f": start, "g": start}
    with database.unit_of_work() as uow:
        for seed, started_at in dates.items():
            uow.calls.add(factories.recording(seed), factories.meta(f"C-{seed}", started_at=started_at))
            if seed != "e":
                uow.transcripts.put(factories.transcript(("agent", f"您好{seed}"), seed=seed))
        uow.calls.quarantine(factories.recording("f").id, Quarantine(ReasonCode.CORRUPT_AUDIO, "half of it is missing"))
        uow.commit()
    with database.unit_of_work() as uow:
        pages, after = [], ""
        while page := uow.transcripts.heard_since(start, after, 2):
            pages.append(list(page))
            after = page[-1]
        assert [len(page) for page in pages] == [2, 1]
        found = [recording_id for page in pages for recording_id in page]
        assert set(found) == {factories.recording(seed).id for seed in "acg"}
        assert uow.transcripts.undated() == 1
        read = uow.transcripts.of([*found, factories.recording("e").id])
        assert [(call.meta.call_id, transcript.utterances[0].text) for call, transcript in read] == [
            ("C-a", "您好a"),
            ("C-c", "您好c"),
            ("C-g", "您好g"),
        ]
