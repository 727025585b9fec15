"""Personal numbers in what people write about calls: the same ones as in what was said."""

from __future__ import annotations

import re

from asr.pii.find import find_secrets
from models.transcript import MASK, Role, Utterance

# Typed as they come from a Chinese keyboard; recognition writes none.
_WIDE_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")
_LETTERS = re.compile("[A-Za-z]{2}")
_CHINESE = re.compile("[\u3400-\u9fff]")


def mask_note(text: str) -> str:
    """The text with every character of personal numbers replaced by `MASK`; "" for "".

    Read as Chinese, or as English where it has letters and no Chinese character. Masked again it stays as it is.
    """
    note = Utterance(0, Role.UNKNOWN, None, None, text.translate(_WIDE_DIGITS))
    hidden = {place for secret in find_secrets((note,), _language_of(text)) for place in secret.places}
    return "".join(MASK if place in hidden else character for place, character in enumerate(text))


def _language_of(text: str) -> str:
    # One letter alone may be the last place of an identity card's number.
    return "en" if _LETTERS.search(text) and not _CHINESE.search(text) else "zh"
