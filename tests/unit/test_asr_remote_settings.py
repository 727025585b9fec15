"""A service that hears recordings: its settings, what a receipt says of it, and a look at it before a night."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from asr import remote as engine
from asr.options import EngineOptions, RemoteOptions
from asr.receipt import remote_receipt
from asr.remote import look_at
from models.errors import ModelError, SettingsError, TransientError
from tests.transcription_server import KEY, Answer, serving, unused_url


@pytest.mark.parametrize(
    "change",
    [
        {"url": ""},
        {"url": "gpu-box:8000"},
        {"url": "ftp://gpu-box/v1"},
        {"url": "http:///v1"},
        {"url": "http://[::1/v1"},
        {"url": "http://gpu-box:99999/v1"},
        {"url": f"http://user:{KEY}@gpu-box/v1"},
        {"url": f"http://gpu-box/v1?api_key={KEY}"},
        {"url": f"http://gpu-box/v1#{KEY}"},
        {"model": ""},
        {"key": f"{KEY}\n"},
        {"key": f"{KEY} "},
        {"key": f"{KEY}密"},
        {"timeout_s": 0.0},
    ],
)
def test_settings_that_cannot_work_are_refused_without_telling_a_secret(change: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="remote_") as error:
        dataclasses.replace(RemoteOptions("http://gpu-box:8000/v1", "m"), **change)
    assert KEY not in str(error.value)


OPTIONS = EngineOptions(data_dir=Path(), remote=RemoteOptions("http://gpu-box:8000/v1", "large-v3", KEY))


@pytest.mark.parametrize(
    "change", [{"url": "http://gpu-box:8001/v1"}, {"model": "large-v2"}, {"language": "en"}, {"prompt": "别的"}]
)
def test_a_receipt_says_what_was_asked_of_whom(change: dict[str, str]) -> None:
    assert OPTIONS.remote is not None
    before = remote_receipt(OPTIONS.remote, OPTIONS, "")
    assert (before.model, before.weights_digest) == ("large-v3", "remote:http://gpu-box:8000/v1 large-v3")
    remote_change: dict[str, Any] = {k: v for k, v in change.items() if k in ("url", "model")}
    changed = dataclasses.replace(OPTIONS.remote, **remote_change)
    options = dataclasses.replace(OPTIONS, remote=changed, language=change.get("language", "zh"))
    assert remote_receipt(changed, options, change.get("prompt", "")).digest != before.digest
    other_key = dataclasses.replace(OPTIONS.remote, key="", timeout_s=1.0)
    assert remote_receipt(other_key, dataclasses.replace(OPTIONS, model="small", device="cuda"), "") == before


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer({"data": [{"id": "large-v3"}]}), ["has the model 'large-v3'", "stays on this machine"]),
        (
            Answer({"data": [{"id": "tiny"}, {"id": "base"}]}),
            ["does not list the model 'large-v3' (listed: tiny, base)"],
        ),
        (Answer({"data": []}), ["(listed: none)"]),
        (Answer({"detail": "not found"}, 404), ["lists no models"]),
        (Answer(b"ok"), ["lists no models"]),
        (Answer({"data": [3]}), ["lists no models"]),
    ],
)
def test_a_look_at_a_service(answer: Answer, said: list[str]) -> None:
    with serving(lambda _: answer) as service:
        found = look_at(RemoteOptions(service.url, "large-v3", KEY))
    assert [request.path for request in service.requests] == ["/v1/models"]
    for part in (service.url, *said):
        assert part in found
    assert KEY not in found


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        (Answer({"error": KEY}, 401), ModelError, "CALLQA_REMOTE_KEY"),
        (Answer(b"", 503), TransientError, "503"),
    ],
)
def test_a_look_at_a_service_that_refuses(answer: Answer, kind: type[Exception], said: str) -> None:
    with serving(lambda _: answer) as service, pytest.raises(kind, match=said) as error:
        look_at(RemoteOptions(service.url, "large-v3", KEY))
    assert KEY not in str(error.value)


def test_a_look_where_nobody_is() -> None:
    url = unused_url()
    with pytest.raises(TransientError, match=f"{url} cannot be reached .* CALLQA_REMOTE_URL"):
        look_at(RemoteOptions(url, "large-v3", KEY))


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://127.0.0.1:8000/v1", "stays on this machine"),
        ("http://localhost/v1", "stays on this machine"),
        ("http://[::1]:8000/v1", "stays on this machine"),
        ("http://gpu-box:8000/v1", "WARNING"),
        ("http://10.0.0.7/v1", "WARNING"),
        ("https://asr.example/v1", "encrypted"),
    ],
)
def test_where_the_sound_goes_is_said(url: str, said: str) -> None:
    assert said in engine._privacy(RemoteOptions(url, "m"))
