"""One process at a time on a GPU: two that share it by accident halve its memory and slow each other down."""

from __future__ import annotations

import fcntl
import logging
import os
import re
import tempfile
import threading
import time
from pathlib import Path
from typing import BinaryIO

import pynvml

from asr.device import card
from models.errors import TransientError

log = logging.getLogger(__name__)

PATIENCE_S = 600.0
_LOOK_S = 1.0
_lock = threading.Lock()
_held: dict[Path, BinaryIO] = {}


def hold_slot(gpu: str, patience_s: float = PATIENCE_S) -> None:
    """Keep the GPU's slot of this machine until this process ends; waits for the one that has it, and says so.

    Does nothing when this process has it. Raises TransientError, which names that process, when it stays taken.
    """
    path = Path(tempfile.gettempdir()) / f"callqa-gpu-{re.sub(r'[^A-Za-z0-9-]', '_', gpu)}.lock"
    with _lock:
        if path in _held:
            return
        file = _opened(path)
        deadline_s = time.monotonic() + patience_s
        told = False
        while not _taken(file):
            holder = path.read_text(errors="replace").strip() or "unknown"
            if time.monotonic() >= deadline_s:
                file.close()
                raise TransientError(
                    f"process {holder} has used the GPU ({gpu}) for {patience_s:.0f} s: one process per GPU; wait, "
                    "or give each its own with CUDA_VISIBLE_DEVICES"
                )
            if not told:
                log.warning("process %s uses the GPU (%s); waiting until it ends", holder, gpu)
                told = True
            time.sleep(_LOOK_S)
        file.truncate(0)
        file.write(str(os.getpid()).encode())
        file.flush()
        _held[path] = file


def name_of_gpu() -> str:
    """The name by which processes mean the same GPU: its UUID, else what CUDA_VISIBLE_DEVICES says, else 0."""
    try:
        return str(pynvml.nvmlDeviceGetUUID(card()))
    except pynvml.NVMLError:
        return os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",")[0].strip() or "0"


def _opened(path: Path) -> BinaryIO:
    try:
        # Everybody's: programs of several users share a GPU as well.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        path.chmod(0o666)
    except FileExistsError:
        pass
    try:
        return path.open("r+b")
    except OSError as error:
        raise TransientError(f"{path} cannot be opened: {error.strerror}; delete it when no process uses it") from error


def _taken(file: BinaryIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
