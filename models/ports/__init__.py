"""What the use cases need of the outside world; `callqa.bootstrap` plugs in asr and storage.

Everything here is structural: an adapter need not import or inherit these protocols.
"""

from models.ports.rows import (
    Calls,
    Ledger,
    Reviews,
    Runs,
    Scorecards,
    Standards,
    Transcripts,
    UnitOfWork,
    UnitOfWorkFactory,
)
from models.ports.sound import (
    AudioProbe,
    AudioStore,
    Bleep,
    ClipCutter,
    PeakReader,
    Peaks,
    PlaybackMaker,
    TranscribeOutcome,
    Transcriber,
)

__all__ = [
    "AudioProbe",
    "AudioStore",
    "Bleep",
    "Calls",
    "ClipCutter",
    "Ledger",
    "PeakReader",
    "Peaks",
    "PlaybackMaker",
    "Reviews",
    "Runs",
    "Scorecards",
    "Standards",
    "TranscribeOutcome",
    "Transcriber",
    "Transcripts",
    "UnitOfWork",
    "UnitOfWorkFactory",
]
