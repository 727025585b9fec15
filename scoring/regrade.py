"""What a call comes to with the verdicts of people in place of the machine's; the machine's stay what they are.

What the machine said of an item counts until somebody says otherwise. An item that a person judged otherwise

===================  ==============================================================================
met                  earns all of its points, and costs nothing
partial              earns half of them: nobody asked which part was missing
missed, violated     earns none; costs its deduction, of prohibited words the mildest one
not applicable       is left out, as one that could not be evaluated is
===================  ==============================================================================

and is fatal only where the machine found it so and the person agrees that it is violated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from models.scorecard import Finding, Verdict
from scoring.grade import Grade, grade
from scoring.schema import AnyItem, ProhibitedItem
from scoring.standard import ServiceStandard

_HALF = 0.5
_CHARGED = (Verdict.MISSED, Verdict.VIOLATED)


@dataclass(frozen=True, slots=True)
class Regraded:
    """The findings with people's verdicts, and what they come to."""

    findings: tuple[Finding, ...]
    grade: Grade


def regrade(findings: Sequence[Finding], verdicts: Mapping[str, Verdict], standard: ServiceStandard) -> Regraded:
    """`verdicts` are those of people by item id; items that are not in the findings count for nothing."""
    items = {item.id: item for item in standard.items}
    settled = tuple(
        _settled(finding, verdicts.get(finding.item_id, finding.verdict), items.get(finding.item_id))
        for finding in findings
    )
    return Regraded(settled, grade(settled, standard))


def _settled(finding: Finding, verdict: Verdict, item: AnyItem | None) -> Finding:
    if verdict is finding.verdict:
        return finding
    worth = finding.max_points
    if not worth and item is not None:
        worth = getattr(item, "points", None) or 0.0
    if worth:
        earned = {Verdict.MET: worth, Verdict.PARTIAL: worth * _HALF}.get(verdict, 0.0)
    else:
        earned = _cost(item) if verdict in _CHARGED else 0.0
    return replace(finding, verdict=verdict, points=round(earned, 1), max_points=worth, fatal=False)


def _cost(item: AnyItem | None) -> float:
    if isinstance(item, ProhibitedItem):
        return item.soft
    return getattr(item, "deduction", None) or 0.0
