"""Figures for Prometheus, in its text format: what a textfile collector or a scrape reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from models.call import RecordingState
from models.night import Backlog, Sitting, SittingTotals


@dataclass(frozen=True, slots=True)
class NightFigures:
    """What the metrics are made of; `last` is the newest sitting, None where there is none."""

    states: Mapping[RecordingState, int]
    queue: Backlog
    totals: SittingTotals
    last: Sitting | None


def metrics_text(figures: NightFigures) -> str:
    """The metrics as text. What was never measured is left out, not 0."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Night(figures))
    return generate_latest(registry).decode()


class _Night(Collector):
    def __init__(self, figures: NightFigures) -> None:
        self._figures = figures

    def collect(self) -> Iterable[Metric]:
        states, queue = self._figures.states, self._figures.queue
        totals, last = self._figures.totals, self._figures.last
        # A gauge in spite of its name: a recording leaves one state for the next.
        calls = GaugeMetricFamily("callqa_calls_total", "Recordings in each state.", labels=["state"])
        for state in RecordingState:
            calls.add_metric([state.value], states[state])
        yield calls
        yield _gauge("callqa_queue_calls", "Recordings that wait to be heard or scored.", queue.calls)
        yield _gauge("callqa_queue_audio_seconds", "Seconds of sound in them, as far as known.", queue.audio_s)
        yield _gauge("callqa_queue_failed_calls", "Those of them that failed before.", queue.failed)
        stages = CounterMetricFamily(
            "callqa_stage_seconds", "Seconds of work by stage, summed over what worked side by side.", labels=["stage"]
        )
        for stage, seconds in (("intake", totals.intake_s), ("hear", totals.hear_s), ("score", totals.score_s)):
            stages.add_metric([stage], seconds)
        yield stages
        heard = CounterMetricFamily("callqa_heard_audio_seconds", "Seconds of sound heard.")
        heard.add_metric([], totals.audio_s)
        yield heard
        if last is not None and last.audio_s > 0:
            yield _gauge(
                "callqa_realtime_factor",
                "Seconds of time for a second of sound in the last sitting; below 1 is faster than the calls were.",
                last.wall_s / last.audio_s,
            )
        if last is not None:
            yield _gauge("callqa_last_sitting_end_timestamp_seconds", "When it ended.", last.ended_at.timestamp())


def _gauge(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    family: Any = GaugeMetricFamily(name, meaning, value=value)
    found: GaugeMetricFamily = family
    return found
