"""manifest.csv as recording systems and spreadsheets write it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from callqa.metadata import FACTS, MetadataReader
from callqa.metadata.manifest import COLUMNS
from callqa.sources import list_source
from models.call import CallMeta, Direction
from models.errors import InputError
from models.transcript import Role


def read(folder: Path, manifest: str, encoding: str = "utf-8") -> dict[str, CallMeta]:
    (folder / "manifest.csv").write_bytes(manifest.encode(encoding))
    listing = list_source(str(folder))
    reader = MetadataReader(listing, "Asia/Shanghai")
    return {file.name: reader.read(file) for file in listing.files}


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_recorder_s_export_in_chinese(tmp_path: Path, encoding: str, separator: str) -> None:
    touch(tmp_path, "a.wav")
    head = "录音文件,通话编号,坐席工号,坐席姓名,班组,客户号码,开始时间,呼叫方向,振铃秒数,技能组,满意度,是否解决,挂机方,备注"
    row = '\'a.wav,="0017",A17,王芳,夜班,13800138000,2026/11/20 9:31,呼入,6,宽带报障,5,是,客户,随便写'
    meta = read(tmp_path, f"{head}\n{row}\n".replace(",", separator), encoding)["a.wav"]
    assert (meta.call_id, meta.agent_id, meta.agent_name, meta.team) == ("0017", "A17", "王芳", "夜班")
    assert (meta.customer_ref, meta.queue, meta.csat, meta.resolved) == ("13800138000", "宽带报障", 5.0, True)
    assert (meta.direction, meta.ring_s, meta.hung_up_by) == (Direction.INBOUND, 6.0, Role.CUSTOMER)
    assert meta.started_at == datetime(2026, 11, 20, 1, 31, tzinfo=UTC)
    assert meta.flags == ()


@pytest.mark.parametrize(
    "written", ["20/a.wav", "./20/a.wav", "20\\a.wav", "20//a.wav", "19/../20/a.wav", "{root}/20/a.wav", "a.wav"]
)
def test_one_file_however_its_path_is_written(tmp_path: Path, written: str) -> None:
    touch(tmp_path, "20/a.wav")
    path = written.replace("{root}", str(tmp_path))
    assert read(tmp_path, f"file,agent_id\n{path},A17\n")["20/a.wav"].agent_id == "A17"


@pytest.mark.parametrize("written", ["0/a.wav", "20/A.wav", "a.wav.wav", "/20/a.wav", "../20/a.wav", "."])
def test_another_path_is_another_file(tmp_path: Path, written: str) -> None:
    touch(tmp_path, "20/a.wav")
    assert read(tmp_path, f"file,agent_id\n{written},A17\n")["20/a.wav"].agent_id == "unassigned"


def test_a_path_says_more_than_a_bare_name(tmp_path: Path) -> None:
    touch(tmp_path, "19/a.wav", "20/a.wav")
    found = read(tmp_path, "file,agent_id\na.wav,A1\n20/a.wav,A2\n")
    assert {name: meta.agent_id for name, meta in found.items()} == {"19/a.wav": "A1", "20/a.wav": "A2"}


def test_a_file_that_is_still_being_loaded_down_is_not_missing(tmp_path: Path) -> None:
    touch(tmp_path, "a.wav", "b.wav.part")
    (tmp_path / "manifest.csv").write_text("file\na.wav\nb.wav\nc.wav\n")
    assert MetadataReader(list_source(str(tmp_path)), "UTC").manifest_rows_without_file() == ("c.wav",)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", r"manifest\.csv: the first line must name the columns, with 'file'"),
        ("a.wav,A1\n", "must name the columns"),
        ("file,文件名\na.wav,a.wav\n", "'file' and '文件名' both give file"),
        ("file,agent_id\na.wav,A1\n./a.wav,A2\n", "lines 2 and 3 differ about 'a.wav'"),
        ('file,agent_id\n"a.wav,A1\n', "not a CSV file"),
        ("file,agent_name,team\na.wav,Lin, Yue,T1\n", r"manifest\.csv:2: more cells than columns"),
    ],
)
def test_a_manifest_that_cannot_be_used_says_why(tmp_path: Path, content: str, said: str) -> None:
    touch(tmp_path, "a.wav")
    with pytest.raises(InputError, match=said):
        read(tmp_path, content)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_may_be_told_and_rows_may_end_in_empty_cells(tmp_path: Path, separator: str) -> None:
    touch(tmp_path, "a.wav")
    rows = [f"sep={separator}", separator.join(("file", "agent_id")), separator.join(("a.wav", "A1", "", ""))]
    assert read(tmp_path, "\r\n".join(rows))["a.wav"].agent_id == "A1"


def test_a_name_may_hold_the_wide_blank_of_chinese_text(tmp_path: Path) -> None:
    touch(tmp_path, "a.wav")
    found = read(tmp_path, "file,agent_id,agent_name\na.wav,A1,王\u3000伟\u3000\n")["a.wav"]
    assert (found.agent_name, found.flags) == ("王 伟", ("started_at_missing",))


def test_every_column_is_of_a_fact_and_no_name_means_two() -> None:
    assert set(COLUMNS) == {"file", *FACTS}
    names = [name for fact, aliases in COLUMNS.items() for name in (fact, *aliases)]
    assert len(names) == len(set(names))
