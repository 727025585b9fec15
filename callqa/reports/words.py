"""The words of the report in Simplified Chinese and English, looked up by key.

Sentences that come with a finding stay in the language of the standard; everything else that pages and commands say
is in the modules named `*_words`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from callqa.reports.backtest_words import BACKTEST_WORDS
from callqa.reports.coaching_words import COACHING_WORDS
from callqa.reports.code_words import CODE_WORDS
from callqa.reports.drift_words import DRIFT_WORDS
from callqa.reports.field_words import FIELD_WORDS
from callqa.reports.import_words import IMPORT_WORDS
from callqa.reports.keeping_words import KEEPING_WORDS
from callqa.reports.ledger_words import LEDGER_WORDS
from callqa.reports.night_words import NIGHT_WORDS
from callqa.reports.page_words import PAGE_WORDS
from callqa.reports.propose_words import PROPOSE_WORDS
from callqa.reports.quarantine_words import QUARANTINE_WORDS
from callqa.reports.rates_words import RATES_WORDS
from callqa.reports.receipt_words import RECEIPT_WORDS
from callqa.reports.roster_words import ROSTER_WORDS
from callqa.reports.runs_words import RUNS_WORDS
from callqa.reports.standard_words import STANDARD_WORDS
from callqa.reports.talk_words import TALK_WORDS
from callqa.reports.team_words import TEAM_WORDS
from models.errors import SettingsError

LANGUAGES: Final = ("zh", "en")

_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    **CODE_WORDS,
    **PAGE_WORDS,
    **RECEIPT_WORDS,
    **STANDARD_WORDS,
    **BACKTEST_WORDS,
    **PROPOSE_WORDS,
    **DRIFT_WORDS,
    **FIELD_WORDS,
    **LEDGER_WORDS,
    **IMPORT_WORDS,
    **QUARANTINE_WORDS,
    **KEEPING_WORDS,
    **NIGHT_WORDS,
    **RATES_WORDS,
    **ROSTER_WORDS,
    **RUNS_WORDS,
    **COACHING_WORDS,
    **TALK_WORDS,
    **TEAM_WORDS,
}


def check_language(language: str) -> None:
    """Raise SettingsError unless the report can be written in `language`."""
    if language not in LANGUAGES:
        raise SettingsError(f"report language {language!r} is not available; choose one of {', '.join(LANGUAGES)}")


class Words:
    """The words of one language; raises SettingsError for a language there are no words for."""

    def __init__(self, language: str) -> None:
        check_language(language)
        self._column = LANGUAGES.index(language)

    def __call__(self, key: str, **values: object) -> str:
        """The words under `key` with `values` filled in; raises KeyError for an unknown key."""
        text = _WORDS[key][self._column]
        return text.format(**values) if values else text

    def code(self, group: str, code: str) -> str:
        """The words for a code of an open list; the code itself when there are none, so that nothing is lost."""
        key = f"{group}.{code}"
        return self(key) if key in _WORDS else code

    def flag(self, flag: str) -> str:
        """A metadata flag such as "started_at_missing" in words; the flag itself when it is of no known form."""
        for cut in (i for i, char in enumerate(flag) if char == "_"):
            field, problem = f"field.{flag[:cut]}", f"flag.{flag[cut + 1 :]}"
            if field in _WORDS and problem in _WORDS:
                return self(problem, field=self(field))
        return flag
