"""Finding the training library: a file of the company's own, or the shipped one of the language."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from callqa.reports.practice import Practice, read_practice
from models.errors import StandardError


def find_practice(path: str, language: str) -> Practice:
    """The library in that file; the shipped one for "". Raises StandardError where the file cannot be used."""
    if not path:
        name = f"practice_library/{language}.yaml"
        return read_practice(files("callqa.reports").joinpath(name).read_text(encoding="utf-8"), name)
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise StandardError(f"{path}: cannot be read as a UTF-8 YAML file: {error}") from error
    return read_practice(text, path)
