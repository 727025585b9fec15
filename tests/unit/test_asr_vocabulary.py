"""A model trimmed to a language: the same rows, only fewer, and ids that lead back to the tokenizer's."""

from __future__ import annotations

import json
import math
import os
import shutil
import struct
from pathlib import Path
from typing import cast

import pytest
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer as WhisperTokenizer
from tokenizers import Tokenizer

from asr import vocabulary
from asr.vocabulary import kept_tokens, read_trim
from asr.weights import ModelFiles, ensure_model, ensure_trimmed, verify_model
from asr.whisper import MAX_TOKENS, _Loaded
from models.errors import ModelError


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def full(home: Path) -> Path:
    return ensure_model("base", home).path


@pytest.fixture(scope="module")
def trimmed(home: Path) -> Path:
    return ensure_trimmed(ensure_model("base", home), home, "zh").path


@pytest.mark.parametrize(
    "text",
    [
        "您好，工号八零二六为您服务，请问有什么可以帮您？",
        "携号转网、光猫、装维、违约金，退您一百二十八块。",
        "24小时内给您回电，1380013 8000，5G，3.5元，100%。",
        "您的WiFi和VIP套餐，APP上查IPTV。",
        "饕餮魑魅魍魉、囍——“生僻字”…",
        "iPhone broadband",
    ],
)
def test_what_is_said_on_a_chinese_call_can_be_spelt(full: Path, trimmed: Path, text: str) -> None:
    tokenizer = Tokenizer.from_file(str(full / "tokenizer.json"))
    trim = read_trim(trimmed)
    assert trim is not None
    tokens = tokenizer.encode(text, add_special_tokens=False).ids
    # A rare word may be left out as a whole; then its letters are there.
    spelt = [
        part
        for token in tokens
        for part in ([token] if token in trim.place else _letters(tokenizer, tokenizer.decode([token])))
    ]
    assert tokenizer.decode(trim.out_of(trim.into(spelt))) == text


@pytest.mark.parametrize("text", ["привет", "안녕하세요", "สวัสดี", "مرحبا", "ありがとう"])
def test_other_writings_are_left_out(full: Path, trimmed: Path, text: str) -> None:
    tokenizer = Tokenizer.from_file(str(full / "tokenizer.json"))
    trim = read_trim(trimmed)
    assert trim is not None
    assert any(token not in trim.place for token in tokenizer.encode(text, add_special_tokens=False).ids)


def test_most_tokens_go_and_the_marks_stay(full: Path, trimmed: Path) -> None:
    trim = read_trim(trimmed)
    assert trim is not None
    assert len(trim.full) < 8000
    names = (full / "vocabulary.txt").read_text(encoding="utf-8").splitlines()
    kept = json.loads((trimmed / "vocabulary.json").read_text(encoding="utf-8"))
    assert kept == [names[i] for i in trim.full]
    for mark in (
        "<|endoftext|>",
        "<|startoftranscript|>",
        "<|zh|>",
        "<|transcribe|>",
        "<|startofprev|>",
        "<|notimestamps|>",
    ):
        assert mark in kept
    config = json.loads((trimmed / "config.json").read_text(encoding="utf-8"))
    whole = json.loads((full / "config.json").read_text(encoding="utf-8"))
    assert trim.out_of(config["suppress_ids"]) == [i for i in whole["suppress_ids"] if i in trim.place]
    assert trim.out_of(config["lang_ids"]) == whole["lang_ids"]
    assert config["alignment_heads"] == whole["alignment_heads"]


def test_a_model_in_english_keeps_all(home: Path, full: Path) -> None:
    files = ensure_model("base", home)
    assert ensure_trimmed(files, home, "en") == files
    assert read_trim(files.path) is None
    assert kept_tokens(full, "en") is None


def test_a_model_of_another_form_is_left_whole(home: Path, full: Path, tmp_path: Path) -> None:
    strange = tmp_path / "strange"
    strange.mkdir()
    for file in full.iterdir():
        if file.name != "model.bin":
            (strange / file.name).write_bytes(file.read_bytes())
    (strange / "model.bin").write_bytes(b"\x07\0\0\0 another form")
    files = ensure_model(str(strange), home)
    assert ensure_trimmed(files, home, "zh") == files
    made = files.digest.removeprefix("sha256:")[:16]
    assert [p.name for p in (home / "weights").iterdir() if p.name.startswith((made, "."))] == []


def test_it_is_made_once_and_its_digest_is_that_of_the_weights(home: Path, trimmed: Path) -> None:
    before = (trimmed / "model.bin").stat().st_mtime_ns
    files = ensure_model("base", home)
    again = ensure_trimmed(files, home, "zh")
    assert (again.path, again.digest, again.name) == (trimmed, files.digest, files.name)
    assert (trimmed / "model.bin").stat().st_mtime_ns == before


@pytest.mark.parametrize("trims", [True, False])
def test_a_prompt_leaves_room_for_what_is_said(full: Path, trimmed: Path, trims: bool) -> None:
    tokenizer = WhisperTokenizer(Tokenizer.from_file(str(full / "tokenizer.json")), True, "transcribe", "zh")
    loaded = _Loaded(cast("WhisperModel", None), tokenizer, read_trim(trimmed) if trims else None)
    short = loaded.start("您好")
    long = loaded.start("请不要说，" * 300)
    assert len(long) + MAX_TOKENS < 448
    assert long[-4:] == short[-4:], "the marks behind the prompt stay"
    assert long[0] == short[0]


def _variable(name: str, shape: tuple[int, ...]) -> bytes:
    data = bytes(range(4)) * (math.prod(shape))
    return (
        struct.pack("<H", len(name) + 1)
        + name.encode()
        + b"\0"
        + struct.pack(f"<B{len(shape)}I", len(shape), *shape)
        + b"\0"
        + struct.pack("<I", len(data))
        + data
    )


# As vocabularies write their bytes: 你, 好 and the Cyrillic р.
TOKENS = ["a", "ä½ł", "å¥½", "ÑĢ", "<|endoftext|>", "<|notimestamps|>", "<|0.00|>"]
SMALL = {
    "model.bin": struct.pack("<IH", 6, 5)
    + b"Spec\0"
    + struct.pack("<II", 3, 2)
    + _variable("decoder/embeddings/weight", (len(TOKENS), 2))
    + _variable("encoder/weight", (3, 5))
    + struct.pack("<I", 0),
    "config.json": b'{"suppress_ids": [0, 3], "lang_ids": [4]}',
    "vocabulary.json": json.dumps(TOKENS).encode(),
}
"""A model as small as one can be."""


def small(folder: Path, **changed: bytes | None) -> Path:
    folder.mkdir()
    for name, content in {**SMALL, **{n.replace("_", "."): c for n, c in changed.items()}}.items():
        if content is not None:
            (folder / name).write_bytes(content)
    return folder


def trim_small(tmp_path: Path, **changed: bytes | None) -> tuple[ModelFiles, ModelFiles]:
    files = ensure_model(str(small(tmp_path / "mine", **changed)), tmp_path / "home")
    return files, ensure_trimmed(files, tmp_path / "home", "zh")


def test_a_small_model_is_trimmed(tmp_path: Path) -> None:
    files, trimmed = trim_small(tmp_path)
    assert trimmed.path != files.path
    assert json.loads((trimmed.path / "kept_tokens.json").read_text()) == [0, 1, 2, 4, 5, 6]
    lost = len(SMALL["model.bin"]) - (trimmed.path / "model.bin").stat().st_size
    assert lost == 2 * 4


@pytest.mark.parametrize("cut", [1, 3, 9, 60, 90, len(SMALL["model.bin"]) - 6, len(SMALL["model.bin"]) - 20])
def test_weights_that_are_cut_short_are_the_users_to_mend(tmp_path: Path, cut: int) -> None:
    with pytest.raises(ModelError, match=r"mine cannot be loaded \(model\.bin is cut short\); .*fetch"):
        trim_small(tmp_path, model_bin=SMALL["model.bin"][:cut])
    assert not list((tmp_path / "home" / "weights").glob("*-zh-*")), "no shorter model is made of it"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"config_json": None}, "config.json: No such file"),
        ({"config_json": b"{"}, "config.json is not JSON"),
        ({"config_json": b"[]"}, "config.json holds no object"),
        ({"vocabulary_json": b"["}, "vocabulary.json is not JSON"),
        ({"vocabulary_json": None, "vocabulary_txt": b"\xff\n"}, "vocabulary.txt is not UTF-8"),
    ],
)
def test_a_damaged_model_names_its_folder_and_the_file(
    tmp_path: Path, changed: dict[str, bytes | None], said: str
) -> None:
    with pytest.raises(ModelError, match="mine cannot be loaded") as error:
        trim_small(tmp_path, **changed)
    assert said in str(error.value)
    assert "home" not in str(error.value).replace(str(tmp_path), "")


@pytest.mark.parametrize("vocabulary", [json.dumps({t: i for i, t in enumerate(TOKENS)}), "[1, 2]", "3"])
def test_a_vocabulary_of_another_form_leaves_the_model_whole(tmp_path: Path, vocabulary: str) -> None:
    files, trimmed = trim_small(tmp_path, vocabulary_json=vocabulary.encode())
    assert trimmed == files


def test_who_keeps_other_tokens_makes_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files, trimmed = trim_small(tmp_path)
    monkeypatch.setattr(vocabulary, "_SINGLES", frozenset("р"))
    vocabulary._beginnings.cache_clear()
    other = ensure_trimmed(files, tmp_path / "home", "zh")
    vocabulary._beginnings.cache_clear()
    assert other.path != trimmed.path
    assert json.loads((other.path / "kept_tokens.json").read_text()) == list(range(7))


def test_the_file_that_is_loaded_is_the_one_that_is_verified(tmp_path: Path) -> None:
    files, trimmed = trim_small(tmp_path)
    verify_model(files, tmp_path / "home")
    with (trimmed.path / "model.bin").open("r+b") as file:
        file.seek(90)
        file.write(b"!")
    with pytest.raises(ModelError, match=f"{trimmed.path.name} have changed on disk; delete that folder and start"):
        verify_model(files, tmp_path / "home")
    with pytest.raises(ModelError, match="made anew"):
        ensure_trimmed(files, tmp_path / "home", "zh")
    shutil.rmtree(trimmed.path)
    assert ensure_trimmed(files, tmp_path / "home", "zh") == trimmed


def test_trimmed_files_are_on_disk_before_they_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda number: synced.append(Path(f"/proc/self/fd/{number}").readlink().name))
    _, trimmed = trim_small(tmp_path)
    assert set(synced) == {path.name for path in trimmed.path.iterdir()}


def _letters(tokenizer: Tokenizer, word: str) -> list[int]:
    return [token for letter in word for token in tokenizer.encode(letter, add_special_tokens=False).ids]
