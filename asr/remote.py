"""Whisper on another machine: windows go to an OpenAI-compatible service, one request each."""

from __future__ import annotations

import io
import logging
import ssl
import threading
import time
import wave
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpx
import numpy as np
from numpy.typing import NDArray

from asr.audio import FULL_SCALE
from asr.hearing import Heard, Way
from asr.options import RATE_HZ, RemoteOptions
from asr.remote_reply import heard_from
from asr.timings import Stage, StageClock
from models.errors import ModelError, ReasonCode, RecordingError, TransientError

log = logging.getLogger(__name__)

WAITS_S = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Between one try and the next: half a minute in all, which a service takes to start again."""

LONGEST_WAIT_S = 60.0
"""However long the service asks us to wait."""

PARALLEL = 8
"""Requests under way at once, whatever the number of threads: the service may be shared."""

REST_S = 30.0
"""A service that failed through all tries is left alone for so long, then tried once: a night must come to an end."""

_ABOUT_THE_WINDOW = (400, 413, 422)
"""Refusals that may concern the sound sent; of a service that took none yet they say that it never will."""

_CONNECT_S = 10.0
_SHOWN_CHARACTERS = 200
_SHOWN_MODELS = 8


class RemoteWhisper:
    """Implements `asr.hearing.Hearer` with requests to a service. The same window need not give the same text twice."""

    takes_prompt_only = True

    def __init__(
        self, remote: RemoteOptions, language: str, clock: StageClock, wait: Callable[[float], None] = time.sleep
    ) -> None:
        """Keep the settings; nothing is sent before the first window."""
        self._remote = remote
        self._language = language
        self._clock = clock
        self._wait = wait
        self._slots = threading.BoundedSemaphore(PARALLEL)
        self._lock = threading.Lock()
        self._tls: ssl.SSLContext | None = None
        self._heard = 0
        """Windows that the service transcribed."""
        # Until when the service is left alone after it failed, and what went wrong.
        self._failed: tuple[float, str] | None = None

    def load(self) -> ssl.SSLContext:
        """Read the trusted certificates, once."""
        with self._lock:
            if self._tls is None:
                self._tls = httpx.create_ssl_context()
            return self._tls

    def hear(
        self, sounds: Sequence[NDArray[np.float32]], contents_s: Sequence[float], way: Way
    ) -> list[Heard | RecordingError | TransientError]:
        """As in the protocol, except that the service decides how it searches: only the prompt can be sent.

        A window's own trouble is a TransientError when the service cannot be reached, is busy or answers nonsense, try
        after try; a RecordingError when it refuses this window though it took others. Raises ModelError when it refuses
        whatever is sent.
        """
        if not sounds:
            return []
        with (
            self._clock.at(Stage.SEARCH),
            _client(self._remote, self.load()) as client,
            ThreadPoolExecutor(len(sounds)) as pool,
        ):
            answers = list(
                pool.map(lambda sound, content_s: self._one(client, sound, content_s, way.prompt), sounds, contents_s)
            )
        return [self._alone(answer) for answer in answers]

    def _alone(self, answer: Heard | TransientError | ModelError) -> Heard | RecordingError | TransientError:
        """A refusal after the batch is through: of this window alone if any was ever taken, else raised."""
        if not isinstance(answer, ModelError):
            return answer
        with self._lock:
            if not self._heard:
                raise answer
        return RecordingError(
            ReasonCode.PROCESSING_FAILED,
            f"{answer}. It took other windows: listen to this recording, and look into the service's log",
        )

    def _one(
        self, client: httpx.Client, sound: NDArray[np.float32], content_s: float, prompt: str
    ) -> Heard | TransientError | ModelError:
        """What the service made of a window, or why not; raises ModelError for what concerns every window."""
        form = {
            "model": self._remote.model,
            "language": self._language,
            "response_format": "verbose_json",
            "timestamp_granularities[]": ["word", "segment"],
            "temperature": "0",
            **({"prompt": prompt} if prompt else {}),
        }
        window = _wav(sound)
        with self._lock:
            heard_before = self._heard
            waits_s = (*WAITS_S, 0.0) if self._failed is None else (0.0,)
        trouble, asked_s = "", 0.0
        for wait_s in waits_s:
            if (closed := self._closed()) is not None:
                return closed
            try:
                with self._slots:
                    response = client.post(
                        self._remote.address("audio/transcriptions"),
                        data=form,
                        files={"file": ("window.wav", window, "audio/wav")},
                    )
                trouble = _passing_trouble(response)
                if not trouble:
                    try:
                        _refuse(self._remote, response)
                    except ModelError as refusal:
                        if response.status_code in _ABOUT_THE_WINDOW:
                            return refusal
                        raise
                    heard = heard_from(_json(response), sound, content_s, self._language)
                    self._note_success()
                    return heard
                asked_s = _retry_after_s(response)
            except httpx.RequestError as error:
                trouble = f"{type(error).__name__}: {error}"
            except ValueError as error:
                trouble = f"its answer is no transcription: {error}"
            log.warning("%s did not transcribe a window: %s", self._remote.url, trouble)
            if wait_s:
                self._wait(min(max(wait_s, asked_s), LONGEST_WAIT_S))
        return self._give_up(trouble, heard_before)

    def _closed(self) -> TransientError | None:
        """What is wrong while the service is left alone."""
        with self._lock:
            resting = self._failed is not None and time.monotonic() < self._failed[0]
            return TransientError(self._failed[1]) if resting and self._failed is not None else None

    def _note_success(self) -> None:
        with self._lock:
            self._failed = None
            self._heard += 1

    def _give_up(self, trouble: str, heard_before: int) -> TransientError:
        """Leave the service alone for a while, unless it transcribed others meanwhile: then only this window fails."""
        with self._lock:
            if self._heard != heard_before:
                return TransientError(
                    f"{self._remote.url} does not transcribe one window ({trouble}), though others; "
                    "look into its log, and run again"
                )
            message = f"{self._remote.url} does not transcribe ({trouble}); see to it, and run again"
            self._failed = (time.monotonic() + REST_S, message)
        return TransientError(message)


def look_at(remote: RemoteOptions) -> str:
    """What the service says of itself, in a sentence; nothing of any call is sent.

    Raises ModelError when it refuses the key or is no such service, TransientError when it cannot be reached.
    """
    try:
        with _client(remote, httpx.create_ssl_context()) as client:
            response = client.get(remote.address("models"))
    except httpx.RequestError as error:
        raise TransientError(
            f"{remote.url} cannot be reached ({type(error).__name__}: {error}); start it, or correct CALLQA_REMOTE_URL"
        ) from error
    trouble = _passing_trouble(response)
    if trouble:
        raise TransientError(f"{remote.url} answers, but {trouble}; look into its log, and try again")
    # A service without a list of models may transcribe all the same.
    if response.status_code not in (404, 405, 501):
        _refuse(remote, response)
    return f"{remote.url} answers; {_models(remote, response)}; {_privacy(remote)}"


def _models(remote: RemoteOptions, response: httpx.Response) -> str:
    try:
        listed = [str(model["id"]) for model in response.json()["data"]]
    except (ValueError, KeyError, TypeError):
        return f"it lists no models, so whether it has {remote.model!r} is not known"
    if remote.model in listed:
        return f"it has the model {remote.model!r}"
    others = ", ".join(listed[:_SHOWN_MODELS]) or "none"
    return f"it does not list the model {remote.model!r} (listed: {others})"


def _privacy(remote: RemoteOptions) -> str:
    if _on_this_machine(remote):
        return "sound stays on this machine"
    if urlsplit(remote.url).scheme == "https":
        return "sound of calls is sent there, encrypted"
    return "WARNING: sound of calls is sent there unencrypted; use https or a network of your own"


def _on_this_machine(remote: RemoteOptions) -> bool:
    host = urlsplit(remote.url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _client(remote: RemoteOptions, tls: ssl.SSLContext) -> httpx.Client:
    return httpx.Client(
        headers={"Authorization": f"Bearer {remote.key}"} if remote.key else {},
        timeout=httpx.Timeout(remote.timeout_s, connect=min(_CONNECT_S, remote.timeout_s)),
        verify=tls,
    )


def _wav(sound: NDArray[np.float32]) -> bytes:
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(np.rint(sound * FULL_SCALE).astype("<i2").tobytes())
    return held.getvalue()


def _passing_trouble(response: httpx.Response) -> str:
    """What is wrong if it may be better the next time; empty if nothing is, or if it will not get better."""
    if response.status_code in (408, 425, 429) or response.status_code >= 500:
        return f"it answers {response.status_code} {response.reason_phrase}"
    return ""


def _retry_after_s(response: httpx.Response) -> float:
    """The seconds that the service asks to be left alone; 0 when it does not say, or says it as a date."""
    value = response.headers.get("Retry-After", "")
    return float(value) if value.isascii() and value.isdigit() else 0.0


def _refuse(remote: RemoteOptions, response: httpx.Response) -> None:
    """Raise ModelError unless the service did what was asked."""
    status = response.status_code
    if response.is_success:
        return
    if status in (401, 403):
        # What it says is left out: it may repeat the key.
        why = "refuses the key; correct CALLQA_REMOTE_KEY" if remote.key else "wants a key; set CALLQA_REMOTE_KEY"
        raise ModelError(f"{remote.url} answers {status}: it {why}")
    if response.is_redirect:
        why = (
            f"it points to {response.headers.get('Location', '')[:_SHOWN_CHARACTERS]!r}; set CALLQA_REMOTE_URL to that"
        )
    elif status == 404:
        why = (
            f"it has no model {remote.model!r}, or CALLQA_REMOTE_URL is not the address that ends in its version (/v1)"
            "; correct one of them"
        )
    else:
        why = f"it does not take what callqa sends with the model {remote.model!r}; see its documentation"
    raise ModelError(f"{remote.url} answers {status}: {why}. It says: {_said(remote, response)!r}")


def _said(remote: RemoteOptions, response: httpx.Response) -> str:
    text = " ".join(response.text.split())
    return (text.replace(remote.key, "***") if remote.key else text)[:_SHOWN_CHARACTERS]


def _json(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError as error:
        raise ValueError("it is not JSON") from error
