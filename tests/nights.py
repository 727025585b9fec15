"""A run over a folder, without Prefect: everything else is real but the sound."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from callqa.metadata import MetadataReader
from callqa.services.inspect import Inspector
from callqa.services.intake import IntakeResult, IntakeRules, register
from callqa.services.plan import plan_chunks
from callqa.services.runs import finish_run, plan_run, take_up
from callqa.sources import AddressFinder, list_source
from callqa.standards import find_standard
from models.audit import By
from models.ports import AudioProbe, UnitOfWorkFactory
from models.run import Run, RunView
from scoring import scorer_of
from tests.factories import ENGINE
from tests.fakes import ScriptedTranscriber, probe_anything, worker

STANDARD = find_standard("telecom-hotline-zh")


def night(
    folder: Path,
    new_unit_of_work: UnitOfWorkFactory,
    transcriber: ScriptedTranscriber | None = None,
    day: date | None = None,
    probe: AudioProbe = probe_anything,
    max_attempts: int = 3,
    metadata_accepted_by: By | None = None,
) -> tuple[Run, IntakeResult, RunView]:
    """One run over a folder, without Prefect."""
    transcriber = transcriber or ScriptedTranscriber()
    listing = list_source(str(folder))
    run = plan_run(listing.uri, day, None, STANDARD.ref, ENGINE.digest, scorer_of(STANDARD, None), datetime.now(UTC))
    rules = IntakeRules("Asia/Shanghai", 0, metadata_accepted_by=metadata_accepted_by)
    intake = register([MetadataReader(listing, "Asia/Shanghai")], run, rules, probe, new_unit_of_work)
    waiting = take_up(run.id, datetime.now(UTC), new_unit_of_work)
    inspector = Inspector(
        run, STANDARD, None, transcriber, AddressFinder(), new_unit_of_work, "0.0.test", max_attempts, worker()
    )
    chunks = plan_chunks(waiting, 1800.0, 50)
    for chunk in chunks:
        inspector.inspect(chunk)
    inspector.finish([planned for chunk in chunks for planned in chunk])
    finish_run(run.id, datetime.now(UTC), new_unit_of_work)
    with new_unit_of_work() as uow:
        view = uow.runs.view(run.id)
    assert view is not None
    return run, intake, view


def files(folder: Path, *names: str) -> None:
    """Recordings, each of its own content."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode())
