"""What a run takes in, on both databases: late, unfinished, double, from several folders, and the same again."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callqa.metadata import MetadataReader, NameRules
from callqa.services.intake import IntakeResult, IntakeRules, register
from callqa.services.late_metadata import Corrections
from callqa.services.runs import plan_run, source_of
from callqa.sources import list_sources
from models.call import AudioFacts
from models.errors import InputError, ReasonCode
from models.ports import AudioProbe, UnitOfWorkFactory
from models.roster import ALWAYS, RosterEntry
from models.run import Run, StoredCall
from storage import Database
from tests import factories
from tests.databases import dump
from tests.fakes import probe_anything

SETTLE_S = 60.0
ZONE = "Asia/Shanghai"


@pytest.fixture
def new_unit_of_work(database: Database) -> UnitOfWorkFactory:
    return database.unit_of_work


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


def put(folder: Path, *names: str, age_s: float = 3600, content: str | None = None) -> None:
    """Recordings that were written to their end so long ago; each of its own content, unless one is given."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content or name)
        os.utime(folder / name, (time.time() - age_s,) * 2)


def take_in(
    folders: Path | Sequence[Path],
    new_unit_of_work: UnitOfWorkFactory,
    day: date | None = None,
    limit: int | None = None,
    probe: AudioProbe = probe_anything,
    preset: str = "",
) -> tuple[Run, IntakeResult]:
    folders = [folders] if isinstance(folders, Path) else folders
    listings = list_sources([str(folder) for folder in folders])
    uris = source_of([listing.uri for listing in listings])
    run = plan_run(uris, day, limit, factories.STANDARD, factories.ENGINE.digest, factories.SCORER, datetime.now(UTC))
    readers = [MetadataReader(listing, ZONE, NameRules(preset=preset)) for listing in listings]
    return run, register(readers, run, IntakeRules(ZONE, SETTLE_S, limit), probe, new_unit_of_work)


def calls(run: Run, new_unit_of_work: UnitOfWorkFactory) -> dict[str, StoredCall]:
    """The run's calls by the ends of their addresses."""
    with new_unit_of_work() as uow:
        view = uow.runs.view(run.id)
    assert view is not None
    return {uri.rsplit("/", 1)[-1]: call.stored for call in view.calls for uri in call.uris}


def test_what_is_still_written_is_left_and_the_next_run_takes_it(
    source: Path, new_unit_of_work: UnitOfWorkFactory
) -> None:
    put(source, "whole.wav", "next_to_its_copy.wav")
    put(source, "growing.wav", age_s=5)
    put(source, "copy.wav.part", "down.wav.crdownload", ".rsynced.wav.Xa81Bc", "next_to_its_copy.wav.aria2")
    put(source, "notes.txt.part", ".hidden.tmp")
    run, intake = take_in(source, new_unit_of_work)
    assert set(calls(run, new_unit_of_work)) == {"whole.wav"}
    left = {Path(name).name for name in intake.left}
    assert left == {
        "growing.wav", "copy.wav.part", "down.wav.crdownload", ".rsynced.wav.Xa81Bc",
        "next_to_its_copy.wav", "next_to_its_copy.wav.aria2",
    }  # fmt: skip

    put(source, "growing.wav")
    for name in ("copy.wav.part", "down.wav.crdownload", "next_to_its_copy.wav.aria2"):
        if name.endswith("aria2"):
            (source / name).unlink()
        else:
            (source / name).rename(source / Path(name).stem)
    (source / ".rsynced.wav.Xa81Bc").rename(source / "rsynced.wav")
    again, intake = take_in(source, new_unit_of_work)
    assert again.id == run.id
    assert intake.left == ()
    assert set(calls(run, new_unit_of_work)) == {
        "whole.wav", "growing.wav", "copy.wav", "down.wav", "rsynced.wav", "next_to_its_copy.wav",
    }  # fmt: skip


def test_a_file_that_changes_under_the_reader_s_eyes_is_left(source: Path, new_unit_of_work: UnitOfWorkFactory) -> None:
    put(source, "a.wav", "b.wav")

    def probe(path: str) -> AudioFacts:
        if path.endswith("b.wav"):
            with open(path, "a") as file:  # noqa: PTH123 - as a recorder does
                file.write("more")
        return probe_anything(path)

    run, intake = take_in(source, new_unit_of_work, probe=probe)
    assert [Path(name).name for name in intake.left] == ["b.wav"]
    assert set(calls(run, new_unit_of_work)) == {"a.wav"}


def test_a_recording_waits_for_its_sidecar_to_be_whole(source: Path, new_unit_of_work: UnitOfWorkFactory) -> None:
    put(source, "a.wav", "b.wav", "broken.wav", "broken.json")
    put(source, "a.json", age_s=5)
    (source / "a.json").write_text('{"agent_id": "A1')
    run, intake = take_in(source, new_unit_of_work)
    assert [Path(name).name for name in intake.left] == ["a.wav"]
    assert set(calls(run, new_unit_of_work)) == {"b.wav", "broken.wav"}, "one that stays broken holds nothing back"
    (source / "a.json").write_text('{"agent_id": "A1"}')
    run, intake = take_in(source, new_unit_of_work)
    assert intake.left == ()
    assert calls(run, new_unit_of_work)["a.wav"].meta.agent_id == "A1"


def test_another_clock_s_future_does_not_hold_a_file_back(source: Path, new_unit_of_work: UnitOfWorkFactory) -> None:
    put(source, "a.wav", age_s=-7200)
    _, intake = take_in(source, new_unit_of_work)
    assert (intake.files, intake.left) == (1, ())


def test_where_all_is_still_written_one_message_says_so(source: Path, new_unit_of_work: UnitOfWorkFactory) -> None:
    put(source, "a.wav", age_s=1)
    with pytest.raises(InputError, match=r"1 are still being written \(changed within 60 s.*run again later"):
        take_in(source, new_unit_of_work)
    _, intake = take_in(source / "a.wav", new_unit_of_work)
    assert intake.files == 1, "who names a file says that it is there"


def test_a_late_file_is_picked_up_by_the_next_night(source: Path, new_unit_of_work: UnitOfWorkFactory) -> None:
    put(source, "20/a.wav", "19/old.wav")
    manifest = ["file,started_at", "a.wav,2026-11-20T10:00:00+08:00", "late.wav,2026-11-20T11:00:00+08:00"]
    manifest += ["b.wav,2026-11-21T09:00:00+08:00", "old.wav,2026-11-19T09:00:00+08:00"]
    (source / "manifest.csv").write_text("\n".join(manifest))
    first, _ = take_in(source, new_unit_of_work, date(2026, 11, 20))
    assert set(calls(first, new_unit_of_work)) == {"a.wav"}

    put(source, "20/late.wav", "21/b.wav")
    second, intake = take_in(source, new_unit_of_work, date(2026, 11, 21))
    assert set(calls(second, new_unit_of_work)) == {"late.wav", "b.wav"}, "the day that nobody asked for stays out"
    assert (intake.late, intake.other_days) == (1, 2)

    again, intake = take_in(source, new_unit_of_work, date(2026, 11, 21))
    assert set(calls(again, new_unit_of_work)) == {"late.wav", "b.wav"}
    assert set(calls(first, new_unit_of_work)) == {"a.wav"}


def test_a_file_left_in_one_night_is_the_next_night_s(source: Path, new_unit_of_work: UnitOfWorkFactory) -> None:
    put(source, "out-13800138000-101-20261120-093100-1795138260.1.wav")
    growing = "out-13800138000-102-20261120-235900-1795190340.2.wav"
    put(source, growing, age_s=2)
    _, intake = take_in(source, new_unit_of_work, date(2026, 11, 20), preset="freepbx")
    assert [Path(name).name for name in intake.left] == [growing]
    put(source, growing, "out-13800138000-101-20261121-093100-1795224660.3.wav")
    second, intake = take_in(source, new_unit_of_work, date(2026, 11, 21), preset="freepbx")
    assert intake.late == 1
    assert growing in calls(second, new_unit_of_work)


def test_what_a_limit_left_out_is_not_late(source: Path, new_unit_of_work: UnitOfWorkFactory) -> None:
    names = [f"{kind}.wav" for kind in ("a", "b", "c", "d")]
    put(source, *names)
    rows = [f"{name},2026-11-{20 + (name == 'd.wav')}T10:00:00+08:00" for name in names]
    (source / "manifest.csv").write_text("\n".join(["file,started_at", *rows]))
    entered = max(os.stat(source / name).st_ctime for name in names)  # noqa: PTH116
    listings = list_sources([str(source)])
    for day, limit in ((20, 1), (21, None)):
        # Long after the files came.
        now = datetime.fromtimestamp(entered + 2 * SETTLE_S, UTC)
        run = plan_run(
            listings[0].uri, date(2026, 11, day), limit, factories.STANDARD, factories.ENGINE.digest, "s", now
        )
        readers = [MetadataReader(listings[0], ZONE)]
        register(readers, run, IntakeRules(ZONE, SETTLE_S, limit), probe_anything, new_unit_of_work)
    assert set(calls(run, new_unit_of_work)) == {"d.wav"}


def test_late_counts_only_what_the_limit_takes_in(source: Path, new_unit_of_work: UnitOfWorkFactory) -> None:
    (source / "manifest.csv").write_text(
        "file,started_at\na.wav,2026-11-20T10:00\nb.wav,2026-11-20T11:00\nc.wav,2026-11-20T12:00\n"
    )
    put(source, "a.wav")
    take_in(source, new_unit_of_work, date(2026, 11, 20))
    put(source, "b.wav", "c.wav")
    _, intake = take_in(source, new_unit_of_work, date(2026, 11, 21), limit=1)
    assert (intake.files, intake.late) == (1, 1)


def test_several_folders_are_one_run_in_whatever_order(tmp_path: Path, new_unit_of_work: UnitOfWorkFactory) -> None:
    north, south, empty = (tmp_path / name for name in ("north", "south", "empty"))
    put(north, "20/call.wav", "20/n.wav")
    put(south, "call.wav", "s.wav")
    (south / "manifest.csv").write_text("file,agent_id\ncall.wav,A9\ngone.wav,A9\n")
    empty.mkdir()
    run, intake = take_in([north, south, empty], new_unit_of_work)
    assert (intake.files, intake.missing, intake.empty) == (4, ("gone.wav",), (str(empty),))
    with new_unit_of_work() as uow:
        view = uow.runs.view(run.id)
    assert view is not None
    assert view.run.source.split(" ") == [folder.as_uri() for folder in (empty, north, south)]
    assert sorted((c.stored.meta.call_id[:5], c.stored.meta.agent_id) for c in view.calls) == [
        ("call", "unassigned"),
        ("call~", "A9"),
        ("n", "unassigned"),
        ("s", "unassigned"),
    ]
    again, _ = take_in([south, empty, north, south], new_unit_of_work)
    assert again.id == run.id


def test_a_folder_within_another_is_not_taken_in_twice(source: Path, new_unit_of_work: UnitOfWorkFactory) -> None:
    put(source, "a.wav", "20/b.wav")
    run, intake = take_in([source, source / "20"], new_unit_of_work)
    assert intake.files == 2
    with new_unit_of_work() as uow:
        assert uow.runs.counts(run.id).duplicates == 0


def test_a_link_out_of_the_source_is_a_quarantined_recording(source: Path, new_unit_of_work: UnitOfWorkFactory) -> None:
    put(source, "a.wav")
    put(source.parent, "secret.wav", content="secret")
    (source / "link.wav").symlink_to(source.parent / "secret.wav")
    probed: list[str] = []

    def probe(path: str) -> AudioFacts:
        probed.append(path)
        return probe_anything(path)

    run, _ = take_in(source, new_unit_of_work, probe=probe)
    quarantine = calls(run, new_unit_of_work)["link.wav"].quarantine
    assert quarantine is not None
    assert (quarantine.reason, "link out of the source" in quarantine.detail) == (ReasonCode.UNREADABLE_FILE, True)
    assert [Path(path).name for path in probed] == ["a.wav"]


def test_one_call_s_id_with_other_audio_is_reported_and_the_first_stays(
    source: Path, new_unit_of_work: UnitOfWorkFactory
) -> None:
    name = "q-400-13800138000-20261120-093100-1795138260.1.wav"
    put(source, f"20/{name}", content="first")
    take_in(source, new_unit_of_work, preset="freepbx")
    put(source, f"copy/{name}", content="second")
    put(source, f"twin/{name}", content="first")
    run, _ = take_in(source, new_unit_of_work, preset="freepbx")
    with new_unit_of_work() as uow:
        view = uow.runs.view(run.id)
    assert view is not None
    kept, set_aside = sorted(view.calls, key=lambda call: call.stored.quarantine is not None)
    assert [uri.rsplit("/", 2)[1] for uri in kept.uris] == ["20", "twin"], "the same audio twice is one call"
    assert set_aside.stored.quarantine is not None
    assert set_aside.stored.quarantine.reason is ReasonCode.CALL_ID_CONFLICT
    assert "1795138260.1" in set_aside.stored.quarantine.detail


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a.wav", "b.wav", "x/a.wav", "x/c", "y.wav.part"]), st.sampled_from(["1", "2", "3"])
        ),
        min_size=1,
        max_size=5,
    ),
    st.lists(st.sampled_from(["C1", "C2", ""]), min_size=2, max_size=2),
)
def test_intake_again_changes_no_row(
    tmp_path_factory: pytest.TempPathFactory,
    database_url: str,
    new_unit_of_work: UnitOfWorkFactory,
    written: list[tuple[str, str]],
    ids: list[str],
) -> None:
    source = tmp_path_factory.mktemp("again")
    for name, content in written:
        put(source, name, content=content)
    put(source, "always.wav")
    (source / "manifest.csv").write_text(f"file,call_id\na.wav,{ids[0]}\nb.wav,{ids[1]}\n")
    take_in(source, new_unit_of_work)
    first = dump(database_url)
    take_in(source, new_unit_of_work)
    assert dump(database_url) == first


def test_the_roster_names_the_agent_and_the_team_where_the_metadata_do_not(
    source: Path, new_unit_of_work: UnitOfWorkFactory
) -> None:
    with new_unit_of_work() as uow:
        entries = [
            ("A1", "张三", "一组", ALWAYS),
            ("A1", "张三", "二组", date(2025, 11, 20)),
            ("unassigned", "x", "x", ALWAYS),
        ]
        uow.roster.put_all([RosterEntry(who, name, team, None, None, since) for who, name, team, since in entries])
        uow.commit()
    names = ["day.wav", "before.wav", "own.wav", "other.wav", "undated.wav", "nobody.wav"]
    put(source, *names)
    # The first is of the 19th in UTC.
    rows = ("A1,,,2025-11-20T01:00:00+08:00", "A1,,,2025-11-19T10:00:00+08:00", "A1,张小三,夜班,2025-11-20T10:00:00+08:00",
            "A2,,,2025-11-20T10:00:00+08:00", "A1,,,", ",,,2025-11-20T10:00:00+08:00")  # fmt: skip
    (source / "manifest.csv").write_text(
        "file,agent_id,agent_name,team,started_at\n"
        + "".join(f"{name},{row}\n" for name, row in zip(names, rows, strict=True))
    )
    run, _ = take_in(source, new_unit_of_work)
    found = {name: (c.meta.agent_name, c.meta.team) for name, c in calls(run, new_unit_of_work).items()}
    assert found == {
        "day.wav": ("张三", "二组"), "before.wav": ("张三", "一组"), "own.wav": ("张小三", "夜班"),
        "other.wav": (None, None), "undated.wav": (None, None), "nobody.wav": (None, None),
    }  # fmt: skip
    # A roster that comes later changes nothing that is stored, nor is the source taken to say otherwise.
    with new_unit_of_work() as uow:
        uow.roster.put_all([RosterEntry("A1", "张三", "三组", None, None, date(2025, 11, 20))])
        uow.commit()
    again, result = take_in(source, new_unit_of_work)
    assert result.corrections == Corrections()
    assert {name: (c.meta.agent_name, c.meta.team) for name, c in calls(again, new_unit_of_work).items()} == found
