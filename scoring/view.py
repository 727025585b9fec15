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
from scoring.lexicon import Heard, Hit
from scoring.normalise import MARKS, Reading
from scoring.standard import ServiceStandard


class Said(NamedTuple):
    """One utterance with its reading and everything found in it. `place` counts utterances of the call."""

    place: int
    utterance: Utterance
    reading: Reading
    heard: Heard

    def found(self, name: str) -> Sequence[Hit]:
        """Heard of one phrase list, in order; empty when there are none."""
        return self.heard[name]

    def whole(self, kind: str) -> Evidence:
        """Evidence for all that was said, without a full stop at the end; the text must not be blank."""
        text = self.utterance.text
        end = len(text.rstrip("，。？！,.?! ")) or len(text)
        start_s, end_s = self.utterance.start_s, self.utterance.end_s
        return Evidence(self.utterance.index, 0, end, start_s, end_s, text[:end], kind, MatchKind.EXACT)

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
    """A transcript under one standard. `agent_turns` are runs of agent utterances that nobody else interrupted."""

    transcript: Transcript
    meta: CallMeta
    standard: ServiceStandard
    said: tuple[Said, ...]
    agent: tuple[Said, ...]
    customer: tuple[Said, ...]
    unknown: tuple[Said, ...]
    agent_turns: tuple[tuple[Said, ...], ...]

    def holding(self, role: Role, name: str) -> Sequence[Said]:
        """What was said by the agent, the customer or the unknown and may hold a hit of the list, in order.

        Nothing else that they said holds one. Raises LookupError for a list that is not searched in their words.
        """
        if name not in self._holding[role] and not self.standard.lexicon.searches(name, role):
            raise LookupError(f"the list {name} is not searched in what the {role.value} says")
        return self._holding[role].get(name, ())

    @cached_property
    def _holding(self) -> Mapping[Role, Mapping[str, Sequence[Said]]]:
        speakers = {Role.AGENT: self.agent, Role.CUSTOMER: self.customer, Role.UNKNOWN: self.unknown}
        holding: dict[Role, dict[str, list[Said]]] = {}
        for role, own in speakers.items():
            lists = holding[role] = {}
            for said in own:
                for name in said.heard.names:
                    if name in lists:
                        lists[name].append(said)
                    else:
                        lists[name] = [said]
        return holding


def view(transcript: Transcript, meta: CallMeta, standard: ServiceStandard) -> CallView:
    """Read and scan every utterance. Recorded announcements taken for the agent are set apart as SYSTEM speech."""
    said = []
    for place, utterance in enumerate(transcript.utterances):
        heard = standard.hear(utterance.text, utterance.role)
        said.append(Said(place, utterance, heard.reading, heard))
    agent, customer, unknown = [], [], []
    for one in said:
        if not one.reading.text.strip(MARKS) or one.utterance.role is Role.SYSTEM or is_announcement(one):
            continue
        if one.utterance.role is Role.AGENT:
            agent.append(one)
        elif one.utterance.role is Role.CUSTOMER:
            customer.append(one)
        else:
            unknown.append(one)
    speaking = sorted((*agent, *customer, *unknown), key=lambda s: s.place)
    turns = tuple(
        tuple(group) for role, group in groupby(speaking, key=lambda s: s.utterance.role) if role is Role.AGENT
    )
    return CallView(
        transcript, meta, standard, tuple(said), tuple(agent), tuple(customer), tuple(unknown), turns
    )  # fmt: skip


def is_announcement(said: Said) -> bool:
    """Whether this is the voice menu or another recorded text, whatever role it was given."""
    return "announcements" in said.heard.names and bool(said.found("announcements"))
