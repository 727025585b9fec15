"""Words of the page of imports."""

from __future__ import annotations

from typing import Final

IMPORTS_WORDS: Final[dict[str, tuple[str, str]]] = {
    "imports.title": ("导入数据", "Imports"),
    "imports.surveys": ("客户满意度问卷", "Survey answers"),
    "imports.surveys_what": (
        "问卷系统导出的 CSV：需有问卷编号、评价时间和评分；有通话编号或客户号码时关联到通话。"
        "通话尚未入库的也会保存，入库后自动关联。",
        "A CSV export of your survey system with the id of each answer, its time and score; a call id or customer "
        "joins it to a call, also one that is taken in later.",
    ),
    "imports.roster": ("坐席名册", "Roster"),
    "imports.roster_what": (
        "CSV：需有坐席工号、姓名和班组，可有入职、离职和生效日期。文件中没有的坐席保持不变。",
        "A CSV file with agent id, name and team; days of joining, leaving and taking effect are optional. Agents who "
        "are not in the file stay as they are.",
    ),
    "imports.again": (
        "重复导入同一文件不会改变结果。文件不超过 8 MB；更大的请拆分，或用 callqa import。",
        "The same file again changes nothing. Files have at most 8 MB; split larger ones, or use callqa import.",
    ),
    "imports.file": ("CSV 文件", "CSV file"),
    "imports.scale": ("评分分制", "Scale of its scores"),
    "imports.scale.1-5": ("1 至 5 分", "1 to 5"),
    "imports.scale.1-10": ("1 至 10 分", "1 to 10"),
    "imports.scale.words": ("文字（非常满意、满意……）", "words (very satisfied, satisfied, …)"),
    "imports.dry_run": ("试运行：只检查，不写入", "A dry run: check only, store nothing"),
    "imports.go": ("导入", "Import"),
    "imports.no_file": ("请先选择文件", "Choose a file first"),
    "imports.of": ("{what}：{file}", "{what}: {file}"),
    "imports.new": ("新增", "New"),
    "imports.changed": ("更新", "Changed"),
    "imports.same": ("无变化", "Known already"),
    "imports.refused": ("未采用", "Not used"),
    "imports.bad_rows": ("未采用的行", "Rows that were not used"),
    "imports.line": ("行号", "Line"),
    "imports.column": ("列", "Column"),
    "imports.why": ("原因与处理办法", "Why, and what to do"),
    "imports.more": ("另有 {n} 行，见下载的文件。", "{n} more rows are in the file to download."),
    "imports.download": ("下载未采用的行（CSV）", "Download the rows that were not used (CSV)"),
    "imports.download_what": (
        "在下载的文件里更正后可直接重新导入。此文件不在系统中保存，离开本页后需重新导入原文件才能得到。",
        "Correct them in that file and import it as it is. It is not kept here: once you leave this page, import the "
        "original again to get it.",
    ),
    "imports.too_many": (
        "未采用的行太多，无法在此下载；请检查分制与列名后重新导入，或拆分文件。",
        "Too many rows for a download; check the scale and the names of columns and import again, or split the file.",
    ),
    "imports.ambiguous": ("已保存但无法确定通话的行", "Rows that were kept without a certain call"),
}
