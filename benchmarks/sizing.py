"""How much machine a day of calls needs: hours of sound, divided by speeds that were measured.

    python -m benchmarks.sizing [--minutes 5]

Measures nothing itself. The speeds are whole seconds of recordings for each second of wall-clock time, with `base` and
`accurate`; the table is the one in docs/deployment.md.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Machine:
    """`audio_s_per_s` of one machine; `source` says where it was measured, or how it was derived from that."""

    name: str
    audio_s_per_s: float
    source: str

    def hours(self, audio_h: float) -> float:
        """By the clock."""
        return audio_h / self.audio_s_per_s


TWO_CORES = Machine("2 cores", 24.6, "`benchmarks.overhead`: a whole run")
EIGHT_CORES = Machine("8 cores", TWO_CORES.audio_s_per_s * 4, "4 × 2 cores; not verified here")
FOUR_OF_EIGHT = Machine("4 machines, 8 cores each", TWO_CORES.audio_s_per_s * 16, "16 × 2 cores; not verified here")
ONE_GPU = Machine("1 H100, 16 cores", 806.0, "`benchmarks.gpu`: one list of 3.3 h of sound, hearing alone")
TWO_GPUS = Machine("2 such machines", ONE_GPU.audio_s_per_s * 2, "2 × the H100; not verified here")

ROWS = (
    (200, TWO_CORES),
    (1_000, TWO_CORES),
    (2_000, TWO_CORES),
    (5_000, EIGHT_CORES),
    (20_000, FOUR_OF_EIGHT),
    (20_000, ONE_GPU),
    (50_000, ONE_GPU),
    (100_000, TWO_GPUS),
)


def table(minutes: float) -> str:
    """The rows as Markdown, each with its arithmetic."""
    lines = [
        "| calls a day | hours of sound | machine | sound per second | hours | speed from |",
        "|---|---|---|---|---|---|",
    ]
    for calls, machine in ROWS:
        audio_h = calls * minutes / 60
        lines.append(
            f"| {calls:,} | {calls:,} × {minutes:g} min / 60 = {audio_h:,.0f} | {machine.name} | "
            f"{machine.audio_s_per_s:,.1f} s | {audio_h:,.0f} / {machine.audio_s_per_s:,.1f} = "
            f"{machine.hours(audio_h):.1f} | {machine.source} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--minutes", type=float, default=5.0, help="mean length of a call")
    print(table(parser.parse_args().minutes))


if __name__ == "__main__":
    main()
