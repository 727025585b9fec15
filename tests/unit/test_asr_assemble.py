"""The transcript as put together from channels, words and tones."""

from __future__ import annotations

from dataclasses import replace

import pytest

from asr.assemble import assemble, known_roles
from asr.glossary import Glossary
from asr.listen import Analysis
from asr.reading import Invented
from asr.speech import Span
from asr.tones import Tones
from asr.words import SpokenWord
from models.call import CallMeta, Direction
from models.glossary import GlossaryTerm
from models.transcript import Correction, Dropped, Role, SpeechSpan, Transcript
from tests.factories import ENGINE
from tests.unit.asr_signals import channel, silence

AGENT, CUSTOMER, SYSTEM, UNKNOWN = Role.AGENT, Role.CUSTOMER, Role.SYSTEM, Role.UNKNOWN


def analysis(*speech: tuple[Span, ...], tones: Tones | None = None, indices: tuple[int, ...] = (0, 1)) -> Analysis:
    return Analysis(
        duration_s=60.0,
        channels=tuple(channel(silence(0.1), index) for index in indices[: len(speech)]),
        speech=speech,
        tones=(tones or Tones(), *[Tones()] * (len(speech) - 1)),
        windows=((),) * len(speech),
    )


def said(channel_: int, text: str, start_s: float, step_s: float = 0.1) -> list[SpokenWord]:
    return [
        SpokenWord(channel_, c, "。" if i == len(text) - 1 else "", False, round(start_s + i * step_s, 3), round(start_s + (i + 1) * step_s, 3), 0.9)
        for i, c in enumerate(text)
    ]  # fmt: skip


def assembled(
    found: Analysis,
    words: list[SpokenWord],
    direction: Direction | None = None,
    glossary: Glossary | None = None,
    language: str = "zh",
    swap_s: float | None = None,
) -> Transcript:
    lost = [Invented(0, 30.0, 30.5, "谢谢观看", ("phantom",))]
    return assemble("r1", found, words, None, direction, language, glossary, lost, ENGINE, swap_s, mask_pii=True)


def test_nothing_said() -> None:
    transcript = assembled(analysis((), ()), [])
    assert transcript.utterances == ()
    assert transcript.speech == ()
    assert transcript.answered_at_s is None
    assert (transcript.role_basis, transcript.role_confidence) == ("none", 0.0)
    assert (transcript.duration_s, transcript.engine) == (60.0, ENGINE)
    assert transcript.dropped == (Dropped(Role.UNKNOWN, 30.0, 30.5, "谢谢观看", ("phantom",)),)


def test_announcement_ring_answer() -> None:
    ring = Tones((Span(6.0, 17.0),), (Span(6.0, 17.0),), (Span(6.0, 7.0), Span(11.0, 12.0), Span(16.0, 17.0)))
    words = [
        *said(0, "欢迎致电云联通信人工服务请按零", 1.0),
        *said(0, "您好工号八零二六为您服务请问有什么可以帮您", 18.0),
        *said(1, "我家宽带断了你们什么时候来修", 22.0),
    ]
    found = analysis((Span(0.9, 2.6), Span(17.9, 20.2)), (Span(21.9, 23.5), Span(30.0, 30.4)), tones=ring)

    transcript = assembled(found, words)

    assert [u.role for u in transcript.utterances] == [SYSTEM, AGENT, CUSTOMER]
    assert [u.index for u in transcript.utterances] == [0, 1, 2]
    assert transcript.answered_at_s == 18.0
    assert transcript.tones == (SpeechSpan(SYSTEM, 6.0, 17.0),)
    assert transcript.speech == (
        SpeechSpan(SYSTEM, 0.9, 2.6),
        SpeechSpan(AGENT, 17.9, 20.2),
        SpeechSpan(CUSTOMER, 21.9, 23.5),
        SpeechSpan(CUSTOMER, 30.0, 30.4),  # heard, though without words: the channel says who
    )


def test_speech_of_a_channel_is_shared_out_where_the_announcement_ends() -> None:
    words = [*said(0, "欢迎致电云联通信人工服务请按零", 1.0), *said(0, "您好工号八零二六为您服务", 3.4)]
    transcript = assembled(analysis((Span(0.9, 5.0),), ()), words)
    assert [u.role for u in transcript.utterances] == [SYSTEM, AGENT]
    assert transcript.speech == (SpeechSpan(SYSTEM, 0.9, 3.4), SpeechSpan(AGENT, 3.4, 5.0))


def test_speakers_on_one_channel() -> None:
    words = [*said(0, "您好为您服务请问有什么可以帮您", 1.0), *said(1, "我要投诉你们的宽带", 2.9)]
    spans = ((Span(0.9, 2.8),), (Span(2.8, 4.0),))
    apart = assembled(replace(analysis(*spans, indices=(0, 0)), distance=1.0), words, Direction.INBOUND)
    assert [u.role for u in apart.utterances] == [AGENT, CUSTOMER]
    assert apart.speech == (SpeechSpan(AGENT, 0.9, 2.8), SpeechSpan(CUSTOMER, 2.8, 4.0))
    assert apart.role_basis == "speakers:greeting"

    blurred = assembled(replace(analysis(*spans, indices=(0, 0)), distance=0.2), words, Direction.INBOUND)
    assert {u.role for u in blurred.utterances} == {UNKNOWN}
    assert blurred.role_confidence < 0.7


def test_parties_that_change_channels_keep_their_roles() -> None:
    words = [
        *said(0, "您好为您服务请问有什么可以帮您", 1.0),
        *said(0, "你们怎么还没来修", 21.0),
        *said(1, "我家宽带断了你们什么时候来修", 4.0),
        *said(1, "祝您生活愉快再见", 24.0),
    ]
    found = analysis((Span(0.9, 2.6), Span(9.0, 12.0), Span(20.9, 22.0)), (Span(3.9, 5.5), Span(23.9, 25.0)))
    transcript = assembled(found, words, swap_s=11.0)
    assert [u.role for u in transcript.utterances] == [AGENT, CUSTOMER, CUSTOMER, AGENT]
    assert (transcript.role_basis, transcript.role_confidence) == ("channel:swapped", 0.8)
    assert transcript.speech == (
        SpeechSpan(AGENT, 0.9, 2.6),
        SpeechSpan(CUSTOMER, 3.9, 5.5),
        SpeechSpan(AGENT, 9.0, 11.0),
        SpeechSpan(CUSTOMER, 11.0, 12.0),
        SpeechSpan(CUSTOMER, 20.9, 22.0),
        SpeechSpan(AGENT, 23.9, 25.0),
    )


def test_misheard_words_and_digits_become_readable_and_say_so() -> None:
    words = said(0, "您好公号要要零五幺三八零零", 1.0)
    found = analysis((Span(0.9, 3.0),), ())
    terms = Glossary((GlossaryTerm("工号", heard=("公号",)),))

    (mended,) = assembled(found, words, glossary=terms).utterances
    (plain,) = assembled(found, words).utterances

    assert mended.text == "您好工号110513800。"
    assert mended.corrections == (Correction(2, 4, "公号"), Correction(4, 5, "要"), Correction(5, 6, "要"))
    assert mended.words == plain.words
    assert (plain.text, plain.corrections) == ("您好公号要要0513800。", ())


def test_english_text_is_left_as_recognised() -> None:
    (utterance,) = assembled(analysis((Span(0.9, 3.0),), ()), said(0, "八零二六", 1.0), language="en").utterances
    assert utterance.text == "八零二六。"


@pytest.mark.parametrize(
    ("what", "indices", "setting", "metadata", "expected"),
    [
        ("nothing known", (0, 1), None, (), None),
        ("metadata", (0, 1), None, (CUSTOMER, AGENT), ((CUSTOMER, AGENT), "metadata")),
        ("setting before metadata", (0, 1), 0, (CUSTOMER, AGENT), ((AGENT, CUSTOMER), "setting")),
        ("two of six channels", (1, 4), None, (UNKNOWN, AGENT, UNKNOWN, UNKNOWN, CUSTOMER), ((AGENT, CUSTOMER), "metadata")),
        ("a setting for a channel that is not there", (0, 1), 5, (), None),
        ("metadata that do not say", (0, 1), None, (UNKNOWN, UNKNOWN), None),
        ("metadata for one side", (0, 1), None, (AGENT,), ((AGENT, CUSTOMER), "metadata")),
    ],
)  # fmt: skip
def test_known_roles(
    what: str,
    indices: tuple[int, ...],
    setting: int | None,
    metadata: tuple[Role, ...],
    expected: tuple[tuple[Role, ...], str] | None,
) -> None:
    known = known_roles(CallMeta("C1", channel_roles=metadata), analysis((), (), indices=indices), setting)
    assert (None if known is None else (known.roles, known.basis)) == expected, what


def test_what_is_known_of_a_channel_is_not_known_of_two_speakers_on_it() -> None:
    shared = replace(analysis((), (), indices=(0, 0)), distance=1.0)
    assert known_roles(CallMeta("C1", channel_roles=(AGENT, CUSTOMER)), shared, 0) is None
