"""`callqa standard` as its users call it: check, diff, publish, show and list, on both databases."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from callqa.bootstrap import assemble, standard_by_call, standard_for
from callqa.cli import app
from callqa.settings import load_settings
from models.errors import CallqaError, NoVersionError, StandardError
from models.standard import REMIND_DAYS
from tests import factories
from tests.unit.small_standard import SMALL

Command = Callable[..., Result]
TODAY = datetime.now(UTC).date()


@pytest.fixture
def command(empty_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs `callqa standard ARGUMENTS` in a folder of its own, on a database that does not exist yet."""
    monkeypatch.chdir(tmp_path)
    os.environ |= {"CALLQA_DATABASE_URL": empty_database_url, "CALLQA_HOME": str(tmp_path / "home"), "COLUMNS": "200"}

    own = dict(os.environ)

    def run(*arguments: str) -> Result:
        # Options are made visible to flows through the environment: each command begins with a fresh one.
        os.environ.clear()
        os.environ |= own
        return CliRunner().invoke(app, ["standard", *arguments])

    return run


def write(name: str, text: str) -> str:
    Path(name).write_text(text, encoding="utf-8")
    return name


def version(number: str, note: str, start: str = "2026-11-01", extra: str = "") -> str:
    """The small standard as another version."""
    text = SMALL.replace('version: "1"', f'version: "{number}"').replace("首个版本。", note)
    return text.replace("effective_from: 2026-11-01", f"effective_from: {start}{extra}").replace(
        "review_by: 2027-02-01", "review_by: 2099-01-01"
    )


def printed(result: Result) -> Any:
    assert result.exit_code == 0, result.exception
    return json.loads(result.stdout)


def refused(result: Result, kind: type[CallqaError] = StandardError) -> str:
    assert isinstance(result.exception, kind), result.exception
    return str(result.exception)


def test_published_versions_are_kept_listed_and_shown_as_they_were(command: Command) -> None:
    first, second = version("1", "首个版本。"), version("2", "放宽。", "2098-01-01")
    write("one.yaml", "# 甲\n" + first)
    assert command("publish", "one.yaml").exit_code == 0
    write("one.yaml", "gone")
    write("two.yaml", second)
    assert printed(command("publish", "two.yaml", "--json"))["published"] is True
    assert command("show", "small-zh").stdout == "# 甲\n" + first
    assert command("show", "small-zh@1").stdout == "# 甲\n" + first
    assert command("show", "small-zh@2").stdout == second
    assert command("show", "small-zh", "--on", "2098-01-01").stdout == second
    listed = printed(command("list", "--json"))
    assert [(v["version"], v["state"], v["change_note"]) for v in listed] == [
        ("1", "in_force", "首个版本。"),
        ("2", "later", "放宽。"),
    ]
    assert "现行" in command("list").stdout
    assert "in force" in command("list", "--language", "en").stdout


def test_publishing_again_changes_nothing_and_another_content_is_refused(command: Command) -> None:
    write("a.yaml", version("1", "首个版本。"))
    assert printed(command("publish", "a.yaml", "--json"))["published"] is True
    assert printed(command("publish", "a.yaml", "--json"))["published"] is False
    write("a.yaml", version("1", "另一个说明。"))
    assert "small-zh@1 is published with another content" in refused(command("publish", "a.yaml"))
    assert printed(command("list", "--json"))[0]["change_note"] == "首个版本。"


def test_a_new_version_says_what_changed(command: Command) -> None:
    write("a.yaml", version("1", "首个版本。"))
    command("publish", "a.yaml")
    write("b.yaml", version("2", "首个版本。"))
    said = refused(command("publish", "b.yaml"))
    assert "b.yaml: change_note '首个版本。'" in said
    assert "callqa standard diff small-zh@1 b.yaml" in said
    assert len(printed(command("list", "--json"))) == 1


def test_what_fails_its_check_is_not_published(command: Command) -> None:
    write("a.yaml", SMALL + "examples:\n  - {item: greeting, expect: missed, turns: ['agent: 您好，很高兴为您服务']}\n")
    assert "examples 1：greeting 应为“未做到”，实为“符合”" in refused(command("publish", "a.yaml"))
    assert command("list").exception is not None  # not even a database was made


def test_cases_beside_a_standard_are_run_and_failures_named(command: Command) -> None:
    write("a.yaml", SMALL)
    Path("a.cases").mkdir()
    good = "turns: ['agent: 您好，很高兴为您服务']\nexpect: {greeting: met}\n"
    write("a.cases/good.yaml", good)
    assert "用例 1 个" in command("check", "a.yaml").stdout
    write("a.cases/bad.yaml", good.replace("met", "missed"))
    said = refused(command("check", "a.yaml"))
    assert "a.yaml：1 处结论与预期不符" in said
    assert "a.cases/bad.yaml：greeting 应为“未做到”，实为“符合”。坐席在第 1 句" in said
    assert "should be “Missed” and is “Met”" in refused(command("check", "a.yaml", "--language", "en"))
    failed = command("check", "a.yaml", "--json")
    assert refused(failed)
    checked = json.loads(failed.stdout)
    assert [(f["name"], f["found"]) for f in checked["failures"]] == [("a.cases/bad.yaml", "met")]
    Path("other").mkdir()
    write("other/x.yaml", good)
    assert printed(command("check", "a.yaml", "--cases", "other", "--json"))["cases"] == 1
    assert "no such folder" in refused(command("check", "a.yaml", "--cases", "nowhere"))
    Path("empty").mkdir()
    assert "holds no case" in refused(command("check", "a.yaml", "--cases", "empty"))


@pytest.mark.parametrize(("days", "said"), [(REMIND_DAYS + 2, ""), (10, "到期，还有"), (-10, "逾期")])
def test_check_reminds_of_the_review(command: Command, days: int, said: str) -> None:
    review_by = (TODAY + timedelta(days=days)).isoformat()
    text = version("1", "首个版本。", "2020-01-01").replace("2099-01-01", review_by)
    done = command("check", write("a.yaml", text))
    assert done.exit_code == 0
    assert (said in done.stderr) if said else done.stderr == ""


def test_diff_takes_files_and_published_versions(command: Command) -> None:
    write("a.yaml", version("1", "首个版本。"))
    command("publish", "a.yaml")
    write("b.yaml", version("2", "改分。").replace("points: 15", "points: 16"))
    said = command("diff", "small-zh@1", "b.yaml").stdout
    assert "检查项 致歉（apology）\n  · 分值：15 → 16" in said
    assert "Points in all: 45 → 46" in command("diff", "small-zh@1", "b.yaml", "--language", "en").stdout
    changes = printed(command("diff", "small-zh@1", "b.yaml", "--json"))["changes"]
    assert [(c["item"], c["old"], c["new"]) for c in changes if c["item"]] == [("apology", 15.0, 16.0)]
    assert "两个版本内容相同" in command("diff", "a.yaml", "small-zh").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "nothing"), "no service standard 'nothing'"),
        (("show", "small-zh@7"), "no published version '7' of 'small-zh'; published are: 1"),
        (("show", "small-zh", "--on", "2020-01-01"), "no published version of 'small-zh' holds on 2020-01-01"),
        (("show", "small-zh", "--on", "someday"), "--on 'someday' is not a day"),
        (("list", "nothing"), "no version of 'nothing' is published"),
    ],
)
def test_what_is_not_there_is_one_message(command: Command, arguments: tuple[str, ...], said: str) -> None:
    command("publish", write("a.yaml", version("1", "首个版本。")))
    assert said in refused(command(*arguments), CallqaError)


def test_a_run_and_a_rescore_use_the_version_of_the_day(command: Command) -> None:
    for number, start, extra in (("1", "2026-01-01", ""), ("2", "2026-07-01", "\neffective_to: 2026-12-31")):
        assert command("publish", write("a.yaml", version(number, number, start, extra))).exit_code == 0
    settings, _ = load_settings({"standard": "small-zh"})
    for day, expected in (("2026-06-30", "small-zh@1"), ("2026-07-01", "small-zh@2"), ("2027-01-01", "small-zh@1")):
        moment = datetime.fromisoformat(f"{day}T00:30:00+08:00")
        assert standard_for(settings, moment.date()).name == expected
        assembled = assemble(settings, moment.date())
        assert assembled.settings.standard == expected
        assert assembled.standard.ref.version == expected[-1]
        # 00:30 in Shanghai is the day before in UTC: the configured zone decides.
        chosen = standard_by_call(settings)(factories.meta(started_at=moment.astimezone(UTC)))
        assert chosen is not None
        assert chosen.ref.version == expected[-1]
    with pytest.raises(NoVersionError):
        standard_for(settings, datetime(2025, 1, 1, tzinfo=UTC).date())
    assert standard_by_call(settings)(factories.meta(started_at=datetime(2025, 1, 1, tzinfo=UTC))) is None


def test_a_published_version_of_a_shipped_standard_takes_its_place(command: Command) -> None:
    settings, _ = load_settings({"standard": "service-desk-en"})
    assert standard_for(settings, TODAY).name == "service-desk-en"
    text = command("show", "service-desk-en").stdout.replace('"2026.1"', '"ours"')
    assert command("publish", write("a.yaml", text)).exit_code == 0
    assert standard_for(settings, TODAY).name == "service-desk-en@ours"
