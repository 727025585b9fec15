"""A bundled call heard by a service that runs the real model: close to what is heard on this machine."""

from __future__ import annotations

import difflib
import io
from pathlib import Path

import pytest
import soundfile
from faster_whisper import WhisperModel

from asr.options import EngineOptions, RemoteOptions
from asr.text import prompt_for
from asr.transcriber import WhisperTranscriber
from asr.weights import ensure_model
from models.call import CallMeta
from models.run import AudioJob
from models.transcript import Role, Transcript
from tests.transcription_server import Answer, Request, serving

pytestmark = pytest.mark.slow

CALL = Path(__file__).parents[2] / "callqa" / "demo_calls" / "d08_customer_only_sorry_short.flac"
PROMPT = prompt_for("zh", ["宽带", "光猫", "工单"])


def hear(options: EngineOptions) -> Transcript:
    job = AudioJob(CALL.name, str(CALL), None, CallMeta(CALL.name))
    [outcome] = WhisperTranscriber(options).transcribe([job])
    assert outcome.transcript is not None, outcome.error
    return outcome.transcript


def words_of(transcript: Transcript, role: Role) -> str:
    return "".join(u.text for u in transcript.utterances if u.role is role)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def packed(home: Path) -> Transcript:
    return hear(EngineOptions(data_dir=home, prompt=PROMPT))


@pytest.fixture(scope="module")
def model(home: Path) -> WhisperModel:
    return WhisperModel(str(ensure_model("base", home).path), device="cpu", compute_type="int8", cpu_threads=2)


@pytest.mark.parametrize("form", ["words", "text"])
def test_a_service_hears_what_this_machine_hears(
    home: Path, packed: Transcript, model: WhisperModel, form: str
) -> None:
    def transcribe(request: Request) -> Answer:
        sound, _ = soundfile.read(io.BytesIO(request.file), dtype="float32")
        found, _ = model.transcribe(
            sound,
            language=request.fields["language"][0],
            initial_prompt=request.fields.get("prompt", [""])[0] or None,
            word_timestamps=form == "words",
            temperature=0.0,
            condition_on_previous_text=False,
        )
        segments = list(found)
        answer: dict[str, object] = {"text": "".join(s.text for s in segments)}
        if form == "words":
            answer["segments"] = [
                {"text": s.text, "start": s.start, "end": s.end, "avg_logprob": s.avg_logprob} for s in segments
            ]
            answer["words"] = [
                {"word": w.word, "start": w.start, "end": w.end} for s in segments for w in s.words or ()
            ]
        return Answer(answer)

    with serving(transcribe) as service:
        remote = hear(EngineOptions(data_dir=home, prompt=PROMPT, remote=RemoteOptions(service.url, "base")))

    assert remote.duration_s == packed.duration_s
    assert remote.speech  # heard here, whatever the service says
    for role in (Role.AGENT, Role.CUSTOMER):
        alike = difflib.SequenceMatcher(a=words_of(remote, role), b=words_of(packed, role), autojunk=False)
        assert alike.ratio() > 0.85
    turns = [(u.role, u.start_s) for u in packed.utterances]
    assert {u.role for u in remote.utterances} == {role for role, _ in turns}
    for utterance in remote.utterances:
        assert utterance.words
        assert utterance.text == utterance.text.strip()
    first, expected = remote.utterances[0], packed.utterances[0]
    assert first.start_s is not None
    assert first.start_s == pytest.approx(expected.start_s, abs=0.5)
