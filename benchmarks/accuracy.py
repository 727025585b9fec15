"""Character error rate of callqa's transcripts against the ground truth, per call, per party and in all.

    python -m benchmarks.accuracy                         the bundled calls
    python -m benchmarks.accuracy FOLDER ...              recordings with ID.json beside them (`turns` with `channel`)
    python -m benchmarks.accuracy FOLDER --only '*.mono.wav'

Each recording is heard as `callqa transcribe` hears it. All that a party is said to have said is compared with all
that it said: a word charged to the wrong party is a deletion here and an insertion there, and one charged to nobody is
a deletion. Announcements belong to the agent's side. "Whoever spoke" leaves the parties out of it, for recordings with
one channel (with two it counts the order of overlapping turns). How texts are made comparable: `benchmarks.cer`.

Intervals are 95 %, by drawing calls with replacement. For words of recordings with one channel the share charged to
the right party, to the wrong one and to nobody (UNKNOWN) is printed too, by who spoke at that time.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from rapidfuzz.distance import Levenshtein

from benchmarks.cer import Errors, closest, compare, interval, plain, total
from benchmarks.listening import PARTIES, TRUTH, Charged, Spoken, bench_settings, charged, party_texts, spoken_in
from benchmarks.listening import transcripts as heard_in
from models.errors import CallqaError
from models.transcript import Transcript


@dataclass(frozen=True, slots=True)
class Score:
    """One recording's errors by party, and what the roles rest on. A recording that failed has only deletions.

    `regardless` are the errors when nobody asks who spoke: all turns by their start against all utterances.
    """

    name: str
    group: str
    errors: Mapping[str, Errors]
    regardless: Errors
    charged: Charged
    basis: str

    @property
    def all(self) -> Errors:
        """Both parties together."""
        return total(tuple(self.errors.values()))


def score_texts(spoken: Spoken, texts: Mapping[str, str]) -> dict[str, Errors]:
    """Errors by party of any system's text by party; a party without text is all deletions."""
    return {party: compare(spoken.said(party), texts.get(party, "")) for party in PARTIES}


def score(spoken: Spoken, heard: Transcript | CallqaError) -> Score:
    """Compare one transcript, or the failure to make one, with the truth."""
    group = spoken.path.parent.name + (f" {spoken.form}" if spoken.form != "flac" else "")
    name = f"{spoken.id}.{spoken.form}"
    turns = "".join(turn.text for turn in sorted(spoken.turns, key=lambda turn: turn.start_s))
    if isinstance(heard, CallqaError):
        return Score(name, group, score_texts(spoken, {}), compare(turns, ""), Charged(), f"FAILED: {heard}")
    return Score(
        name,
        group,
        score_texts(spoken, party_texts(heard)),
        compare(turns, "".join(utterance.text for utterance in heard.utterances)),
        charged(heard, spoken),
        heard.role_basis,
    )


def mistakes(spoken: Spoken, texts: Mapping[str, str]) -> list[str]:
    """Each difference in a few characters of context: `...said[said|heard]said...`."""
    found = []
    for party in PARTIES:
        said = plain(spoken.said(party))
        heard = closest(said, texts.get(party, ""))
        for edit in Levenshtein.opcodes(said, heard):
            if edit.tag != "equal":
                before, after = said[max(0, edit.src_start - 6) : edit.src_start], said[edit.src_end : edit.src_end + 6]
                wrong = f"[{said[edit.src_start : edit.src_end]}|{heard[edit.dest_start : edit.dest_end]}]"
                found.append(f"    {party:9}{before}{wrong}{after}")
    return found


def table(scores: Iterable[Score]) -> str:
    """Every recording, then each folder and form, each party, and all, with intervals."""
    ordered = sorted(scores, key=lambda s: (s.group, s.name))
    lines = [f"{'':56}{'CER':>7}{'sub':>7}{'ins':>7}{'del':>7}{'chars':>8}   agent  customer  roles by"]
    for s in ordered:
        parties = "".join(f"{s.errors[party].rate:9.1%}" for party in PARTIES)
        lines.append(f"{_figures(s.name, s.all)}{parties}  {s.basis}")
    groups: dict[str, list[Score]] = defaultdict(list)
    for s in ordered:
        groups[s.group].append(s)
    lines.append("")
    for name, members in groups.items():
        lines += _summary(name, members)
    if len(groups) > 1:
        lines += _summary("all", ordered)
    return "\n".join(lines)


def _summary(name: str, scores: Sequence[Score]) -> list[str]:
    rows = [(name, [s.all for s in scores])]
    rows += [(f"  {party}", [s.errors[party] for s in scores]) for party in PARTIES]
    lines = []
    for label, errors in rows:
        low, high = interval(errors)
        lines.append(f"{_figures(label, total(errors))}   95 % interval {low:.1%} to {high:.1%}, {len(errors)} calls")
    low, high = interval([s.regardless for s in scores])
    lines.append(
        f"{_figures('  whoever spoke', total([s.regardless for s in scores]))}   95 % interval {low:.1%} to {high:.1%}"
    )
    words = sum((s.charged for s in scores), Charged())
    count = max(1, words.all)
    lines.append(
        f"  words by party: right {words.right / count:.1%}, wrong {words.wrong / count:.1%}, "
        f"UNKNOWN {words.unknown / count:.1%} of {words.all} characters"
    )
    return lines


def _figures(label: str, errors: Errors) -> str:
    kinds = "".join(f"{errors.share(n):7.1%}" for n in (errors.substitutions, errors.insertions, errors.deletions))
    return f"{label:56}{errors.rate:7.2%}{kinds}{errors.reference:8}"


def as_json(scores: Sequence[Score]) -> dict[str, object]:
    """The same for machines; rates are shares of the reference's characters."""
    everything = [s.all for s in scores]
    return {
        "cer": total(everything).rate,
        "interval_95": interval(everything),
        "calls": [
            {
                "name": s.name,
                "cer": s.all.rate,
                "substitutions": s.all.substitutions,
                "insertions": s.all.insertions,
                "deletions": s.all.deletions,
                "reference": s.all.reference,
                "regardless_of_party": s.regardless.rate,
                "by_party": {party: s.errors[party].rate for party in PARTIES},
                "charged": {"right": s.charged.right, "wrong": s.charged.wrong, "unknown": s.charged.unknown},
                "roles_by": s.basis,
            }
            for s in scores
        ],
    }


def main() -> None:
    """Hear, compare, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--truth", type=Path, help="folder of ID.json files; default: beside the recordings")
    parser.add_argument("--only", default="", help="pattern of file names; default: each call's first form")
    parser.add_argument("--without-metadata", action="store_true", help="let the roles be found by sound and text")
    parser.add_argument("--profile", choices=["accurate", "fast"])
    parser.add_argument(
        "--cache", type=Path, help="JSON lines of transcripts, kept and used while the code is the same"
    )
    parser.add_argument("--home", type=Path, help="data folder with the weights; default: a temporary one")
    parser.add_argument("--show", action="store_true", help="print every mistake in its context")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, as_file(files("callqa") / "demo_calls") as bundled:
        folders: list[Path] = arguments.folders or [bundled]
        metadata = not arguments.without_metadata
        recordings = [
            spoken
            for folder in folders
            for spoken in spoken_in(
                folder, arguments.truth or (folder if arguments.folders else TRUTH), arguments.only, metadata=metadata
            )
        ]
        settings = bench_settings(arguments.home or Path(scratch), arguments.profile)
        scores = []
        for spoken, heard in heard_in(settings, recordings, arguments.cache):
            scores.append(score(spoken, heard))
            if arguments.show and isinstance(heard, Transcript):
                print(scores[-1].name, *mistakes(spoken, party_texts(heard)), sep="\n", flush=True)
    print(table(scores))
    if arguments.json:
        arguments.json.write_text(json.dumps(as_json(scores), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
