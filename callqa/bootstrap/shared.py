"""What a process builds once, however many threads ask."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
_lock = threading.Lock()


def built_once(pool: dict[_Key, _Value], key: _Key, make: Callable[[], _Value]) -> _Value:
    """What `pool` holds under `key`, made if it is the first to ask."""
    # lru_cache would let four threads that ask at once build four models.
    with _lock:
        if key not in pool:
            pool[key] = make()
        return pool[key]
