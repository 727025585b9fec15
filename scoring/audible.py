"""Whether the agent's words can be judged at all: in the language of the standard, and more than a word of them."""

from __future__ import annotations

import re

from scoring.anchors import bare
from scoring.view import CallView

_LETTERS = {"zh": re.compile("[\u3400-\u9fff]"), "en": re.compile("[a-z]")}
_FEWEST = {"zh": 2, "en": 4}
"""Letters: one character (喂) or a word like "hey" is no conversation. Greetings have more in both languages."""
_OWN_SHARE = 0.5
"""From here on it is the standard's language, whatever foreign words (App, WiFi, VIP) are mixed in."""


def obstacle(call: CallView) -> str | None:
    """Why nothing that the agent said can be judged, as a key of `scoring.doubts`; None if it can.

    None as well when the agent said nothing: each criterion has its own answer to that.
    """
    language = call.standard.language
    said = "".join(bare(one.reading.text, spaced=language != "zh") for one in call.agent)
    if not said:
        return None
    letters = sum(map(str.isalpha, said))
    own = len(_LETTERS[language].findall(said))
    if own < letters * _OWN_SHARE:
        return "other_language"
    return "too_little_said" if own < _FEWEST[language] else None
