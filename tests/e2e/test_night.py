"""A night as it is run: planned, stopped by the clock, finished, told of, and measured."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.alert_servers import receiving
from tests.e2e.conftest import DEMO_CALLS, Demo, callqa

pytestmark = pytest.mark.slow


def test_a_night_is_planned_stopped_finished_and_told_of(tmp_path: Path, demo: Demo) -> None:
    source, home = tmp_path / "in", tmp_path / "data"
    source.mkdir()
    home.mkdir()
    (home / "weights").symlink_to(demo.home / "weights")
    for name in ("d08_customer_only_sorry_short.flac", "d10_abusive_agent.flac"):
        shutil.copy(DEMO_CALLS / name, source)
    where = ("--home", str(home))

    planned = callqa("plan", str(source), "--json", *where, cwd=tmp_path)
    assert planned.returncode == 0, planned.stderr
    plan = json.loads(planned.stdout)
    assert (plan["calls"], plan["speed"]["basis"], plan["left"]) == (2, "default", 0)
    assert plan["not_on_roster"] is None
    shown = callqa("plan", str(source), "--until", "06:00", *where, cwd=tmp_path)
    assert "待处理 2 条录音" in shown.stdout
    assert "d10_abusive_agent" in shown.stdout

    with receiving() as receiver:
        settings = {
            "CALLQA_ALERT_WEBHOOK_URL": receiver.url,
            "CALLQA_ALERT_WEBHOOK_SECRET": "whsec-abc",
            "CALLQA_LOG_LEVEL": "info",
            "CALLQA_LOG_FORMAT": "json",
            "CALLQA_METRICS_FILE": str(tmp_path / "callqa.prom"),
        }
        stopped = callqa("run", str(source), "--until", "2026-01-01T06:00", *where, cwd=tmp_path, **settings)
        assert stopped.returncode == 3, stopped.stderr
        assert "已在 2026-01-01 06:00 停止：2 条录音" in stopped.stderr
        finished = callqa("run", str(source), "--json", *where, cwd=tmp_path, **settings)
        assert finished.returncode == 0, finished.stderr
        again = callqa("plan", str(source), "--json", *where, cwd=tmp_path)
        broken = callqa("run", str(tmp_path / "nowhere"), *where, cwd=tmp_path, **settings)
        assert broken.returncode == 2

    assert json.loads(finished.stdout)["left"] == {"calls": 0, "audio_s": 0}
    alerts = [json.loads(one.body) for one in receiver.posted]
    ends = [one for one in alerts if one["kind"] == "run_end"]
    told = [(one["facts"]["status"], one["facts"].get("scored"), one["facts"].get("error")) for one in ends]
    assert told == [("failed", 0, None), ("completed", 2, None), ("failed", None, "InputError")]
    (fatal,) = [one for one in alerts if one["kind"] == "fatal"]
    assert fatal["facts"]["call_ids"] == ["d10_abusive_agent"]
    lines = [json.loads(line) for line in finished.stderr.splitlines() if line.startswith("{")]
    progress = [line for line in lines if "left, done about" in line["message"]]
    assert progress[-1]["run_id"] == plan["run_id"]
    assert "2 of 2 recordings" in progress[-1]["message"]
    done = [line for line in lines if line["message"].endswith(": scored")]
    assert {line["call_id"] for line in done} == {"d08_customer_only_sorry_short", "d10_abusive_agent"}
    assert all((line["run_id"], len(line["recording_id"])) == (plan["run_id"], 64) for line in done)
    assert "whsec-abc" not in stopped.stderr + finished.stderr + finished.stdout

    # Measured now: the last sitting, and nothing left to do.
    assert [json.loads(again.stdout)[name] for name in ("calls", "done")] == [0, 2]
    assert json.loads(again.stdout)["speed"]["basis"] == "this_machine"
    printed = callqa("metrics", *where, cwd=tmp_path)
    assert printed.stdout == (tmp_path / "callqa.prom").read_text()
    families = {family.name: family for family in text_string_to_metric_families(printed.stdout)}
    assert 0 < families["callqa_realtime_factor"].samples[0].value < 10
