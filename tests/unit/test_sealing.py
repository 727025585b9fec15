"""Sealed texts and files: what goes in comes out, what was changed or moved is told, and keys are never shown."""

from __future__ import annotations

import base64
import io
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import CallqaError, IntegrityError, MissingKeyError, SettingsError
from storage.sealed_files import PART_BYTES, SealedReader, SealingWriter, key_id_of
from storage.sealing import KEY_BYTES, Sealer, is_sealed, new_key, read_keys

NEW, OLD = bytes(range(KEY_BYTES)), bytes(range(1, KEY_BYTES + 1))
SEALER = Sealer([NEW, OLD])
PLACE = "evidence.quote of recording abc [1, 0]"


def sealed_file(content: bytes, sealer: Sealer = SEALER, place: str = PLACE) -> bytes:
    target = io.BytesIO()
    writer = SealingWriter(target, sealer, place)
    writer.write(content)
    writer.finish()
    return target.getvalue()


def read_file(stored: bytes, sealer: Sealer = SEALER, place: str = PLACE) -> bytes:
    return io.BufferedReader(SealedReader(io.BytesIO(stored), sealer, place)).read()


@settings(max_examples=40)
@given(text=st.text(max_size=30), place=st.text(max_size=30))
def test_a_text_comes_back_at_its_place_only(text: str, place: str) -> None:
    stored = SEALER.seal(text, place)
    assert is_sealed(stored)
    assert SEALER.open(stored, place) == text
    assert stored != SEALER.seal(text, place), "a nonce never comes twice"
    with pytest.raises(IntegrityError, match="changed, cut off or moved"):
        SEALER.open(stored, place + "x")


def test_each_changed_character_of_a_text_is_one_clear_error() -> None:
    stored = SEALER.seal("给您带来不便非常抱歉", PLACE)
    for at in range(len(stored)):
        for other in "0z-= 好":
            if stored[at] != other:
                changed = stored[:at] + other + stored[at + 1 :]
                assert is_sealed(changed)
                with pytest.raises((IntegrityError, MissingKeyError)):
                    SEALER.open(changed, PLACE)
        with pytest.raises(CallqaError):
            SEALER.open(stored[:at], PLACE)


def test_older_keys_open_and_the_newest_seals() -> None:
    before = Sealer([OLD]).seal("旧", PLACE)
    assert SEALER.open(before, PLACE) == "旧"
    assert SEALER.key_ids[0] in SEALER.seal("新", PLACE)
    with pytest.raises(MissingKeyError, match=f"sealed under key id {SEALER.key_ids[0]}, which is not among the keys"):
        Sealer([OLD]).open(SEALER.seal("新", PLACE), PLACE)


def test_without_keys_texts_stay_as_they_are() -> None:
    assert Sealer().seal("您好", PLACE) == "您好"
    assert not is_sealed("您好")
    with pytest.raises(MissingKeyError):
        Sealer().open(SEALER.seal("您好", PLACE), PLACE)


def test_keys_are_read_as_base64_or_hex_one_a_line() -> None:
    first = new_key()
    assert first != new_key()
    assert read_keys(f"{first}\n{NEW.hex()}\n\n{first}\n") == (*read_keys(first), NEW)
    assert read_keys("") == ()


@pytest.mark.parametrize(
    "wrong", ["secretsecret", "AAAA", "密钥" * 16, NEW.hex()[:-2] + "zz", base64.b64encode(NEW).decode() + "AAAA"]
)
def test_what_is_no_key_is_told_without_telling_it(wrong: str) -> None:
    with pytest.raises(SettingsError, match="key 2 is none") as caught:
        read_keys(f"{new_key()}\n{wrong}")
    assert wrong not in str(caught.value)
    assert caught.value.__cause__ is None


def test_nothing_shows_a_key() -> None:
    shown = f"{SEALER!r} {SEALER.key_ids}"
    for key in (NEW, OLD):
        assert key.hex() not in shown
        assert key.hex()[:8] not in shown


EDGES = [0, 1, PART_BYTES - 1, PART_BYTES, PART_BYTES + 1, 2 * PART_BYTES, 3 * PART_BYTES + 7]


@pytest.mark.parametrize("length", EDGES)
def test_a_file_comes_back_whole_and_in_ranges(length: int) -> None:
    content = random.Random(length).randbytes(length)
    stored = sealed_file(content)
    assert key_id_of(io.BytesIO(stored)) == SEALER.key_ids[0]
    assert read_file(stored) == content
    reader = io.BufferedReader(SealedReader(io.BytesIO(stored), SEALER, PLACE))
    assert reader.seek(0, io.SEEK_END) == length
    for begin in (0, 1, PART_BYTES - 3, PART_BYTES, length - 5, length, length + 9):
        reader.seek(max(0, begin))
        assert reader.read(11) == content[max(0, begin) :][:11]


@settings(max_examples=30)
@given(pieces=st.lists(st.binary(max_size=PART_BYTES // 2), max_size=8))
def test_in_whatever_pieces_it_is_written(pieces: list[bytes]) -> None:
    target = io.BytesIO()
    writer = SealingWriter(target, SEALER, PLACE)
    writer.write(b"a first try")
    writer.seek(0)
    writer.truncate()
    for piece in pieces:
        writer.write(piece)
    writer.finish()
    assert read_file(target.getvalue()) == b"".join(pieces)


def test_each_changed_byte_of_a_file_is_one_clear_error() -> None:
    stored = sealed_file(b"sound" * 4)
    for at in range(len(stored)):
        changed = stored[:at] + bytes([stored[at] ^ 1]) + stored[at + 1 :]
        assert key_id_of(io.BytesIO(changed)) is not None, "a damaged file is never taken for a plain one"
        with pytest.raises((IntegrityError, MissingKeyError)):
            read_file(changed)


def test_parts_cannot_be_cut_off_exchanged_repeated_or_taken_from_elsewhere() -> None:
    stored, other = sealed_file(b"a" * 3 * PART_BYTES), sealed_file(b"b" * 3 * PART_BYTES)
    part = PART_BYTES + 16
    head, parts, end = stored[:32], [stored[32 + n * part :][:part] for n in range(3)], stored[-8:]
    assert head + b"".join(parts) + end == stored
    strange = other[32:][:part]
    for wrong in (
        parts[:2],
        parts[:1],
        [],
        [parts[1], parts[0], parts[2]],
        [parts[0], parts[2]],
        [*parts, parts[2]],
        [strange, *parts[1:]],
        [*parts[:2], parts[2][:-1]],
        [*parts[:2], parts[2] + b"x"],
    ):
        with pytest.raises(IntegrityError):
            read_file(head + b"".join(wrong) + end)
    for length in (0, 8, 31, 32, 40, len(stored) - 8, len(stored) - 1):
        with pytest.raises(IntegrityError):
            read_file(stored[:length])
    with pytest.raises(IntegrityError):
        read_file(stored, place="playback of recording other")
    with pytest.raises(MissingKeyError):
        read_file(stored, Sealer([OLD]))


def test_only_the_parts_that_are_read_are_opened() -> None:
    stored = bytearray(sealed_file(bytes(5 * PART_BYTES)))
    stored[32 + 2 * (PART_BYTES + 16)] ^= 1  # the third part is damaged
    reader = SealedReader(io.BytesIO(bytes(stored)), SEALER, PLACE)
    assert reader.read(10) == bytes(10)
    reader.seek(3 * PART_BYTES)
    assert reader.read(10) == bytes(10)
    reader.seek(2 * PART_BYTES)
    with pytest.raises(IntegrityError):
        reader.read(10)
