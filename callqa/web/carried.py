"""Text that a page carries in a form, so that it can be downloaded later without being stored here."""

from __future__ import annotations

import base64
import zlib

from models.errors import InputError

MOST_CARRIED = 900_000
"""Characters: a field of a form may have a million bytes."""
_MOST_BYTES = 64 * 2**20
"""No file that may be sent here is packed out of more."""


def packed(text: str) -> str | None:
    """The text as a form can carry it; None where it is too long even so."""
    carried = base64.urlsafe_b64encode(zlib.compress(text.encode())).decode()
    return carried if len(carried) <= MOST_CARRIED else None


def unpacked(carried: str) -> str:
    """The text again. Raises InputError for what `packed` never made."""
    try:
        opened = zlib.decompressobj()
        raw = opened.decompress(base64.b64decode(carried, b"-_", validate=True), _MOST_BYTES)
        if not opened.eof:
            raise InputError("the rows that came with the form are incomplete; import the file again")
        return raw.decode()
    except (ValueError, zlib.error) as error:
        raise InputError("what came with the form are no rows; import the file again") from error
