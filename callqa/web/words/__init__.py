"""What the console says, in Simplified Chinese and English, a table for each page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from callqa.reports.words import LANGUAGES, Words
from callqa.web.words.appeals_words import APPEALS_WORDS
from callqa.web.words.audit_words import AUDIT_WORDS
from callqa.web.words.calibration_words import CALIBRATION_WORDS
from callqa.web.words.call_words import CALL_WORDS
from callqa.web.words.coaching_words import NOTES_WORDS
from callqa.web.words.imports_words import IMPORTS_WORDS
from callqa.web.words.insight_words import INSIGHT_WORDS
from callqa.web.words.people_words import PEOPLE_WORDS
from callqa.web.words.promises_words import PROMISES_WORDS
from callqa.web.words.proposals_words import PROPOSALS_WORDS
from callqa.web.words.queue_words import QUEUE_WORDS
from callqa.web.words.satisfaction_words import SATISFACTION_WORDS
from callqa.web.words.shell_words import SHELL_WORDS
from callqa.web.words.standards_words import STANDARDS_WORDS
from callqa.web.words.tokens_words import TOKENS_WORDS

_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    **SHELL_WORDS,
    **PEOPLE_WORDS,
    **PROMISES_WORDS,
    **IMPORTS_WORDS,
    **AUDIT_WORDS,
    **TOKENS_WORDS,
    **STANDARDS_WORDS,
    **PROPOSALS_WORDS,
    **INSIGHT_WORDS,
    **SATISFACTION_WORDS,
    **QUEUE_WORDS,
    **CALL_WORDS,
    **APPEALS_WORDS,
    **CALIBRATION_WORDS,
    **NOTES_WORDS,
}


class PageWords:
    """The console's words in one language, and behind them those of the reports."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._shared = Words(language)
        self._column = LANGUAGES.index(language)

    def __call__(self, key: str, **values: object) -> str:
        """The words under `key` with `values` filled in; raises KeyError for an unknown key."""
        if key not in _WORDS:
            return self._shared(key, **values)
        text = _WORDS[key][self._column]
        return text.format(**values) if values else text

    def code(self, group: str, code: str) -> str:
        """The words for a code of an open list; the code itself when there are none."""
        return self(f"{group}.{code}") if f"{group}.{code}" in _WORDS else self._shared.code(group, code)

    def flag(self, flag: str) -> str:
        """A metadata flag in words."""
        return self._shared.flag(flag)
