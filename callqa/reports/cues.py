"""Utterances cut into cues: pieces of text short enough to be read while they are heard."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from models.transcript import Role, Transcript, Utterance

# Guides for subtitles allow two lines (of about 20 Chinese characters) and seven seconds on the screen.
MAX_CHARACTERS = 40
MAX_CUE_S = 7.0

_SENTENCE_ENDS = frozenset("。？！?!.…")
_CLAUSE_ENDS = frozenset("，；：、,;:—")


@dataclass(frozen=True, slots=True)
class Cue:
    """A piece of what one party said, on the call's clock in whole milliseconds; it ends after it starts."""

    role: Role
    start_ms: int
    end_ms: int
    text: str


@dataclass(frozen=True, slots=True)
class _Atom:
    """What is not cut: a word with what follows it up to the next one."""

    text: str
    start_s: float
    end_s: float

    @property
    def rank(self) -> int:
        """How well a cue ends here: behind a sentence, behind part of one, or merely behind a word."""
        last = self.text.rstrip()[-1:]
        return 2 if last in _SENTENCE_ENDS else 1 if last in _CLAUSE_ENDS else 0


def cues(transcript: Transcript) -> tuple[Cue, ...]:
    """All cues in order of their start; parties who speak at once overlap, a party's own cues do not.

    Utterances without times (see `untimed`) give none.
    """
    found = [cue for utterance in transcript.utterances for cue in utterance_cues(utterance)]
    return tuple(sorted(found, key=lambda cue: cue.start_ms))


def untimed(transcript: Transcript) -> int:
    """How many utterances have a text but no times."""
    return sum(u.start_s is None or u.end_s is None for u in transcript.utterances if u.text.strip())


def utterance_cues(utterance: Utterance) -> tuple[Cue, ...]:
    """The utterance's cues, whose texts together are its text; none for one without times or without text."""
    if utterance.start_s is None or utterance.end_s is None or not utterance.text.strip():
        return ()
    made: list[Cue] = []
    latest_ms = 0
    for piece in _pieces(_atoms(utterance, utterance.start_s, utterance.end_s)):
        start_ms = max(round(piece[0].start_s * 1000), latest_ms)
        latest_ms = max(round(piece[-1].end_s * 1000), start_ms + 1)
        made.append(Cue(utterance.role, start_ms, latest_ms, "".join(atom.text for atom in piece)))
    return tuple(made)


def _pieces(atoms: Sequence[_Atom]) -> Iterable[Sequence[_Atom]]:
    """Rows of atoms within the limits (a single atom may exceed them), each ending where it reads best.

    Of places that read equally well the last is taken; none is worth a row shorter than half of what fits.
    """
    first = 0
    while first < len(atoms):
        fits = _fitting(atoms, first)
        if fits == len(atoms):
            yield atoms[first:]
            return
        half = first + (fits - first) // 2
        end = max(range(first + 1, fits + 1), key=lambda i: (atoms[i - 1].rank if i >= half else 0, i))
        yield atoms[first:end]
        first = end


def _fitting(atoms: Sequence[_Atom], first: int) -> int:
    """Where the row that begins with `first` must end at the latest."""
    characters = 0
    for i in range(first, len(atoms)):
        characters += len(atoms[i].text)
        if i > first and (characters > MAX_CHARACTERS or atoms[i].end_s - atoms[first].start_s > MAX_CUE_S):
            return i
    return len(atoms)


def _atoms(utterance: Utterance, start_s: float, end_s: float) -> list[_Atom]:
    """The text cut before each word that has a time; without words, into characters spread over the time.

    A masked number stays whole. Times are brought into the utterance and into order.
    """
    text = utterance.text
    end_s = max(start_s, end_s)
    times = {w.char_start: (w.start_s, w.end_s) for w in utterance.words if w.char_start < len(text)}
    if not times:
        step_s = (end_s - start_s) / len(text)
        breaks = [*_breaks(text), len(text)]
        times = {i: (start_s + i * step_s, start_s + after * step_s) for i, after in pairwise(breaks)}
    whole = {i for mask in utterance.masked for i in range(mask.char_start + 1, mask.char_end)}
    rows: list[list[tuple[float, float]]] = []
    places: list[int] = []
    for place, span in sorted(times.items()):
        if place in whole and rows:
            rows[-1].append(span)
        else:
            rows.append([span])
            places.append(place)
    atoms: list[_Atom] = []
    latest_s = start_s
    for (begin, end), row in zip(pairwise([0, *places[1:], len(text)]), rows, strict=True):
        begins_s = min(max(row[0][0], latest_s), end_s)
        latest_s = min(max(row[-1][1], begins_s), end_s)
        atoms.append(_Atom(text[begin:end], begins_s, latest_s))
    return atoms


def _breaks(text: str) -> list[int]:
    """Where a text without words may be cut: not before a mark or a space, nor inside a word in Latin letters."""
    return [
        i
        for i, char in enumerate(text)
        if i == 0
        or not (
            char.isspace()
            or char in _SENTENCE_ENDS | _CLAUSE_ENDS
            or (char.isascii() and char.isalnum() and text[i - 1].isascii() and text[i - 1].isalnum())
        )
    ]
