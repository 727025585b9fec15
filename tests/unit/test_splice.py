"""Phrases put into the text of a standard: it says what it shall, and the author's comments and layout stay."""

from __future__ import annotations

from datetime import date

import pytest

from models.errors import StandardError
from models.proposal import Change, ProposalKind
from scoring import load_standard
from scoring.proposed import drafted, next_head
from scoring.schema import ProhibitedItem
from tests.unit.small_standard import SMALL

TODAY = date(2026, 11, 20)
IN_LINES = """\
    families:  # ours
      # what is not our job
      - id: not_my_job
        kind: deflection
        severity: hard
        phrases:
          - 不归我管  # said a lot
        # and its like
        look_alikes:
        - 不归我管账
      - {id: rude, kind: abuse, severity: soft, phrases: [神经病]}
"""
LAYOUTS = {
    "brackets": SMALL,
    "lines": SMALL[: SMALL.index("    families:")] + IN_LINES,
    "no line end": SMALL.rstrip("\n"),
    "comment at the end": SMALL.rstrip("\n") + "  # the last\n# 完\n",
    "folded note": SMALL.replace("change_note: 首个版本。", "change_note: >\n  首个\n  版本。"),
}


def put(text: str, kind: ProposalKind, *phrases: str) -> str:
    """The text with the phrases, one after the other."""
    for number, phrase in enumerate(phrases):
        standard = load_standard(text, "ours")
        change = Change(kind, "prohibited", "deflection", phrase)
        text = drafted(standard, text, "ours", change, next_head(standard, change, TODAY, {"1"}, bool(number)))
    return text


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("kind", ProposalKind)
def test_the_text_says_what_it_said_and_the_phrases(layout: str, kind: ProposalKind) -> None:
    before = LAYOUTS[layout]
    after = put(before, kind, "你爱找谁找谁", "随您便")
    old, new = load_standard(before, "ours"), load_standard(after, "ours")
    (item,) = (one for one in new.items if one.id == "prohibited")
    assert isinstance(item, ProhibitedItem)
    families = {family.id: family for family in item.families}
    if kind is ProposalKind.ADDITION:
        added = families.pop("proposed_deflection")
        assert (added.kind, added.severity, added.phrases) == ("deflection", "hard", ("你爱找谁找谁", "随您便"))
    else:
        assert families["not_my_job"].look_alikes[-2:] == ("你爱找谁找谁", "随您便")
    assert families["not_my_job"].phrases == ("不归我管",)
    assert (new.ref.version, new.effective_from) == ("2", date(2026, 11, 21))
    assert "你爱找谁找谁" in new.change_note
    assert "随您便" in new.change_note
    assert new.items[:3] == old.items[:3]
    assert _comments(after) == _comments(before)


def _comments(text: str) -> list[str]:
    return [line.partition("#")[2] for line in text.splitlines() if "#" in line]


def test_a_list_that_stands_for_several_is_not_changed_behind_the_authors_back() -> None:
    shared = SMALL.replace("phrases: [不归我管]}", "phrases: [不归我管], look_alikes: &none [不归我管账]}")
    shared += "      - {id: also, kind: abuse, severity: hard, phrases: [神经病], look_alikes: *none}\n"
    with pytest.raises(StandardError, match="add it by hand"):
        put(shared, ProposalKind.EXCEPTION, "你爱找谁找谁")


@pytest.mark.parametrize(
    ("version", "taken", "expected"),
    [
        ("1", {"1"}, "2"),
        ("2026.9", {"2026.9", "2026.10"}, "2026.11"),
        ("v09", {"v09"}, "v10"),
        ("first", {"first"}, "first.1"),
        ("2", {"1"}, "2"),
    ],
)
def test_the_next_version_is_one_that_is_not_taken(version: str, taken: set[str], expected: str) -> None:
    standard = load_standard(SMALL.replace('version: "1"', f'version: "{version}"'), "ours")
    change = Change(ProposalKind.ADDITION, "prohibited", "deflection", "你爱找谁找谁")
    assert dict(next_head(standard, change, TODAY, taken, is_draft=False))["version"] == expected
