"""Finding a service standard: a file, a shipped one by name, or a published version by id and day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from models.errors import NoVersionError, StandardError
from models.standard import PublishedStandard, in_force
from scoring import (
    NO_DAYS,
    SHIPPED_STANDARDS,
    Case,
    CompanyDays,
    ServiceStandard,
    load_case,
    load_standard,
    read_company_days,
)

Versions = Callable[[str], Sequence[PublishedStandard]]
"""The published versions of the standard with this id; empty when there are none, or no database."""

_SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class FoundStandard:
    """A standard as written. `name` finds exactly this one again; `source` names it in messages.

    `cases` is where its regression cases may be: a folder beside it, None for a published version. `days` are the
    company's own, by which its working days are reckoned.
    """

    name: str
    text: str
    source: str
    cases: Path | None
    days: CompanyDays = NO_DAYS

    @property
    def standard(self) -> ServiceStandard:
        """The same, loaded. Raises StandardError with file, line and value of every problem."""
        return _load(self.text, self.source).with_days(self.days)


def find(name: str, day: date, versions: Versions) -> FoundStandard:
    """The standard that a name means on a day.

    A file; `ID@VERSION`, a published version; an id, of whose published versions the one that holds on that day; or
    the name of a shipped standard. Raises StandardError when it is none of these.
    """
    if Path(name).is_file():
        return FoundStandard(name, _read(Path(name)), name, Path(name).with_suffix(".cases"))
    standard_id, at, version = name.partition("@")
    published = versions(standard_id)
    if at:
        exact = next((v for v in published if v.ref.version == version), None)
        if exact is None:
            have = ", ".join(v.ref.version for v in published) or "none"
            raise StandardError(f"no published version {version!r} of {standard_id!r}; published are: {have}")
        return _from_version(exact)
    holding = in_force(published, day)
    if holding is not None:
        return _from_version(holding)
    if published and name not in SHIPPED_STANDARDS:
        spans = "; ".join(f"{v.ref.version} from {v.effective_from} to {v.effective_to or '…'}" for v in published)
        raise NoVersionError(f"no published version of {name!r} holds on {day}: {spans}; name one as ID@VERSION")
    if name in SHIPPED_STANDARDS:
        folder = Path(str(files("scoring"))) / "standards"
        return FoundStandard(name, _read(folder / f"{name}.yaml"), f"{name}.yaml", folder / f"{name}.cases")
    raise StandardError(
        f"no service standard {name!r}: there is no such file, it is not published, and the shipped ones are "
        + ", ".join(SHIPPED_STANDARDS)
    )


def find_standard(name_or_path: str, company_days: str = "") -> ServiceStandard:
    """Load a file or a shipped standard, where there is no database. Raises StandardError."""
    return find(name_or_path, date.min, lambda _: ()).standard.with_days(find_days(company_days))


def find_days(path: str) -> CompanyDays:
    """The company's own days off and working days from the file; none for "". Raises StandardError."""
    return read_company_days(_read(Path(path)), path) if path else NO_DAYS


def read_cases(folder: Path | None, found: FoundStandard) -> list[Case]:
    """The regression cases of a standard: YAML files in a folder, by name.

    None: the folder beside the standard, `ours.cases` for `ours.yaml`, if there is one. Raises StandardError when a
    case cannot be read, or when the named folder holds none.
    """
    if folder is not None and not folder.is_dir():
        raise StandardError(f"{folder}: there is no such folder of cases")
    place = folder or found.cases
    if place is None or not place.is_dir():
        return []
    paths = sorted(path for path in place.iterdir() if path.suffix in _SUFFIXES)
    if not paths:
        raise StandardError(f"{place}: holds no case; a case is a .yaml file with turns and expect")
    return [load_case(_read(path), str(path), found.standard) for path in paths]


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise StandardError(f"{path}: cannot be read as a UTF-8 YAML file: {error}") from error


def _from_version(version: PublishedStandard) -> FoundStandard:
    found = FoundStandard(version.name, version.text, version.name, None)
    if found.standard.ref != version.ref:
        raise StandardError(
            f"{version.name}: the stored text is not the one that was published (digest {version.ref.digest}); "
            "restore the database from a backup"
        )
    return found


@lru_cache(maxsize=8)
def _load(text: str, source: str) -> ServiceStandard:
    # Keyed by content: a file edited meanwhile is another standard. Reading one takes about a second, and every task
    # of a run asks for it.
    return load_standard(text, source)
