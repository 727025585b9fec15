"""A model trimmed to a language: the same rows, only fewer, and ids that lead back to the tokenizer's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tokenizers import Tokenizer

from asr.vocabulary import read_trim, trim_model
from asr.weights import ensure_model, ensure_trimmed


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


def test_a_model_in_english_keeps_all(home: Path, full: Path, tmp_path: Path) -> None:
    files = ensure_model("base", home)
    assert ensure_trimmed(files, home, "en") == files
    assert read_trim(files.path) is None
    assert not trim_model(full, tmp_path, "en")
    assert list(tmp_path.iterdir()) == []


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


def _letters(tokenizer: Tokenizer, word: str) -> list[int]:
    return [token for letter in word for token in tokenizer.encode(letter, add_special_tokens=False).ids]
