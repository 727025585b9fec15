"""Windows heard by a service: what is asked, what is made of faults, and what is never said."""

from __future__ import annotations

import io
import json
import logging
import socket
import threading
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from asr import remote as engine
from asr.hearing import Heard, Way
from asr.options import RATE_HZ, EngineOptions, RemoteOptions
from asr.receipt import remote_receipt
from asr.remote import WAITS_S, RemoteWhisper
from asr.timings import StageClock
from asr.transcriber import WhisperTranscriber
from models.call import CallMeta
from models.errors import ModelError, ReasonCode, RecordingError, TransientError
from models.run import AudioJob
from tests.transcription_server import KEY, Answer, Request, Service, serving, unused_url
from tests.unit.asr_signals import tone, voice, write_wav

SOUND = tone(200, 5.0).astype(np.float32)
GOOD = Answer(
    {"text": "您好", "words": [{"word": "您", "start": 0.1, "end": 0.4}, {"word": "好", "start": 0.4, "end": 0.8}]}
)


@contextmanager
def remote(
    answer: Callable[[Request], Answer], waited: list[float] | None = None
) -> Iterator[tuple[RemoteWhisper, Service]]:
    """A service and a hearer that asks it; waits are noted, not waited for."""
    with serving(answer) as service:
        options = RemoteOptions(service.url, "large-v3", KEY, 5.0)
        noted: list[float] = [] if waited is None else waited
        yield RemoteWhisper(options, "zh", StageClock(), noted.append), service


def hear(hearer: RemoteWhisper, prompt: str = "以下是录音。") -> Heard:
    """What is heard of one window; its own trouble is raised."""
    [heard] = hearer.hear([SOUND], [4.5], Way(prompt, 5))
    if not isinstance(heard, Heard):
        raise heard
    return heard


def one_after_the_other(*answers: Answer) -> Callable[[Request], Answer]:
    remaining = iter(answers)
    return lambda _: next(remaining)


def test_what_is_asked_and_what_is_heard() -> None:
    with remote(lambda _: GOOD) as (hearer, service):
        assert [w.text for w in hear(hearer).words] == ["您", "好"]
    [request] = service.requests
    assert request.path == "/v1/audio/transcriptions"
    assert request.headers["Authorization"] == f"Bearer {KEY}"
    assert request.fields == {
        "model": ["large-v3"],
        "language": ["zh"],
        "prompt": ["以下是录音。"],
        "response_format": ["verbose_json"],
        "timestamp_granularities[]": ["word", "segment"],
        "temperature": ["0"],
    }
    with wave.open(io.BytesIO(request.file)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE_HZ, 1, 2)
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32767
    assert np.abs(samples - SOUND).max() < 1e-4


def test_without_prompt_or_key_none_is_sent() -> None:
    with serving(lambda _: GOOD) as service:
        hear(RemoteWhisper(RemoteOptions(service.url + "/", "m"), "zh", StageClock()), prompt="")
    [request] = service.requests
    assert request.path == "/v1/audio/transcriptions"
    assert "prompt" not in request.fields
    assert "Authorization" not in request.headers


def test_each_window_of_a_batch_gets_its_own_answer() -> None:
    def loudness(request: Request) -> Answer:
        samples = np.frombuffer(request.file[44:], "<i2")
        return Answer({"text": str(round(float(np.abs(samples).max()) / 3276.7))})

    with remote(loudness) as (hearer, service):
        sounds = [tone(200, 5.0, level).astype(np.float32) for level in (0.1, 0.9, 0.3, 0.5, 0.7)]
        heard = hearer.hear(sounds, [5.0] * 5, Way("", 5))
        assert hearer.hear([], [], Way("", 5)) == []
    assert [h.text if isinstance(h, Heard) else str(h) for h in heard] == ["1", "9", "3", "5", "7"]
    assert len(service.requests) == 5


BUSY = Answer({"error": "busy"}, 503)


@pytest.mark.parametrize(
    ("first", "waits"),
    [
        ([BUSY], [1.0]),
        ([Answer(b"", 429, {"Retry-After": "7"})], [7.0]),
        ([Answer(b"", 429, {"Retry-After": "86400"})], [60.0]),
        ([Answer(b"", 429, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"})], [1.0]),
        ([Answer(b"", 429, {"Retry-After": "-5"})], [1.0]),
        ([BUSY, Answer(b"", 500), Answer(b"", 502)], [1.0, 2.0, 4.0]),
        ([Answer(b"<html>proxy</html>")], [1.0]),
        ([Answer(b'{"text": "\xe6\x82')], [1.0]),
        ([Answer([1, 2])], [1.0]),
        ([Answer({"detail": "loading"})], [1.0]),
    ],
)
def test_what_passes_is_tried_again_after_growing_waits(first: list[Answer], waits: list[float]) -> None:
    waited: list[float] = []
    with remote(one_after_the_other(*first, GOOD), waited) as (hearer, service):
        assert hear(hearer).text == "您好"
    assert waited == waits
    assert len(service.requests) == len(waits) + 1


def test_a_service_that_stays_busy_is_left_alone_and_then_tried_once(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(engine, "time", SimpleNamespace(monotonic=lambda: now[0]))
    waited: list[float] = []
    state = {"answer": BUSY}
    with remote(lambda _: state["answer"], waited) as (hearer, service):
        with pytest.raises(TransientError, match=r"/v1 does not transcribe \(it answers 503 Service Unavailable\)"):
            hear(hearer)
        assert waited == list(WAITS_S)
        assert len(service.requests) == len(WAITS_S) + 1
        with pytest.raises(TransientError, match="503"):
            hear(hearer)
        assert len(service.requests) == len(WAITS_S) + 1  # not asked

        now[0] += engine.REST_S
        with pytest.raises(TransientError, match="503"):
            hear(hearer)
        assert len(service.requests) == len(WAITS_S) + 2  # asked once

        now[0] += engine.REST_S
        state["answer"] = GOOD
        assert hear(hearer).text == "您好"
        state["answer"] = BUSY
        with pytest.raises(TransientError):
            hear(hearer)
        assert len(service.requests) == 2 * len(WAITS_S) + 4  # trusted again


LOUD = tone(200, 5.0, 0.9).astype(np.float32)


def unless_loud(bad: Answer) -> Callable[[Request], Answer]:
    """The service has trouble with loud windows only."""
    return lambda request: bad if np.abs(np.frombuffer(request.file[44:], "<i2")).max() > 0.8 * 32767 else GOOD


def test_a_window_that_always_fails_takes_nothing_from_the_others() -> None:
    with remote(unless_loud(Answer(b"", 500))) as (hearer, service):
        found = hearer.hear([SOUND, LOUD, SOUND], [4.5] * 3, Way("", 5))
        assert [type(one) for one in found] == [Heard, TransientError, Heard]
        assert "500" in str(found[1])
        assert "run again" in str(found[1])
        asked = len(service.requests)
        assert hear(hearer).text == "您好"
        assert len(service.requests) == asked + 1, "the service is not left alone for one window's sake"


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_window_refused_by_a_service_that_took_others_is_that_recordings_fault(status: int) -> None:
    with remote(unless_loud(Answer({"error": "cannot decode"}, status))) as (hearer, service):
        found = hearer.hear([LOUD, SOUND], [4.5] * 2, Way("", 5))
        assert [type(one) for one in found] == [RecordingError, Heard]
        [refused, _] = found
        assert isinstance(refused, RecordingError)
        assert refused.reason is ReasonCode.PROCESSING_FAILED
        for part in (str(status), "cannot decode", service.url, "listen to this recording"):
            assert part in refused.detail
        [later] = hearer.hear([LOUD], [4.5], Way("", 5))
        assert isinstance(later, RecordingError)


def test_a_key_refused_in_the_night_stops_the_run_all_the_same() -> None:
    with remote(one_after_the_other(GOOD, Answer(b"", 401))) as (hearer, _):
        hear(hearer)
        with pytest.raises(ModelError, match="CALLQA_REMOTE_KEY"):
            hear(hearer)


def test_nobody_there() -> None:
    waited: list[float] = []
    url = unused_url()
    hearer = RemoteWhisper(RemoteOptions(url, "m", KEY), "zh", StageClock(), waited.append)
    with pytest.raises(TransientError, match=rf"{url} does not transcribe \(ConnectError"):
        hear(hearer)
    assert waited == list(WAITS_S)


def test_a_service_that_never_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        options = RemoteOptions(f"http://127.0.0.1:{silent.getsockname()[1]}/v1", "m", KEY, timeout_s=0.05)
        with pytest.raises(TransientError, match="ReadTimeout"):
            hear(RemoteWhisper(options, "zh", StageClock(), lambda _: None))


def test_a_service_that_hangs_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as rude:
        options = RemoteOptions(f"http://127.0.0.1:{rude.getsockname()[1]}/v1", "m", KEY, timeout_s=5)

        def hang_up() -> None:
            rude.settimeout(5)
            for _ in range(len(WAITS_S) + 1):
                rude.accept()[0].close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(TransientError, match="does not transcribe"):
            hear(RemoteWhisper(options, "zh", StageClock(), lambda _: None))
        thread.join()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer({"error": f"Incorrect API key provided: {KEY}"}, 401), ["401", "CALLQA_REMOTE_KEY"]),
        (Answer(b"", 403), ["403", "CALLQA_REMOTE_KEY"]),
        (Answer({"error": "no such model"}, 404), ["404", "'large-v3'", "CALLQA_REMOTE_URL", "no such model"]),
        (Answer({"error": f"bad format for {KEY}"}, 400), ["400", "'large-v3'", "bad format for ***"]),
        (Answer(b"x" * 5000, 413), ["413", "xxx"]),
        (Answer(b"", 301, {"Location": "https://elsewhere/v1"}), ["301", "https://elsewhere/v1", "CALLQA_REMOTE_URL"]),
    ],
)
def test_a_refusal_is_raised_at_once_with_the_address_and_what_to_do(answer: Answer, said: list[str]) -> None:
    waited: list[float] = []
    with remote(lambda _: answer, waited) as (hearer, service):
        with pytest.raises(ModelError) as error:
            hear(hearer)
        for part in (*said, service.url):
            assert part in str(error.value)
        assert KEY not in str(error.value)
        assert len(str(error.value)) < 500
        assert len(service.requests) == 1
    assert waited == []


def test_the_key_is_never_told(caplog: pytest.LogCaptureFixture) -> None:
    options = RemoteOptions("http://127.0.0.1:9/v1", "m", KEY)
    receipt = remote_receipt(options, EngineOptions(data_dir=Path(), remote=options), "")
    with caplog.at_level(logging.DEBUG), remote(one_after_the_other(BUSY, GOOD)) as (hearer, _):
        hear(hearer)
    assert "503" in caplog.text
    told = caplog.text + repr(options) + repr(EngineOptions(data_dir=Path(), remote=options)) + repr(receipt)
    assert KEY not in told


def jobs(folder: Path) -> list[AudioJob]:
    return [
        AudioJob(name, write_wav(folder / f"{name}.wav", voice(4) * level), None, CallMeta(name))
        for name, level in (("one", 0.3), ("two", 0.6))
    ]


def test_whole_recordings_go_through_a_service(tmp_path: Path) -> None:
    with serving(lambda _: Answer({"text": "您好，请讲。"})) as service:
        options = EngineOptions(data_dir=tmp_path, model="./none", remote=RemoteOptions(service.url, "large-v3", KEY))
        transcriber = WhisperTranscriber(options)
        outcomes = {o.recording_id: o.transcript for o in transcriber.transcribe(jobs(tmp_path))}
    assert sorted(outcomes) == ["one", "two"]
    for transcript in outcomes.values():
        assert transcript is not None
        assert "".join(u.text for u in transcript.utterances).startswith("您好，请讲。")
        assert transcript.engine == transcriber.engine
    assert not (tmp_path / "weights").exists()


def test_a_service_that_is_down_is_each_recordings_passing_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "WAITS_S", (0.001, 0.001))
    options = EngineOptions(data_dir=tmp_path, remote=RemoteOptions(unused_url(), "large-v3", KEY))
    outcomes = list(WhisperTranscriber(options).transcribe(jobs(tmp_path)))
    assert len(outcomes) == 2
    for outcome in outcomes:
        assert isinstance(outcome.error, TransientError)
        assert "does not transcribe" in str(outcome.error)


def test_a_service_that_refuses_stops_the_run(tmp_path: Path) -> None:
    with serving(lambda _: Answer(b"", 401)) as service:
        options = EngineOptions(data_dir=tmp_path, remote=RemoteOptions(service.url, "large-v3", KEY))
        with pytest.raises(ModelError, match="CALLQA_REMOTE_KEY"):
            list(WhisperTranscriber(options).transcribe(jobs(tmp_path)))


def test_the_form_survives_text_that_looks_like_a_boundary() -> None:
    with remote(lambda request: Answer({"text": json.dumps(request.fields["prompt"])})) as (hearer, service):
        hear(hearer, prompt='--x\r\nContent-Disposition: form-data; name="model"\r\n\r\nother')
    assert service.requests[0].fields["model"] == ["large-v3"]
