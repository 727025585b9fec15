"""Sealed files: written in one go, read from anywhere, of which only the parts that are read are opened.

The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption and its Nonce-Reuse
Misuse-Resistance, 2015) over AES-256-GCM. A file is

    magic (8 bytes) | key id (8) | file id (16, random) | parts | magic, backwards (8)

each part 64 KiB, the last one shorter, with its tag of 16 bytes. The nonce of a part is its number and whether it is
the last one, so that parts cannot be left out, exchanged or cut off unseen. No nonce comes twice: a file has a key of
its own, derived with its id. The file's place is associated with each part, so that it cannot stand for another file.
"""

from __future__ import annotations

import io
import secrets
from typing import TYPE_CHECKING, BinaryIO

from cryptography.exceptions import InvalidTag

from storage.sealing import KEY_ID_BYTES, TAG_BYTES, Sealer, damaged

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

_MAGIC = b"\x89callqa1"
_END = _MAGIC[::-1]
_FILE_ID_BYTES = 16
_HEAD_BYTES = len(_MAGIC) + KEY_ID_BYTES + _FILE_ID_BYTES
PART_BYTES = 2**16
_SEALED_PART_BYTES = PART_BYTES + TAG_BYTES


def key_id_of(file: BinaryIO) -> str | None:
    """Id of the key that a file is sealed under; None for a plain one. A damaged head gives an id that nobody has."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - len(_END)))
    end = file.read()
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    if not head.startswith(_MAGIC) and end != _END:
        return None
    return head[len(_MAGIC) : len(_MAGIC) + KEY_ID_BYTES].hex()


class SealingWriter(io.RawIOBase):
    """Seals what is written to it into another file, under the newest key, which there must be.

    Without `finish` what was written is not a whole file, and is never taken for one.
    """

    def __init__(self, target: BinaryIO, sealer: Sealer, place: str) -> None:
        """`place` is what the file must be opened as."""
        super().__init__()
        self._target, self._sealer, self._place = target, sealer, place
        self._waiting = bytearray()
        self._begin()

    def writable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """To the beginning only, before `truncate`."""
        if (offset, whence) != (0, io.SEEK_SET):
            raise io.UnsupportedOperation("a sealed file is written in one go")
        return 0

    def truncate(self, size: int | None = 0, /) -> int:
        """Begin anew, with another id and so another key: no nonce comes twice."""
        if size:
            raise io.UnsupportedOperation("a sealed file is written in one go")
        self._waiting.clear()
        self._target.seek(0)
        self._target.truncate()
        self._begin()
        return 0

    def write(self, data: ReadableBuffer, /) -> int:
        """Takes all of it."""
        with memoryview(data) as view:
            self._waiting += view
            length = view.nbytes
        # A whole part waits until more comes: it may be the last one.
        while len(self._waiting) > PART_BYTES:
            self._put(bytes(self._waiting[:PART_BYTES]), last=False)
            del self._waiting[:PART_BYTES]
        return length

    def finish(self) -> None:
        """Write what is left; the file is whole then."""
        self._put(bytes(self._waiting), last=True)
        self._waiting.clear()
        self._target.write(_END)

    def _begin(self) -> None:
        key_id, file_id = self._sealer.newest or "", secrets.token_bytes(_FILE_ID_BYTES)
        self._head = _MAGIC + bytes.fromhex(key_id) + file_id
        self._cipher = self._sealer.for_file(key_id, file_id, self._place)
        self._number = 0
        self._target.write(self._head)

    def _put(self, part: bytes, *, last: bool) -> None:
        associated = _associated(self._head, self._place)
        self._target.write(self._cipher.encrypt(_nonce(self._number, last=last), part, associated))
        self._number += 1


class SealedReader(io.RawIOBase):
    """Reads a sealed file as if it were plain, from any place; owns and closes the file.

    The last part is opened at once: what is cut off or put behind it is found before anything is read. Every method
    that reads raises IntegrityError for what was changed. For one thread at a time.
    """

    def __init__(self, file: BinaryIO, sealer: Sealer, place: str) -> None:
        """Raises MissingKeyError when its key is not among the keys, IntegrityError when it is not a whole file."""
        super().__init__()
        self._file, self._place = file, place
        size = file.seek(0, io.SEEK_END) - _HEAD_BYTES - len(_END)
        file.seek(0)
        self._head = file.read(_HEAD_BYTES)
        self._parts = -(-size // _SEALED_PART_BYTES)
        self._size = size - self._parts * TAG_BYTES
        if not self._head.startswith(_MAGIC) or self._size < 0 or size < TAG_BYTES:
            raise damaged(place)
        file.seek(-len(_END), io.SEEK_END)
        if file.read() != _END:
            raise damaged(place)
        key_id = self._head[len(_MAGIC) : len(_MAGIC) + KEY_ID_BYTES].hex()
        self._cipher = sealer.for_file(key_id, self._head[-_FILE_ID_BYTES:], place)
        self._at = 0
        self._held: tuple[int, bytes] = (-1, b"")
        self._part(self._parts - 1)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise ValueError(f"{start + offset} lies before the file's beginning")
        self._at = start + offset
        return self._at

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """As many bytes as the part at this place still has; 0 at the end."""
        if self._at >= self._size:
            return 0
        number, begin = divmod(self._at, PART_BYTES)
        with memoryview(buffer) as view:
            piece = self._part(number)[begin : begin + view.nbytes]
            view.cast("B")[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def close(self) -> None:
        self._file.close()
        super().close()

    def _part(self, number: int) -> bytes:
        if self._held[0] != number:
            last = number == self._parts - 1
            length = self._size - number * PART_BYTES + TAG_BYTES if last else _SEALED_PART_BYTES
            self._file.seek(_HEAD_BYTES + number * _SEALED_PART_BYTES)
            sealed, associated = self._file.read(length), _associated(self._head, self._place)
            try:
                self._held = number, self._cipher.decrypt(_nonce(number, last=last), sealed, associated)
            except InvalidTag:
                raise damaged(self._place) from None
        return self._held[1]


def _nonce(number: int, *, last: bool) -> bytes:
    return bytes(7) + number.to_bytes(4, "big") + bytes([last])


def _associated(head: bytes, place: str) -> bytes:
    return head + place.encode()
