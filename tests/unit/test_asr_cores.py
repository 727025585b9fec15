"""The cores that a process may use: as many as it may run on, no more than control groups pay for."""

from __future__ import annotations

import subprocess
import sys

import pytest

from asr.cores import quota_cores

V1 = "12:memory:/docker/ab\n4:cpu,cpuacct:/docker/ab\n0::/docker/ab\n"
CPU = "/sys/fs/cgroup/cpu"


def test_cores_that_this_process_may_not_use_do_not_count() -> None:
    code = (
        "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
        "from asr.cores import usable_cores; print(usable_cores())"
    )
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "1\n"


@pytest.mark.parametrize(
    ("groups", "files", "cores"),
    [
        # Version 2, as a container sees its own group: at the root.
        ("0::/\n", {"/sys/fs/cgroup/cpu.max": "200000 100000\n"}, 2),
        ("0::/\n", {"/sys/fs/cgroup/cpu.max": "150000 100000\n"}, 2),
        ("0::/\n", {"/sys/fs/cgroup/cpu.max": "200001 100000\n"}, 3),
        ("0::/\n", {"/sys/fs/cgroup/cpu.max": "25000 100000\n"}, 1),
        ("0::/\n", {"/sys/fs/cgroup/cpu.max": "max 100000\n"}, None),
        # A service of systemd, and the slice above it: the least counts.
        ("0::/work.slice/callqa.service\n", {"/sys/fs/cgroup/work.slice/callqa.service/cpu.max": "400000 100000"}, 4),
        (
            "0::/work.slice/callqa.service\n",
            {
                "/sys/fs/cgroup/work.slice/callqa.service/cpu.max": "400000 100000",
                "/sys/fs/cgroup/work.slice/cpu.max": "300000 100000",
                "/sys/fs/cgroup/cpu.max": "max 100000",
            },
            3,
        ),
        ("0::/other.slice\n", {"/sys/fs/cgroup/work.slice/cpu.max": "300000 100000"}, None),
        # Version 1, on the host, and inside a container, where the path is the host's and the group at the root.
        (V1, {f"{CPU}/docker/ab/cpu.cfs_quota_us": "250000\n", f"{CPU}/docker/ab/cpu.cfs_period_us": "100000\n"}, 3),
        (V1, {f"{CPU}/cpu.cfs_quota_us": "50000\n", f"{CPU}/cpu.cfs_period_us": "50000\n"}, 1),
        (V1, {f"{CPU}/cpu.cfs_quota_us": "-1\n", f"{CPU}/cpu.cfs_period_us": "100000\n"}, None),
        (V1, {f"{CPU}/cpu.cfs_quota_us": "50000\n"}, None),
        ("3:cpuset:/\n", {f"{CPU}/cpu.cfs_quota_us": "100000", f"{CPU}/cpu.cfs_period_us": "100000"}, None),
        # Nothing, or nothing that makes sense.
        (None, {}, None),
        ("", {"/sys/fs/cgroup/cpu.max": "200000 100000\n"}, None),
        ("0::/\n", {}, None),
        ("0::/\n", {"/sys/fs/cgroup/cpu.max": ""}, None),
        ("0::/\n", {"/sys/fs/cgroup/cpu.max": "200000 0"}, None),
        ("0::/\n", {"/sys/fs/cgroup/cpu.max": "two 100000"}, None),
        ("nonsense\n", {"/sys/fs/cgroup/cpu.max": "200000 100000"}, None),
    ],
)
def test_quotas_of_control_groups(groups: str | None, files: dict[str, str], cores: int | None) -> None:
    present = files if groups is None else {"/proc/self/cgroup": groups, **files}
    assert quota_cores(present.get) == cores
