"""`callqa score --receipt`: whether scorecards come out again from what their receipts name."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from callqa import __version__
from callqa.bootstrap import open_database, standard_for, today
from callqa.classifiers import classifier_of_version
from callqa.cli.common import console, print_json
from callqa.reports.words import Words
from callqa.services.receipts import Rederived, rederive
from callqa.settings import Settings
from callqa.standards import find_standard
from models.call import CallMeta
from models.errors import InputError, StandardError
from models.ports import UnitOfWorkFactory
from models.scorecard import Receipt, StandardRef
from models.transcript import Transcript
from models.wire import Json, scorecard_to_json
from scoring import SHIPPED_STANDARDS, ServiceStandard
from scoring.classifier import Classifier

_MOST_SHOWN = 20
"""Differences of one scorecard that are listed; --json has all of them."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where the parts are looked for; `database` is None where transcripts come from a file.

    `standard` is a standard that was named; without it the published version and the shipped standard of that id.
    """

    settings: Settings
    heard: Sequence[tuple[Transcript, CallMeta]] | None
    standard: str | None

    def transcripts(self, call_id: str, receipt: Receipt) -> Sequence[tuple[Transcript, CallMeta]]:
        """Those of the file; or, from the database, what the receipt's engine made of this call's recording."""
        if self.heard is not None:
            return [pair for pair in self.heard if pair[1].call_id == call_id]
        with _database(self.settings)() as uow:
            recording_id = uow.calls.recording_of(call_id)
            if recording_id is None or receipt.engine is None:
                return []
            stored = uow.calls.get(recording_id)
            transcript = uow.transcripts.get(recording_id, receipt.engine.digest)
        return [] if stored is None or transcript is None else [(transcript, stored.meta)]

    def standards(self, ref: StandardRef) -> Sequence[ServiceStandard]:
        """The named one; else the published version of that name, and the shipped standard of that id."""
        if self.standard is not None:
            return [standard_for(self.settings, today(self.settings), self.standard).standard]
        found = []
        # Not published here is no fault: it may be the shipped one.
        with suppress(StandardError):
            found.append(standard_for(self.settings, today(self.settings), f"{ref.id}@{ref.version}").standard)
        if ref.id in SHIPPED_STANDARDS:
            found.append(find_standard(ref.id, self.settings.company_days))
        return found

    def classifier(self, version: str) -> Classifier | None:
        """The shipped one or one that was trained here."""
        return classifier_of_version(self.settings.home, version)


def check_receipts(
    settings: Settings,
    receipt: str,
    heard: Sequence[tuple[Transcript, CallMeta]] | None,
    standard: str | None,
    as_json: bool,
) -> None:
    """Derive every scorecard of a file, or the newest one of a stored call, again; print what became of each.

    Raises InputError, after printing, when one did not come out the same.
    """
    places = Places(settings, heard, standard)
    results = [rederive(document, where, places, __version__) for where, document in _cards(settings, receipt)]
    if as_json:
        print_json([_to_json(result) for result in results])
    else:
        for line in _lines(results, Words(settings.language)):
            console.print(line, markup=False, highlight=False, soft_wrap=True)
    unequal = sum(not result.equal for result in results)
    if unequal:
        raise InputError(Words(settings.language)("receipt.failed", n=unequal, all=len(results)))


def _database(settings: Settings) -> UnitOfWorkFactory:
    return open_database(settings, create=False)


def _cards(settings: Settings, receipt: str) -> list[tuple[str, Json]]:
    """Scorecard lines with where each stands: of a file (JSON lines, or one document), else of a stored call."""
    path = Path(receipt)
    if not path.is_file():
        with _database(settings)() as uow:
            recording_id = uow.calls.recording_of(receipt)
            card = uow.scorecards.of(recording_id) if recording_id is not None else None
        if card is None:
            raise InputError(f"--receipt {receipt!r} is neither a file nor a stored call that has a scorecard")
        return [(f"call {receipt}", scorecard_to_json(card))]
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as UTF-8 text: {error}") from error
    lines = [(f"{path}:{n}", line) for n, line in enumerate(text.split("\n"), start=1) if line.strip()]
    try:
        documents = [(where, json.loads(line)) for where, line in lines]
    except ValueError:
        try:
            documents = [(str(path), json.loads(text))]
        except ValueError as error:
            raise InputError(f"{path}: neither JSON lines nor a JSON document: {error}") from error
    if not documents:
        raise InputError(f"{path}: holds no scorecard")
    return documents


def _lines(results: Iterable[Rederived], words: Words) -> Iterable[str]:
    for result in results:
        if result.equal:
            yield words("receipt.equal", call=result.call_id, digest=result.digest)
            continue
        key = "lacking" if result.scorecard is None else "differs" if result.differences else "other_rules"
        yield words(f"receipt.{key}", call=result.call_id, n=len(result.differences))
        for gap in result.gaps:
            part = words(f"receipt.{gap.part.value}")
            told = "receipt.gap" if gap.found is None else "receipt.gap_other"
            yield "  " + words(told, part=part, wanted=gap.wanted, found=gap.found)
        nothing = words("receipt.nothing")
        for one in result.differences[:_MOST_SHOWN]:
            yield "  " + words("receipt.difference", place=one.place, written=one.written or nothing,
                               derived=one.derived or nothing)  # fmt: skip
        if len(result.differences) > _MOST_SHOWN:
            yield "  " + words("receipt.more", n=len(result.differences) - _MOST_SHOWN)


def _to_json(result: Rederived) -> Json:
    return {
        "call_id": result.call_id,
        "digest": result.digest,
        "equal": result.equal,
        "missing": [asdict(gap) for gap in result.gaps],
        "differences": [asdict(difference) for difference in result.differences],
    }
