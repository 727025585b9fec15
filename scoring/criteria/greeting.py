"""Opening words (开头语): a salutation and at least the brand, the agent's number or an offer to help.

Only the agent's words count, never the voice menu's or the customer's, and only at the start: 您好 after a hold or to
check the line opens nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from models.scorecard import Evidence, Verdict
from models.transcript import Role
from scoring.context import overlaps_any
from scoring.outcome import Outcome, at, listed, nobody, quote
from scoring.reasons import say
from scoring.schema import GreetingItem, GreetingPart
from scoring.view import CallView, Said, is_announcement

# Two utterances of one breath lie closer together than this.
_PAUSE_S = 2.0


@dataclass(frozen=True, slots=True)
class _Opening:
    """What one agent turn holds of an opening."""

    parts: tuple[tuple[GreetingPart, Evidence], ...]
    said: Said

    def has(self, part: GreetingPart) -> bool:
        return any(own.id == part.id for own, _ in self.parts)


def judge(call: CallView, item: GreetingItem) -> Outcome:
    """Met in the agent's first turn, partial when late or incomplete, missed otherwise."""
    if not call.agent_turns:
        return nobody(call, item.points)
    language = call.standard.language
    best: Outcome | None = None
    for number, turn in enumerate(call.agent_turns[: item.position.late_agent_turns]):
        opening = _read(turn, item, number)
        if not _is_formal(opening, item):
            continue
        late = _lateness(call, item, number, opening)
        points = _points(opening, item)
        evidence = tuple(e for _, e in opening.parts)
        whole = _whole(opening)
        if late is not None:
            reason = say(language, late, at=at(call, whole), quote=quote(call, whole), turn=number + 1,
                         delay=_delay(call, whole.start_s) or 0.0)  # fmt: skip
            best = Outcome(Verdict.PARTIAL, points * item.late_share, item.points, (reason,), evidence)
        else:
            parts = listed(call, [p.title for p, _ in opening.parts])
            reasons = [say(language, "greeting_met", at=at(call, whole), quote=quote(call, whole), parts=parts)]
            if missing := _missing(opening, item):
                reasons.append(say(language, "greeting_lacks", parts=listed(call, missing)))
            best = Outcome(Verdict.MET, points, item.points, tuple(reasons), evidence)
        break
    return best or _incomplete(call, item)


def _incomplete(call: CallView, item: GreetingItem) -> Outcome:
    language = call.standard.language
    for number, turn in enumerate(call.agent_turns[: item.position.agent_turns]):
        opening = _read(turn, item, number)
        introduced = any(opening.has(part) for part in item.identity) and opening.has(item.offer)
        if opening.has(item.salutation) or introduced or (number == 0 and _begins(opening, item)):
            whole = _whole(opening)
            reason = say(language, "greeting_partial", at=at(call, whole), quote=quote(call, whole),
                         parts=listed(call, _missing(opening, item)))  # fmt: skip
            evidence = tuple(e for _, e in opening.parts)
            return Outcome(Verdict.PARTIAL, _points(opening, item), item.points, (reason,), evidence)
    first = call.agent_turns[0][0]
    start = first.whole("first_words")
    reason = say(language, "greeting_missed", at=at(call, start), quote=quote(call, start))
    return Outcome(Verdict.MISSED, 0, item.points, (reason,), (start,))


def _begins(opening: _Opening, item: GreetingItem) -> bool:
    """Whether the call begins with a part of an opening that counts by itself: 云联通信, or 请问有什么可以帮您."""
    hits = opening.said.found(f"items.{item.id}.alone")
    return bool(opening.parts and hits and hits[0].start == 0)


def _read(turn: tuple[Said, ...], item: GreetingItem, number: int) -> _Opening:
    """The first occurrence of each part in the turn of this number.

    Words that take a call up again (您好，让您久等了) hold no salutation, unless the first turn goes on as an opening.
    """
    found: list[tuple[GreetingPart, Evidence]] = []
    resumed = False
    names = [("salutation", item.salutation), ("offer", item.offer)]
    names += [(f"identity.{part.id}", part) for part in item.identity]
    for name, part in names:
        for said in turn:
            look_alikes = said.found(f"items.{item.id}.look_alikes")
            hits = [h for h in said.found(f"items.{item.id}.{name}.phrases") if not overlaps_any(h, look_alikes)]
            if hits:
                found.append((part, said.evidence(hits[0].start, hits[0].end, part.id, hits[0].match)))
                if part is item.salutation:
                    resumed = overlaps_any(hits[0], said.found(f"items.{item.id}.resumes"))
                break
    if resumed and (number > 0 or len(found) == 1):
        found = [pair for pair in found if pair[0] is not item.salutation]
    found.sort(key=lambda pair: (pair[1].utterance, pair[1].char_start))
    return _Opening(tuple(found), turn[0])


def _is_formal(opening: _Opening, item: GreetingItem) -> bool:
    return opening.has(item.salutation) and (
        opening.has(item.offer) or any(opening.has(part) for part in item.identity)
    )


def _points(opening: _Opening, item: GreetingItem) -> float:
    identity = max((part.points for part in item.identity if opening.has(part)), default=0.0)
    own = (part.points for part in (item.salutation, item.offer) if opening.has(part))
    return identity + sum(own)


def _missing(opening: _Opening, item: GreetingItem) -> list[str]:
    out = [part.title for part in (item.salutation,) if not opening.has(part)]
    if not any(opening.has(part) for part in item.identity):
        out.append("/".join(part.title for part in item.identity))
    return out + [part.title for part in (item.offer,) if not opening.has(part)]


def _whole(opening: _Opening) -> Evidence:
    """The opening as one quote: from its first to its last part within the utterance it begins in."""
    first = opening.parts[0][1]
    same = [e for _, e in opening.parts if e.utterance == first.utterance]
    last = max(same, key=lambda e: e.char_end)
    said = opening.said.utterance
    text = said.text[first.char_start : last.char_end] if said.index == first.utterance else first.quote
    end = last.char_end if said.index == first.utterance else first.char_end
    return Evidence(first.utterance, first.char_start, end, first.start_s, last.end_s, text, "opening", first.match)


def _lateness(call: CallView, item: GreetingItem, number: int, opening: _Opening) -> str | None:
    if number >= item.position.agent_turns or _after_other_words(call, opening):
        return "greeting_late"
    delay = _delay(call, opening.parts[0][1].start_s)
    if delay is not None and delay > item.position.seconds_after_answer:
        return "greeting_slow"
    return None


def _after_other_words(call: CallView, opening: _Opening) -> bool:
    """Whether the agent said something else first and paused: 等一下，系统在转圈 …… 您好，云联通信."""
    first = opening.parts[0][1]
    before = [s.utterance.end_s for s in call.agent if s.utterance.index < first.utterance]
    if not before or before[-1] is None or first.start_s is None:
        return False
    return first.start_s - before[-1] > _PAUSE_S


def _delay(call: CallView, start_s: float | None) -> float | None:
    """Seconds since the line was answered by a person: voice menu, ring-back and music before do not count."""
    answered = call.transcript.answered_at_s
    if start_s is None or answered is None:
        return None
    machine = [s.utterance.end_s for s in call.said if s.utterance.role is Role.SYSTEM]
    machine += [span.end_s for span in call.transcript.tones]
    ends = [end for end in machine if end is not None and end <= start_s]
    return float(start_s - max([answered, *ends, *_first_words_after_a_menu(call)]))


def _first_words_after_a_menu(call: CallView) -> list[float]:
    """Where a menu was taken for a person, the line was answered when the first real one spoke."""
    menus = [s.place for s in call.said if s.utterance.role is not Role.SYSTEM and is_announcement(s)]
    if not menus:
        return []
    people = sorted((*call.agent, *call.customer, *call.unknown), key=lambda s: s.place)
    starts = [s.utterance.start_s for s in people if s.place > menus[0]]
    return [start for start in starts[:1] if start is not None]
