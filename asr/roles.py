"""Who is the agent: by setting, by metadata, by what each channel says, or sentence by sentence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from asr.cues import agent_score, announces, asks, greets
from asr.speech import Span
from asr.utterances import Turn
from models.call import Direction
from models.transcript import Role

_KNOWN_CONFIDENCE = 0.99
_CONTRADICTED_CONFIDENCE = 0.6
_SURE = 0.7
_RING_SLACK_S = 0.5
_MOST_BY_WORDING = 0.98
_MOST_BY_TEXT = 0.85
_CONTRADICTION = 6.0

# One channel: how likely the speaker changes before a sentence, by the pause before it. Speakers rarely pause for long
# inside a turn, and a question that is followed by a pause is mostly answered.
_TURN_GAP_S = 0.36
_SWITCH_WITHIN = 0.08
_SWITCH_BETWEEN = 0.65
_SWITCH_AFTER_QUESTION = 0.75

# Who is called picks up and speaks first: in an inbound call the agent. Weighed like a cue of wording.
_CALLED_SCORE = {Direction.INBOUND: 2.0, Direction.OUTBOUND: -2.0, None: 1.0}


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the channels beforehand: the role of each channel of the recording, and where from."""

    roles: tuple[Role, ...]
    basis: str


@dataclass(frozen=True, slots=True)
class Casting:
    """A role for each turn and for each channel, how sure (0 to 1), and on what it rests.

    `basis`: "setting" or "metadata" (with ":contradicted" when the words say otherwise), "channel:greeting",
    "channel:wording", "text" (one channel, sentence by sentence), "none".
    """

    turns: tuple[Role, ...]
    channels: dict[int, Role]
    confidence: float
    basis: str


def cast(
    turns: Sequence[Turn],
    channels: Sequence[int],
    known: Known | None,
    rings: Sequence[Span],
    direction: Direction | None,
    language: str,
) -> Casting:
    """Assign roles to turns (in time order) of the given channels.

    Announcements are SYSTEM whoever's channel they are on: known phrases, and whatever is said before ring-back on
    that side ends. What cannot be told is UNKNOWN.
    """
    system = _announcements(turns, rings, language)
    people = [turn for turn, is_system in zip(turns, system, strict=True) if not is_system]
    speaking = {turn.channel for turn in people}
    if known is not None and len(channels) > 1:
        casting = _by_knowledge(people, channels, known, language)
    elif len(speaking) > 1:
        casting = _by_channel(people, channels, direction, language)
    else:
        casting = _by_sentence(people, channels, direction, language)
    spoken = iter(casting.turns)
    return Casting(
        tuple(Role.SYSTEM if is_system else next(spoken) for is_system in system),
        casting.channels,
        round(casting.confidence, 4),
        casting.basis,
    )


def _announcements(turns: Sequence[Turn], rings: Sequence[Span], language: str) -> list[bool]:
    """Which turns are recorded: by phrase, or between an announcement and the ring-back that follows it."""
    found: list[bool] = []
    greeted: set[int] = set()
    announced: set[int] = set()
    for turn in turns:
        before_ring = any(turn.end_s <= ring.start_s + _RING_SLACK_S for ring in rings)
        # A machine may go on although the caller speaks; it does not begin when the call is under way.
        going_on = turn.channel in announced - greeted
        recorded = announces(turn.text, language, greeted=bool(greeted) and not going_on) or (before_ring and going_on)
        (announced if recorded else greeted).add(turn.channel)
        found.append(recorded)
    return found


def _by_knowledge(people: Sequence[Turn], channels: Sequence[int], known: Known, language: str) -> Casting:
    roles = {c: known.roles[c] if c < len(known.roles) else Role.UNKNOWN for c in channels}
    scores = _channel_scores(people, channels, language)
    agents = [scores[c] for c in channels if roles[c] is Role.AGENT]
    customers = [scores[c] for c in channels if roles[c] is Role.CUSTOMER]
    contradicted = bool(agents and customers) and max(customers) - max(agents) > _CONTRADICTION
    return Casting(
        tuple(roles[turn.channel] for turn in people),
        roles,
        _CONTRADICTED_CONFIDENCE if contradicted else _KNOWN_CONFIDENCE,
        f"{known.basis}:contradicted" if contradicted else known.basis,
    )


def _by_channel(people: Sequence[Turn], channels: Sequence[int], direction: Direction | None, language: str) -> Casting:
    scores = _channel_scores(people, channels, language)
    scores[people[0].channel] += _CALLED_SCORE[direction]
    agent, customer = sorted(channels, key=lambda c: (-scores[c], c))
    confidence = min(_sigmoid((scores[agent] - scores[customer]) / 2), _MOST_BY_WORDING)
    if confidence < _SURE:
        return Casting((Role.UNKNOWN,) * len(people), dict.fromkeys(channels, Role.UNKNOWN), confidence, "none")
    roles = {agent: Role.AGENT, customer: Role.CUSTOMER}
    greeting = any(turn.channel == agent and greets(turn.text, language) for turn in people)
    return Casting(
        tuple(roles[turn.channel] for turn in people),
        roles,
        confidence,
        "channel:greeting" if greeting else "channel:wording",
    )


def _channel_scores(people: Sequence[Turn], channels: Sequence[int], language: str) -> dict[int, float]:
    scores = dict.fromkeys(channels, 0.0)
    for turn in people:
        scores[turn.channel] += agent_score(turn.text, language)
    return scores


def _by_sentence(
    people: Sequence[Turn], channels: Sequence[int], direction: Direction | None, language: str
) -> Casting:
    """One channel: the chance that each sentence is the agent's, from its words and from taking turns.

    A two-state hidden Markov model, smoothed by the forward-backward algorithm (Rabiner 1989): wording is the
    evidence, pauses and questions say how likely the speaker changed.
    """
    if not people:
        return Casting((), dict.fromkeys(channels, Role.UNKNOWN), 0.0, "none")
    likely = [_sigmoid(agent_score(turn.text, language)) for turn in people]
    switch = [0.5] + [_switch(before, after) for before, after in pairwise(people)]
    forward = [_joined(_sigmoid(_CALLED_SCORE[direction]), likely[0])]
    for i in range(1, len(people)):
        moved = forward[-1] * (1 - switch[i]) + (1 - forward[-1]) * switch[i]
        forward.append(_joined(moved, likely[i]))
    backward = 0.5
    chance = [0.0] * len(people)
    for i in range(len(people) - 1, -1, -1):
        chance[i] = _joined(forward[i], backward)
        here = _joined(likely[i], backward)
        backward = here * (1 - switch[i]) + (1 - here) * switch[i]
    roles = tuple(Role.AGENT if p >= _SURE else Role.CUSTOMER if p <= 1 - _SURE else Role.UNKNOWN for p in chance)
    certainty = sum(max(p, 1 - p) for p in chance) / len(chance)
    single = roles[0] if len(set(roles)) == 1 else Role.UNKNOWN
    return Casting(roles, dict.fromkeys(channels, single), min(certainty, _MOST_BY_TEXT), "text")


def _switch(before: Turn, after: Turn) -> float:
    if after.start_s - before.end_s < _TURN_GAP_S:
        return _SWITCH_WITHIN
    return _SWITCH_AFTER_QUESTION if asks(before.text) else _SWITCH_BETWEEN


def _joined(p: float, q: float) -> float:
    """Two independent chances of the same thing as one."""
    both, neither = p * q, (1 - p) * (1 - q)
    return both / (both + neither)


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))
