"""What the process is told once: to keep big buffers, and not to split small sums among threads."""

from __future__ import annotations

import ctypes
import sys

from threadpoolctl import threadpool_limits

# From glibc's malloc.h.
_M_TRIM_THRESHOLD = -1
_M_TOP_PAD = -2
_M_MMAP_MAX = -4
_M_ARENA_MAX = -8


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


def one_thread_each() -> None:
    """Tell the process's linear algebra to use one thread for each caller; it holds for the process.

    Recordings are worked on side by side already. Splitting a window's spectrum among the cores as well makes threads
    spin while they wait for each other: on 16 cores it took twice the CPU time, with a GPU beside them six times.
    """
    threadpool_limits(limits=1, user_api="blas")
