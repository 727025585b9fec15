"""A process of its own that matches names: reads an order as JSON, writes the groups of each name as JSON.

It is run by its path, without callqa, and ends by itself.
"""

from __future__ import annotations

import json
import re
import signal
import sys
from types import FrameType


class _TooMuchWorkError(Exception):
    pass


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise _TooMuchWorkError


def main() -> None:
    """One answer per name, null where it took too much work; cut short when that happened too often."""
    order = json.load(sys.stdin)
    pattern = re.compile(order["pattern"])
    signal.signal(signal.SIGVTALRM, _stop)
    found: list[dict[str, str | None] | None] = []
    given_up = 0
    for name in order["names"]:
        try:
            signal.setitimer(signal.ITIMER_VIRTUAL, order["work_s"])
            match = pattern.search(name)
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            found.append(match.groupdict() if match else {})
        except _TooMuchWorkError:
            found.append(None)
            given_up += 1
            if given_up > order["give_up"]:
                break
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
