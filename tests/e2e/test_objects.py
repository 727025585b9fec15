"""`callqa run s3://...` as users run it: with the real model, two bundled calls, and the other commands afterwards."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.conftest import DEMO_CALLS, callqa
from tests.object_store import KEY, SECRET, Bucket, bucket, moto_endpoint

__all__ = ["bucket", "moto_endpoint"]


@pytest.mark.slow
def test_calls_in_a_store_are_inspected_and_every_command_knows_them(bucket: Bucket, tmp_path: Path) -> None:
    sounds = sorted(p for p in DEMO_CALLS.iterdir() if p.suffix in {".mp3", ".opus"})[:2]
    for path in (*sounds, DEMO_CALLS / "manifest.csv"):
        bucket.put(f"night 1/{path.name}", path.read_bytes())
    bucket.put("night 1/broken.wav", "no sound")
    (tmp_path / "secret").write_text(SECRET)
    access = {
        "CALLQA_S3_ENDPOINT": bucket.endpoint,
        "CALLQA_S3_KEY": KEY,
        "CALLQA_S3_SECRET_FILE": str(tmp_path / "secret"),
    }
    source = f"s3://{bucket.name}/night 1/"

    done = callqa("run", source, "--json", cwd=tmp_path, **access)

    assert done.returncode == 3, done.stderr
    told = json.loads(done.stdout)
    assert (told["counts"]["scored"], told["counts"]["quarantined"]) == (2, 1)
    assert sorted(file for call in told["calls"] for file in call["files"]) == [f"{source}{p.name}" for p in sounds]
    assert told["quarantined"][0]["files"] == [f"{source}broken.wav"]
    assert told["sources"] == [f"s3://{bucket.name}/night%201"]
    assert not list((tmp_path / "callqa-data/scratch").rglob("*.*"))

    commands = (
        ("plan", source),
        ("quarantine", "list"),
        ("quarantine", "retry", "--all"),
        ("audio", "playback"),
        ("report", "run", told["run_id"]),
        ("doctor",),
    )
    said = {}
    for command in commands:
        one = callqa(*command, cwd=tmp_path, **access)
        assert one.returncode == 0, (command, one.stderr)
        said[command[-1]] = one.stdout
        assert SECRET not in one.stdout + one.stderr + done.stderr
    assert f"{source}broken.wav" in said["list"].replace("\n", "")
    assert "buckets" in said["doctor"]
    [page] = (tmp_path / "callqa-data/reports").glob("*.html")
    assert sounds[0].name in page.read_text(encoding="utf-8")

    wrong = callqa("run", f"s3://{bucket.name}-missing", cwd=tmp_path, **access)
    assert (wrong.returncode, "no such bucket" in wrong.stderr, "Traceback" in wrong.stderr) == (2, True, False)
