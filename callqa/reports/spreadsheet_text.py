"""Text that a spreadsheet takes for text."""

from __future__ import annotations

# OWASP, "CSV Injection": a spreadsheet takes text that begins like this for a formula; the full-width signs as well,
# under East Asian settings.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet would reckon with it."""
    return text.startswith(_FORMULA_STARTS)


def guarded(text: str) -> str:
    """The text with an apostrophe in front where it looks like a formula; `callqa.metadata.rows_in` takes it off."""
    return f"'{text}" if looks_like_formula(text) else text
