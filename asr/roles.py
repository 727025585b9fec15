"""Who is the agent: by setting, by metadata, or by what is said on each channel or by each voice."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from asr.cues import agent_score, announces, greets
from asr.speech import Span
from asr.utterances import Turn
from models.call import Direction
from models.transcript import Role

_KNOWN_CONFIDENCE = 0.99
_CONTRADICTED_CONFIDENCE = 0.6
_SURE = 0.7
_RING_SLACK_S = 0.5
_MOST_BY_WORDING = 0.98
_MOST_BY_VOICE = 0.92
_MOST_ALONE = 0.85
_MOST_BY_ONE_VOICE = 0.72
_MIXED = 0.15
_CLEAR_SCORE = 2.0
_SWAPPED_CONFIDENCE = 0.8
_SHARE_RECORDED = 0.5
_CONTRADICTION = 6.0

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
    "channel:wording", "speakers:greeting", "speakers:wording" (everybody on one channel, told apart by their voices),
    "none". The part behind the colon is "swapped" when the parties change channels in the middle of the call.
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
    distance: float | None = None,
) -> Casting:
    """Assign roles to turns (in time order) of the given channels.

    With a `distance` the channels are speakers on one channel that were told apart so well (0 to 1). Announcements are
    SYSTEM whoever's channel they are on: known phrases, whatever is said before ring-back on that side ends, and
    everything that a speaker says who mostly announces. What cannot be told is UNKNOWN.
    """
    system = _announcements(turns, rings, language)
    if distance is not None:
        system = _machines(turns, system)
    people = [turn for turn, is_system in zip(turns, system, strict=True) if not is_system]
    if known is not None and len(channels) > 1:
        casting = _by_knowledge(people, channels, known, language)
    elif len({turn.channel for turn in people}) > 1:
        casting = _by_comparison(people, channels, direction, language, distance)
    else:
        casting = _alone(people, channels, language)
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


def _machines(turns: Sequence[Turn], system: Sequence[bool]) -> list[bool]:
    """All turns of the speakers most of whose characters are recorded: a voice is a machine's or a person's."""
    said: dict[int, int] = {}
    recorded: dict[int, int] = {}
    for turn, is_system in zip(turns, system, strict=True):
        said[turn.channel] = said.get(turn.channel, 0) + len(turn.text)
        recorded[turn.channel] = recorded.get(turn.channel, 0) + (len(turn.text) if is_system else 0)
    return [
        is_system or recorded[turn.channel] > _SHARE_RECORDED * said[turn.channel]
        for turn, is_system in zip(turns, system, strict=True)
    ]


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


def _by_comparison(
    people: Sequence[Turn],
    channels: Sequence[int],
    direction: Direction | None,
    language: str,
    distance: float | None,
) -> Casting:
    """Who sounds most like an agent and who least; a third speaker is one or the other only by clear words."""
    scores = _channel_scores(people, channels, language)
    scores[people[0].channel] += _CALLED_SCORE[direction]
    speaking = sorted({turn.channel for turn in people}, key=lambda c: (-scores[c], c))
    agent, customer = speaking[0], speaking[-1]
    sure = _sigmoid((scores[agent] - scores[customer]) / 2)
    most, clear = (_MOST_BY_WORDING, 1.0) if distance is None else (_MOST_BY_VOICE, distance)
    # Where voices blur, words go to the wrong one, and in the end nothing is better than a guess.
    confidence = min(0.5 + (sure - 0.5) * clear, most)
    if confidence < _SURE:
        return _nobody(people, channels, confidence)
    roles = {c: _by_clear_words(scores[c]) if c in speaking else Role.UNKNOWN for c in channels}
    roles |= {agent: Role.AGENT, customer: Role.CUSTOMER}
    return Casting(
        tuple(roles[turn.channel] for turn in people),
        roles,
        confidence,
        _basis("channel" if distance is None else "speakers", [t for t in people if t.channel == agent], language),
    )


def _alone(people: Sequence[Turn], channels: Sequence[int], language: str) -> Casting:
    """One speaker with nobody to compare to; words of both kinds say that two people were not told apart.

    On a single channel that can never be excluded, so such roles are kept for a person to check.
    """
    scores = [agent_score(turn.text, language) for turn in people]
    agent, customer = sum(s for s in scores if s > 0), -sum(s for s in scores if s < 0)
    confidence = min(_sigmoid(abs(agent - customer) / 2), _MOST_ALONE if len(channels) > 1 else _MOST_BY_ONE_VOICE)
    if not people:
        return _nobody(people, channels, 0.0)
    if confidence < _SURE or min(agent, customer) > _MIXED * max(agent, customer):
        return _nobody(people, channels, min(confidence, 0.5))
    mine, facing = (Role.AGENT, Role.CUSTOMER) if agent > customer else (Role.CUSTOMER, Role.AGENT)
    roles = {c: mine if c == people[0].channel else facing for c in channels}
    basis = _basis("channel" if len(channels) > 1 else "speakers", people if mine is Role.AGENT else (), language)
    return Casting((mine,) * len(people), roles, confidence, basis)


def after_swap(casting: Casting) -> Casting:
    """The casting of a call whose parties changed channels: doubted more, and its basis says so."""
    if casting.basis == "none":
        return casting
    source = casting.basis.partition(":")[0]
    return replace(casting, confidence=min(casting.confidence, _SWAPPED_CONFIDENCE), basis=f"{source}:swapped")


def _nobody(people: Sequence[Turn], channels: Sequence[int], confidence: float) -> Casting:
    return Casting((Role.UNKNOWN,) * len(people), dict.fromkeys(channels, Role.UNKNOWN), confidence, "none")


def _basis(source: str, agents: Sequence[Turn], language: str) -> str:
    return f"{source}:{'greeting' if any(greets(turn.text, language) for turn in agents) else 'wording'}"


def _by_clear_words(score: float) -> Role:
    return Role.AGENT if score >= _CLEAR_SCORE else Role.CUSTOMER if score <= -_CLEAR_SCORE else Role.UNKNOWN


def _channel_scores(people: Sequence[Turn], channels: Sequence[int], language: str) -> dict[int, float]:
    scores = dict.fromkeys(channels, 0.0)
    for turn in people:
        scores[turn.channel] += agent_score(turn.text, language)
    return scores


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))
