"""Files that name calls: found as pages, tables and JSON write an id, and not by a part of another word."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import Environment

from callqa.reports.file_names import visible_name
from callqa.services.pages import NamingFiles, files_that_name


@pytest.mark.parametrize(
    ("call_id", "text", "found"),
    [
        ("C1", "<a href='#c3'>C1</a>", True),
        ("C1", "通话C1的评分", True),
        ("C1", "rec_C1.wav", True),
        ("C1", "C12", False),
        ("C1", "AC1", False),
        ("通话一", "《通话一》", True),
        ("say \"a\" & 'b'", Environment(autoescape=True).from_string("{{ x }}").render(x="say \"a\" & 'b'"), True),
        ('say "a"', '{"call_id": "say \\"a\\""}', True),
        ('say "a"', '"say ""a""",80', True),
        (" C1\u202e", visible_name(" C1\u202e"), True),
        ("a.b", "axb", False),
    ],
)
def test_an_id_is_found_as_it_may_be_written(tmp_path: Path, call_id: str, text: str, found: bool) -> None:
    page = tmp_path / "page.html"
    page.write_text(f"<p>{text}</p>", encoding="utf-8")
    assert files_that_name([call_id, "other"], tmp_path) == NamingFiles((page,) if found else ())


def test_links_are_not_followed_and_no_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "away").mkdir()
    (tmp_path / "away/page.html").write_text("C1")
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports/page.html").symlink_to(tmp_path / "away/page.html")
    (tmp_path / "reports/away").symlink_to(tmp_path / "away")
    (tmp_path / "reports/latin.csv").write_bytes("C1;fünf".encode("latin-1"))
    assert files_that_name(["C1"], tmp_path / "reports").naming == (tmp_path / "reports/latin.csv",)
    assert files_that_name(["C1"], tmp_path / "none") == NamingFiles()
