"""Facts about a call as they are written, and as they are known: what cannot be read becomes a flag, never a guess."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from models.call import UNASSIGNED_AGENT, CallMeta, Direction
from models.transcript import Role

FACTS = (
    "call_id",
    "agent_id",
    "agent_name",
    "extension",
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
"""Facts that a manifest column, a sidecar key or a named group may give. `id` is taken for `call_id` in a sidecar.

`extension` is the agent's place in the switchboard: it names the agent where nothing better does.
"""

MOST_CHARACTERS = 200
"""Longest id or name taken: more is a mix-up of columns, and would not fit a database index."""
SEVERAL_AGENTS = "agent_several"
"""The flag of a call that several agents took: whose it is, is not guessed."""
FIRST_YEAR, LAST_YEAR = 1970, 2200
"""Years of calls. Switchboards write 0001 or 1601 for "no date", which no arithmetic on times survives."""

_Fact = TypeVar("_Fact")
_DATE_FORMATS = (
    *("%Y%m%d-%H%M%S", "%Y%m%d%H%M%S", "%Y%m%d_%H%M%S", "%Y-%m-%dT%H-%M-%S"),
    # As spreadsheets write them: 2026/11/20 9:31.
    *("%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"),
)
# Blanks of other scripts and of typesetting, which tables hold within names: 王　伟.
_BLANKS = str.maketrans("\u3000\xa0", "  ")
_TRUE = frozenset({"true", "yes", "y", "1", "是", "已解决"})
_FALSE = frozenset({"false", "no", "n", "0", "否", "未解决"})
_DIRECTIONS: Mapping[str, Direction] = {
    **dict.fromkeys(("inbound", "in", "incoming", "呼入", "来电"), Direction.INBOUND),
    **dict.fromkeys(("outbound", "out", "outgoing", "呼出", "去电", "外呼"), Direction.OUTBOUND),
}
_ENDERS: Mapping[str, Role | None] = {
    **dict.fromkeys(
        ("agent", "seat", "operator", "坐席", "座席", "客服", "客服代表", "坐席挂机", "座席挂机"), Role.AGENT
    ),
    **dict.fromkeys(("customer", "client", "user", "客户", "用户", "客户挂机", "用户挂机"), Role.CUSTOMER),
    **dict.fromkeys(("system", "ivr", "系统", "系统挂机"), Role.SYSTEM),
    **dict.fromkeys(("unknown", "none", "未知", "不详"), None),
}
"""Who ended the call, as switchboards write it; that it is not known is an answer too, and no fault."""


def to_meta(facts: Mapping[str, Any], told: Sequence[str], default_call_id: str, time_zone: str) -> CallMeta:
    """The call's metadata from facts as written, with flags for what is missing or unreadable after those `told`."""
    flags = list(told)

    def fact(name: str, parse: Callable[[Any], _Fact]) -> _Fact | None:
        if name not in facts:
            return None
        try:
            return parse(facts[name])
        except (ValueError, TypeError, KeyError):
            flags.append(f"{name}_unreadable")
            return None

    started_at = fact("started_at", lambda value: parse_time(str(value), time_zone))
    if "started_at" not in facts:
        flags.append("started_at_missing")
    agent_id = fact("agent_id" if "agent_id" in facts else "extension", as_text)
    if agent_id is None and SEVERAL_AGENTS not in flags:
        flags.append("agent_missing")
    return CallMeta(
        call_id=fact("call_id", as_text) or default_call_id,
        agent_id=agent_id or UNASSIGNED_AGENT,
        agent_name=fact("agent_name", as_text),
        team=fact("team", as_text),
        customer_ref=fact("customer_ref", as_text),
        started_at=started_at,
        direction=fact("direction", direction_of),
        ring_s=fact("ring_s", _seconds),
        queue=fact("queue", as_text),
        csat=fact("csat", _rating),
        resolved=fact("resolved", yes_or_no),
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


def direction_of(value: object) -> Direction:
    """Who called whom. Raises KeyError for words that are not known."""
    return _DIRECTIONS[str(value).strip().lower()]


def as_text(value: object) -> str:
    """An id or a name. Raises ValueError for what is none: empty, endless, unprintable, or no text."""
    text = str(value).translate(_BLANKS).strip()
    fit = isinstance(value, str | int) and not isinstance(value, bool)
    if not fit or not text or not text.isprintable() or len(text) > MOST_CHARACTERS:
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


def yes_or_no(value: object) -> bool:
    """Raises ValueError for words that are neither."""
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
