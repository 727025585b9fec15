"""Puts a transcript together from the words of all windows of a call."""

from __future__ import annotations

from collections.abc import Sequence

from asr.digits import readable
from asr.glossary import Glossary
from asr.listen import Analysis
from asr.pii.mask import mask_secrets
from asr.reading import Invented
from asr.roles import Casting, Known, after_swap, cast
from asr.speech import Span
from asr.swaps import moved, rejoined
from asr.tones import answered_at
from asr.utterances import Turn, to_utterance, turns
from asr.words import SpokenWord
from models.call import CallMeta, Direction
from models.transcript import Dropped, EngineReceipt, Role, SpeechSpan, Transcript, Utterance


def assemble(
    recording_id: str,
    analysis: Analysis,
    words: Sequence[SpokenWord],
    known: Known | None,
    direction: Direction | None,
    language: str,
    glossary: Glossary | None,
    dropped: Sequence[Invented],
    engine: EngineReceipt,
    swap_s: float | None = None,
    *,
    mask_pii: bool,
) -> Transcript:
    """The transcript; `words` of a channel are in time order. Without words it has no utterances.

    Without a glossary no word is changed for another; spoken digits are still written in figures. `swap_s` is when the
    parties of a stereo recording change channels; what is known of the channels holds until then. With `mask_pii`
    personal numbers are masked: last of all, so that nothing that reads text adds to it afterwards.
    """
    if swap_s is not None:
        analysis, words, dropped = rejoined(analysis, swap_s), moved(words, swap_s), moved(dropped, swap_s)
    spoken = turns_of(analysis, words)
    rings = [ring for tones in analysis.tones for ring in tones.rings]
    channels = tuple(range(len(analysis.channels)))
    casting = cast(spoken, channels, known, rings, direction, language, analysis.distance)
    if swap_s is not None:
        casting = after_swap(casting)
    utterances = tuple(
        _readable(to_utterance(i, role, turn), language, glossary)
        for i, (role, turn) in enumerate(zip(casting.turns, spoken, strict=True))
    )
    first_person_s = next((u.start_s for u in utterances if u.role is not Role.SYSTEM), None)
    transcript = Transcript(
        recording_id=recording_id,
        language=language,
        duration_s=round(analysis.duration_s, 3),
        utterances=utterances,
        speech=_speech(analysis, spoken, casting),
        tones=tuple(
            SpeechSpan(Role.SYSTEM, span.start_s, span.end_s)
            for span in sorted((s for t in analysis.tones for s in t.spans), key=lambda s: (s.start_s, s.end_s))
        ),
        answered_at_s=answered_at(analysis.tones, first_person_s),
        role_confidence=casting.confidence,
        role_basis=casting.basis,
        dropped=tuple(
            Dropped(casting.channels[d.channel], d.start_s, d.end_s, d.text, d.faults)
            for d in sorted(dropped, key=lambda d: (d.start_s, d.channel))
        ),
        engine=engine,
    )
    return mask_secrets(transcript) if mask_pii else transcript


def _readable(utterance: Utterance, language: str, glossary: Glossary | None) -> Utterance:
    """Words first: 公号三五八 is only known to be a number when 工号 stands before it."""
    if glossary is not None:
        utterance = glossary.corrected(utterance)
    return readable(utterance, by_sound=glossary is not None) if language == "zh" else utterance


def turns_of(analysis: Analysis, words: Sequence[SpokenWord]) -> tuple[Turn, ...]:
    """The words (those of a channel in time order) as turns, in time order."""
    by_channel: dict[int, list[SpokenWord]] = {i: [] for i in range(len(analysis.channels))}
    for word in words:
        by_channel[word.channel].append(word)
    return turns(by_channel)


def names_a_side(meta: CallMeta) -> bool:
    """Whether metadata says who is on a channel."""
    return any(role is not Role.UNKNOWN for role in meta.channel_roles)


def known_roles(meta: CallMeta, analysis: Analysis, agent_channel: int | None) -> Known | None:
    """Roles of the analysed channels from the setting, else from metadata; None when neither says.

    Who faces a known agent or customer is the other one. Of speakers on one channel nothing is known.
    """
    if analysis.distance is not None:
        return None
    indices = [channel.index for channel in analysis.channels]
    if agent_channel is not None and agent_channel in indices:
        return Known(tuple(Role.AGENT if i == agent_channel else Role.CUSTOMER for i in indices), "setting")
    roles = tuple(meta.channel_roles[i] if i < len(meta.channel_roles) else Role.UNKNOWN for i in indices)
    if len(roles) > 1 and Role.UNKNOWN in roles:
        facing = {Role.AGENT: Role.CUSTOMER, Role.CUSTOMER: Role.AGENT}
        roles = tuple(facing.get(roles[1 - i], role) if role is Role.UNKNOWN else role for i, role in enumerate(roles))
    return Known(roles, "metadata") if any(role is not Role.UNKNOWN for role in roles) else None


def _speech(analysis: Analysis, spoken: Sequence[Turn], casting: Casting) -> tuple[SpeechSpan, ...]:
    """The detector's spans with a role each, cut where a turn with another role begins inside one."""
    found: list[SpeechSpan] = []
    for channel, spans in enumerate(analysis.speech):
        own = [(turn, role) for turn, role in zip(spoken, casting.turns, strict=True) if turn.channel == channel]
        for span in spans:
            found.extend(_split(span, own, casting.channels[channel]))
    return tuple(sorted(found, key=lambda s: (s.start_s, s.end_s, s.role)))


def _split(span: Span, own: Sequence[tuple[Turn, Role]], default: Role) -> list[SpeechSpan]:
    inside = [(turn, role) for turn, role in own if turn.start_s < span.end_s and turn.end_s > span.start_s]
    if not inside:
        return [SpeechSpan(default, span.start_s, span.end_s)]
    pieces: list[SpeechSpan] = []
    start_s, current = span.start_s, inside[0][1]
    for turn, role in inside[1:]:
        if role is not current and turn.start_s > start_s:
            pieces.append(SpeechSpan(current, start_s, turn.start_s))
            start_s, current = turn.start_s, role
    return [*pieces, SpeechSpan(current, start_s, span.end_s)]
