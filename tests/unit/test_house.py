"""Promises that the project makes about itself: packages, lock, deployments, documents, bundled recordings."""

from __future__ import annotations

import csv
import inspect
import pkgutil
import re
import subprocess
import sys
from importlib.metadata import requires
from pathlib import Path
from typing import Any, Literal

import pytest
import typer.main
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from prefect import Flow
from pydantic import BaseModel, ConfigDict
from typer.core import TyperGroup

from callqa.cli import app

ROOT = Path(__file__).parents[2]
PACKAGES = ("flows", "callqa", "asr", "scoring", "storage", "models")


@pytest.mark.parametrize("package", PACKAGES)
def test_each_top_level_package_is_ours(package: str, tmp_path: Path) -> None:
    # From another folder: here, the working directory comes first, and an installed package of that name stays unseen.
    code = f"import importlib.util; print(importlib.util.find_spec({package!r}).origin)"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert Path(done.stdout.strip()) == ROOT / package / "__init__.py"


def test_a_command_starts_without_what_only_hearing_and_flows_need() -> None:
    heavy = {"prefect", "torch", "onnx", "onnxruntime", "pypinyin", "sklearn", "fastapi"}
    code = f"import sys, callqa.cli; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def lock() -> dict[str, list[tuple[str, str]]]:
    """Package name to its (version, marker) entries."""
    entries: dict[str, list[tuple[str, str]]] = {}
    for line in (ROOT / "requirements.lock").read_text().splitlines():
        if found := re.match(r"([A-Za-z0-9_.\[\]-]+)==(\S+)(?: ; (.*?))? \\", line):
            name = canonicalize_name(found[1].split("[")[0])
            entries.setdefault(name, []).append((found[2], found[3] or ""))
    return entries


def test_the_lock_pins_every_dependency_with_hashes_and_no_index_address() -> None:
    text = (ROOT / "requirements.lock").read_text()
    assert "://" not in text
    pinned = re.findall(r"^[A-Za-z0-9_.\[\]-]+==.*(?:\n    --hash=sha256:[0-9a-f]{64}(?: \\)?)+", text, re.MULTILINE)
    assert len(pinned) == sum(len(found) for found in lock().values())
    for text_of in requires("callqa") or ():
        wanted = Requirement(text_of)
        if "ray" in str(wanted.marker):  # too large a wheel for what no test runs
            continue
        for version, _ in lock()[canonicalize_name(wanted.name)]:
            assert wanted.specifier.contains(version), f"{wanted} is locked at {version}"


def test_the_lock_keeps_the_pins_that_prefect_needs() -> None:
    ((fastapi, _),) = lock()["fastapi"]
    ((sqlalchemy, _),) = lock()["sqlalchemy"]
    assert Version(fastapi) < Version("0.151")
    assert Version(sqlalchemy) < Version("2.1")
    assert "torch" not in lock()


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Schedule(Strict):
    cron: str
    timezone: str
    active: bool


class JobVariables(Strict):
    env: dict[str, str]


class WorkPool(Strict):
    name: str
    work_queue_name: str
    job_variables: JobVariables


class Deployment(Strict):
    name: str
    description: str
    entrypoint: str
    parameters: dict[str, Any]
    enforce_parameter_schema: Literal[True]
    schedules: list[Schedule]
    work_pool: WorkPool


class PrefectFile(Strict):
    """`prefect deploy` ignores keys that it does not know; this does not."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, alias_generator=lambda n: n.replace("_", "-"))

    name: str
    prefect_version: str
    pull: list[dict[str, Any]]
    deployments: list[Deployment]


def test_deployments_are_valid_and_name_flows_and_parameters_that_exist() -> None:
    content = PrefectFile.model_validate(yaml.safe_load((ROOT / "prefect.yaml").read_text()))
    assert content.prefect_version == lock()["prefect"][0][0]
    for deployment in content.deployments:
        found = pkgutil.resolve_name(deployment.entrypoint)
        assert isinstance(found, Flow)
        assert set(deployment.parameters) == set(inspect.signature(found.fn).parameters)
        found.validate_parameters(deployment.parameters)
        assert Path(deployment.work_pool.job_variables.env["CALLQA_HOME"]).is_absolute()
    nightly = content.deployments[0]
    assert [(s.cron, s.timezone) for s in nightly.schedules] == [("0 1 * * *", "Asia/Shanghai")]


def commands(group: TyperGroup, prefix: str = "callqa") -> list[str]:
    """Every leaf command, with its groups."""
    names = []
    for name, command in group.commands.items():
        path = f"{prefix} {name}"
        names += commands(command, path) if isinstance(command, TyperGroup) else [path]
    return names


def test_every_command_is_documented() -> None:
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    text = (ROOT / "docs/contracts.md").read_text()
    found = commands(group)
    assert len(found) > 10
    for command in found:
        head, _, last = command.rpartition(" ")
        assert command in text or re.search(rf"`{head} [\w /]*\b{last}\b", text), (
            f"{command} is not in docs/contracts.md"
        )


def test_bundled_calls_are_small_and_all_in_their_manifest() -> None:
    folder = ROOT / "callqa/demo_calls"
    sounds = {p.name for p in folder.iterdir() if p.suffix in {".flac", ".mp3", ".opus", ".wav"}}
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["file"] for row in rows} == sounds
    assert 6 <= len(sounds) <= 8
    assert sum(p.stat().st_size for p in folder.iterdir()) <= 4 * 10**6
    assert {name.split(".")[0] for name in sounds} == {p.stem for p in (ROOT / "tests/data/truth").glob("*.json")}


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_set_up_is_exactly_two_commands(readme: str) -> None:
    text = (ROOT / readme).read_text()
    block = re.search(r"```\n(make .*?)```", text, re.DOTALL)
    assert block is not None
    assert block[1].split("\n") == ["make demo", "make test", ""]
