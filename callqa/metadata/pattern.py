"""Facts in file names by a pattern of one's own: a regular expression with named groups, bounded in its work."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from callqa.metadata.facts import FACTS
from models.errors import SettingsError, TransientError

MOST_WORK_S = 0.5
"""Processor time for one name. A sound pattern needs a millionth of it; one that backtracks for ever is given up."""
MOST_GIVEN_UP = 3
"""Names that may be given up: any more, and the pattern is at fault, not a strange name."""
_PATIENCE_S = 300.0
"""For all names of a source, on the clock: there for a machine at a standstill."""
_CHILD = Path(__file__).with_name("pattern_child.py")

Groups = Mapping[str, str | None]


def check_pattern(pattern: str) -> None:
    """Raise SettingsError for a pattern that is no regular expression or whose groups are not those of facts."""
    try:
        groups = set(re.compile(pattern).groupindex)
    except (re.error, OverflowError, RecursionError) as error:
        raise SettingsError(f"filename_pattern {pattern!r}: not a regular expression: {error}") from error
    if unknown := sorted(groups - set(FACTS)):
        raise SettingsError(f"filename_pattern names {unknown}; known groups are {', '.join(FACTS)}")
    if "call_id" not in groups:
        raise SettingsError(
            f"filename_pattern {pattern!r} has no group for the call's id; put (?P<call_id>...) around the part of "
            "the name that tells one call from another"
        )


def match_names(pattern: str, names: Sequence[str]) -> tuple[Groups | None, ...]:
    """The groups found in each name, empty where the pattern does not fit, None where it took too much work.

    The matching is done by another process: Python's regular expressions cannot be stopped from outside, and one that
    backtracks for ever would stop every thread. Raises SettingsError when more than a few names took too much.
    """
    if not names:
        return ()
    order = json.dumps({"pattern": pattern, "names": list(names), "work_s": MOST_WORK_S, "give_up": MOST_GIVEN_UP})
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_CHILD)],
            input=order,
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise TransientError(
            f"filename_pattern could not be matched against {len(names)} names: {type(error).__name__}; run again"
        ) from error
    found: list[Groups | None] = json.loads(done.stdout)
    if len(found) < len(names):
        slow = next(name for name, groups in zip(names, found, strict=False) if groups is None)
        raise SettingsError(
            f"filename_pattern {pattern!r} takes more than {MOST_WORK_S} s for one name, such as {slow!r}; avoid "
            "repeats inside repeats, as in (a+)+, and say more exactly what each part is made of"
        )
    return tuple(found)
