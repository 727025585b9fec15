"""A model without the tokens that a language never needs: the same weights, the same numbers, less to compute.

At every step Whisper weighs all of its 51,865 tokens, of which calls in Chinese need about 7,000: the rest spell other
languages. Leaving their rows out of the embedding matrix changes no other number, so what is heard stays the same but
where a token that is left out would have won. What it saves is told in docs/performance.md.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

TRIMMED_LANGUAGES = frozenset({"zh"})
"""Languages that need few enough tokens. English calls for most Latin ones, which are two thirds of all."""

COMMON_WORDS = 5000
"""Latin letters are kept as far as the tokenizer learnt them among its first so many merges: WiFi, VIP, App."""

KEPT_FILE = "kept_tokens.json"
_TOKENS = "decoder/embeddings/weight"
_PER_TOKEN = ("decoder/embeddings/", "decoder/projection/")
_FORMAT = 6
_END_OF_TEXT = "<|endoftext|>"
_NO_TIMESTAMPS = "<|notimestamps|>"

# ASCII, CJK ideographs with their punctuation, full-width forms; and signs that are none of these.
_RANGES = ((0x20, 0x7F), (0x4E00, 0xA000), (0x3000, 0x3004), (0x3008, 0x3012), (0xFF01, 0xFF66))
_SINGLES = frozenset("·—‘’“”…°℃¥")


@dataclass(frozen=True, slots=True)
class Trim:
    """Between a trimmed model's token ids and the tokenizer's: `full[i]` is the tokenizer's id of the model's i."""

    full: tuple[int, ...]
    place: dict[int, int]

    def into(self, tokens: Sequence[int]) -> list[int]:
        """Tokenizer's ids as the model's; raises KeyError for a token that was left out."""
        return [self.place[token] for token in tokens]

    def out_of(self, tokens: Sequence[int]) -> list[int]:
        """The model's ids as the tokenizer's."""
        return [self.full[token] for token in tokens]


def read_trim(folder: Path) -> Trim | None:
    """The trim of the model in this folder, None when it has all of its tokens."""
    file = folder / KEPT_FILE
    if not file.is_file():
        return None
    full = tuple(json.loads(file.read_text(encoding="ascii")))
    return Trim(full, {token: place for place, token in enumerate(full)})


class SourceError(Exception):
    """The model to trim is damaged or cannot be read; the message says which file and how."""


def kept_tokens(source: Path, language: str) -> tuple[int, ...] | None:
    """The ids of the tokens that `language` needs of the model in `source`, in order.

    None for a language that needs most of them and for a vocabulary of another form than the one known here; raises
    SourceError.
    """
    if language not in TRIMMED_LANGUAGES:
        return None
    tokens = _tokens(source)
    if tokens is None or _END_OF_TEXT not in tokens or _NO_TIMESTAMPS not in tokens:
        return None
    first_special = tokens.index(_END_OF_TEXT)
    # The first time stamp stays too: CTranslate2 looks for it behind <|notimestamps|>.
    last = tokens.index(_NO_TIMESTAMPS) + 2
    return tuple([i for i in range(first_special) if _needed(i, tokens[i])] + list(range(first_special, last)))


def trim_model(source: Path, target: Path, kept: Sequence[int]) -> bool:
    """Write the model in `source` to the empty folder `target` with the `kept_tokens` alone.

    Returns False, with nothing written, for weights of another form than the one known here; raises SourceError for
    what is wrong with the source and OSError when the target cannot be written.
    """
    tokens = _tokens(source) or []
    if not _copy_weights(source / "model.bin", target / "model.bin", len(tokens), np.array(kept)):
        (target / "model.bin").unlink(missing_ok=True)
        return False
    place = {token: i for i, token in enumerate(kept)}
    config = _json(source / "config.json")
    if not isinstance(config, dict):
        raise SourceError("config.json holds no object")
    for name in ("lang_ids", "suppress_ids", "suppress_ids_begin"):
        config[name] = [place[token] for token in config.get(name) or [] if token in place]
    (target / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (target / "vocabulary.json").write_text(json.dumps([tokens[i] for i in kept]), encoding="utf-8")
    (target / KEPT_FILE).write_text(json.dumps(list(kept)), encoding="ascii")
    for name in ("tokenizer.json", "preprocessor_config.json"):
        if (source / name).is_file():
            (target / name).write_bytes(_whole(source / name))
    return True


def _whole(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise SourceError(f"{file.name}: {error.strerror or error}") from error


def _json(file: Path) -> Any:
    try:
        return json.loads(_whole(file))
    except ValueError as error:
        raise SourceError(f"{file.name} is not JSON: {error}") from error


def _tokens(folder: Path) -> list[str] | None:
    """The model's tokens by id as its vocabulary file writes them, None when it has none that is known here."""
    as_json, as_lines = folder / "vocabulary.json", folder / "vocabulary.txt"
    if as_json.is_file():
        listed = _json(as_json)
        return listed if isinstance(listed, list) and all(isinstance(token, str) for token in listed) else None
    if as_lines.is_file():
        try:
            return _whole(as_lines).decode().removesuffix("\n").split("\n")
        except UnicodeDecodeError as error:
            raise SourceError(f"{as_lines.name} is not UTF-8: {error}") from error
    return None


def _needed(token_id: int, token: str) -> bool:
    """Whether Chinese, with the odd Latin word and any number, needs this token."""
    raw = bytes(_BYTE_OF.get(character, 0) for character in token)
    if len(raw) == 1:
        return True  # every single byte: with these any text can be spelt
    if raw.isascii():
        return token_id < COMMON_WORDS or not any(c.isalpha() for c in raw.decode())
    return _is_part_of_chinese(raw)


def _is_part_of_chinese(raw: bytes) -> bool:
    """Whether the bytes lie somewhere in UTF-8 text of the characters that are kept: tokens may cut characters."""
    begin = next((i for i, byte in enumerate(raw) if byte & 0xC0 != 0x80), len(raw))
    if begin > 2:
        return False
    whole = raw[begin:]
    for cut in range(min(3, len(whole) + 1)):
        try:
            text = whole[: len(whole) - cut].decode()
        except UnicodeDecodeError:
            continue
        return all(_kept(c) for c in text) and (cut == 0 or whole[-cut:] in _beginnings())
    return False


@cache
def _beginnings() -> frozenset[bytes]:
    """The first one or two bytes of the kept characters that take more."""
    characters = [*_SINGLES, *(chr(code) for first, end in _RANGES for code in range(first, end))]
    return frozenset(c.encode()[:cut] for c in characters for cut in (1, 2) if cut < len(c.encode()))


def _kept(character: str) -> bool:
    return character in _SINGLES or any(first <= ord(character) < end for first, end in _RANGES)


def _copy_weights(source: Path, target: Path, tokens: int, kept: NDArray[np.int64]) -> bool:
    """Copy a CTranslate2 model file, of everything that has a row per token only the kept ones.

    Returns False when the file is not of the form known here (binary version 6, its writer is `model_spec.py` of
    CTranslate2 4), without an embedding matrix of so many rows.
    """
    trimmed = False
    with _opened(source) as old, target.open("wb") as new:
        head = _taken(old, 4)
        if struct.unpack("<I", head) != (_FORMAT,):
            return False
        new.write(head)
        _copy_text(old, new)
        _copied(old, new, 4)
        (variables,) = struct.unpack("<I", _copied(old, new, 4))
        for _ in range(variables):
            name = _copy_text(old, new)
            (rank,) = struct.unpack("<B", _copied(old, new, 1))
            shape = struct.unpack(f"<{rank}I", _taken(old, 4 * rank))
            kind = _taken(old, 1)
            (size,) = struct.unpack("<I", _taken(old, 4))
            data = _taken(old, size)
            if name.startswith(_PER_TOKEN) and rank and shape[0] == tokens:
                if size % tokens:
                    raise SourceError(f"{source.name}: {name} has {size} bytes for {tokens} tokens")
                rows = np.frombuffer(data, np.uint8).reshape(tokens, size // tokens)
                data, shape = rows[kept].tobytes(), (len(kept), *shape[1:])
                trimmed |= name == _TOKENS
            new.write(struct.pack(f"<{rank}I", *shape) + kind + struct.pack("<I", len(data)) + data)
        new.write(_taken(old, _left(old)))  # names that share a variable
    return trimmed


def _opened(file: Path) -> IO[bytes]:
    try:
        return file.open("rb")
    except OSError as error:
        raise SourceError(f"{file.name}: {error.strerror or error}") from error


def _left(old: IO[bytes]) -> int:
    return os.fstat(old.fileno()).st_size - old.tell()


def _taken(old: IO[bytes], size: int) -> bytes:
    """Exactly so many bytes: what a cut file lacks must not be taken for a shorter matrix."""
    if size <= _left(old):
        try:
            data = old.read(size)
        except OSError as error:
            raise SourceError(f"{Path(old.name).name}: {error.strerror or error}") from error
        if len(data) == size:
            return data
    raise SourceError(f"{Path(old.name).name} is cut short")


def _copied(old: IO[bytes], new: IO[bytes], size: int) -> bytes:
    data = _taken(old, size)
    new.write(data)
    return data


def _copy_text(old: IO[bytes], new: IO[bytes]) -> str:
    (size,) = struct.unpack("<H", _copied(old, new, 2))
    return _copied(old, new, size).rstrip(b"\0").decode("utf-8", "replace")


def _bytes_of_characters() -> dict[str, int]:
    """The byte that each character of a token stands for, in the byte-level alphabet of GPT-2 that Whisper uses.

    Printable characters of Latin-1 stand for themselves, the other bytes in order for the characters from U+0100 on.
    """
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in set(printable)]
    return {chr(byte): byte for byte in printable} | {chr(256 + i): byte for i, byte in enumerate(others)}


_BYTE_OF = _bytes_of_characters()
