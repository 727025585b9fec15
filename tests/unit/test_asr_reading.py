"""What happens to a window whose first text is not to be believed."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from asr.budget import ALWAYS_S, Budget
from asr.hearing import Heard, HeardWord, Way
from asr.options import RATE_HZ
from asr.packing import FULL_WINDOW_S, pack
from asr.reading import GREEDY_BEAM, REPAIR_BEAM, Reading, Unread, WindowJob, WindowReader
from asr.speech import Span
from asr.text import prompt_for
from asr.timings import StageClock
from models.errors import ModelError, ReasonCode, RecordingError, TransientError
from tests.unit.asr_signals import channel, tone

PROMPT = prompt_for("zh", ["宽带", "光猫"])
LEAD = prompt_for("zh")
FIRST = Way(PROMPT, 5)
LOOP = "宽带" * 8
Listen = Callable[[NDArray[np.float32], float, Way], str]


class Scripted:
    """Says what the script says for a sound, its length in seconds, and the way to hear it; remembers the calls."""

    def __init__(self, listen: Listen, *, takes_prompt_only: bool = False) -> None:
        self.listen = listen
        self.takes_prompt_only = takes_prompt_only
        self.calls: list[tuple[float, Way]] = []

    def load(self) -> None:
        """Nothing to load."""

    def hear(self, sounds: Sequence[NDArray[np.float32]], contents_s: Sequence[float], way: Way) -> list[Heard]:
        found: list[Heard] = []
        for sound, content_s in zip(sounds, contents_s, strict=True):
            length_s = len(sound) / RATE_HZ
            self.calls.append((length_s, way))
            text = self.listen(sound, length_s, way)
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
    [reading] = WindowReader(whisper, FIRST, "zh", StageClock()).read([JOB])
    assert isinstance(reading, Reading)
    return reading, whisper


def text_of(reading: Reading) -> str:
    return "".join(word.text for word in reading.words)


GOOD = "您好我的宽带断了三天没有人来修理"


def test_a_good_text_is_kept_at_once() -> None:
    reading, whisper = read(lambda *_: GOOD)
    assert text_of(reading) == GOOD
    assert reading.dropped == ()
    assert whisper.calls == [(WINDOW.length_s, FIRST)]


LAST = (FULL_WINDOW_S, Way("", REPAIR_BEAM))


@pytest.mark.parametrize(
    ("what", "ways"),
    [
        ("with terms, beam 5", [Way(PROMPT, 5), Way(LEAD, 5), Way(LEAD, GREEDY_BEAM)]),
        ("with terms, fast", [Way(PROMPT, 2, 1.2), Way(LEAD, 2, 1.2), Way(LEAD, GREEDY_BEAM)]),
        ("greedy and fast", [Way(LEAD, GREEDY_BEAM, 1.2), Way(LEAD, GREEDY_BEAM)]),
        ("greedy", [Way(LEAD, GREEDY_BEAM)]),
    ],
)
def test_a_loop_is_decoded_other_ways_until_one_is_good_and_no_way_twice(what: str, ways: list[Way]) -> None:
    tries = [*((WINDOW.length_s, way) for way in ways), LAST]
    for count, good_with in enumerate(tries, 1):
        whisper = Scripted(lambda _, *how: GOOD if how == good_with else LOOP)  # noqa: B023 - used before the next turn
        [reading] = WindowReader(whisper, ways[0], "zh", StageClock()).read([JOB])
        assert isinstance(reading, Reading)
        assert text_of(reading) == GOOD
        assert reading.dropped == ()
        assert whisper.calls == tries[:count], what


def test_where_only_the_prompt_counts_the_same_is_not_asked_twice() -> None:
    whisper = Scripted(lambda _, __, way: LOOP if way.prompt else GOOD, takes_prompt_only=True)
    [reading] = WindowReader(whisper, FIRST, "zh", StageClock()).read([JOB])
    assert isinstance(reading, Reading)
    assert text_of(reading) == GOOD
    assert [(length_s, way.prompt) for length_s, way in whisper.calls] == [
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


def test_of_a_window_with_one_invented_sentence_only_that_is_lost() -> None:
    said, invented = "我上周去了一趟外地今天才回来。", "谢谢观看。"
    reading, _ = read(lambda *_: said + invented)
    assert text_of(reading) == said.strip("。") * 2
    assert [(lost.text, lost.faults) for lost in reading.dropped] == [(invented, ("phantom",))] * 2
    for lost in reading.dropped:
        assert lost.start_s < lost.end_s
        assert not any(lost.start_s < word.end_s and word.start_s < lost.end_s for word in reading.words)


def test_what_stands_beside_more_invented_words_is_not_believed() -> None:
    reading, _ = read(lambda *_: "谢谢大家。请不吝点赞订阅转发。")
    assert reading.words == ()
    assert [lost.text for lost in reading.dropped] == ["谢谢大家。请不吝点赞订阅转发。"] * 2


def spent_budget() -> Budget:
    spent = Budget(2.0)
    spent.grant(WINDOW.content_s)
    spent.spend(ALWAYS_S + 2 * WINDOW.content_s + 1)
    return spent


def job(budget: Budget) -> WindowJob:
    return WindowJob(WINDOW, channel(SOUND), budget)


def test_a_recording_that_costs_too_much_is_given_up() -> None:
    whisper = Scripted(lambda *_: GOOD)
    [unread] = WindowReader(whisper, FIRST, "zh", StageClock()).read([job(spent_budget())])
    assert isinstance(unread, Unread)
    assert isinstance(unread.error, RecordingError)
    assert unread.error.reason is ReasonCode.TOO_COSTLY
    assert re.search(r"given up after \d+ s of work on \d+ s of sound.*work_s_per_s", str(unread.error))
    assert whisper.calls == [], "nothing more is spent on it"


class Batches(Scripted):
    """Also notes how many windows come at once, and raises what it is told to for so many."""

    def __init__(self, listen: Listen, trouble: dict[int, Exception] | None = None) -> None:
        super().__init__(listen)
        self.sizes: list[int] = []
        self.trouble = trouble or {}

    def hear(self, sounds: Sequence[NDArray[np.float32]], contents_s: Sequence[float], way: Way) -> list[Heard]:
        self.sizes.append(len(sounds))
        if len(sounds) in self.trouble:
            raise self.trouble[len(sounds)]
        return super().hear(sounds, contents_s, way)


def test_a_spent_recording_takes_nothing_from_its_neighbours() -> None:
    whisper = Batches(lambda *_: GOOD)
    found = WindowReader(whisper, FIRST, "zh", StageClock()).read(
        [job(Budget(10.0)), job(spent_budget()), job(Budget(10.0))]
    )
    assert [type(one) for one in found] == [Reading, Unread, Reading]
    assert whisper.sizes == [2], "the others are still heard together, and once"


def test_a_window_that_cannot_be_mended_for_money_loses_no_other_reading() -> None:
    """The first decoding of the loop uses its recording's budget up; its repair is not begun."""
    tight = Budget(0.001)
    tight.spend(ALWAYS_S)

    def listen(sound: NDArray[np.float32], *_: object) -> str:
        time.sleep(0.01)
        return LOOP if np.abs(sound).max() < 0.2 else GOOD

    whisper = Batches(listen)
    quiet = WindowJob(WINDOW, channel(SOUND * 0.1), tight)
    found = WindowReader(whisper, FIRST, "zh", StageClock()).read([job(Budget(10.0)), quiet, job(Budget(10.0))])
    assert [type(one) for one in found] == [Reading, Unread, Reading]
    assert whisper.sizes == [3]


def test_an_answer_that_has_come_is_kept_whatever_it_cost() -> None:
    tight = Budget(0.001)
    tight.spend(ALWAYS_S)

    def listen(*_: object) -> str:
        time.sleep(0.01)
        return GOOD

    [reading] = WindowReader(Scripted(listen), FIRST, "zh", StageClock()).read([job(tight)])
    assert isinstance(reading, Reading)
    with pytest.raises(RecordingError):
        tight.check()


def test_what_waits_for_a_service_is_not_charged() -> None:
    tight = Budget(0.001)
    tight.spend(ALWAYS_S)

    def listen(*_: object) -> str:
        time.sleep(0.01)
        return GOOD

    reader = WindowReader(Scripted(listen), FIRST, "zh", StageClock(), charged=False)
    reader.read([job(tight)])
    tight.check()


def test_a_batch_that_fails_is_heard_one_by_one() -> None:
    whisper = Batches(lambda *_: GOOD, {3: RuntimeError("CUDA out of memory")})
    found = WindowReader(whisper, FIRST, "zh", StageClock()).read([job(Budget(10.0)) for _ in range(3)])
    assert [type(one) for one in found] == [Reading] * 3
    assert whisper.sizes == [3, 1, 1, 1]


def test_a_window_that_fails_alone_says_what_to_do() -> None:
    whisper = Batches(lambda *_: GOOD, {1: RuntimeError("CUDA out of memory")})
    [unread] = WindowReader(whisper, FIRST, "zh", StageClock()).read([job(Budget(10.0))])
    assert isinstance(unread, Unread)
    assert isinstance(unread.error, TransientError)
    assert "out of memory; run again, with fewer workers" in str(unread.error)


def test_a_model_that_cannot_be_used_stops_everything() -> None:
    whisper = Batches(lambda *_: GOOD, {2: ModelError("damaged")})
    with pytest.raises(ModelError):
        WindowReader(whisper, FIRST, "zh", StageClock()).read([job(Budget(10.0)), job(Budget(10.0))])


def test_no_windows() -> None:
    assert WindowReader(Scripted(lambda *_: GOOD), FIRST, "zh", StageClock()).read([]) == []
