"""Agents whose calls and roster do not meet, in words."""

from __future__ import annotations

from collections.abc import Mapping

from callqa.reports.file_names import visible_name
from callqa.reports.words import Words

_MOST_NAMED = 5


def unlisted_text(agents: Mapping[str, str], words: Words) -> str:
    """That these agents of some recordings, names by id, are not on the roster."""
    return words("roster.unlisted_here", n=len(agents), who=_some(agents, words))


def gaps_text(listed: int, days: int, unlisted: Mapping[str, str], silent: Mapping[str, str], words: Words) -> str:
    """How the roster and the calls of the last so many days agree, in one line; agents are names by id."""
    parts = [words("roster.listed", n=listed)]
    for key, agents in (("roster.unlisted", unlisted), ("roster.silent", silent)):
        if agents:
            parts.append(words(key, days=days, n=len(agents), who=_some(agents, words)))
    if len(parts) == 1:
        parts.append(words("roster.fine", days=days))
    return words("page.stop").join(parts)


def _some(agents: Mapping[str, str], words: Words) -> str:
    named = [visible_name(f"{agent_id} {name}".strip()) for agent_id, name in agents.items()]
    shown = words("page.comma").join(named[:_MOST_NAMED])
    return shown if len(named) <= _MOST_NAMED else words("roster.and_more", who=shown)
