"""What is kept of the sound, and how people hear it."""

from __future__ import annotations

from asr.decoder import GuardedPlayback
from asr.peaks import read_peaks
from callqa.bootstrap.clock import now
from callqa.bootstrap.database import sealer_of
from callqa.services.audio import AudioKeeper
from callqa.services.listening import Listening
from callqa.settings import Settings
from models.ports import AudioStore
from storage.audio_store import FileAudioStore


def audio_keeper(settings: Settings, *, originals: bool) -> AudioKeeper:
    """Keeps playback copies, where the settings want them, and the originals of what it is given if told so."""
    return AudioKeeper(audio_store(settings), GuardedPlayback(), settings.playback, originals, now)


def audio_store(settings: Settings) -> AudioStore:
    """Where playback copies and kept originals are."""
    return FileAudioStore(settings.home.absolute() / "audio", sealer_of(settings))


def listening(settings: Settings) -> Listening:
    """How people hear calls: by the playback copies in the settings' home."""
    return Listening(audio_store(settings), GuardedPlayback(), read_peaks)
