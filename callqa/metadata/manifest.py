"""A table beside the recordings that says what is known of each: manifest.csv, and tables of agents by extension."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from callqa.metadata.csv_text import bytes_of, rows_in
from callqa.metadata.facts import FACTS
from models.errors import InputError, RecordingError
from models.source import SourceStore

MANIFEST = "manifest.csv"
MOST_MANIFEST_BYTES = 256 << 20
"""Some million rows; anything larger is no manifest."""
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "file": ("filename", "file_name", "path", "recording", "录音文件", "文件名", "文件", "录音文件名", "录音路径"),
    "call_id": ("通话编号", "通话id", "录音编号", "呼叫编号", "流水号"),
    "agent_id": ("坐席工号", "座席工号", "工号", "坐席编号"),
    "agent_name": ("坐席姓名", "座席姓名", "姓名", "坐席"),
    "extension": ("分机", "分机号"),
    "team": ("班组", "团队", "小组", "部门"),
    "customer_ref": ("customer", "客户号码", "客户电话", "客户标识", "客户编号"),
    "started_at": ("start_time", "开始时间", "通话时间", "呼叫时间", "通话开始时间"),
    "direction": ("呼叫方向", "方向", "呼叫类型"),
    "ring_s": ("振铃秒数", "振铃时长"),
    "queue": ("队列", "技能组", "技能队列"),
    "csat": ("满意度", "满意度评分"),
    "resolved": ("是否解决",),
    "hung_up_by": ("挂机方", "挂断方"),
    "channels": ("声道", "声道角色"),
}
"""What a column may be called besides its fact; in any case, blanks around it do not matter. Others are ignored."""
_NAMES = {alias: fact for fact, aliases in COLUMNS.items() for alias in (fact, *aliases)}

Facts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Manifest:
    """Facts by file. A row speaks of a path in the manifest's own folder, or of every file of that bare name."""

    by_file: Mapping[str, Facts]

    def of(self, relative: str) -> Facts:
        """What the rows say of a file, by its path relative to the folder; empty when they say nothing."""
        return self.by_file.get(_key(relative)) or self.by_file.get(posixpath.basename(_key(relative))) or {}

    def without_file(self, present: Sequence[str]) -> tuple[str, ...]:
        """Files that rows name and that are not among these paths relative to the folder, in alphabetical order.

        Rows that point out of the folder are among them: nothing is read for them.
        """
        keys = {_key(relative) for relative in present}
        keys |= {posixpath.basename(key) for key in keys}
        return tuple(sorted(set(self.by_file) - keys))


def read_manifest(store: SourceStore) -> Manifest:
    """The manifest of a source, empty where there is none.

    Raises InputError when it cannot be used: no file, not CSV, no column of files, a link out of the source, or rows
    that contradict each other.
    """
    where = store.shown(MANIFEST)
    try:
        raw = store.read(MANIFEST, MOST_MANIFEST_BYTES)
    except RecordingError as error:
        raise InputError(f"{where}: {error.detail}") from error
    if raw is None:
        return Manifest({})
    facts: dict[str, Facts] = {}
    line_of: dict[str, int] = {}
    for line, cells in _table(rows_in(raw, where), where, "file"):
        file = _key(cells.pop("file"), store.root)
        if facts.setdefault(file, cells) != cells:
            raise InputError(f"{where}: lines {line_of[file]} and {line} differ about {file!r}; keep the right one")
        line_of.setdefault(file, line)
    return Manifest(facts)


def read_agents(path: Path) -> Mapping[str, Facts]:
    """Who sits at which extension: facts about the agent by extension, from a CSV file with that column.

    Raises InputError when it cannot be used, also when an extension stands twice with different agents.
    """
    agents: dict[str, Facts] = {}
    for line, cells in _table(rows_in(bytes_of(path), str(path)), str(path), "extension"):
        extension = cells.pop("extension")
        agent: dict[str, str] = {name: cells[name] for name in ("agent_id", "agent_name", "team") if name in cells}
        if "agent_id" not in agent:
            raise InputError(f"{path}:{line}: extension {extension!r} has no agent_id (工号); fill it in")
        if agents.setdefault(extension, agent) != agent:
            raise InputError(f"{path}:{line}: extension {extension!r} stood before with another agent; keep one")
    return agents


def _table(lines: Iterable[tuple[int, Sequence[str]]], where: str, needed: str) -> list[tuple[int, dict[str, str]]]:
    """The rows as facts that are not empty, with their lines; rows without the needed one are passed over."""
    rows = iter(lines)
    _, head = next(rows, (1, ()))
    places: dict[str, int] = {}
    for place, written in enumerate(head):
        name = _NAMES.get(written.casefold())
        if name is None or name not in {*FACTS, "file"}:
            continue
        if name in places:
            raise InputError(
                f"{where}: columns {head[places[name]]!r} and {written!r} both give {name}; keep one of them"
            )
        places[name] = place
    if needed not in places:
        also = COLUMNS[needed][-1]
        raise InputError(f"{where}: the first line must name the columns, with {needed!r} ({also}) among them")
    table = []
    for line, row in rows:
        if any(row[len(head) :]):
            # All behind it has slipped: one agent's calls would be another's.
            raise InputError(f"{where}:{line}: more cells than columns; put text that holds a separator in quotes")
        table.append((line, {name: row[place] for name, place in places.items() if place < len(row) and row[place]}))
    return [(line, cells) for line, cells in table if needed in cells]


def _key(file: str, root: str | None = None) -> str:
    """One spelling of a path: slashes of one kind, relative to the folder, no detours."""
    text = file.replace("\\", "/")
    if root is not None:
        text = text.removeprefix(f"{root}/")
    return posixpath.normpath(text)
