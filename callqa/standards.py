"""Finding a service standard: by the name of a shipped one, or by file."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from models.errors import StandardError
from scoring import SHIPPED_STANDARDS, ServiceStandard, load_standard


def read_standard(name_or_path: str) -> tuple[str, str]:
    """Return (YAML text, where it is from). Raises StandardError when there is none of that name."""
    if name_or_path in SHIPPED_STANDARDS:
        resource = files("scoring") / "standards" / f"{name_or_path}.yaml"
        return resource.read_text(encoding="utf-8"), f"{name_or_path}.yaml"
    path = Path(name_or_path)
    try:
        return path.read_text(encoding="utf-8"), str(path)
    except FileNotFoundError as error:
        raise StandardError(
            f"no service standard {name_or_path!r}: there is no such file, and the shipped ones are "
            + ", ".join(SHIPPED_STANDARDS)
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise StandardError(f"{path}: cannot be read as a UTF-8 YAML file: {error}") from error


def find_standard(name_or_path: str) -> ServiceStandard:
    """Load and validate a standard. Raises StandardError with file, line and value of every problem."""
    return _load(*read_standard(name_or_path))


@lru_cache(maxsize=8)
def _load(text: str, source: str) -> ServiceStandard:
    # Keyed by content: a file edited meanwhile is another standard. Reading one takes about a second, and every task
    # of a run asks for it.
    return load_standard(text, source)
