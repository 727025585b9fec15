"""A customer's reference, as two systems may both write it."""

from __future__ import annotations

import re

_SEPARATORS = re.compile(r"[\s\-()（）+]")
_CHINA = re.compile(r"(?:00)?86(?=1\d{10}$)")


def customer_key(customer_ref: str) -> str:
    """What is the same for all ways to write it: no spaces and dashes, a Chinese mobile number without +86."""
    return _CHINA.sub("", _SEPARATORS.sub("", customer_ref)).casefold()
