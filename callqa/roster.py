"""Rosters: CSV as those who plan the work write it, to entries, and rows that cannot be taken in.

Files are read as ticket exports are, see `callqa.tickets`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from callqa.metadata import as_text, parse_day, read_table
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
    """Read a roster. A row without a first day holds from the day the agent joined, or, without that, always.

    Blank rows are passed over. Raises InputError for what cannot be read at all, and for columns that are missing or
    there twice.
    """
    return read_table(path, COLUMNS, NEEDED, _entry)


def _entry(cells: Mapping[str, str]) -> RosterEntry | tuple[Refusal, str]:
    texts: dict[str, str] = {}
    for name in NEEDED:
        if name not in cells:
            return _LACKING[name], ""
        try:
            texts[name] = as_text(cells[name])
        except ValueError:
            return Refusal.BAD_TEXT, name
    days: dict[str, date | None] = {}
    for name in ("joined_on", "left_on", "valid_from"):
        try:
            days[name] = parse_day(cells[name]) if name in cells else None
        except ValueError:
            return Refusal.BAD_DAY, cells[name]
    joined_on, left_on = days["joined_on"], days["left_on"]
    if joined_on is not None and left_on is not None and left_on < joined_on:
        return Refusal.LEFT_BEFORE_JOINED, cells["left_on"]
    return RosterEntry(
        agent_id=texts["agent_id"],
        name=texts["name"],
        team=texts["team"],
        joined_on=joined_on,
        left_on=left_on,
        valid_from=days["valid_from"] or joined_on or ALWAYS,
    )
