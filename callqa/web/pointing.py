"""The sentence that a form points to."""

from __future__ import annotations

from callqa.services.sentences import Pointed, SentenceFault, SentenceRefusedError

_MOST_DIGITS = 9


def pointed(utterance: str, kind: str) -> Pointed | None:
    """None where nothing is chosen. Raises SentenceRefusedError for a kind of no sentence, and for no number."""
    if not utterance and not kind:
        return None
    if not (utterance.isascii() and utterance.isdecimal() and len(utterance) < _MOST_DIGITS):
        raise SentenceRefusedError(SentenceFault.UNKNOWN, f"{utterance!r} is no utterance's number; choose one")
    return Pointed(int(utterance), kind or None)
