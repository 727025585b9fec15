"""Recordings with ground truth, and what callqa hears in them: what the benchmarks of transcription share."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import Any

import asr
from callqa.bootstrap import transcriber_for
from callqa.metadata import MetadataReader
from callqa.settings import Settings, load_settings
from callqa.sources import hash_file, list_source, local_path
from callqa.standards import find_standard
from models.call import CallMeta
from models.errors import CallqaError
from models.run import AudioJob
from models.transcript import Role, Transcript
from models.wire import canonical, transcript_from_json, transcript_to_json

TRUTH = Path(__file__).parent.parent / "tests" / "data" / "truth"
"""Where the truth of the bundled calls lies; for other folders it lies beside the recordings."""

PARTIES = ("agent", "customer")
_SLACK_S = 0.15
"""A word may be this far outside its turn and still be of that turn."""

_HEARD_AS = {Role.AGENT: "agent", Role.SYSTEM: "agent", Role.CUSTOMER: "customer"}


@dataclass(frozen=True, slots=True)
class TruthTurn:
    """A turn as it was scripted: who (agent or customer; announcements count as the agent's side), when, what."""

    party: str
    start_s: float
    end_s: float
    text: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """A recording and all that was said in it. `form` is what its name ends in: flac, mono.opus, stereo.mp3."""

    id: str
    path: Path
    form: str
    duration_s: float
    turns: tuple[TruthTurn, ...]
    meta: CallMeta

    def said(self, party: str) -> str:
        """All that this party said, in order."""
        return "".join(turn.text for turn in self.turns if turn.party == party)


def spoken_in(folder: Path, truth: Path, only: str, *, metadata: bool = True) -> list[Spoken]:
    """The folder's recordings that have a truth file, by name.

    `only` is a pattern of file names; when empty, each call's first form in the truth's list is taken. Without
    `metadata` nothing is known of a recording but its sound.
    """
    listing = list_source(str(folder))
    reader = MetadataReader(listing, "Asia/Shanghai")
    found: list[Spoken] = []
    taken: set[str] = set()
    by_name = {PurePosixPath(file.name).name: file for file in listing.files}
    for name in sorted(by_name, key=lambda name: _preference(name, truth)):
        call, _, form = name.partition(".")
        content = _truth_of(call, truth)
        if content is None or (not fnmatch(name, only) if only else call in taken):
            continue
        taken.add(call)
        turns = tuple(TruthTurn(t["channel"], t["start"], t["end"], t["text"]) for t in content["turns"])
        meta = reader.read(by_name[name]) if metadata else CallMeta(name)
        found.append(Spoken(call, Path(local_path(by_name[name].uri)), form, content["duration"], turns, meta))
    return found


def party_texts(transcript: Transcript) -> dict[str, str]:
    """What each party is said to have said, in order; announcements are the agent's side. UNKNOWN is nobody's."""
    texts = dict.fromkeys(PARTIES, "")
    for utterance in transcript.utterances:
        if utterance.role in _HEARD_AS:
            texts[_HEARD_AS[utterance.role]] += utterance.text
    return texts


@dataclass(frozen=True, slots=True)
class Charged:
    """Characters of recognised words by whom they were charged to; those said in no turn's time are left out."""

    right: int = 0
    wrong: int = 0
    unknown: int = 0

    def __add__(self, other: Charged) -> Charged:
        return Charged(self.right + other.right, self.wrong + other.wrong, self.unknown + other.unknown)

    @property
    def all(self) -> int:
        """Every character counted."""
        return self.right + self.wrong + self.unknown


def charged(transcript: Transcript, spoken: Spoken) -> Charged:
    """Compare each word's party with who was speaking at its middle; while both speak, either is right."""
    counts = Charged()
    for utterance in transcript.utterances:
        for word in utterance.words:
            middle_s = (word.start_s + word.end_s) / 2
            speaking = {t.party for t in spoken.turns if t.start_s - _SLACK_S <= middle_s <= t.end_s + _SLACK_S}
            if not speaking:
                continue
            size = word.char_end - word.char_start
            party = _HEARD_AS.get(utterance.role)
            if party is None:
                counts += Charged(unknown=size)
            else:
                counts += Charged(right=size) if party in speaking else Charged(wrong=size)
    return counts


def bench_settings(home: Path, profile: str | None = None) -> Settings:
    """The settings of a measurement: the user's own, but nothing is masked, since the truth is not."""
    return load_settings({"home": home, "profile": profile, "mask_pii": False})[0]


def transcripts(
    settings: Settings, recordings: Sequence[Spoken], cache: Path | None = None
) -> Iterator[tuple[Spoken, Transcript | CallqaError]]:
    """What callqa makes of each recording, as `callqa transcribe` would, as each finishes.

    `cache` is a file of JSON lines that is read first and added to: a recording is not heard again by the same code
    with the same settings and metadata.
    """
    transcriber = transcriber_for(settings, find_standard(settings.standard))
    engine = transcriber.engine.digest
    known = _read_cache(cache)
    jobs: list[AudioJob] = []
    waiting: dict[str, list[tuple[str, Spoken]]] = {}
    for spoken in recordings:
        recording = hash_file(spoken.path)
        key = canonical([recording, engine, _code_digest(), repr(spoken.meta)])
        if key in known:
            yield spoken, known[key]
            continue
        if recording not in waiting:
            jobs.append(AudioJob(recording, str(spoken.path), None, spoken.meta))
        waiting.setdefault(recording, []).append((key, spoken))
    for outcome in transcriber.transcribe(jobs):
        for key, spoken in waiting[outcome.recording_id]:
            if outcome.transcript is None:
                yield spoken, outcome.error or CallqaError("no outcome")
                continue
            if cache is not None:
                with cache.open("a", encoding="utf-8") as lines:
                    line = {"key": key, "transcript": transcript_to_json(outcome.transcript, spoken.meta)}
                    lines.write(json.dumps(line, ensure_ascii=False) + "\n")
            yield spoken, outcome.transcript


def _read_cache(cache: Path | None) -> dict[str, Transcript]:
    if cache is None or not cache.is_file():
        return {}
    lines = [json.loads(line) for line in cache.read_text(encoding="utf-8").split("\n") if line]
    return {line["key"]: transcript_from_json(line["transcript"], str(cache))[0] for line in lines}


def _code_digest() -> str:
    """Changes with every change to the speech engine's code."""
    sources = sorted(Path(asr.__file__).parent.rglob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]


def _truth_of(call: str, truth: Path) -> Mapping[str, Any] | None:
    path = truth / f"{call}.json"
    if not path.is_file():
        return None
    content = json.loads(path.read_text(encoding="utf-8"))
    return content if isinstance(content, dict) and "turns" in content else None


def _preference(name: str, truth: Path) -> tuple[str, int]:
    """Order of a call's forms: as its truth lists them."""
    call = name.partition(".")[0]
    content = _truth_of(call, truth)
    listed = list(content["files"]) if content else []
    return call, listed.index(name) if name in listed else len(listed)
