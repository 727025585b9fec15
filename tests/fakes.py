"""Stand-ins for the outside world behind the ports; scoring and storage are never faked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from models.call import AudioFacts
from models.claim import Worker
from models.errors import RecordingError, TransientError
from models.ports import TranscribeOutcome
from models.run import AudioJob
from models.transcript import EngineReceipt, Transcript
from tests.factories import ENGINE, transcript

POLITE_CALL = (
    ("agent", "您好，云联通信，工号八零二六为您服务，请问有什么可以帮您？"),
    ("customer", "我的宽带断网两天了，你们怎么回事？"),
    ("agent", "给您带来不便非常抱歉，我马上给您派单，二十四小时内师傅上门处理。"),
    ("customer", "好的。"),
    ("agent", "请问还有其他可以帮您的吗？祝您生活愉快，再见。"),
)

Hear = Callable[[AudioJob], Transcript | RecordingError | TransientError]


def hear_polite_call(job: AudioJob) -> Transcript:
    """Whatever the recording, a polite call was heard."""
    return replace(transcript(*POLITE_CALL), recording_id=job.recording_id)


@dataclass
class ScriptedTranscriber:
    """Hears what the test says it hears, and remembers which recordings it was given."""

    hear: Hear = hear_polite_call
    heard: list[str] = field(default_factory=list)

    @property
    def engine(self) -> EngineReceipt:
        """The receipt of the factories' transcripts."""
        return ENGINE

    def transcribe(self, jobs: Sequence[AudioJob]) -> Iterator[TranscribeOutcome]:
        """One outcome per job, in order."""
        for job in jobs:
            self.heard.append(job.recording_id)
            result = self.hear(job)
            if isinstance(result, Transcript):
                yield TranscribeOutcome(job.recording_id, result, None)
            else:
                yield TranscribeOutcome(job.recording_id, None, result)


def probe_anything(path: str) -> AudioFacts:
    """Every file is a minute of stereo telephone sound."""
    return AudioFacts(60.0, 8000, 2, "pcm_s16le")


def worker(
    owner: str = "this test", lease_s: float = 60.0, gone: tuple[str, ...] = (), may_take_s: float = 3600.0
) -> Worker:
    """A process that takes work, and the owners that it knows to have ended."""
    return Worker(owner, lease_s, gone.__contains__, lambda _: may_take_s)
