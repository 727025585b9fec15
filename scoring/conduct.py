"""How a call was conducted: one record from what was heard and what the switchboard says. Shown, never scored.

Items of a standard that judge such measures stand on the same functions (`scoring.activity`, `scoring.items.timing`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.call import CallMeta
from models.transcript import Role, Transcript
from scoring.activity import Stretch, dead_air, interruptions, speech_rate, talk_time

HOLD_S = 10.0
"""Shortest hold that is counted, as in the shipped standards (`silence_s` of the item hold)."""

_PARTIES = (Role.AGENT, Role.CUSTOMER, Role.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Conduct:
    """One call. None: neither recording nor metadata tell; 0: there was none. Lengths are seconds.

    ring_s, hung_up_by: from the metadata; `hung_up_by` is AGENT, CUSTOMER or SYSTEM.
    silences, longest_silence_s: dead air from `scoring.activity.DEAD_AIR_S` on.
    holds, longest_hold_s, held_s: stretches of at least `HOLD_S` between words of the parties in which neither speaks,
      music or announcements or not; the longest and all of them together.
    agent_cuts, customer_cuts, longest_overlap_s: interruptions by each, and the longest time both spoke on; only where
      they were recorded apart.
    agent_share: the agent's part of all speech, 0 to 1; None too when nobody spoke.
    agent_rate, customer_rate: characters a minute of their own speech, in English words.
    """

    ring_s: float | None
    hung_up_by: Role | None
    silences: int | None
    longest_silence_s: float | None
    holds: int | None
    longest_hold_s: float | None
    held_s: float | None
    agent_cuts: int | None
    customer_cuts: int | None
    longest_overlap_s: float | None
    agent_share: float | None
    agent_rate: float | None
    customer_rate: float | None


def conduct(transcript: Transcript, meta: CallMeta) -> Conduct:
    """The record of one call; text without speech spans shows what the metadata say."""
    silent = dead_air(transcript)
    held = holds(transcript)
    cuts = interruptions(transcript)
    talked = talk_time(transcript)
    both_s = sum(talked.values()) if talked is not None else 0.0
    return Conduct(
        ring_s=meta.ring_s,
        hung_up_by=meta.hung_up_by,
        silences=None if silent is None else len(silent),
        longest_silence_s=_longest(silent),
        holds=None if held is None else len(held),
        longest_hold_s=_longest(held),
        held_s=None if held is None else round(sum(stretch.length_s for stretch in held), 3),
        agent_cuts=None if cuts is None else sum(cut.by is Role.AGENT for cut in cuts),
        customer_cuts=None if cuts is None else sum(cut.by is Role.CUSTOMER for cut in cuts),
        longest_overlap_s=None if cuts is None else max((cut.overlap_s for cut in cuts), default=0.0),
        agent_share=round(talked[Role.AGENT] / both_s, 4) if talked is not None and both_s > 0 else None,
        agent_rate=_rate(transcript, Role.AGENT),
        customer_rate=_rate(transcript, Role.CUSTOMER),
    )


def holds(transcript: Transcript, at_least_s: float = HOLD_S) -> tuple[Stretch, ...] | None:
    """Stretches between words of the parties in which neither speaks, in order; None without speech spans.

    What lies before the first word is ringing, and what follows the last no hold: nobody came back.
    """
    if not transcript.speech:
        return None
    spoken = sorted((s.start_s, s.end_s) for s in transcript.speech if s.role in _PARTIES)
    found, last_s = [], None
    for start_s, end_s in spoken:
        if last_s is not None and start_s - last_s >= at_least_s:
            found.append(Stretch(last_s, start_s))
        last_s = end_s if last_s is None else max(last_s, end_s)
    return tuple(found)


def _longest(stretches: Sequence[Stretch] | None) -> float | None:
    return None if stretches is None else round(max((s.length_s for s in stretches), default=0.0), 3)


def _rate(transcript: Transcript, role: Role) -> float | None:
    said = [utterance.text for utterance in transcript.utterances if utterance.role is role]
    rate = speech_rate(transcript, role, said, transcript.language)
    return None if rate is None else round(rate, 1)
