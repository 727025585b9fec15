"""Commands at their contract: output forms, exit codes, and one clear message for what the caller can mend."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
import soundfile
import sqlalchemy as sa

from tests.e2e.conftest import DEMO_CALLS, TIMEOUT_S, Callqa, Demo, callqa, command, environment, use_weights_of
from tests.transcription_server import Answer, serving

pytestmark = pytest.mark.slow


def test_run_json_holds_scorecards_and_the_quarantined_and_exits_3(
    tmp_path: Path, demo: Demo, prefect: dict[str, str]
) -> None:
    use_weights_of(demo, tmp_path / "callqa-data")
    source = tmp_path / "in"
    source.mkdir()
    sound, rate_hz = soundfile.read(DEMO_CALLS / "d08_customer_only_sorry_short.flac")
    soundfile.write(source / "line\nbreak 客服①.wav", sound, rate_hz)
    (source / "page.wav").write_text("<html>502 Bad Gateway</html>")
    (source / "nothing.wav").touch()

    done = callqa("run", str(source), "--json", cwd=tmp_path, **prefect)

    assert done.returncode == 3, done.stderr
    printed = json.loads(done.stdout)
    assert printed["counts"]["files"] == 3
    assert {q["reason"] for q in printed["quarantined"]} == {"not_audio", "empty_file"}
    (card,) = printed["calls"]
    assert card["files"] == [str(source / "line\nbreak 客服①.wav")]
    assert {"greeting", "apology", "commitment", "prohibited"} <= {item["id"] for item in card["items"]}
    assert card["receipt"]["audio_sha256"] == card["recording_id"]
    assert card["receipt"]["engine"]["model"] == "base"
    assert card["agent_id"] == "unassigned"


def test_transcribe_then_score_gives_what_the_run_stored(tmp_path: Path, demo: Demo) -> None:
    recording = str(DEMO_CALLS / "d10_abusive_agent.flac")
    heard = callqa("transcribe", recording, "-o", "t.jsonl", "--home", str(demo.home), cwd=tmp_path)
    assert heard.returncode == 0, heard.stderr
    scored = callqa("score", "t.jsonl", cwd=tmp_path)
    assert scored.returncode == 0, scored.stderr
    card = json.loads(scored.stdout)
    url = f"sqlite:///{demo.home / 'demo.db'}"
    stored = callqa("export", "scorecards", "--format", "jsonl", "-o", "s.jsonl", "--database-url", url, cwd=tmp_path)
    assert stored.returncode == 0, stored.stderr
    lines = [json.loads(line) for line in (tmp_path / "s.jsonl").read_text().splitlines()]
    (same,) = [line for line in lines if line["call_id"] == card["call_id"]]
    assert card == same


def test_score_takes_the_contract_s_own_example_and_leaves_timing_open(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text(
        '{"call_id":"C1","agent_id":"A17","started_at":"2026-11-20T09:31:00+08:00","language":"zh","ring_s":6.0,'
        '"utterances":[{"speaker":"agent","start_s":0.42,"end_s":3.10,"text":"您好，很高兴为您服务。","confidence":0.93}]}\n'
        '{"call_id":"C2","utterances":[{"speaker":"agent","start_s":null,"end_s":null,"text":"您好，请讲。"}]}\n'
    )
    done = callqa("score", "t.jsonl", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert first["items"][0]["id"] == "greeting"
    assert first["items"][0]["verdict"] == "met"
    assert second["items"][0]["evidence"][0]["start_s"] is None


@pytest.mark.parametrize(
    ("arguments", "settings", "files", "said"),
    [
        (("run", "nowhere"), {}, {}, ["nowhere", "does not exist"]),
        (("run", "."), {"CALLQA_MODLE": "base"}, {}, ["CALLQA_MODLE"]),
        (("run", "."), {"CALLQA_MODEL": "./none"}, {}, ["./none"]),
        (("run", ".", "--day", "tomorrow"), {}, {}, ["tomorrow", "2026-11-20"]),
        (("transcribe", "."), {}, {"a.txt": "", "manifest.csv": "file\na.wav\n"}, ["no recording", "'.'", "2 other"]),
        (("transcribe", "a.wav", "-o", "."), {"CALLQA_MODEL": "./none"}, {"a.wav": ""}, [".:", "cannot be written"]),
        (("transcribe", "a.wav", "-o", "a.wav/t"), {"CALLQA_MODEL": "./none"}, {"a.wav": ""}, ["a.wav/t", "written"]),
        (("run", ".", "--standard", "s.yaml"), {}, {"s.yaml": "id: x\nitms: []\n"}, ["s.yaml", "itms", "2"]),
        (("standard", "check", "s.yaml"), {}, {"s.yaml": "id: [\n"}, ["s.yaml"]),
        (("standard", "check", "telecom-hotline"), {}, {}, ["telecom-hotline-zh"]),
        (("score", "t.jsonl"), {}, {"t.jsonl": "{}\n"}, ["t.jsonl:1", "call_id"]),
        (("score", "t.jsonl"), {}, {"t.jsonl": "not json\n"}, ["t.jsonl:1", "JSON"]),
        (("report", "run"), {}, {}, ["no callqa database", "callqa-data/callqa.db", "`callqa run`"]),
        (("export", "scorecards"), {}, {}, ["no callqa database", "callqa-data/callqa.db", "`callqa run`"]),
        (("export", "transcripts"), {}, {}, ["no callqa database", "callqa-data/callqa.db", "`callqa run`"]),
        (("run", "."), {"CALLQA_ENGINE": "remote"}, {}, ["remote_url", "http://gpu-box:8000/v1"]),
        (("db", "check"), {}, {}, ["callqa db upgrade"]),
        (("run", "."), {"CALLQA_DATABASE_URL": "oracle://h/d"}, {}, ["oracle"]),
        (("frobnicate",), {}, {}, ["frobnicate"]),
    ],
)
def test_what_the_caller_can_mend_is_one_message_and_exit_code_2(
    tmp_path: Path,
    callqa_here: Callqa,
    arguments: tuple[str, ...],
    settings: dict[str, str],
    files: dict[str, str],
    said: list[str],
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    done = callqa_here(*arguments, cwd=tmp_path, **settings)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    for part in said:
        assert part in done.stderr
    assert not (tmp_path / "callqa-data/callqa.db").exists() or arguments[0] == "run"


def test_a_message_is_one_line_however_narrow_the_terminal(tmp_path: Path) -> None:
    done = callqa("run", "nowhere", cwd=tmp_path, COLUMNS="30")
    assert done.stderr.startswith("callqa: source 'nowhere' does not exist")
    assert done.stderr.count("\n") == 1


def test_an_empty_database_has_no_run_to_report(tmp_path: Path, callqa_here: Callqa) -> None:
    assert callqa_here("db", "upgrade", cwd=tmp_path).returncode == 0
    done = callqa_here("report", "run", cwd=tmp_path)
    assert done.returncode == 2
    assert "no run in this database yet" in done.stderr


@pytest.mark.parametrize(("redirection", "said"), [(">/dev/full", "No space left"), (">&-", "is closed")])
def test_an_output_that_cannot_be_written_is_one_message(tmp_path: Path, redirection: str, said: str) -> None:
    (tmp_path / "t.jsonl").write_text('{"call_id":"C1","utterances":[]}\n')
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {redirection}', "sh", *command(["score", "t.jsonl"])],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("callqa: standard output")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_pipe_or_device_is_written_to_and_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text('{"call_id":"C1","utterances":[]}\n')
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    done = callqa("score", "t.jsonl", "-o", "pipe", cwd=tmp_path)
    with os.fdopen(reader, encoding="utf-8") as stream:
        written = stream.read()
    assert done.returncode == 0, done.stderr
    assert json.loads(written)["call_id"] == "C1"
    assert (tmp_path / "pipe").is_fifo()


def test_a_database_one_migration_behind_is_refused(tmp_path: Path, callqa_here: Callqa) -> None:
    assert callqa_here("db", "upgrade", cwd=tmp_path).returncode == 0
    engine = sa.create_engine(f"sqlite:///{tmp_path}/callqa-data/callqa.db")
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE callqa_schema_version SET version_num = '0000'"))
    engine.dispose()
    (tmp_path / "a.wav").touch()
    done = callqa_here("run", ".", cwd=tmp_path)
    assert done.returncode == 2
    assert "0000" in done.stderr
    assert "Traceback" not in done.stderr


def test_shipped_standards_pass_their_own_check(tmp_path: Path, callqa_here: Callqa) -> None:
    for name in ("telecom-hotline-zh", "service-desk-en"):
        done = callqa_here("standard", "check", name, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert name in done.stdout
        shown = callqa_here("standard", "show", name, cwd=tmp_path)
        (tmp_path / "copy.yaml").write_text(shown.stdout)
        assert callqa_here("standard", "check", "copy.yaml", cwd=tmp_path).returncode == 0


def test_doctor_names_the_source_of_each_setting_and_what_is_missing(tmp_path: Path, callqa_here: Callqa) -> None:
    (tmp_path / "callqa.toml").write_text('device = "cpu"\n')
    done = callqa_here(
        "doctor", "--json", cwd=tmp_path, CALLQA_DATABASE_URL="postgresql://qa:opensesame@127.0.0.1:1/none"
    )
    assert done.returncode == 2
    printed = json.loads(done.stdout)
    assert printed["settings"]["device"] == {"value": "cpu", "source": "callqa.toml"}
    checks = {check["name"]: check for check in printed["checks"]}
    assert checks["model"]["ok"]
    assert "cpu" in checks["device"]["detail"]
    assert not checks["database"]["ok"]
    assert "opensesame" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://qa@127.0.0.1:1/none?password=opensesame", "postgresql+psycopg://qa@127.0.0.1:1/none"),
        ("oracle://qa:opensesame@h/d", "***"),
        ("postgresql://qa:opensesame@127.0.0.1:port/none", "***"),
        ("opensesame", "***"),
    ],
)
def test_doctor_shows_no_password_wherever_it_stands(tmp_path: Path, callqa_here: Callqa, url: str, shown: str) -> None:
    done = callqa_here("doctor", "--json", cwd=tmp_path, CALLQA_DATABASE_URL=url, CALLQA_MODEL="./none")
    assert done.returncode == 2
    assert json.loads(done.stdout)["settings"]["database_url"]["value"] == shown
    assert "opensesame" not in done.stdout + done.stderr


def test_doctor_looks_at_the_service_that_hears_and_tells_no_key(tmp_path: Path, callqa_here: Callqa) -> None:
    def ask(url: str) -> tuple[int, dict[str, str], str]:
        settings = {"CALLQA_ENGINE": "remote", "CALLQA_REMOTE_URL": url, "CALLQA_REMOTE_MODEL": "large-v3"}
        done = callqa_here("doctor", "--json", cwd=tmp_path, CALLQA_REMOTE_KEY="sk-secret", **settings)
        printed = json.loads(done.stdout)
        assert printed["settings"]["remote_key"] == {"value": "***", "source": "CALLQA_REMOTE_KEY"}
        assert "sk-secret" not in done.stdout + done.stderr
        assert "pass" not in printed["settings"]["remote_url"]["value"]
        checks = {check["name"]: check["detail"] for check in printed["checks"]}
        assert "model" not in checks
        return done.returncode, checks, done.stderr

    with serving(lambda _: Answer({"data": [{"id": "large-v3"}]})) as service:
        code, checks, _ = ask(service.url)
    assert code == 0
    assert f"{service.url} answers; it has the model 'large-v3'; sound stays on this machine" in checks["service"]
    code, checks, _ = ask(service.url)
    assert code == 2
    assert "cannot be reached" in checks["service"]
    code, checks, _ = ask("http://qa:pass@gpu-box/v1")
    assert code == 2
    assert "holds a user" in checks["service"]


def test_doctor_finds_nothing_missing_before_the_first_use(tmp_path: Path, callqa_here: Callqa, demo: Demo) -> None:
    url = f"sqlite:///{tmp_path}/calls.db"
    done = callqa_here("doctor", "--home", str(demo.home), cwd=tmp_path, CALLQA_DATABASE_URL=url)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{url} is empty and will be set up at first use" in done.stdout
    assert not (tmp_path / "calls.db").exists()


@pytest.mark.parametrize("home", ["a-file", "a-file/below"])
def test_doctor_names_a_home_that_cannot_be_used(tmp_path: Path, callqa_here: Callqa, home: str) -> None:
    (tmp_path / "a-file").touch()
    done = callqa_here("doctor", "--home", home, cwd=tmp_path)
    assert done.returncode == 2
    assert f"MISSING home      home {tmp_path}/{home} cannot be written" in done.stdout
    assert "Traceback" not in done.stderr


def test_transcribe_leaves_its_own_folder_alone(tmp_path: Path, callqa_here: Callqa) -> None:
    (tmp_path / "data/weights").mkdir(parents=True)
    (tmp_path / "data/weights/model.bin").touch()
    done = callqa_here("transcribe", ".", "--home", "data", cwd=tmp_path)
    assert done.returncode == 2
    assert "no recording in '.'" in done.stderr


def test_exports_in_every_form(tmp_path: Path, callqa_here: Callqa, demo: Demo) -> None:
    url = f"sqlite:///{demo.home / 'demo.db'}"
    for form in ("csv", "xlsx", "jsonl", "parquet"):
        done = callqa_here("export", "scorecards", "--format", form, "--database-url", url, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert (tmp_path / f"scorecards.{form}").stat().st_size > 0


def test_transcripts_in_every_form(tmp_path: Path, callqa_here: Callqa, demo: Demo) -> None:
    def export(*arguments: str) -> subprocess.CompletedProcess[str]:
        return callqa_here("export", "transcripts", *arguments, "--database-url", demo.database_url, cwd=tmp_path)

    assert export().returncode == 0
    lines = [json.loads(line) for line in (tmp_path / "transcripts.jsonl").read_text().splitlines()]
    ids = [line["call_id"] for line in lines]
    assert len(ids) == 8
    done = export("--format", "vcon", "-o", "folder")
    assert done.returncode == 0, done.stderr
    assert sorted(p.name for p in (tmp_path / "folder").iterdir()) == sorted(f"{i}.vcon" for i in ids)
    one = export("--format", "vtt", "--call", ids[0], "-o", "one.vtt", "--language", "en")
    assert one.returncode == 0, one.stderr
    assert "<v Agent>" in (tmp_path / "one.vtt").read_text()
    assert export("--format", "vtt", "--call", "C99", "-o", "none.vtt").returncode == 2
    assert not (tmp_path / "none.vtt").exists()
    refused = export("--format", "srt", "-o", "all.srt")
    assert refused.returncode == 2
    assert "more than one was found" in refused.stderr


def test_recordings_to_subtitles_without_a_database(tmp_path: Path, demo: Demo) -> None:
    recording = str(DEMO_CALLS / "d08_customer_only_sorry_short.flac")
    done = callqa("transcribe", recording, "--format", "srt", "-o", "d08.srt", "--home", str(demo.home), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "\n坐席：" in (tmp_path / "d08.srt").read_text()
    assert [p.name for p in tmp_path.iterdir()] == ["d08.srt"]


def test_the_report_of_a_run_in_both_languages(tmp_path: Path, callqa_here: Callqa, demo: Demo) -> None:
    url = f"sqlite:///{demo.home / 'demo.db'}"
    for language, title in (("zh", '<html lang="zh'), ("en", '<html lang="en')):
        done = callqa_here("report", "run", "--database-url", url, "--language", language, "-o", "r.html", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert title in (tmp_path / "r.html").read_text()
