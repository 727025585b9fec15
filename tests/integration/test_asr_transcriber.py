"""The whole engine with the real model: the same transcript in any company, and no words where nobody speaks."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from asr.audio import decode
from asr.options import RATE_HZ, EngineOptions
from asr.playback import BLEEP_HZ, OpusPlayback
from asr.text import prompt_for
from asr.transcriber import WhisperTranscriber
from benchmarks.roles import swapped, tally, turns_of
from callqa.services.audio import bleeps_of
from models.call import CallMeta
from models.errors import ReasonCode, RecordingError
from models.ports import TranscribeOutcome
from models.run import AudioJob
from models.transcript import Role, SecretKind, Transcript
from tests.unit.asr_signals import dominant_hz, noise, ringback, silence, tone, write_wav

pytestmark = pytest.mark.slow

CALLS = Path(__file__).parents[2] / "callqa" / "demo_calls"
TRUTH = Path(__file__).parents[1] / "data" / "truth"
STEREO = sorted(path for path in CALLS.iterdir() if path.suffix == ".flac")[:3]
[MONO] = CALLS.glob("*.mono.opus")


@pytest.fixture(scope="module")
def transcriber(tmp_path_factory: pytest.TempPathFactory) -> WhisperTranscriber:
    options = EngineOptions(data_dir=tmp_path_factory.mktemp("home"), prompt=prompt_for("zh", ["宽带", "光猫", "工单"]))
    return WhisperTranscriber(options)


def right_share(transcript: Transcript, path: Path) -> float:
    """The share of characters given to the party that says them."""
    counts = tally(transcript, turns_of(path, TRUTH))
    return counts.right / counts.total


def job(path: Path | str, roles: tuple[Role, ...] = ()) -> AudioJob:
    return AudioJob(Path(path).name, str(path), None, CallMeta(Path(path).name, channel_roles=roles))


def hear(transcriber: WhisperTranscriber, *jobs: AudioJob) -> dict[str, TranscribeOutcome]:
    outcomes = list(transcriber.transcribe(jobs))
    assert sorted(o.recording_id for o in outcomes) == sorted(j.recording_id for j in jobs)
    return {outcome.recording_id: outcome for outcome in outcomes}


def transcript_of(outcome: TranscribeOutcome) -> Transcript:
    assert outcome.error is None
    assert outcome.transcript is not None
    return outcome.transcript


@pytest.fixture(scope="module")
def together(transcriber: WhisperTranscriber) -> dict[str, Transcript]:
    heard = hear(transcriber, *[job(path) for path in (*STEREO, MONO)])
    return {name: transcript_of(outcome) for name, outcome in heard.items()}


def test_alone_or_in_company_the_transcript_is_the_same(
    transcriber: WhisperTranscriber, together: dict[str, Transcript]
) -> None:
    for path in (STEREO[0], MONO):
        alone = transcript_of(hear(transcriber, job(path))[path.name])
        assert alone == together[path.name]


def test_one_worker_or_two(tmp_path: Path, together: dict[str, Transcript]) -> None:
    options = EngineOptions(data_dir=tmp_path, prompt=prompt_for("zh", ["宽带", "光猫", "工单"]), workers=1)
    single = WhisperTranscriber(options)
    path = STEREO[1]
    assert transcript_of(hear(single, job(path))[path.name]) == together[path.name]


def test_transcripts_are_well_formed(transcriber: WhisperTranscriber, together: dict[str, Transcript]) -> None:
    for name, transcript in together.items():
        assert transcript.recording_id == name
        assert transcript.engine == transcriber.engine
        assert transcript.duration_s is not None
        assert len(transcript.utterances) >= 4
        assert [u.index for u in transcript.utterances] == list(range(len(transcript.utterances)))
        assert all(a.start_s <= b.start_s for a, b in pairwise(transcript.utterances) if a.start_s and b.start_s)
        for utterance in transcript.utterances:
            assert utterance.text == utterance.text.strip() != ""
            assert utterance.words
            assert utterance.start_s == utterance.words[0].start_s
            assert utterance.end_s == utterance.words[-1].end_s
            for word in utterance.words:
                assert utterance.text[word.char_start : word.char_end].strip()
                assert 0 <= word.start_s <= word.end_s <= transcript.duration_s
                assert 0 <= word.probability <= 1


def test_both_parties_of_a_stereo_call_are_told_apart(together: dict[str, Transcript]) -> None:
    for path in STEREO:
        transcript = together[path.name]
        assert transcript.role_basis.startswith("channel:")
        assert {u.role for u in transcript.utterances} >= {Role.AGENT, Role.CUSTOMER}


def test_the_parties_of_a_mono_call_are_told_apart(together: dict[str, Transcript]) -> None:
    transcript = together[MONO.name]
    assert transcript.role_basis == "speakers:greeting"
    assert transcript.role_confidence < 0.95, "never as sure as with two channels"
    assert right_share(transcript, MONO) >= 0.9
    assert {span.role for span in transcript.speech} == {Role.AGENT, Role.CUSTOMER}


def test_both_parties_on_one_channel_of_two(transcriber: WhisperTranscriber, tmp_path: Path) -> None:
    [mono] = decode(str(MONO)).channels
    for name, other in (("silent", silence(len(mono) / RATE_HZ)), ("noisy", noise(len(mono) / RATE_HZ, 0.001))):
        path = write_wav(tmp_path / name, other, mono / 32768)
        heard = transcript_of(hear(transcriber, job(path, (Role.AGENT, Role.CUSTOMER)))[name])
        assert heard.role_basis == "speakers:greeting", name
        assert right_share(heard, MONO) >= 0.9, name


def test_one_person_on_a_channel_is_one_person(transcriber: WhisperTranscriber, tmp_path: Path) -> None:
    [path] = CALLS.glob("d18_*.flac")
    [agent, _] = decode(str(path)).channels
    at_s = np.arange(len(agent)) / RATE_HZ
    turns = [turn for turn in turns_of(path, TRUTH) if turn.role is Role.AGENT]
    alone = np.where(np.any([(at_s > t.start_s - 0.1) & (at_s < t.end_s + 0.1) for t in turns], axis=0), agent, 0)
    heard = transcript_of(hear(transcriber, job(write_wav(tmp_path / "one.wav", alone / 32768)))["one.wav"])
    assert {u.role for u in heard.utterances} == {Role.AGENT}
    assert heard.role_confidence < 0.75, "a person must check whether it is only one"


@pytest.mark.parametrize("name", ["d06", "d10"], ids=["by voice alone", "by wording and voice"])
def test_parties_that_change_channels_half_way_keep_their_roles(
    transcriber: WhisperTranscriber, tmp_path: Path, name: str
) -> None:
    [path] = CALLS.glob(f"{name}_*.flac")
    left, right = (channel / 32768 for channel in decode(str(path)).channels)
    changed = swapped(np.stack([left, right], axis=1).astype(np.float32))
    heard = transcript_of(hear(transcriber, job(write_wav(tmp_path / "swap.wav", *changed.T)))["swap.wav"])
    assert heard.role_basis == "channel:swapped"
    assert heard.role_confidence <= 0.8
    assert right_share(heard, path) >= 0.9


def test_metadata_names_the_channels(transcriber: WhisperTranscriber) -> None:
    path = STEREO[0]
    swapped = transcript_of(hear(transcriber, job(path, (Role.CUSTOMER, Role.AGENT)))[path.name])
    usual = transcript_of(hear(transcriber, job(path, (Role.AGENT, Role.CUSTOMER)))[path.name])
    assert swapped.role_basis.startswith("metadata")
    assert [u.text for u in swapped.utterances] == [u.text for u in usual.utterances]
    other = {Role.AGENT: Role.CUSTOMER, Role.CUSTOMER: Role.AGENT}
    assert [other.get(u.role, u.role) for u in swapped.utterances] == [u.role for u in usual.utterances]


def test_nothing_is_invented_where_nobody_speaks(transcriber: WhisperTranscriber, tmp_path: Path) -> None:
    music = np.concatenate([tone(f, 0.4, 0.2) for f in (262, 330, 392, 523) * 12])
    sounds: dict[str, Sequence[np.ndarray]] = {
        "silence": [silence(30)],
        "stereo silence": [silence(30), silence(30)],
        "noise": [noise(30, 0.02)],
        "faint noise": [noise(30, 0.0005), noise(30, 0.0005, seed=1)],
        "ring-back": [ringback(6), noise(30, 0.001)],
        "music": [music],
        "hum": [tone(50, 30, 0.2) + tone(150, 30, 0.05)],
        "keys": [np.concatenate([tone(770, 0.2, 0.2) + tone(1336, 0.2, 0.2), silence(0.2)] * 10)],
    }
    jobs = [job(write_wav(tmp_path / name, *channels)) for name, channels in sounds.items()]
    for name, outcome in hear(transcriber, *jobs).items():
        transcript = transcript_of(outcome)
        assert transcript.utterances == (), name
        assert transcript.role_basis == "none"
        assert transcript.answered_at_s is None


def test_a_bad_recording_is_its_own_outcome(transcriber: WhisperTranscriber, tmp_path: Path) -> None:
    (tmp_path / "empty.wav").touch()
    (tmp_path / "text.wav").write_text("not a call", encoding="utf-8")
    one_sample = write_wav(tmp_path / "one.wav", np.full(1, 0.1))
    jobs = [job(tmp_path / "empty.wav"), job(tmp_path / "text.wav"), job(one_sample)]
    outcomes = hear(transcriber, *jobs, job(STEREO[0]))
    reasons = {
        name: outcome.error.reason for name, outcome in outcomes.items() if isinstance(outcome.error, RecordingError)
    }
    assert reasons == {
        "empty.wav": ReasonCode.EMPTY_FILE,
        "text.wav": ReasonCode.NOT_AUDIO,
        "one.wav": ReasonCode.NO_SAMPLES,
    }
    assert transcript_of(outcomes[STEREO[0].name]).utterances


@pytest.mark.parametrize("way", ["very quiet", "sign turned", "offset", "hidden among six channels"])
def test_odd_but_audible(transcriber: WhisperTranscriber, tmp_path: Path, way: str) -> None:
    left, right = (channel[: 25 * RATE_HZ] / 32768 for channel in decode(str(STEREO[0])).channels)
    nothing = np.zeros(len(left))
    mixed = (left + right) / 2
    channels = {
        "very quiet": [left * 0.006, right * 0.006],
        "sign turned": [mixed, -mixed],
        "offset": [left + 0.4, right + 0.4],
        "hidden among six channels": [nothing, left, nothing, nothing, right, nothing],
    }[way]
    path = write_wav(tmp_path / "odd.wav", *channels)
    heard = transcript_of(hear(transcriber, job(path))["odd.wav"])
    assert sum(len(u.text) for u in heard.utterances) > 30
    if way != "sign turned":
        assert {u.role for u in heard.utterances} == {Role.AGENT, Role.CUSTOMER}


def test_timings_grow_and_add_up(transcriber: WhisperTranscriber) -> None:
    before = transcriber.timings()
    hear(transcriber, job(STEREO[0]))
    after = transcriber.timings()
    assert after.whisper_s > before.whisper_s
    assert after.speech_s > before.speech_s
    assert after.decode_s > before.decode_s


def test_agent_channel_setting_wins(transcriber: WhisperTranscriber, together: dict[str, Transcript]) -> None:
    path = STEREO[0]
    options = dataclasses.replace(transcriber._options, agent_channel=1)
    set_by_hand = WhisperTranscriber(options)
    heard = transcript_of(hear(set_by_hand, job(path, (Role.AGENT, Role.CUSTOMER)))[path.name])
    assert heard.role_basis.startswith("setting")
    first = next(u for u in together[path.name].utterances if u.role is Role.AGENT)
    assert next(u for u in heard.utterances if u.text == first.text).role is Role.CUSTOMER
    assert heard.engine != transcriber.engine


def test_a_dictated_number_is_masked_and_bleeped_in_the_copy(transcriber: WhisperTranscriber, tmp_path: Path) -> None:
    [path] = CALLS.glob("d01_*.mp3")
    [number] = json.loads((TRUTH / "d01_vas_charge_proper.json").read_text(encoding="utf-8"))["truth"]["pii"]
    [outcome] = transcriber.transcribe([job(path)])
    assert outcome.transcript is not None
    [masked] = [m for u in outcome.transcript.utterances for m in u.masked]
    assert masked.kind is SecretKind.PHONE
    assert masked.start_s is not None
    assert masked.end_s is not None
    assert masked.start_s < number["start"] + 0.15
    assert masked.end_s > number["end"] - 0.15

    with (tmp_path / "copy.ogg").open("wb") as target:
        OpusPlayback().make(str(path), bleeps_of(outcome.transcript) or (), target)
    inside = slice(int((masked.start_s + 0.05) * RATE_HZ), int((masked.end_s - 0.05) * RATE_HZ))
    for before, after in zip(decode(str(path)).channels, decode(str(tmp_path / "copy.ogg")).channels, strict=True):
        assert dominant_hz(after[inside]) == pytest.approx(BLEEP_HZ, abs=5)
        assert dominant_hz(before[inside]) != pytest.approx(BLEEP_HZ, abs=5)
