"""Words of the page of the audit log."""

from __future__ import annotations

from typing import Final

AUDIT_WORDS: Final[dict[str, tuple[str, str]]] = {
    "audit_page.title": ("审计日志", "Audit log"),
    "audit_page.entries": ("{n} 条", "{n} entries"),
    "audit_page.filter": ("筛选", "Filter"),
    "audit_page.any": ("全部", "Any"),
    "audit_page.actor": ("操作人（用户名）", "Who (login name)"),
    "audit_page.older": ("更早的记录", "Older entries"),
    "audit_page.newest": ("回到最新", "Back to the newest"),
    "audit_page.verify": ("核验完整性", "Verify"),
    "audit_page.verify_what": (
        "逐条重算摘要，检查有无改动、缺失或插入。填入此前另存的末条，还能发现末尾被截去。",
        "Reckons every digest anew and finds entries that were changed, taken out or put in. With a head that was "
        "noted elsewhere it also finds a log that was cut off.",
    ),
    "audit_page.noted": ("此前记下的末条（选填）", "Head noted earlier (optional)"),
    "audit_page.no_head": (
        "末条的格式不对，应为“序号:sha256:…”",
        "That is no head; it is written NUMBER:sha256:…",
    ),
    "audit_page.head": ("当前末条", "Head now"),
    "audit_page.intact": ("日志完整，共 {entries} 条", "The log is intact: {entries} entries"),
    "audit_page.keep": (
        "请把末条另存于数据库之外，下次核验时填入。",
        "Keep the head outside the database and enter it next time.",
    ),
    "detail.agent_id": ("工号", "agent id"),
    "detail.appeal": ("申诉", "appeal"),
    "detail.calls": ("通话数", "calls"),
    "detail.days": ("天数", "days"),
    "detail.digest": ("摘要", "digest"),
    "detail.disabled": ("已停用", "disabled"),
    "detail.false": ("否", "no"),
    "detail.item": ("检查项", "item"),
    "detail.kind": ("类别", "kind"),
    "detail.machine": ("机器结论", "machine"),
    "detail.name": ("名称", "name"),
    "detail.person": ("人工结论", "person"),
    "detail.post": ("身份", "post"),
    "detail.proposal": ("建议", "proposal"),
    "detail.promises": ("承诺", "promises"),
    "detail.recording": ("录音", "recording"),
    "detail.reviewers": ("评审人", "reviewers"),
    "detail.rights": ("权限", "rights"),
    "detail.session": ("会话", "session"),
    "detail.status": ("状态", "status"),
    "detail.teams": ("班组", "teams"),
    "detail.true": ("是", "yes"),
    "detail.upheld": ("申诉成立", "upheld"),
    "detail.verdict": ("结论", "verdict"),
}
