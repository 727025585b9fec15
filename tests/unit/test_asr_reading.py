"""What happens to a window whose first text is not to be believed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from asr.budget import ALWAYS_S, Budget
from asr.hearing import Heard, HeardWord
from asr.options import RATE_HZ
from asr.packing import FULL_WINDOW_S, pack
from asr.reading import GREEDY_BEAM, REPAIR_BEAM, Reading, WindowJob, WindowReader
from asr.speech import Span
from asr.text import prompt_for
from asr.timings import StageClock
from models.errors import ReasonCode, RecordingError
from tests.unit.asr_signals import channel, tone

PROMPT = prompt_for("zh", ["宽带", "光猫"])
LEAD = prompt_for("zh")
LOOP = "宽带" * 8
Listen = Callable[[NDArray[np.float32], float, str, int], str]


class Scripted:
    """Says what the script says for a sound, its length in seconds, the prompt and the beam; remembers the calls."""

    def __init__(self, listen: Listen, *, chooses_beam: bool = True) -> None:
        self.listen = listen
        self.chooses_beam = chooses_beam
        self.calls: list[tuple[float, str, int]] = []

    def load(self) -> None:
        """Nothing to load."""

    def hear(
        self, sounds: Sequence[NDArray[np.float32]], contents_s: Sequence[float], prompt: str, beam_size: int
    ) -> list[Heard]:
        found: list[Heard] = []
        for sound, content_s in zip(sounds, contents_s, strict=True):
            length_s = len(sound) / RATE_HZ
            self.calls.append((length_s, prompt, beam_size))
            text = self.listen(sound, length_s, prompt, beam_size)
            step_s = content_s / max(len(text), 1)
            words = tuple(HeardWord(c, i * step_s, (i + 1) * step_s, 0.9) for i, c in enumerate(text))
            found.append(Heard(words, len(text), -0.3))
        return found


# Two stretches of speech in one window: a low tone stands for the first speaker's turn, a high one for the second.
SOUND = np.concatenate([tone(200, 5.0), np.zeros(5 * RATE_HZ), tone(2000, 5.0)])
[WINDOW] = pack(0, (Span(0.5, 4.5), Span(10.5, 14.5)), 15.0)
JOB = WindowJob(WINDOW, channel(SOUND), Budget(10.0))


def read(listen: Listen) -> tuple[Reading, Scripted]:
    whisper = Scripted(listen)
    [reading] = WindowReader(whisper, PROMPT, "zh", 5, StageClock()).read([JOB])
    return reading, whisper


def text_of(reading: Reading) -> str:
    return "".join(word.text for word in reading.words)


GOOD = "您好我的宽带断了三天没有人来修理"


def test_a_good_text_is_kept_at_once() -> None:
    reading, whisper = read(lambda *_: GOOD)
    assert text_of(reading) == GOOD
    assert reading.dropped == ()
    assert whisper.calls == [(WINDOW.length_s, PROMPT, 5)]


@pytest.mark.parametrize(
    ("good_with", "calls"),
    [
        ((WINDOW.length_s, LEAD, 5), 2),
        ((WINDOW.length_s, LEAD, GREEDY_BEAM), 3),
        ((FULL_WINDOW_S, "", REPAIR_BEAM), 4),
    ],
)
def test_a_loop_is_decoded_other_ways_until_one_is_good(good_with: tuple[float, str, int], calls: int) -> None:
    reading, whisper = read(lambda _, length_s, prompt, beam: GOOD if (length_s, prompt, beam) == good_with else LOOP)
    assert text_of(reading) == GOOD
    assert reading.dropped == ()
    assert len(whisper.calls) == calls


def test_where_the_beam_cannot_be_chosen_the_same_is_not_asked_twice() -> None:
    whisper = Scripted(lambda _, length_s, prompt, __: LOOP if prompt else GOOD, chooses_beam=False)
    [reading] = WindowReader(whisper, PROMPT, "zh", 5, StageClock()).read([JOB])
    assert text_of(reading) == GOOD
    assert [(length_s, prompt) for length_s, prompt, _ in whisper.calls] == [
        (WINDOW.length_s, PROMPT),
        (WINDOW.length_s, LEAD),
        (FULL_WINDOW_S, ""),
    ]


def test_only_the_piece_that_loops_is_dropped() -> None:
    def listen(sound: NDArray[np.float32], *_: object) -> str:
        spectrum = np.abs(np.fft.rfft(sound))
        high = spectrum[round(1500 * len(sound) / RATE_HZ) :].max() > 0.1 * spectrum.max()
        return LOOP if high else "我上周去了一趟外地"

    reading, _ = read(listen)
    assert text_of(reading) == "我上周去了一趟外地"
    [lost] = reading.dropped
    assert lost.text == LOOP
    assert "loop" in lost.faults
    assert lost.start_s >= 4.5
    assert all(0.5 <= word.start_s <= word.end_s <= 4.5 for word in reading.words)


def test_what_stays_bad_is_dropped_and_counted() -> None:
    invented = "请不吝点赞订阅转发打赏支持明镜与点点栏目"
    reading, _ = read(lambda *_: invented)
    assert reading.words == ()
    assert [(lost.text, lost.faults[0]) for lost in reading.dropped] == [(invented, "phantom")] * 2


def test_a_recording_that_costs_too_much_is_given_up() -> None:
    spent = Budget(2.0)
    spent.grant(WINDOW.content_s)
    with pytest.raises(RecordingError):
        spent.spend(ALWAYS_S + 2 * WINDOW.content_s + 1)
    whisper = Scripted(lambda *_: GOOD)
    with pytest.raises(RecordingError, match=r"given up after \d+ s of work on \d+ s of sound.*work_s_per_s") as error:
        WindowReader(whisper, PROMPT, "zh", 5, StageClock()).read([WindowJob(WINDOW, channel(SOUND), spent)])
    assert error.value.reason is ReasonCode.PROCESSING_FAILED
    assert whisper.calls == [], "nothing more is spent on it"


def test_no_windows() -> None:
    assert WindowReader(Scripted(lambda *_: GOOD), PROMPT, "zh", 5, StageClock()).read([]) == []
