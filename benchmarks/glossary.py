"""What glossary corrections do to words of the trade, against the true texts.

    CALLQA_CORRECTIONS=false callqa transcribe CALLS/*.flac -o LINES.jsonl
    python -m benchmarks.glossary CALLS LINES.jsonl [--standard S]

CALLS holds ID.json ground truth. Corrections are applied to the lines, so that both columns are of one recognition.

Turns and utterances of one party that overlap by more than 0.2 s form a block, and the terms in its true text are
compared with those in its recognised text: a term is found as often as it stands in both, and false as often as it
stands more often in the recognised text. A correction is right when the true text of its block holds its term.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from asr.glossary import Glossary
from benchmarks.agreement import wilson
from benchmarks.lines import Truth, with_truth
from callqa.standards import find_standard
from models.transcript import Correction, Transcript, Utterance

_SLACK_S = 0.2
_ROLES = {"ivr": "system"}


@dataclass(frozen=True, slots=True)
class Block:
    """What one party said and what was heard of it, while turns and utterances overlap."""

    call: str
    said: str
    heard: tuple[Utterance, ...]


def blocks(call: str, transcript: Transcript, truth: Truth) -> Iterator[Block]:
    """The blocks of a call, party by party."""
    turns = [(_ROLES.get(t["role"], t["role"]), t["start"], t["end"], t["text"]) for t in truth["turns"]]
    for role in sorted({role for role, *_ in turns} | {u.role.value for u in transcript.utterances}):
        own = [(start, end, text, None) for r, start, end, text in turns if r == role]
        rows: list[tuple[float, float, str, Utterance | None]] = [
            *own,
            *((u.start_s or 0.0, u.end_s or 0.0, "", u) for u in transcript.utterances if u.role.value == role),
        ]
        rows.sort(key=lambda row: row[:2])
        group: list[tuple[float, float, str, Utterance | None]] = []
        for row in rows:
            if group and row[0] > max(end for _, end, _, _ in group) - _SLACK_S:
                yield _block(call, group)
                group = []
            group.append(row)
        if group:
            yield _block(call, group)


def _block(call: str, group: Sequence[tuple[float, float, str, Utterance | None]]) -> Block:
    return Block(call, "".join(text for _, _, text, _ in group), tuple(u for *_, u in group if u is not None))


def count(text: str, terms: Iterable[str]) -> Counter[str]:
    """How often each term stands in the text; one inside a longer one counts for both."""
    return Counter({term: n for term in terms if (n := text.count(term))})


def row(name: str, found: Iterable[tuple[str, str]], terms: Sequence[str]) -> str:
    """One line of the table from (true text, recognised text) pairs."""
    true, hit, false = 0, 0, 0
    for said, heard in found:
        want, got = count(said, terms), count(heard, terms)
        true += want.total()
        hit += (want & got).total()
        false += (got - want).total()
    low, high = wilson(hit, true)
    return f"{name:18} {hit:4} of {true:4} terms  [{low:.1%}, {high:.1%}]   false {false}"


def main() -> None:
    """Compare, print, and list every correction."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("calls", type=Path)
    parser.add_argument("lines", type=Path)
    parser.add_argument("--standard", default="telecom-hotline-zh")
    arguments = parser.parse_args()
    entries = find_standard(arguments.standard).asr_glossary
    glossary, terms = Glossary(entries), [entry.term for entry in entries]
    found = [b for call, t, truth in with_truth(arguments.lines, arguments.calls) for b in blocks(call, t, truth)]
    off = [(b.said, "".join(u.text for u in b.heard)) for b in found]
    on = [(b.said, "".join(glossary.corrected(u).text for u in b.heard)) for b in found]
    print(row("corrections off", off, terms))
    print(row("corrections on", on, terms))
    made = [
        (b, mended, c) for b in found for u in b.heard for mended in [glossary.corrected(u)] for c in new(u, mended)
    ]
    right = [m for m in made if m[1].text[m[2].char_start : m[2].char_end] in m[0].said]
    print(f"corrections: {len(made)}, right {len(right)}, wrong {len(made) - len(right)}")
    for block, mended, correction in made:
        verdict = "right" if (block, mended, correction) in right else "WRONG"
        context = mended.text[max(0, correction.char_start - 6) : correction.char_end + 6]
        term = mended.text[correction.char_start : correction.char_end]
        print(f"  {verdict}  {correction.heard} -> {term}   …{context}…   {block.call}")
    for said, heard in on:
        for term in sorted((count(said, terms) - count(heard, terms)).elements()):
            print(f"  missed {term}: said {said}   heard {heard}")
        for term in sorted((count(heard, terms) - count(said, terms)).elements()):
            print(f"  false {term}: said {said}   heard {heard}")


def new(before: Utterance, after: Utterance) -> list[Correction]:
    """Corrections that the second has and the first has not."""
    return [c for c in after.corrections if c not in before.corrections]


if __name__ == "__main__":
    main()
