"""Recordings as no switchboard should make them: a transcript of what is there or the reason why not, never a crash."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import pytest

from asr.audio import decode
from asr.options import RATE_HZ, EngineOptions
from asr.text import bare
from asr.transcriber import WhisperTranscriber
from models.call import CallMeta
from models.errors import ReasonCode, RecordingError
from models.ports import TranscribeOutcome
from models.run import AudioJob
from models.transcript import Role, Transcript
from tests.unit.asr_signals import Sound, noise, silence, tone, write_wav

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

ROOT = Path(__file__).parents[2]
CALL = "d08_customer_only_sorry_short"
TURNS = json.loads((ROOT / "tests" / "data" / "truth" / f"{CALL}.json").read_text(encoding="utf-8"))["turns"]
"""Agent, customer, agent, customer and so on, by turns, in 31 s; the fourth turn is the customer's longest."""

EMPTY_S = 300.0


def until(end_s: float) -> str:
    """What was said up to then, bare."""
    return bare("".join(turn["text"] for turn in TURNS if turn["end"] <= end_s))


def share_heard(transcript: Transcript, said: str) -> float:
    """Which part of `said` is in the transcript, in order."""
    heard = bare("".join(u.text for u in transcript.utterances))
    blocks = SequenceMatcher(None, said, heard, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) / len(said)


def cut(channels: Sequence[Sound], start_s: float, end_s: float) -> list[Sound]:
    return [channel[round(start_s * RATE_HZ) : round(end_s * RATE_HZ)] for channel in channels]


def swapped_half_way(left: Sound, right: Sound) -> list[Sound]:
    half = round(TURNS[3]["start"] * RATE_HZ) - RATE_HZ // 10
    return [np.concatenate([left[:half], right[half:]]), np.concatenate([right[:half], left[half:]])]


def lost_in_silence(left: Sound, right: Sound) -> list[Sound]:
    few_seconds = cut([left, right], TURNS[0]["start"] - 0.2, TURNS[0]["end"] + 0.2)
    faint = noise(EMPTY_S, 0.0005)
    return [np.concatenate([faint, channel, faint]) for channel in few_seconds]


MID_WORD_S = (TURNS[3]["start"] + TURNS[3]["end"]) / 2

ODD: dict[str, Callable[[Sound, Sound], list[Sound]]] = {
    "ends in mid-word": lambda left, right: cut([left, right], 0, MID_WORD_S),
    "begins in mid-word": lambda left, right: cut([left, right], (TURNS[0]["start"] + TURNS[0]["end"]) / 2, 31),
    "sides swapped half way": swapped_half_way,
    "a few seconds in ten minutes": lost_in_silence,
    "clipped hard": lambda left, right: [np.clip(left * 40, -1, 1), np.clip(right * 40, -1, 1)],
    "both on the left": lambda left, right: [(left + right) / 2, silence(len(left) / RATE_HZ)],
    "both on the right": lambda left, right: [noise(len(left) / RATE_HZ, 0.0005), (left + right) / 2],
    "the same on both": lambda left, right: [(left + right) / 2] * 2,
    "the same with the sign turned": lambda left, right: [(left + right) / 2, -(left + right) / 2],
    "right side with the sign turned": lambda left, right: [left, -right],
    "one side dead": lambda left, _: [left, silence(len(left) / RATE_HZ)],
    "a tone throughout": lambda *_: [tone(1000, 40, 0.5), tone(1000, 40, 0.5)],
    "a tone on one side": lambda *_: [tone(440, 40, 0.9), silence(40)],
    "full scale throughout": lambda *_: [np.ones(40 * RATE_HZ)],
    "two seconds": lambda left, right: cut([left, right], TURNS[0]["start"], TURNS[0]["start"] + 2),
    "a third of a second": lambda left, right: cut([left, right], TURNS[0]["start"], TURNS[0]["start"] + 0.3),
    "a twentieth of a second": lambda left, right: cut([left, right], TURNS[0]["start"], TURNS[0]["start"] + 0.05),
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, TranscribeOutcome]:
    """All of them heard in one go, as in a night: none may disturb another."""
    folder = tmp_path_factory.mktemp("odd")
    left, right = (channel / 32768 for channel in decode(str(ROOT / "callqa" / "demo_calls" / f"{CALL}.flac")).channels)
    jobs = []
    for name, make in ODD.items():
        path = write_wav(folder / f"{name}.wav", *make(left, right))
        jobs.append(AudioJob(name, path, None, CallMeta(name)))
    whole = Path(write_wav(folder / "whole.wav", left, right))
    torn = folder / "torn.wav"
    torn.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    jobs.append(AudioJob("torn", str(torn), None, CallMeta("torn")))
    transcriber = WhisperTranscriber(EngineOptions(data_dir=tmp_path_factory.mktemp("home")))
    return {outcome.recording_id: outcome for outcome in transcriber.transcribe(jobs)}


def transcript_of(outcomes: dict[str, TranscribeOutcome], name: str) -> Transcript:
    outcome = outcomes[name]
    assert outcome.error is None
    assert outcome.transcript is not None
    return outcome.transcript


def test_each_has_one_outcome_within_its_own_time(outcomes: dict[str, TranscribeOutcome]) -> None:
    assert outcomes.keys() == ODD.keys() | {"torn"}
    for name in ODD:
        transcript = transcript_of(outcomes, name)
        assert transcript.duration_s is not None
        for utterance in transcript.utterances:
            assert utterance.start_s is not None
            assert utterance.end_s is not None
            assert 0 <= utterance.start_s <= utterance.end_s <= transcript.duration_s, name


@pytest.mark.parametrize(
    ("name", "said", "share"),
    [
        ("ends in mid-word", until(MID_WORD_S), 0.75),
        ("begins in mid-word", until(99).removeprefix(until(TURNS[0]["end"])), 0.75),
        ("sides swapped half way", until(99), 0.75),
        ("a few seconds in ten minutes", until(TURNS[0]["end"]), 0.75),
        ("clipped hard", until(99), 0.6),
        ("both on the left", until(99), 0.6),
        ("both on the right", until(99), 0.6),
        ("the same on both", until(99), 0.6),
        ("the same with the sign turned", until(99), 0.6),
        ("right side with the sign turned", until(99), 0.75),
        ("one side dead", bare("".join(t["text"] for t in TURNS if t["channel"] == "agent")), 0.75),
    ],
)
def test_what_was_said_is_heard(outcomes: dict[str, TranscribeOutcome], name: str, said: str, share: float) -> None:
    transcript = transcript_of(outcomes, name)
    assert share_heard(transcript, said) > share
    # Nothing is said twice: neither a channel and its copy, nor a window and its repair.
    assert sum(len(bare(u.text)) for u in transcript.utterances) < 1.2 * len(until(99))


@pytest.mark.parametrize("name", ["a tone throughout", "a tone on one side", "full scale throughout"])
def test_no_words_are_made_of_a_tone(outcomes: dict[str, TranscribeOutcome], name: str) -> None:
    transcript = transcript_of(outcomes, name)
    assert transcript.utterances == ()
    assert transcript.role_basis == "none"


def test_a_few_seconds_are_found_where_they_are(outcomes: dict[str, TranscribeOutcome]) -> None:
    utterances = transcript_of(outcomes, "a few seconds in ten minutes").utterances
    starts_s = [u.start_s for u in utterances]
    ends_s = [u.end_s for u in utterances]
    assert min(s for s in starts_s if s is not None) == pytest.approx(EMPTY_S + 0.2, abs=0.4)
    assert max(s for s in ends_s if s is not None) == pytest.approx(EMPTY_S + 0.2 + 3.33, abs=0.4)


def test_short_calls_hold_no_more_than_was_said(outcomes: dict[str, TranscribeOutcome]) -> None:
    two = transcript_of(outcomes, "two seconds")
    assert "您好" in "".join(u.text for u in two.utterances)
    for name, most in (("two seconds", 14), ("a third of a second", 4), ("a twentieth of a second", 0)):
        assert sum(len(bare(u.text)) for u in transcript_of(outcomes, name).utterances) <= most


@pytest.mark.parametrize(
    "name",
    [
        "both on the left",
        "both on the right",
        "the same on both",
        "the same with the sign turned",
    ],
)
def test_parties_on_one_channel_are_never_told_apart_with_certainty(
    outcomes: dict[str, TranscribeOutcome], name: str
) -> None:
    transcript = transcript_of(outcomes, name)
    assert not transcript.role_basis.startswith("channel")
    assert transcript.role_confidence <= 0.92


def test_turning_the_sign_of_a_side_changes_no_role(outcomes: dict[str, TranscribeOutcome]) -> None:
    utterances = transcript_of(outcomes, "right side with the sign turned").utterances
    first = next(u for u in utterances if "您好" in u.text)
    assert first.role is Role.AGENT
    assert {u.role for u in utterances} == {Role.AGENT, Role.CUSTOMER}


def test_a_torn_file_is_refused_with_its_reason(outcomes: dict[str, TranscribeOutcome]) -> None:
    error = outcomes["torn"].error
    assert isinstance(error, RecordingError)
    assert error.reason is ReasonCode.TRUNCATED_AUDIO
