"""Stages of a complaint (受理, 核实, 方案, 答复, 回访): which of them the agent's words show. They are never scored."""

from __future__ import annotations

from collections.abc import Sequence

from models.scorecard import ComplaintStage, Evidence
from scoring.context import excuse, overlaps_any
from scoring.schema import Stage
from scoring.view import CallView


def find_stages(call: CallView, signs: Sequence[Evidence]) -> tuple[ComplaintStage, ...] | None:
    """Every stage of the standard, in its order, with the first words that show it, or none.

    `signs` are the words that made it a complaint: what was said before the first of them belongs to no stage. None
    without such words, or where the standard names no stages. Stages need not come in their order: who has looked into
    it before writing it down has done both.
    """
    stages = call.standard.document.complaint_stages
    if not signs or not stages:
        return None
    since = min(sign.utterance for sign in signs)
    return tuple(ComplaintStage(stage.id, stage.title, _first(call, stage, since)) for stage in stages)


def _first(call: CallView, stage: Stage, since: int) -> Evidence | None:
    name = f"complaint_stages.{stage.id}"
    for said in call.agent:
        if said.utterance.index < since:
            continue
        look_alikes = said.found(f"{name}.look_alikes")
        for hit in said.found(f"{name}.phrases"):
            if not overlaps_any(hit, look_alikes) and excuse(call.standard, said, hit, stage.excused_by) is None:
                return said.evidence(hit.start, hit.end, stage.id, hit.match)
    return None
