"""Settings: `CALLQA_*` environment variables over `callqa.toml` over defaults.

Only entry points (command line, flows) read settings; everything below them is handed plain values.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from models.alert import AlertKind
from models.errors import SettingsError

CONFIG_FILE = "callqa.toml"
PREFIX = "CALLQA_"
TEST_PREFIX = "CALLQA_TEST_"
"""Variables for the test suite alone; the program leaves them to it."""

ALERTS = tuple(kind.value for kind in AlertKind if kind is not AlertKind.TEST)


class Settings(BaseModel):
    """Every setting with its default. `callqa doctor` prints them with where each came from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    home: Path = Field(Path("callqa-data"), description="folder for database, weights, reports and Prefect's own state")
    database_url: str = Field("", description="PostgreSQL or SQLite URL; empty: SQLite in the home folder")
    standard: str = Field(
        "telecom-hotline-zh", description="service standard: shipped name, published ID[@VERSION], or file"
    )
    company_days: str = Field(
        "", description="YAML file with the company's own days off and extra working days; empty: none"
    )
    practice: str = Field(
        "", description="YAML file with the company's own exercises for coaching reports; empty: the shipped ones"
    )
    language: Literal["zh", "en"] = Field("zh", description="language of tables and reports")
    time_zone: str = Field("Asia/Shanghai", description="zone of metadata times without one, and of `--day`")
    preset: Literal["", "freepbx", "freeswitch", "asterisk", "amazon-connect", "genesys"] = Field(
        "", description="system whose file names and sidecars are read; empty: none"
    )
    filename_pattern: str = Field("", description="regular expression with named groups for facts in file names")
    agents: str = Field("", description="CSV file that names the agent at each extension; empty: it is the agent's id")
    settle_s: float = Field(
        30.0, ge=0, le=86_400, description="seconds that a recording must rest unchanged before it is taken in"
    )
    s3_endpoint: str = Field("", description="S3-compatible store of s3:// sources, with https://; empty: AWS")
    s3_key: str = Field("", description="access key of that store; empty: AWS's own environment or the machine's role")
    s3_secret: SecretStr = Field(SecretStr(""), description="secret key that belongs to it")
    s3_largest_gb: float = Field(
        4.0,
        gt=0,
        le=1000,
        description="gigabytes of a recording in a store before it is refused; the disk must hold it",
    )
    engine: Literal["packed", "remote"] = Field(
        "packed", description="packed: Whisper on this machine; remote: a service at remote_url hears the recordings"
    )
    remote_url: str = Field("", description="OpenAI-compatible service, such as http://gpu-box:8000/v1")
    remote_model: str = Field("", description="the service's name of the model to use")
    remote_key: SecretStr = Field(SecretStr(""), description="the service's key; empty: none is sent")
    remote_timeout_s: float = Field(120.0, gt=0, le=3600, description="seconds that one window may take there")
    model: str = Field("base", description="Whisper model by name, or a folder with a CTranslate2 model")
    profile: Literal["accurate", "fast"] = Field(
        "accurate", description="accurate, or fast: cheaper and a little worse"
    )
    device: str = Field("auto", description="auto, cpu or cuda")
    compute_type: str = Field("auto", description="auto, or a CTranslate2 compute type such as int8 or float16")
    workers: int = Field(0, ge=0, le=256, description="windows decoded at once; 0: one per usable processor core")
    agent_channel: Literal["auto", "left", "right"] = Field(
        "auto", description="channel of the agent in stereo; auto: metadata, else who greets"
    )
    mask_pii: bool = Field(
        True,
        description="mask telephone, ID card and bank card numbers and codes in texts and in what people write",
    )
    playback: bool = Field(True, description="make a copy to listen to, in which masked numbers are bleeped")
    originals: Literal["never", "keep"] = Field(
        "never", description="keep copies of the recordings in the home folder; the source is never touched"
    )
    originals_days: int = Field(
        0, ge=0, le=36_500, description="kept recordings are deleted after so many days; 0: they stay"
    )
    playback_days: int = Field(
        0, ge=0, le=36_500, description="copies to listen to are deleted after so many days; 0: they stay"
    )
    encryption_key: SecretStr = Field(
        SecretStr(""), description="keys that texts and sound are sealed under, newest first; empty: stored plain"
    )
    transcripts_days: int = Field(
        0, ge=0, le=36_500, description="texts of calls are deleted after so many days, scores stay; 0: they stay"
    )
    scores_days: int = Field(
        0,
        ge=0,
        le=36_500,
        description="calls are deleted with all that is kept of them after so many days; 0: they stay",
    )
    corrections: bool = Field(
        True, description="put misheard words of the standard's glossary right; each one stays visible"
    )
    work_s_per_s: float = Field(
        10.0,
        gt=0,
        le=10_000,
        description="seconds of work that a second of sound may cost before a recording is given up",
    )
    longest_h: float = Field(
        6.0, gt=0, le=100, description="hours of sound in a recording before it is refused; memory must hold them"
    )
    chunk_minutes: float = Field(30.0, gt=0, le=600, description="minutes of audio in one unit of work")
    chunk_files: int = Field(50, ge=1, le=2000, description="most files in one unit of work")
    runner: Literal["threads", "processes", "dask", "ray"] = Field(
        "threads",
        description="what hears chunks side by side: threads, processes, or a Dask or Ray cluster",
    )
    runner_address: str = Field(
        "", description="Dask's scheduler or Ray's head, such as tcp://scheduler:8786; empty: a cluster on this machine"
    )
    runner_workers: int = Field(
        2, ge=1, le=256, description="processes of runner processes, and of dask and ray on this machine"
    )
    max_attempts: int = Field(
        3, ge=1, le=20, description="tries that fail, or end their process, before a recording is quarantined"
    )
    lease_s: float = Field(
        120.0, ge=5, le=3600, description="seconds without a sign of life before others take over a process's work"
    )
    sample_per_agent: int = Field(
        1, ge=0, le=100, description="calls of each agent's day drawn at random for review; 0: none"
    )
    sample_unsure_per_agent: int = Field(
        0,
        ge=0,
        le=100,
        description="calls of each agent's day drawn besides of those the machine is unsure of; 0: none",
    )
    plan_speed: float = Field(
        5.0, gt=0, le=10_000, description="seconds of recordings heard in a second, for plans until a run was measured"
    )
    complaint_queues: str = Field(
        "投诉,complaint", description="what the names of complaint queues contain, separated by commas"
    )
    new_agent_days: int = Field(
        30, ge=0, le=3650, description="days after an agent's first call in which their calls are a new agent's"
    )
    long_call_minutes: float = Field(
        10.0, gt=0, le=600, description="minutes from which a call counts fully as long; shorter ones in proportion"
    )
    weight_complaint: float = Field(
        3.0, ge=0, le=1000, description="how much earlier a complaint queue's call is heard"
    )
    weight_new_agent: float = Field(2.0, ge=0, le=1000, description="how much earlier a new agent's call is heard")
    weight_long_call: float = Field(1.0, ge=0, le=1000, description="how much earlier a long call is heard")
    progress_s: float = Field(60.0, gt=0, le=3600, description="seconds between two reports of a run's progress")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "warning", description="least weight of a line in the log on standard error; info: also progress"
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="json: one object a line, with the ids of run, call and recording"
    )
    metrics_file: str = Field(
        "", description="file NAME.prom for Prometheus' textfile collector, written during and after a run"
    )
    web_https: bool = Field(
        False, description="people reach `callqa web` by https, through a proxy; log-ins are then sent by nothing else"
    )
    web_url: str = Field(
        "", description="address at which people reach `callqa web`, such as https://qa.example.com; for oidc_issuer"
    )
    oidc_issuer: str = Field(
        "", description="OpenID Connect issuer that people may log in with, exactly as it calls itself; empty: none"
    )
    oidc_client_id: str = Field("", description="the console's client id there")
    oidc_client_secret: SecretStr = Field(SecretStr(""), description="the secret that belongs to it")
    oidc_claim: str = Field(
        "preferred_username", min_length=1, description="claim that is somebody's login name, such as email"
    )
    oidc_label: str = Field("", description="what its button says; empty: single sign-on, in the visitor's language")
    oidc_ca_file: str = Field(
        "", description="PEM file of an authority of your own for the issuer's certificate; empty: none"
    )
    metrics_token: SecretStr = Field(
        SecretStr(""), description="what /metrics of `callqa web` asks for; empty: it answers this machine alone"
    )
    alert_on: str = Field(
        "run_end,fatal,failure_rate,promises_due,drift", description="what alerts tell of, separated by commas"
    )
    alert_failure_rate: float = Field(
        0.1, ge=0, le=1, description="share of recordings that failed above which an alert tells of it"
    )
    alert_promise_hours: float = Field(
        24.0, gt=0, le=720, description="hours before a promise is due in which an alert tells that it is open"
    )
    drift_days: int = Field(
        3, ge=1, le=14, description="newest days with calls that are compared with the four weeks before"
    )
    drift_level: float = Field(
        0.01, gt=0, le=0.2, description="share of nights in which a shift may be told of though nothing has shifted"
    )
    drift_effect: float = Field(
        0.2, ge=0, le=5, description="least shift told of, in standard deviations between calls"
    )
    alert_webhook_url: SecretStr = Field(SecretStr(""), description="address that alerts are posted to; empty: none")
    alert_webhook_secret: SecretStr = Field(SecretStr(""), description="key of the signature of posted alerts")
    alert_mail_to: str = Field("", description="e-mail addresses that alerts go to, separated by commas; empty: none")
    alert_mail_from: str = Field("", description="sender of these e-mails")
    alert_smtp_host: str = Field("", description="mail server")
    alert_smtp_port: int = Field(587, ge=1, le=65535, description="its port")
    alert_smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="starttls, tls (from the first byte, port 465) or none (a relay on this machine)"
    )
    alert_smtp_user: str = Field("", description="name to log in with; empty: no log-in")
    alert_smtp_password: SecretStr = Field(SecretStr(""), description="its password")
    alert_ca_file: str = Field(
        "", description="PEM file of an authority of your own for certificates of mail server and webhook; empty: none"
    )

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("is not a time zone; write a name such as Asia/Shanghai") from error
        return value

    @field_validator("alert_on")
    @classmethod
    def _known_alerts(cls, value: str) -> str:
        unknown = sorted(set(words_of(value)) - set(ALERTS))
        if unknown:
            raise ValueError(f"{', '.join(unknown)} is no alert; choose among {', '.join(ALERTS)}")
        return value

    @property
    def resolved_database_url(self) -> str:
        """The database URL, with the default SQLite file under `home` filled in."""
        return self.database_url or f"sqlite:///{(self.home / 'callqa.db').absolute()}"


SECRETS = frozenset(name for name, field in Settings.model_fields.items() if field.annotation is SecretStr)
"""Settings that are never shown, and may stand in a file."""


class SettingSources(BaseModel):
    """Where each setting came from: "default", "callqa.toml" or the name of the variable."""

    model_config = ConfigDict(frozen=True)

    of: dict[str, str]


def words_of(value: str) -> tuple[str, ...]:
    """The parts of a setting that is a list separated by commas; empty ones are left out."""
    return tuple(part.strip() for part in value.replace("，", ",").split(",") if part.strip())


def load_settings(
    overrides: Mapping[str, object], environ: Mapping[str, str] | None = None, folder: Path | None = None
) -> tuple[Settings, SettingSources]:
    """Read settings; `overrides` (command-line options) win, None among them means "not given".

    A secret may stand in a file instead, which `CALLQA_NAME_FILE` (`name_file` in callqa.toml) names.

    Raises SettingsError that names each unknown or badly valued setting and where it stands.
    """
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    sources = dict.fromkeys(Settings.model_fields, "default")
    for layer, origin in (
        (_from_file((folder or Path.cwd()) / CONFIG_FILE), CONFIG_FILE),
        (_from_environment(environ), ""),
        ({name: value for name, value in overrides.items() if value is not None}, "command line"),
    ):
        for key, given in layer.items():
            place = origin or f"{PREFIX}{key.upper()}"
            name = key.removesuffix("_file")
            in_file = name != key and name in SECRETS
            if in_file and name in layer:
                raise SettingsError(f"{place}: both {name} and {key} are set; keep one of them")
            name, value = (name, _secret_in(str(given), place)) if in_file else (key, given)
            values[name] = value
            sources[name] = place
    unknown = sorted(set(values) - set(Settings.model_fields))
    if unknown:
        raise SettingsError(
            "; ".join(f"{sources[name]} sets {name!r}, which is no setting" for name in unknown)
            + ". `callqa doctor` lists the settings that exist."
        )
    try:
        return Settings(**values), SettingSources(of=sources)
    except ValidationError as error:
        problems = [
            f"{sources[str(e['loc'][0])]}: {e['loc'][0]} = {_shown(str(e['loc'][0]), e['input'])}: {e['msg']}"
            for e in error.errors()
        ]
        raise SettingsError("; ".join(problems) + ". Correct it and run again.") from error


def _secret_in(path: str, place: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise SettingsError(f"{place}: {path} cannot be read: {reason}; name a file with the secret in it") from error


def _shown(name: str, value: object) -> str:
    return "***" if name in SECRETS else repr(value)


def _from_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path.name} cannot be read: {error}. Mend or remove it.") from error


def _from_environment(environ: Mapping[str, str]) -> dict[str, str]:
    return {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environ.items()
        if name.startswith(PREFIX) and not name.startswith(TEST_PREFIX)
    }
