"""Pages as PDF, printed by an installed Chromium: it sets Chinese as browsers do, with text that can be selected."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from models.errors import InputError

_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_LONGEST_S = 120
FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""A browser without a window that asks nothing of the network."""


def chromium() -> str | None:
    """The path of an installed Chromium, or None."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


def write_pdf(page: str, path: Path) -> None:
    """Print a self-contained page to a file, which appears complete or not at all.

    Raises InputError when there is no Chromium, when it does not print, or when the file cannot be written.
    """
    browser = chromium()
    if browser is None:
        raise InputError("a PDF needs a browser, and none is installed; install Chromium, or write --format html")
    # Chromium's own sandbox cannot be had by root. The page holds no script and asks for nothing.
    flags = (*FLAGS, "--no-sandbox") if os.geteuid() == 0 else FLAGS
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".callqa-", dir=path.parent) as folder:
            source, printed = Path(folder).absolute() / "page.html", Path(folder).absolute() / "page.pdf"
            source.write_text(page, encoding="utf-8")
            command = [
                browser,
                *flags,
                "--no-pdf-header-footer",
                f"--user-data-dir={folder}/profile",
                f"--print-to-pdf={printed}",
            ]
            done = subprocess.run([*command, source.as_uri()], capture_output=True, timeout=_LONGEST_S, check=False)
            if done.returncode != 0 or not printed.is_file():
                raise InputError(f"{browser} could not print the page (exit code {done.returncode}); try --format html")
            printed.replace(path)
    except subprocess.TimeoutExpired as error:
        raise InputError(f"{browser} did not print the page within {_LONGEST_S} s; try --format html") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from error
