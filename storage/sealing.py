"""Sealing: what was said in calls is stored so that only who has a key can read it, and nobody can change it unseen.

The method is AES-256 in GCM (NIST SP 800-38D) from the `cryptography` package. A key of the setting is never used
itself: HKDF-SHA256 (RFC 5869) makes of it one key for all texts, and one for each file. A text has a random nonce of 96
bits (SP 800-38D, 8.2.2), which is good for 2^32 texts under one key (8.3): some thirty years of ten thousand calls a
night. What is associated with a text but not in it is its place, so that one cannot be put in place of another.

A key is named by an id that is derived from it and tells nothing of it. Sealing proves that what is sealed was not
changed; it cannot prove that nobody with the right to write has put something plain in its place.
"""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from models.errors import IntegrityError, MissingKeyError, SettingsError

KEY_BYTES = 32
KEY_ID_BYTES = 8
NONCE_BYTES = 12
TAG_BYTES = 16

PREFIX = "callqa-sealed:1:"
"""What every sealed text begins with; its key's id in hex and a colon follow."""
_SUFFIX = ":sealed"
"""What it ends with: a text with one of the two only is a damaged one, never a plain one."""
_BODY = re.compile(f"([0-9a-f]{{{2 * KEY_ID_BYTES}}}):([A-Za-z0-9_=-]+)")


def new_key() -> str:
    """A fresh key, in the form in which the setting takes it."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def read_keys(setting: str) -> tuple[bytes, ...]:
    """The keys in the setting, one a line, the newest first; none in an empty one.

    Raises SettingsError that names the line and tells nothing of what stands there.
    """
    keys: dict[bytes, None] = {}
    for number, line in enumerate(setting.split(), start=1):
        try:
            key = bytes.fromhex(line) if len(line) == 2 * KEY_BYTES else base64.b64decode(line, validate=True)
        except (ValueError, binascii.Error):
            key = b""
        if len(key) != KEY_BYTES:
            # Not `from error`: a chain that is printed would quote the line.
            raise SettingsError(
                f"encryption_key: key {number} is none: each line holds {KEY_BYTES} random bytes as base64 or as hex; "
                "`callqa keys new` prints one"
            ) from None
        keys[key] = None
    return tuple(keys)


class Sealer:
    """Seals under the newest key and opens under any. Without keys it leaves plain and opens nothing.

    Safe to use from several threads.
    """

    def __init__(self, keys: Sequence[bytes] = ()) -> None:
        """`keys` of `KEY_BYTES` each, the newest first."""
        self._keys = {_derived(key, b"callqa key id", KEY_ID_BYTES).hex(): key for key in keys}
        self._for_texts = {
            key_id: AESGCM(_derived(key, b"callqa texts 1", KEY_BYTES)) for key_id, key in self._keys.items()
        }

    @property
    def key_ids(self) -> tuple[str, ...]:
        """Ids of the keys, the newest first."""
        return tuple(self._keys)

    @property
    def newest(self) -> str | None:
        """Id of the key that is sealed under; None when things stay plain."""
        return next(iter(self._keys), None)

    def seal(self, plain: str, place: str) -> str:
        """The text as it is stored at that place."""
        if self.newest is None:
            return plain
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = self._for_texts[self.newest].encrypt(nonce, plain.encode(), _associated(self.newest, place))
        return f"{PREFIX}{self.newest}:{base64.urlsafe_b64encode(nonce + sealed).decode()}{_SUFFIX}"

    def open(self, sealed: str, place: str) -> str:
        """The text that was sealed for this place.

        Raises MissingKeyError when its key is not among the keys, IntegrityError when it was changed or moved.
        """
        found = _BODY.fullmatch(sealed.removeprefix(PREFIX).removesuffix(_SUFFIX))
        if found is None or not (sealed.startswith(PREFIX) and sealed.endswith(_SUFFIX)):
            raise damaged(place)
        key_id = found[1]
        self._known(key_id, place)
        try:
            content = base64.urlsafe_b64decode(found[2])
            if base64.urlsafe_b64encode(content).decode() != found[2]:
                raise ValueError
            opened = self._for_texts[key_id].decrypt(
                content[:NONCE_BYTES], content[NONCE_BYTES:], _associated(key_id, place)
            )
        except (InvalidTag, ValueError):
            raise damaged(place) from None
        return opened.decode()

    def for_file(self, key_id: str, file_id: bytes, place: str) -> AESGCM:
        """What seals and opens the parts of one file, and nothing else. Raises MissingKeyError."""
        self._known(key_id, place)
        return AESGCM(_derived(self._keys[key_id], b"callqa file 1", KEY_BYTES, file_id))

    def _known(self, key_id: str, place: str) -> None:
        if key_id not in self._keys:
            raise missing_key([key_id], place)


def is_sealed(text: str) -> bool:
    """Whether a stored text is sealed, be it whole or damaged."""
    return text.startswith(PREFIX) or text.endswith(_SUFFIX)


def damaged(place: str) -> IntegrityError:
    """Something sealed that is not what it was."""
    return IntegrityError(
        f"{place} is not what was sealed there: it was changed, cut off or moved; bring back a backup"
    )


def missing_key(key_ids: Sequence[str], place: str) -> MissingKeyError:
    """Something sealed under keys that are not at hand."""
    return MissingKeyError(
        f"{place} is sealed under key id {', '.join(key_ids)}, which is not among the keys; add that key to "
        "encryption_key (a line below the newest one)"
    )


def _associated(key_id: str, place: str) -> bytes:
    return f"{PREFIX}{key_id}:{place}".encode()


def _derived(key: bytes, purpose: bytes, length: int, salt: bytes | None = None) -> bytes:
    return HKDF(SHA256(), length, salt, purpose).derive(key)
