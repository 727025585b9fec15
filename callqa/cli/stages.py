"""`callqa transcribe` and `callqa score`: single stages, from files to files, without a database."""

from __future__ import annotations

import json as json_text
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track

from callqa import __version__
from callqa.bootstrap import metadata_readers, probe, transcriber_for
from callqa.classifiers import classifier_in_use
from callqa.cli.common import (
    EXIT_QUARANTINED,
    DatabaseOption,
    HomeOption,
    JsonOption,
    LanguageOption,
    PresetOption,
    StandardOption,
    TranscriptFormatOption,
    complain,
    console,
    notes,
    say_what_is_left_out,
    settings_from,
    write_lines,
)
from callqa.cli.receipt import check_receipts
from callqa.reports.text_files import check_writable
from callqa.reports.transcript_export import (
    HeardCall,
    TranscriptFormat,
    default_path,
    export_transcripts,
    is_one_file,
)
from callqa.settings import Settings
from callqa.sources import SourceFile, is_object_address, local_path
from callqa.standards import find_standard
from models.call import CallMeta, Recording
from models.errors import InputError, RecordingError
from models.run import AudioJob
from models.source import SourceStore
from models.transcript import Transcript
from models.wire import Json, scorecard_to_json, transcript_from_json, transcript_to_json
from scoring import score_call

OutputOption = Annotated[Path | None, typer.Option("-o", "--output", help="File to write; default standard output.")]


def transcribe(
    audio: Annotated[list[str], typer.Argument(help="Recordings, or folders of them.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="File, or folder with a file per call; default: see format.")
    ] = None,
    format_: TranscriptFormatOption = TranscriptFormat.JSONL,
    language: LanguageOption = None,
    standard: StandardOption = None,
    preset: PresetOption = None,
    home: HomeOption = None,
) -> None:
    """Turn recordings into transcripts: lines on standard output, or with a format of files a folder "transcripts".

    Language and glossary of the calls come from the standard; --language names the speakers in vtt and srt.
    """
    settings = settings_from(standard=standard, language=language, home=home, preset=preset)
    if output is not None and is_one_file(output, format_):
        check_writable(output)
    jobs: list[AudioJob] = []
    refused = 0
    for source in audio:
        for file, store, meta in _recordings(source, settings):
            try:
                with store.fetched(file.name) as found:
                    jobs.append(AudioJob(found.recording_id, local_path(file.uri), probe(found.path), meta))
            except RecordingError as error:
                complain(f"{store.shown(file.name)}: {error}")
                refused += 1
    transcriber = transcriber_for(settings, find_standard(settings.standard))
    heard: dict[str, Transcript] = {}
    distinct = list({job.recording_id: job for job in jobs}.values())
    outcomes = transcriber.transcribe(distinct)
    for outcome in track(
        outcomes, "callqa", len(distinct), console=notes, transient=True, disable=not notes.is_terminal
    ):
        if outcome.transcript is None:
            complain(f"recording {outcome.recording_id[:12]}: {outcome.error}")
            refused += 1
        else:
            heard[outcome.recording_id] = outcome.transcript
    calls = [
        HeardCall(Recording(j.recording_id, j.path, j.audio), j.meta, heard[j.recording_id])
        for j in jobs
        if j.recording_id in heard
    ]
    if format_ is TranscriptFormat.JSONL:
        write_lines((transcript_to_json(call.transcript, call.meta) for call in calls), output)
    else:
        path = output or default_path(format_)
        written = export_transcripts(calls, path, format_, settings.language, datetime.now(UTC))
        say_what_is_left_out(written)
        console.print(f"{path}: {written.calls}", highlight=False)
    if refused:
        raise typer.Exit(EXIT_QUARANTINED)


def score(
    transcripts: Annotated[
        Path | None, typer.Argument(help="Transcript lines (JSONL), from `callqa transcribe` or elsewhere.")
    ] = None,
    output: OutputOption = None,
    standard: StandardOption = None,
    receipt: Annotated[
        str | None,
        typer.Option(
            help="Score again what these scorecards (a file, or the id of a stored call) say they were made of, and "
            "compare byte for byte; without TRANSCRIPTS from the database."
        ),
    ] = None,
    json: JsonOption = False,
    language: LanguageOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
) -> None:
    """Turn transcript lines into scorecard lines, or check scorecards by their receipts."""
    settings = settings_from(standard=standard, language=language, database_url=database_url, home=home)
    if receipt is not None:
        heard = list(_read_transcripts(transcripts)) if transcripts is not None else None
        check_receipts(settings, receipt, heard, standard, json)
        return
    if transcripts is None:
        raise InputError("nothing to score: name a file of transcript lines, or scorecards to check with --receipt")
    written_standard = find_standard(settings.standard, settings.company_days)
    classifier = classifier_in_use(settings.home, written_standard.language)
    cards = [
        scorecard_to_json(score_call(transcript, meta, written_standard, __version__, classifier))
        for transcript, meta in _read_transcripts(transcripts)
    ]
    write_lines(cards, output)


def _recordings(source: str, settings: Settings) -> Iterator[tuple[SourceFile, SourceStore, CallMeta]]:
    if is_object_address(source):
        raise InputError(f"{source!r} is in a store of objects; `callqa run` reads those, this command reads files")
    [reader] = metadata_readers(settings, [source])
    listing = reader.listing
    if not listing.files:
        raise InputError(f"no recording in {source!r}: {len(listing.ignored)} other files; check the path")
    for file in listing.files:
        yield file, listing.store, reader.read(file)


def _read_transcripts(path: Path) -> Iterator[tuple[Transcript, CallMeta]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as UTF-8 text: {error}") from error
    # Not splitlines(): a transcript may hold U+2028, which is no line end in JSON lines.
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield transcript_from_json(_parse(line, f"{path}:{number}"), f"{path}:{number}")


def _parse(line: str, where: str) -> Json:
    try:
        content = json_text.loads(line)
    except ValueError as error:
        raise InputError(f"{where}: not JSON: {error}") from error
    if not isinstance(content, dict):
        raise InputError(f"{where}: a transcript line is one JSON object; see docs/contracts.md")
    return content
