"""Drawing the random sample after a run."""

from __future__ import annotations

from datetime import date

from models.ports import UnitOfWorkFactory
from models.sample import draw


def draw_samples(run_id: str, today: date, per_agent: int, unsure_per_agent: int, new_unit: UnitOfWorkFactory) -> int:
    """Draw so many calls of each agent's day that the run has calls of; returns how many calls were drawn.

    `unsure_per_agent` are drawn besides of the calls that the machine is unsure of. Nothing is drawn without
    `per_agent`: what it is sure of would have no chance.

    Days are drawn once, when they are over: today's, and what comes late for a day that was drawn, are left out.
    """
    if per_agent == 0:
        return 0
    with new_unit() as uow:
        days = uow.samples.undrawn(run_id, today)
        drawn = [
            draw(agent_id, day, calls, per_agent, unsure_per_agent) for (agent_id, day), calls in sorted(days.items())
        ]
        for one in drawn:
            uow.samples.put(one)
        uow.commit()
    return sum(len(one.recording_ids) for one in drawn)
