"""What can be checked of deploy/ without a container engine and without systemd: names, paths, commands, secrets."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import prefect.settings
import pytest
import typer.main
import yaml

from benchmarks.sizing import table
from callqa import __version__
from callqa.cli import app
from callqa.settings import SECRETS, Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
SYSTEMD = DEPLOY / "systemd"
SERVICES = sorted(path.name for path in SYSTEMD.glob("*.service"))
EXAMPLE = SYSTEMD / "callqa.env.example"


def compose() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return content


def dockerfile() -> list[str]:
    """Its instructions, each in one line."""
    text = re.sub(r"\\\n", " ", (DEPLOY / "Dockerfile").read_text())
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def service_of(name: str) -> dict[str, str]:
    """What the unit says of its service; of a key that stands more than once the last."""
    section = re.split(r"^\[(\w+)\]$", (SYSTEMD / name).read_text(), flags=re.MULTILINE)
    lines = section[section.index("Service") + 1].splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def check_callqa(words: list[str]) -> None:
    """The command and its options exist."""
    command: Any = typer.main.get_command(app)
    rest = list(words)
    while hasattr(command, "commands"):
        name = rest.pop(0)
        assert name in command.commands, f"callqa {name} is no command"
        command = command.commands[name]
    known = {option for parameter in command.params for option in parameter.opts}
    for word in rest:
        assert not word.startswith("-") or word in known, f"{word} is no option of callqa {words[0]}"


def commands_of_compose() -> Iterator[list[str]]:
    for service in compose()["services"].values():
        yield service.get("command", [])


def test_every_file_that_the_image_copies_is_there_and_all_packages_are_among_them() -> None:
    copied = [line.split()[1:-1] for line in dockerfile() if line.startswith("COPY") and "--from" not in line]
    names = {name for line in copied for name in line}
    assert {"flows", "callqa", "asr", "scoring", "storage", "models", "requirements.lock", "prefect.yaml"} <= names
    for name in names:
        assert (ROOT / name).exists(), name
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert ignored[1] == "*"
    assert {line[1:] for line in ignored if line.startswith("!")} == names


def test_the_image_is_pinned_installs_by_digest_and_is_nobodys_root() -> None:
    lines = dockerfile()
    for line in lines:
        if line.startswith("FROM"):
            assert re.fullmatch(r"FROM \S+:\d+\.\d+\.\d+-\S+( AS \w+)?", line), line
    assert any("--require-hashes --no-deps -r requirements.lock" in line for line in lines)
    (user,) = [line.split()[1] for line in lines if line.startswith("USER")]
    assert user.split(":")[0] not in ("root", "0")
    assert "/healthz" in next(line for line in lines if line.startswith("HEALTHCHECK"))
    check_callqa([part.strip(' "') for part in lines[-1].removeprefix("CMD [").rstrip("]").split(",")][1:])


def test_services_of_the_compose_file_are_pinned_locked_down_and_call_commands_that_exist() -> None:
    content = compose()
    for name, service in content["services"].items():
        assert re.search(r":(\d+\.\d+|RELEASE\.)\S*$", service["image"]), name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert service.get("read_only") or name == "minio"
        for published in service.get("ports", ()):
            assert published.startswith("127.0.0.1:"), "a port beyond this machine is for a proxy with TLS"
        for secret in service.get("secrets", ()):
            assert secret in content["secrets"]
        for dependency in service.get("depends_on", ()):
            assert dependency in content["services"]
        assert service.get("command", ["callqa"])[0] in ("callqa", "prefect", "sh", "server")
    for words in commands_of_compose():
        if words and words[0] == "callqa":
            check_callqa(words[1:])
    ours = [service for service in content["services"].values() if "build" in service]
    assert {service["image"] for service in ours} == {f"callqa:{__version__}"}
    assert (DEPLOY / ours[0]["build"]["context"] / ours[0]["build"]["dockerfile"]).is_file()
    for mounted in content["services"]["postgres"]["volumes"]:
        if mounted.startswith("./"):
            assert (DEPLOY / mounted.split(":")[0]).is_file()


def test_the_recordings_are_where_the_deployment_looks_for_them_and_cannot_be_written() -> None:
    nightly = yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"][0]
    mounts = compose()["services"]["worker"]["volumes"]
    assert any(mount.endswith(f":{nightly['parameters']['source']}:ro") for mount in mounts)
    home = nightly["work_pool"]["job_variables"]["env"]["CALLQA_HOME"]
    assert any(mount.endswith(f":{home}") for mount in mounts)
    assert all(f"ReadWritePaths={home}" in (SYSTEMD / name).read_text() for name in SERVICES if "backup" not in name)


def environment_of(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = re.findall(
        r"^\s*#?\s*(?:- |Environment=)?\"?((?:CALLQA|PREFECT)_[A-Z_]+)[=:][ ]?(.*?)\"?$", text, re.MULTILINE
    )
    return found


@pytest.mark.parametrize("path", [DEPLOY / "compose.yaml", EXAMPLE, *(SYSTEMD / name for name in SERVICES)])
def test_settings_that_are_set_exist_and_none_holds_a_secret(path: Path) -> None:
    ours = {f"CALLQA_{name.upper()}" for name in Settings.model_fields} | {"CALLQA_POOL", "CALLQA_BACKUP_DAYS"}
    for name, value in environment_of(path.read_text()):
        assert name in ours or hasattr(prefect.settings, name), name
        assert not re.search(r"://[^/@]*:[^/@]+@", value), f"{name} holds a password"
        if name.removeprefix("CALLQA_").lower() in SECRETS or name.endswith("AUTH_STRING"):
            assert not value or "PASSWORD" in value or value == "...", f"{name} holds a secret"


def test_nothing_is_told_to_prefects_makers() -> None:
    for path in (DEPLOY / "Dockerfile", EXAMPLE):
        text = path.read_text()
        assert re.search(r"^\s*DO_NOT_TRACK=1", text, re.MULTILINE)
        assert re.search(r"^\s*PREFECT_SERVER_ANALYTICS_ENABLED=false", text, re.MULTILINE)


@pytest.mark.parametrize("name", SERVICES)
def test_units_stop_whole_are_locked_down_and_call_commands_that_exist(name: str) -> None:
    service = service_of(name)
    assert service["User"] == "callqa"
    assert service["EnvironmentFile"] == "/etc/callqa/callqa.env"
    assert service["KillMode"] == "control-group"
    assert service["TimeoutStopSec"].isdigit()
    assert service["ProtectSystem"] == "strict"
    assert service["NoNewPrivileges"] == service["ProtectHome"] == service["PrivateTmp"] == "yes"
    assert service["CapabilityBoundingSet"] == ""
    assert service["UMask"] == "0077"
    program, *words = shlex.split(service["ExecStart"])
    if program == "/opt/callqa/.venv/bin/callqa":
        check_callqa(words)
    elif not program.startswith("/opt/callqa/.venv/bin/"):
        path = ROOT / Path(program).relative_to("/opt/callqa")
        assert path.stat().st_mode & 0o111, "it is no program"


def test_each_timer_has_its_service_and_the_guide_names_every_file() -> None:
    for timer in SYSTEMD.glob("*.timer"):
        assert timer.with_suffix(".service").name in SERVICES
    guide = (ROOT / "docs/deployment.md").read_text()
    for path in DEPLOY.rglob("*"):
        if path.is_file():
            assert path.name in guide, f"{path.name} is not in docs/deployment.md"


def test_the_sizing_table_of_the_guide_is_what_the_script_prints() -> None:
    assert table(5.0) in (ROOT / "docs/deployment.md").read_text()
