"""One call as the criteria see it: every utterance read and scanned once, grouped into turns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

from models.call import CallMeta
from models.scorecard import Evidence, MatchKind
from models.transcript import Correction, Role, Transcript, Utterance
from scoring.heard import hear
from scoring.lexicon import Heard, Hit
from scoring.normalise import MARKS, Reading
from scoring.standard import ServiceStandard

ANNOUNCEMENTS = "announcements"
"""The list of what only recorded voices say."""


class Said(NamedTuple):
    """One utterance with its reading and everything found in it. `place` counts utterances of the call.

    `party` is who speaks: the utterance's role, but SYSTEM for recorded announcements and where no word is said.
    """

    place: int
    utterance: Utterance
    party: Role
    heard: Heard

    @property
    def reading(self) -> Reading:
        """Its text made comparable."""
        return self.heard.reading

    def found(self, name: str) -> Sequence[Hit]:
        """The hits of one phrase list, in order; empty when there are none."""
        return self.heard[name]

    def whole(self, kind: str) -> Evidence:
        """Evidence for all that was said, without a full stop at the end; the text must not be blank."""
        text = self.utterance.text
        end = len(text.rstrip("，。？！,.?! ")) or len(text)
        start_s, end_s = self.utterance.start_s, self.utterance.end_s
        return Evidence(self.utterance.index, 0, end, start_s, end_s, text[:end], kind, MatchKind.EXACT)

    def quote(self, start: int, end: int) -> str:
        """What was said in place of `reading.text[start:end]`."""
        a, b = self.heard.reading.original_span(start, end)
        return self.utterance.text[a:b]

    def evidence(self, start: int, end: int, kind: str, match: MatchKind = MatchKind.EXACT) -> Evidence:
        """Evidence for `reading.text[start:end]`, quoted from what was said.

        Times are those of the words that cover the quote, else of the utterance, else None. A glossary word in place of
        what was recognised is matched by sound, however well it fits.
        """
        a, b = self.reading.original_span(start, end)
        utterance = self.utterance
        if match is MatchKind.EXACT and corrected(utterance, a, b):
            match = MatchKind.HOMOPHONE
        inside = [w for w in utterance.words if w.char_start < b and w.char_end > a]
        start_s = inside[0].start_s if inside else utterance.start_s
        end_s = inside[-1].end_s if inside else utterance.end_s
        return Evidence(utterance.index, a, b, start_s, end_s, utterance.text[a:b], kind, match)


def corrected(utterance: Utterance, char_start: int, char_end: int) -> tuple[Correction, ...]:
    """Corrections that touch a span of the text."""
    return tuple(c for c in utterance.corrections if c.char_start < char_end and c.char_end > char_start)


@dataclass(frozen=True)
class CallView:
    """A transcript under one standard.

    `agent`, `customer` and `unknown` are what each of them said, in order; `agent_turns` are runs of agent utterances
    that nobody else interrupted.
    """

    transcript: Transcript
    meta: CallMeta
    standard: ServiceStandard
    said: tuple[Said, ...]

    @cached_property
    def agent(self) -> tuple[Said, ...]:
        """What the agent said."""
        return tuple(said for said in self.said if said.party is Role.AGENT)

    @cached_property
    def customer(self) -> tuple[Said, ...]:
        """What the customer said."""
        return tuple(said for said in self.said if said.party is Role.CUSTOMER)

    @cached_property
    def unknown(self) -> tuple[Said, ...]:
        """What was said by somebody whom nobody could name."""
        return tuple(said for said in self.said if said.party is Role.UNKNOWN)

    @cached_property
    def agent_turns(self) -> tuple[tuple[Said, ...], ...]:
        """The agent's utterances, those in a row together."""
        speaking = (said for said in self.said if said.party is not Role.SYSTEM)
        return tuple(tuple(group) for role, group in groupby(speaking, lambda said: said.party) if role is Role.AGENT)

    def lists(self, party: Role) -> Mapping[str, Sequence[Said]]:
        """Where in the party's words a hit of each list may be, in order; elsewhere, and of other lists, there is none."""
        return self._lists[party]

    def holding(self, party: Role, name: str) -> Sequence[Said]:
        """The party's utterances that may hold a hit of the list, in order; all others hold none."""
        return self._lists[party].get(name, ())

    def of(self, evidence: Evidence) -> Said:
        """What was said where the evidence is from."""
        return self._by_index[evidence.utterance]

    @cached_property
    def _lists(self) -> Mapping[Role, dict[str, list[Said]]]:
        lists: dict[Role, dict[str, list[Said]]] = {role: {} for role in Role}
        for said in self.said:
            own = lists[said.party]
            for name in said.heard.names:
                if name in own:
                    own[name].append(said)
                else:
                    own[name] = [said]
        return lists

    @cached_property
    def _by_index(self) -> dict[int, Said]:
        return {said.utterance.index: said for said in reversed(self.said)}


def view(transcript: Transcript, meta: CallMeta, standard: ServiceStandard) -> CallView:
    """Read and scan every utterance."""
    said = []
    for place, utterance in enumerate(transcript.utterances):
        heard = hear(standard, utterance.text, utterance.role)
        said.append(Said(place, utterance, _party(utterance.role, heard), heard))
    return CallView(transcript, meta, standard, tuple(said))


def _party(role: Role, heard: Heard) -> Role:
    """Who speaks; recorded announcements taken for somebody, and what holds no word, are nobody's: SYSTEM."""
    if not heard.reading.text.strip(MARKS) or heard.found(ANNOUNCEMENTS):
        return Role.SYSTEM
    return role
