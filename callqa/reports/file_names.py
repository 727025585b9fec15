"""File names as people may safely read them: decoded from their address, with nothing hidden in them."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from urllib.parse import unquote, unquote_to_bytes

from models.run import InspectedCall

_FILE_SCHEME = "file://"
_OBJECT_SCHEME = "s3://"
_JOINER = "\u200d"
_SPACE = "⟨U+0020⟩"
_STEM_BYTES = 150
_HASH_DIGITS = 16
_WINDOWS_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)


def file_name(uri: str, source: str = "") -> str:
    """The path behind a file URI, relative to `source` (a URI as well) when it lies in there.

    Of an object it is `s3://BUCKET/KEY` with the key as it is. Of a source of several folders the whole path is shown.
    Percent signs are decoded once; bytes that are no UTF-8 stay visible as \\xNN. Any other address stays as it is.
    """
    path, folder = _path(uri), _path(source).rstrip("/") + "/"
    if source and path.startswith(folder):
        return path.removeprefix(folder)
    return path


def source_names(source: str) -> str:
    """The folders of a run, as its source names them: one or several URIs, parted by blanks."""
    return ", ".join(file_name(uri) for uri in source.split(" "))


def file_names(call: InspectedCall, source: str) -> tuple[str, ...]:
    """All names the run found this recording by; the one it was first registered under when the run noted none."""
    return tuple(file_name(uri, source) for uri in call.uris or (call.stored.recording.uri,))


def _path(uri: str) -> str:
    if uri.startswith(_OBJECT_SCHEME):
        return unquote(uri)
    if not uri.startswith(_FILE_SCHEME):
        return uri
    return unquote_to_bytes(uri.removeprefix(_FILE_SCHEME)).decode(errors="backslashreplace")


def visible(text: str) -> str:
    """`text` with every character that would hide or reorder others replaced by something that can be seen.

    Control characters, line breaks, direction marks, zero-width characters and lone surrogates are written as their
    code points, ⟨U+202E⟩, which every font can show. The joiner inside emoji stays.
    """
    return text if text.isprintable() else "".join(_written_out(c) for c in text)


def visible_name(text: str) -> str:
    """Like `visible`, and spaces at either end become ⟨U+0020⟩, so that two different names never look alike."""
    shown = visible(text)
    tail = len(shown) - len(shown.rstrip(" "))
    head = len(shown) - len(shown.lstrip(" ")) if tail < len(shown) else 0
    return _SPACE * head + shown[head : len(shown) - tail] + _SPACE * tail


def safe_stem(call_id: str) -> str:
    """A file name without ending for a call, on any system: letters, digits, "-", "_" and inner dots are kept.

    Where anything else had to go, or the name would be too long or one that Windows keeps for itself, part of the id's
    hash follows, so that two calls never share a name. Systems that do not tell a from A still may mix them up.
    """
    kept = "".join(c if c.isalnum() or c in "-_." else "_" for c in unicodedata.normalize("NFC", call_id)).strip(".")
    while len(kept.encode()) > _STEM_BYTES:
        kept = kept[:-1]
    if kept == call_id and kept and not _WINDOWS_DEVICE.match(kept):
        return kept
    digest = hashlib.sha256(call_id.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{kept or 'call'}-{digest[:_HASH_DIGITS]}"


def _written_out(char: str) -> str:
    hidden = char != _JOINER and unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return f"⟨U+{ord(char):04X}⟩" if hidden else char
