"""`callqa score --receipt` as users run it: another process, another hash seed, the same bytes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from callqa import __version__
from callqa.classifiers import classifier_in_use
from callqa.standards import find_standard
from models.wire import transcript_to_json
from scoring import score_call, scorer_of
from storage import Database, schema
from tests import factories
from tests.e2e.conftest import callqa

pytestmark = pytest.mark.slow

CALL = factories.transcript(
    ("agent", "您好，很高兴为您服务。"),
    ("customer", "我家宽带断了三天了，我要投诉。"),
    ("agent", "非常抱歉给您带来不便，我已经为您登记，24小时内给您回电。"),
    ("customer", "好的。"),
    ("agent", "感谢您的来电，再见。"),
)


def write(folder: Path) -> None:
    """The call's transcript line and its scorecard, made with one hash seed."""
    line = transcript_to_json(CALL, factories.meta())
    (folder / "t.jsonl").write_text(json.dumps(line, ensure_ascii=False) + "\n", encoding="utf-8")
    done = callqa("score", "t.jsonl", "-o", "s.jsonl", cwd=folder, PYTHONHASHSEED="1")
    assert done.returncode == 0, done.stderr


def test_another_process_with_another_hash_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    write(tmp_path)
    again = callqa("score", "t.jsonl", "-o", "again.jsonl", cwd=tmp_path, PYTHONHASHSEED="2")
    assert again.returncode == 0, again.stderr
    assert (tmp_path / "again.jsonl").read_bytes() == (tmp_path / "s.jsonl").read_bytes()
    checked = callqa("score", "t.jsonl", "--receipt", "s.jsonl", "--json", cwd=tmp_path, PYTHONHASHSEED="3")
    assert checked.returncode == 0, checked.stderr
    (result,) = json.loads(checked.stdout)
    assert result["equal"]
    assert result["missing"] == result["differences"] == []


def test_what_was_changed_or_is_missing_is_said_with_exit_code_2(tmp_path: Path) -> None:
    write(tmp_path)
    card = json.loads((tmp_path / "s.jsonl").read_text(encoding="utf-8"))
    card["items"][0]["points"] = 0
    (tmp_path / "changed.json").write_text(json.dumps(card, ensure_ascii=False, indent=1), encoding="utf-8")
    changed = callqa("score", "t.jsonl", "--receipt", "changed.json", "--language", "en", cwd=tmp_path)
    assert changed.returncode == 2
    assert "items.0.points" in changed.stdout
    assert "1 of 1" in changed.stderr
    (tmp_path / "none.jsonl").write_text("", encoding="utf-8")
    missing = callqa("score", "none.jsonl", "--receipt", "s.jsonl", cwd=tmp_path)
    assert missing.returncode == 2
    assert "对话文本" in missing.stdout


def test_a_stored_call_is_derived_again_from_the_database(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'stored.db'}"
    schema.upgrade(url)
    standard = find_standard("telecom-hotline-zh")
    classifier = classifier_in_use(tmp_path, standard.language)
    with Database(url).unit_of_work() as uow:
        uow.calls.add(factories.recording(), factories.meta())
        uow.transcripts.put(CALL)
        made = score_call(CALL, factories.meta(), standard, __version__, classifier)
        uow.scorecards.put(factories.recording().id, factories.ENGINE.digest, scorer_of(standard, classifier), made)
        uow.commit()
    done = callqa("score", "--receipt", "C1", "--database-url", url, "--json", cwd=tmp_path, PYTHONHASHSEED="4")
    assert done.returncode == 0, done.stdout + done.stderr
    (result,) = json.loads(done.stdout)
    assert result["call_id"] == "C1"
    assert result["equal"]
    unknown = callqa("score", "--receipt", "C9", "--database-url", url, cwd=tmp_path)
    assert unknown.returncode == 2
    assert "C9" in unknown.stderr
