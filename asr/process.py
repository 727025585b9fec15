"""What the process is told once: to keep big buffers, to use wide vectors, not to split small sums among threads."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

from threadpoolctl import threadpool_limits

# From glibc's malloc.h.
_M_TRIM_THRESHOLD = -1
_M_TOP_PAD = -2
_M_MMAP_MAX = -4
_M_ARENA_MAX = -8

_ISA = "CT2_FORCE_CPU_ISA"


def keep_buffers() -> bool:
    """Tell glibc's allocator to keep freed memory; returns whether it was told.

    By default every encoder call maps and unmaps its buffers: 730,000 page faults for a batch of four windows, half of
    the time spent in the kernel. Harmless and without effect where the C library is not glibc. Call it before the model
    is loaded; it holds for the process.
    """
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None)
    if not hasattr(libc, "gnu_get_libc_version"):
        return False
    settings = ((_M_MMAP_MAX, 0), (_M_ARENA_MAX, 1), (_M_TRIM_THRESHOLD, 2**31 - 1), (_M_TOP_PAD, 64 * 2**20))
    accepted = [libc.mallopt(name, value) == 1 for name, value in settings]
    return all(accepted)


def wide_vectors() -> str:
    """Let CTranslate2 use 512-bit vectors where the processor multiplies bytes with them; returns what it will use.

    It takes 256 bits unless it is told. Measured on a Xeon with AMX: a tenth of the encoder's time, a twentieth of the
    decoder's. What the user has set stays. Call it before CTranslate2 is first asked for anything; it holds for the
    process. Empty where CTranslate2 decides.
    """
    if _ISA not in os.environ and _has_wide_vectors():
        os.environ[_ISA] = "AVX512"
    return os.environ.get(_ISA, "")


def _has_wide_vectors() -> bool:
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False  # another system than Linux
    return "avx512_vnni" in flags and "avx512bw" in flags


def one_thread_each() -> None:
    """Tell the process's linear algebra to use one thread for each caller; it holds for the process.

    Recordings are worked on side by side already. Splitting a window's spectrum among the cores as well makes threads
    spin while they wait for each other: on 16 cores it took twice the CPU time, with a GPU beside them six times.
    """
    threadpool_limits(limits=1, user_api="blas")
