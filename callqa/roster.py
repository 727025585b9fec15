"""Rosters: CSV as those who plan the work write it, to entries, and rows that cannot be taken in.

Files are read as ticket exports are, see `callqa.tickets`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from callqa.metadata import Fault, as_text, bytes_of, parse_day, table_in
from models.imported import ReadTable, Refusal
from models.roster import ALWAYS, RosterEntry

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "agent_id": ("agent", "坐席编号", "坐席工号", "工号"),
    "name": ("agent_name", "坐席姓名", "姓名"),
    "team": ("group", "团队", "小组", "班组"),
    "joined_on": ("joined", "到岗日期", "入职日期"),
    "left_on": ("left", "离岗日期", "离职日期"),
    "valid_from": ("since", "生效日期"),
}
"""What a column may be called besides its first name; in any case, blanks around it do not matter."""
NEEDED = ("agent_id", "name", "team")
_LACKING = {"agent_id": Refusal.NO_ID, "name": Refusal.NO_NAME, "team": Refusal.NO_TEAM}


def read_roster(path: Path) -> ReadTable[RosterEntry]:
    """The entries of a file, as `roster_in` gives them. Raises InputError."""
    return roster_in(bytes_of(path), str(path))


def roster_in(raw: bytes, where: str) -> ReadTable[RosterEntry]:
    """Read a roster. A row without a first day holds from the day the agent joined, or, without that, always.

    Blank rows are passed over. Raises InputError, which says `where`, for what cannot be read at all, and for columns
    that are missing or there twice.
    """
    return table_in(raw, where, COLUMNS, NEEDED, _entry)


def _entry(cells: Mapping[str, str]) -> RosterEntry | Fault:
    texts: dict[str, str] = {}
    for name in NEEDED:
        if name not in cells:
            return Fault(_LACKING[name], name)
        try:
            texts[name] = as_text(cells[name])
        except ValueError:
            return Fault(Refusal.BAD_TEXT, name)
    days: dict[str, date | None] = {}
    for name in ("joined_on", "left_on", "valid_from"):
        try:
            days[name] = parse_day(cells[name]) if name in cells else None
        except ValueError:
            return Fault(Refusal.BAD_DAY, name, cells[name])
    joined_on, left_on = days["joined_on"], days["left_on"]
    if joined_on is not None and left_on is not None and left_on < joined_on:
        return Fault(Refusal.LEFT_BEFORE_JOINED, "left_on", cells["left_on"])
    return RosterEntry(
        agent_id=texts["agent_id"],
        name=texts["name"],
        team=texts["team"],
        joined_on=joined_on,
        left_on=left_on,
        valid_from=days["valid_from"] or joined_on or ALWAYS,
    )
