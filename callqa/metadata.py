"""What the switchboard knows of a call: manifest.csv, NAME.json beside the recording, or the file name itself.

The three are read in that order of trust; a fact from an earlier one wins. A fact that cannot be read becomes a flag
on the call, never a guess.
"""

from __future__ import annotations

import csv
import json
import re
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from callqa.sources import Listing, SourceFile
from models.call import UNASSIGNED_AGENT, CallMeta, Direction
from models.errors import InputError, SettingsError
from models.transcript import Role

MANIFEST = "manifest.csv"
FACTS = (
    "call_id",
    "agent_id",
    "agent_name",
    "team",
    "customer_ref",
    "started_at",
    "direction",
    "ring_s",
    "queue",
    "csat",
    "resolved",
    "hung_up_by",
    "channels",
)
"""Facts that a manifest column, a sidecar key or a named group may give. `id` is taken for `call_id` in a sidecar."""

MOST_CHARACTERS = 200
"""Longest id or name taken: more is a mix-up of columns, and would not fit a database index."""

MOST_SIDECAR_BYTES = 1 << 20
"""A sidecar holds a dozen facts; anything larger is no sidecar and is not read."""
FIRST_YEAR, LAST_YEAR = 1970, 2200
"""Years of calls. Switchboards write 0001 or 1601 for "no date", which no arithmetic on times survives."""

_Fact = TypeVar("_Fact")
_DATE_FORMATS = (
    *("%Y%m%d-%H%M%S", "%Y%m%d%H%M%S", "%Y%m%d_%H%M%S", "%Y-%m-%dT%H-%M-%S"),
    # As spreadsheets write them: 2026/11/20 9:31.
    *("%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"),
)
_TRUE = frozenset({"true", "yes", "y", "1", "是"})
_FALSE = frozenset({"false", "no", "n", "0", "否"})
_ENDERS: Mapping[str, Role | None] = {
    **dict.fromkeys(
        ("agent", "seat", "operator", "坐席", "座席", "客服", "客服代表", "坐席挂机", "座席挂机"), Role.AGENT
    ),
    **dict.fromkeys(("customer", "client", "user", "客户", "用户", "客户挂机", "用户挂机"), Role.CUSTOMER),
    **dict.fromkeys(("system", "ivr", "系统", "系统挂机"), Role.SYSTEM),
    **dict.fromkeys(("unknown", "none", "未知", "不详"), None),
}
"""Who ended the call, as switchboards write it; that it is not known is an answer too, and no fault."""


@dataclass
class MetadataReader:
    """Facts about the recordings of one listing. Raises InputError for a manifest that cannot be read at all."""

    listing: Listing
    time_zone: str
    filename_pattern: str = ""
    _manifest: dict[str, dict[str, str]] = field(init=False)
    _pattern: re.Pattern[str] | None = field(init=False)

    def __post_init__(self) -> None:
        self._manifest = _read_manifest(self.listing.root / MANIFEST)
        try:
            self._pattern = re.compile(self.filename_pattern) if self.filename_pattern else None
        except re.error as error:
            raise SettingsError(
                f"filename_pattern {self.filename_pattern!r}: not a regular expression: {error}"
            ) from error
        unknown = set(self._pattern.groupindex) - set(FACTS) if self._pattern else set()
        if unknown:
            raise SettingsError(f"filename_pattern names {sorted(unknown)}; known groups are {', '.join(FACTS)}")

    def read(self, file: SourceFile) -> CallMeta:
        """The call's metadata; every fact may be absent, the call id is then the file's name."""
        flags: list[str] = []
        return self._to_meta(self._facts(file, flags), flags, file.default_call_id)

    def call_id_given(self, file: SourceFile) -> bool:
        """Whether somebody gave the call its id, even one equal to the file's name; False when `read` made it up."""
        try:
            return bool(_text(self._facts(file, [])["call_id"]))
        except (KeyError, ValueError):
            return False

    def manifest_rows_without_file(self) -> tuple[str, ...]:
        """Files that the manifest names and the source lacks: recordings that may have been lost on the way.

        Empty for a single file, beside which the others may well lie.
        """
        if self.listing.is_single_file:
            return ()
        present = {f.path.relative_to(self.listing.root).as_posix() for f in self.listing.files}
        present |= {f.path.name for f in self.listing.files}
        return tuple(sorted(set(self._manifest) - present))

    def _facts(self, file: SourceFile, flags: list[str]) -> dict[str, Any]:
        """The facts as written, each from the place most trusted; a sidecar that cannot be read adds a flag."""
        facts: dict[str, Any] = {}
        relative = file.path.relative_to(self.listing.root).as_posix()
        for layer in (
            self._manifest.get(relative) or self._manifest.get(file.path.name) or {},
            _read_sidecar(file.path.with_suffix(".json"), flags),
            self._from_name(relative),
        ):
            for name, value in layer.items():
                if value not in (None, ""):
                    facts.setdefault(name, value)
        return facts

    def _from_name(self, relative: str) -> Mapping[str, str | None]:
        found = self._pattern.search(relative) if self._pattern else None
        return found.groupdict() if found else {}

    def _to_meta(self, facts: Mapping[str, Any], flags: list[str], default_call_id: str) -> CallMeta:
        def fact(name: str, parse: Callable[[Any], _Fact]) -> _Fact | None:
            if name not in facts:
                return None
            try:
                return parse(facts[name])
            except (ValueError, TypeError, KeyError):
                flags.append(f"{name}_unreadable")
                return None

        started_at = fact("started_at", lambda value: parse_time(str(value), self.time_zone))
        if "started_at" not in facts:
            flags.append("started_at_missing")
        agent_id = fact("agent_id", _text)
        if agent_id is None:
            flags.append("agent_missing")
        return CallMeta(
            call_id=fact("call_id", _text) or default_call_id,
            agent_id=agent_id or UNASSIGNED_AGENT,
            agent_name=fact("agent_name", _text),
            team=fact("team", _text),
            customer_ref=fact("customer_ref", _text),
            started_at=started_at,
            direction=fact("direction", lambda value: Direction(str(value).strip().lower())),
            ring_s=fact("ring_s", _seconds),
            queue=fact("queue", _text),
            csat=fact("csat", _rating),
            resolved=fact("resolved", _yes_or_no),
            hung_up_by=fact("hung_up_by", lambda value: _ENDERS[str(value).strip().lower()]),
            channel_roles=fact("channels", _channel_roles) or (),
            flags=tuple(flags),
        )


def parse_time(value: str, time_zone: str) -> datetime:
    """An aware time from ISO 8601 or the compact forms of switchboards; `time_zone` where the text has none.

    Raises ValueError when it is neither, or in a year in which nobody recorded calls.
    """
    text = value.strip()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        for form in _DATE_FORMATS:
            try:
                moment = datetime.strptime(text, form)  # noqa: DTZ007 - the zone is put on below
                break
            except ValueError:
                continue
        else:
            raise
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(time_zone))


def _read_manifest(path: Path) -> dict[str, dict[str, str]]:
    if not path.is_file():
        return {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = csv.DictReader(stream)
            columns = set(rows.fieldnames or ())
            if "file" not in columns:
                raise InputError(f"{path}: the first line must name the columns, with 'file' among them")
            facts: dict[str, dict[str, str]] = {}
            line_of: dict[str, int] = {}
            for row in rows:
                file, said = row["file"], {k: v for k, v in row.items() if k in FACTS and v}
                if not file:
                    continue
                if facts.setdefault(file, said) != said:
                    raise InputError(
                        f"{path}: lines {line_of[file]} and {rows.line_num} differ about {file!r}; keep the right one"
                    )
                line_of.setdefault(file, rows.line_num)
            return facts
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: cannot be read as UTF-8 CSV: {error}") from error


def _read_sidecar(path: Path, flags: list[str]) -> Mapping[str, Any]:
    try:
        status = path.stat()
        # Not even opened unless it is a file of reasonable size: reading from a pipe would wait for ever.
        fit = stat.S_ISREG(status.st_mode) and status.st_size <= MOST_SIDECAR_BYTES
        content = json.loads(path.read_text(encoding="utf-8-sig")) if fit else None
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        flags.append("sidecar_unreadable")
        return {}
    facts = {name: content[name] for name in FACTS if name in content}
    if "id" in content:
        facts.setdefault("call_id", content["id"])
    return facts


def _text(value: object) -> str:
    text = str(value).strip()
    if not text or not text.isprintable() or len(text) > MOST_CHARACTERS or not isinstance(value, str | int):
        raise ValueError(value)
    return text


def _seconds(value: object) -> float:
    seconds = float(str(value))
    if not 0 <= seconds < 86_400:
        raise ValueError(value)
    return seconds


def _rating(value: object) -> float:
    rating = float(str(value))
    if not 0 <= rating <= 100:
        raise ValueError(value)
    return rating


def _yes_or_no(value: object) -> bool:
    text = str(value).strip().lower()
    if text not in _TRUE | _FALSE:
        raise ValueError(value)
    return text in _TRUE


def _channel_roles(value: object) -> tuple[Role, ...]:
    """Roles by channel from {"left": "agent", ...}, ["agent", "customer"] or "agent,customer".

    The first two channels are the agent's and the customer's, in either order; whatever follows is no party.
    """
    if isinstance(value, dict):
        value = [value["left"], value["right"]]
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, list):
        raise TypeError(value)
    roles = tuple(Role(str(role).strip().lower()) for role in value)
    if set(roles[:2]) != {Role.AGENT, Role.CUSTOMER} or not set(roles[2:]) <= {Role.SYSTEM, Role.UNKNOWN}:
        raise ValueError(value)
    return roles
