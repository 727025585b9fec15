"""`callqa models`: from labelled utterances to the classifier that scores calls, and back to the shipped one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from callqa.classifiers import classifier_in_use, find_classifier, keep_classifier, list_classifiers
from callqa.cli import app
from callqa.services.classifiers import load_examples
from models.errors import InputError, ModelError
from scoring.classifier.examples import Example

TRANSCRIPT = {
    "call_id": "C1",
    "language": "zh",
    "utterances": [{"speaker": "agent", "start_s": None, "end_s": None, "text": "您好，很高兴为您服务。"}],
}
OWN = [
    {
        "id": f"ours-{i}",
        "text": text,
        "speaker": "agent",
        "labels": ["greeting"],
        "family": "house-opening",
        "hard": False,
        "note": "the house's own opening",
    }
    for i, text in enumerate(["这里是蓝鲸热线，您请讲。", "蓝鲸热线为您接听，请问什么事？", "蓝鲸热线，您好呀。"])
]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CALLQA_HOME", str(tmp_path / "home"))
    # Commands hand their options on as settings; put back what the test before it left.
    monkeypatch.setenv("CALLQA_STANDARD", "telecom-hotline-zh")
    return tmp_path / "home"


def call(*arguments: str) -> Any:
    """What the command prints with --json."""
    done = CliRunner().invoke(app, [*arguments, "--json"], catch_exceptions=False)
    assert done.exit_code == 0
    return json.loads(done.stdout)


def scored_with(folder: Path) -> str:
    """The classifier's version in the receipt of `callqa score`."""
    (folder / "t.jsonl").write_text(json.dumps(TRANSCRIPT), encoding="utf-8")
    done = CliRunner().invoke(app, ["score", str(folder / "t.jsonl")], catch_exceptions=False)
    assert done.exit_code == 0
    return str(json.loads(done.stdout)["receipt"]["classifier"])


def few_examples(language: str, more: Sequence[Path]) -> tuple[Example, ...]:
    """Some of what a classifier learns from, and all of `more`: from everything it would learn for minutes."""
    families: dict[str, dict[str, list[Example]]] = {}
    for one in load_examples(language, more):
        families.setdefault(one.labels[0], {}).setdefault(one.family, []).append(one)
    kept = [list(label.values())[:12] + list(label.values())[-1:] for label in families.values()]
    return tuple(one for label in kept for family in label for one in family[:3])


@pytest.mark.slow
def test_train_list_promote_and_go_back(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callqa.cli.models.load_examples", few_examples)
    (shipped,) = call("models", "list")
    assert (shipped["name"], shipped["in_use"], scored_with(tmp_path)) == ("shipped", True, shipped["version"])

    own = tmp_path / "own.jsonl"
    own.write_text("".join(json.dumps(row) + "\n" for row in OWN), encoding="utf-8")
    trained = call("models", "train", "--data", str(own))
    name = trained["name"]
    assert trained["version"].startswith(f"sha256:{name}")
    assert trained["version"] != shipped["version"]
    assert {"unfit", "greeting", "apology"} <= {label["output"] for label in trained["labels"]}
    card = (home / "classifiers" / f"{name}.md").read_text(encoding="utf-8")
    assert trained["version"] in card
    assert "## Limits" in card
    # Not used before it is promoted.
    assert scored_with(tmp_path) == shipped["version"]
    assert call("models", "evaluate", name, "--data", str(own)) == trained

    assert call("models", "promote", name)["version"] == trained["version"]
    assert [(c["name"], c["in_use"]) for c in call("models", "list")] == [("shipped", False), (name, True)]
    assert scored_with(tmp_path) == trained["version"]
    call("models", "promote", "shipped")
    assert scored_with(tmp_path) == shipped["version"]


def test_evaluate_tells_the_shipped_classifiers_numbers(home: Path) -> None:
    result = call("models", "evaluate")
    assert result["examples"] > 500
    assert all(
        share["low"] <= (share["value"] if share["value"] is not None else share["low"]) <= share["high"]
        for label in result["labels"]
        for share in (*label["precision"], *label["recall"])
    )
    assert "unfit" in CliRunner().invoke(app, ["models", "evaluate"], catch_exceptions=False).stdout


def test_what_cannot_be_done_says_why(home: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no classifier 'nothing'.*there are: shipped"):
        CliRunner().invoke(app, ["models", "promote", "nothing"], catch_exceptions=False)
    with pytest.raises(InputError, match="cannot be read as UTF-8 text"):
        CliRunner().invoke(app, ["models", "train", "--data", str(tmp_path / "none.jsonl")], catch_exceptions=False)
    with pytest.raises(InputError, match="name a standard of its language"):
        CliRunner().invoke(app, ["models", "evaluate", "--standard", "service-desk-en"], catch_exceptions=False)
    (tmp_path / "bad.jsonl").write_text('{"id": 1}\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"bad.jsonl:1: an example is one JSON object"):
        CliRunner().invoke(app, ["models", "train", "--data", str(tmp_path / "bad.jsonl")], catch_exceptions=False)


def test_a_changed_file_is_not_used(home: Path) -> None:
    shipped = find_classifier(home, "shipped")
    name = keep_classifier(home, _shipped_bytes(), "card")
    assert find_classifier(home, name).version == shipped.version
    assert keep_classifier(home, _shipped_bytes(), "card") == name
    path = home / "classifiers" / f"{name}.skops"
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(ModelError, match="it was changed"):
        find_classifier(home, name)


def test_a_classifier_in_use_that_is_gone_stops_scoring(home: Path) -> None:
    name = keep_classifier(home, _shipped_bytes(), "card")
    CliRunner().invoke(app, ["models", "promote", name], catch_exceptions=False)
    assert [(c.name, c.in_use) for c in list_classifiers(home)] == [("shipped", False), (name, True)]
    (home / "classifiers" / f"{name}.skops").unlink()
    with pytest.raises(ModelError, match="no classifier"):
        classifier_in_use(home, "zh")


def test_no_classifier_comes_with_callqa_for_english(home: Path) -> None:
    assert classifier_in_use(home, "en") is None
    assert classifier_in_use(home, "zh") is not None


def _shipped_bytes() -> bytes:
    return (files("scoring") / "classifier" / "shipped" / "zh.skops").read_bytes()
