"""Which processes are known to have ended."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from callqa.owner import has_ended, this_process

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/ns/pid").exists(),
    reason="only Linux tells by /proc which process ended; elsewhere callqa waits for its lease",
)


def test_this_process_is_alive_and_keeps_its_name() -> None:
    assert this_process() == this_process()
    assert not has_ended(this_process())


def test_one_that_ended_is_known_also_before_anybody_asks_for_its_exit_code() -> None:
    name = "import sys; from callqa.owner import this_process; sys.stdout.write(this_process())"
    with subprocess.Popen([sys.executable, "-c", name], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        owner = child.stdout.read()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert has_ended(owner), "a zombie works no more"
    assert has_ended(owner)


@pytest.mark.parametrize("part", [1, 3])
def test_a_number_used_again_is_another_process_and_another_machine_is_unknown(part: int) -> None:
    parts = this_process().rsplit(" ", 3)
    parts[part] += "1"
    assert has_ended(" ".join(parts)) is (part == 3)


def test_a_host_name_may_hold_anything() -> None:
    _, rest = this_process().split(" ", 1)
    assert not has_ended(f"my host  of many words {rest}")
