"""Both languages say everything: every code, every key the page uses, and nothing nobody uses."""

from __future__ import annotations

import re
import string
from enum import StrEnum
from importlib import resources
from pathlib import Path

import pytest
import yaml

import callqa.cli
import callqa.reports
from callqa.reports import rate_text
from callqa.reports.backtest_words import BACKTEST_WORDS
from callqa.reports.coaching_context import Ground
from callqa.reports.coaching_words import COACHING_WORDS
from callqa.reports.code_words import CODE_WORDS
from callqa.reports.context import Concern
from callqa.reports.field_words import FIELD_WORDS
from callqa.reports.ledger_words import LEDGER_WORDS
from callqa.reports.page_words import PAGE_WORDS
from callqa.reports.quarantine_words import QUARANTINE_WORDS
from callqa.reports.rates_words import RATES_WORDS
from callqa.reports.standard_words import STANDARD_WORDS
from callqa.reports.team_quality import ORDER
from callqa.reports.team_words import TEAM_WORDS
from callqa.reports.words import Words
from models.errors import ReasonCode, SettingsError
from models.ledger import StatusSource
from models.run import RunStatus
from models.scorecard import MatchKind, PromiseStatus, Specificity, Verdict
from models.transcript import Role
from scoring import SHIPPED_STANDARDS

ALL_WORDS = {
    **CODE_WORDS,
    **PAGE_WORDS,
    **BACKTEST_WORDS,
    **STANDARD_WORDS,
    **FIELD_WORDS,
    **LEDGER_WORDS,
    **QUARANTINE_WORDS,
}
CJK = re.compile("[\u4e00-\u9fff]")


@pytest.mark.parametrize(
    ("group", "codes"),
    [
        ("reason", ReasonCode),
        ("todo", ReasonCode),
        ("verdict", Verdict),
        ("sign", Verdict),
        ("role", Role),
        ("specificity", Specificity),
        ("status", PromiseStatus),
        ("source", StatusSource),
        ("concern", Concern),
        ("run", RunStatus),
        ("match", [kind for kind in MatchKind if kind is not MatchKind.EXACT]),
    ],
)
def test_every_code_has_words_and_no_other_has(group: str, codes: type[StrEnum] | list[StrEnum]) -> None:
    assert {key for key in CODE_WORDS if key.startswith(f"{group}.")} == {f"{group}.{code.value}" for code in codes}
    assert all(all(CODE_WORDS[f"{group}.{code.value}"]) for code in codes)


@pytest.mark.parametrize("standard", SHIPPED_STANDARDS)
def test_codes_of_the_shipped_standards_have_words(standard: str) -> None:
    text = resources.files("scoring").joinpath("standards", f"{standard}.yaml").read_text(encoding="utf-8")
    document = yaml.safe_load(text)
    items = {item["criterion"]: item for item in document["items"]}
    greeting = items["greeting"]
    kinds = [part["id"] for part in (greeting["salutation"], greeting["offer"], *greeting["identity"])]
    kinds += [trigger["id"] for trigger in items["apology"]["triggers"]]
    kinds += [family["kind"] for family in items["prohibited"]["families"]]
    actions = [action["id"] for action in document["promises"]["actions"]]

    codes = {f"kind.{kind}" for kind in kinds} | {f"action.{action}" for action in actions}
    assert codes - set(ALL_WORDS) == set()


def test_chinese_is_chinese_and_english_is_not() -> None:
    for key, (zh, en) in ALL_WORDS.items():
        assert not CJK.search(en), key
        if re.search("[a-z]{2}", en):
            assert CJK.search(zh), key


def test_both_languages_fill_in_the_same_values() -> None:
    def places(text: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}

    for key, (zh, en) in ALL_WORDS.items():
        assert places(zh) == places(en), key


def test_the_page_uses_exactly_the_words_there_are() -> None:
    folder = resources.files("callqa.reports").joinpath("templates")
    templates = "\n".join(f.read_text(encoding="utf-8") for f in folder.iterdir() if f.name.endswith(".html"))
    used = set(re.findall(r't\("([a-z_.]+[a-z_])"', templates))
    from_code = {key for key in PAGE_WORDS if key.startswith("duration.")}

    from_code |= {f"team.{name}" for name in ORDER}
    from_code |= {
        f"team.{name}"
        for name in ("in_time", "solved", "not_again", "complaints", "promises_kept", "satisfied", "unsatisfied")
    }
    from_code |= {f"coaching.{side}_{ground.value}" for side in ("good", "bad") for ground in Ground}

    assert {key for key in used if not key.startswith("rates.")} | from_code == set(PAGE_WORDS) | set(
        BACKTEST_WORDS
    ) | set(COACHING_WORDS) | set(TEAM_WORDS)


def test_rates_use_exactly_the_words_there_are() -> None:
    overview = resources.files("callqa.reports").joinpath("templates", "_overview.html").read_text(encoding="utf-8")
    text = Path(rate_text.__file__).read_text(encoding="utf-8")
    assert set(re.findall(r'"(rates\.[a-z_]+)"', overview + text)) == set(RATES_WORDS)


def test_commands_and_lists_of_changes_use_exactly_the_words_there_are() -> None:
    sources = [*Path(callqa.cli.__path__[0]).glob("*.py"), *Path(callqa.reports.__path__[0]).glob("*.py")]
    code = "\n".join(path.read_text(encoding="utf-8") for path in sources if not path.name.endswith("_words.py"))
    words = {key for key in (*STANDARD_WORDS, *LEDGER_WORDS) if not key.startswith(("value.", "remind."))}
    begun = tuple(re.findall(r'f"([a-z_.]+[._])\{', code))
    said = {key for key in words if f'"{key}"' in code or key.startswith(begun)}
    assert said == words


def test_a_verdict_is_told_by_sign_and_word_not_only_by_colour() -> None:
    words = Words("zh")

    assert len({words(f"sign.{verdict.value}") for verdict in Verdict}) == len(Verdict)
    assert len({words(f"verdict.{verdict.value}") for verdict in Verdict}) == len(Verdict)


@pytest.mark.parametrize(
    ("flag", "zh", "en"),
    [
        ("started_at_missing", "通话开始时间缺失", "Start time missing"),
        ("agent_missing", "坐席缺失", "Agent missing"),
        ("agent_id_unreadable", "坐席编号无法识别", "Agent id unreadable"),
        ("sidecar_unreadable", "附属信息文件无法识别", "Sidecar file unreadable"),
        ("moon_phase_missing", "moon_phase_missing", "moon_phase_missing"),
        ("odd", "odd", "odd"),
    ],
)
def test_flags_in_words(flag: str, zh: str, en: str) -> None:
    assert Words("zh").flag(flag) == zh
    assert Words("en").flag(flag) == en


def test_a_code_without_words_stays_as_it_is() -> None:
    assert Words("zh").code("action", "callback") == "回电"
    assert Words("zh").code("action", "send_flowers") == "send_flowers"


def test_unknown_language_is_refused_with_the_choices() -> None:
    with pytest.raises(SettingsError, match="'fr' is not available; choose one of zh, en"):
        Words("fr")
