"""What `callqa privacy`, `audit`, `backup` and `restore` say. Each entry: Chinese, English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

KEEPING_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "privacy.exported": (
        "已导出到 {folder}：通话 {calls} 通，文本 {texts} 份，录音 {sounds} 个，满意度评价 {answers} 条",
        "{folder}: {calls} calls, {texts} texts, {sounds} sounds, {answers} answers to surveys",
    ),
    "privacy.erased": (
        "已删除：通话 {calls} 通，文本 {transcripts} 份，评分卡 {scorecards} 张，承诺 {promises} 项，"
        "复核 {reviews} 条，申诉 {appeals} 件，分派 {assignments} 条，校准评判 {judgements} 条，"
        "满意度评价 {answers} 条，录音 {sounds} 个，报告 {reports} 份",
        "erased: {calls} calls, {transcripts} transcripts, {scorecards} scorecards, {promises} promises, "
        "{reviews} reviews, {appeals} appeals, {assignments} assignments, {judgements} calibration judgements, "
        "{answers} answers to surveys, {sounds} sounds, {reports} reports",
    ),
    "privacy.would_erase": (
        "将删除（未执行）：通话 {calls} 通，文本 {transcripts} 份，评分卡 {scorecards} 张，承诺 {promises} 项，"
        "复核 {reviews} 条，申诉 {appeals} 件，分派 {assignments} 条，校准评判 {judgements} 条，"
        "满意度评价 {answers} 条，录音 {sounds} 个，报告 {reports} 份",
        "would erase (nothing was done): {calls} calls, {transcripts} transcripts, {scorecards} scorecards, "
        "{promises} promises, {reviews} reviews, {appeals} appeals, {assignments} assignments, "
        "{judgements} calibration judgements, {answers} answers to surveys, {sounds} sounds, {reports} reports",
    ),
    "privacy.reports": ("点名这些通话的报告：", "reports that name these calls:"),
    "privacy.unread": (
        "报告文件夹中的以下文件不是文本，未查看其内容，仍在原处，请自行处理：",
        "these files among the reports are no text; nobody looked into them and they stay; see to them yourself:",
    ),
    "privacy.sources": (
        "以下录音不归 callqa 管理，仍在原处，请自行处理：",
        "these recordings are not callqa's and stay where they are; see to them yourself:",
    ),
    "privacy.log_in_use": (
        "有程序正在读取数据库，已删除的内容暂时还留在其日志文件（callqa.db-wal）中，最后一个打开它的程序结束后才会清除。",
        "A program is reading the database: what was deleted is still in its log (callqa.db-wal) until the last one "
        "that has it open has ended.",
    ),
    "privacy.copies": (
        "备份、恢复时保留的旧数据库（callqa.db.replaced-…）、导出的文件和另存的报告中可能仍有该客户的数据。",
        "Backups, databases kept aside by restoring (callqa.db.replaced-…), exported files and reports saved elsewhere "
        "may still hold data of this customer.",
    ),
    "privacy.retained": (
        "已按保留期限删除：原始录音副本 {originals} 个，试听副本 {playback} 个，通话文本 {transcripts} 通，"
        "整通通话 {calls} 通，报告 {reports} 份，辅导记录 {notes} 条，满意度评价 {answers} 条",
        "past its days and deleted: {originals} originals, {playback} copies to listen to, texts of {transcripts} "
        "calls, {calls} whole calls, {reports} reports that name them, {notes} notes on coaching talks, "
        "{answers} answers to surveys",
    ),
    "privacy.would_retain": (
        "已过保留期限，将删除（未执行）：原始录音副本 {originals} 个，试听副本 {playback} 个，"
        "通话文本 {transcripts} 通，整通通话 {calls} 通，报告 {reports} 份，辅导记录 {notes} 条，"
        "满意度评价 {answers} 条",
        "past its days, would be deleted (nothing was done): {originals} originals, {playback} copies to listen to, "
        "texts of {transcripts} calls, {calls} whole calls, {reports} reports that name them, {notes} notes on "
        "coaching talks, {answers} answers to surveys",
    ),
    "privacy.kept_for_good": (
        "没有设置保留期限（originals_days、playback_days、transcripts_days、scores_days 均为 0）。",
        "Nothing has days (originals_days, playback_days, transcripts_days and scores_days are all 0).",
    ),
    "keys.id": ("密钥", "Key"),
    "keys.state": ("状态", "State"),
    "keys.texts": ("文本", "Texts"),
    "keys.sounds": ("录音", "Sounds"),
    "keys.newest": ("当前使用", "in use"),
    "keys.older": ("仅供解密", "opens only"),
    "keys.missing": ("缺失，无法解密", "missing: cannot be read"),
    "keys.plain": ("未加密", "plain"),
    "keys.none": (
        "没有设置密钥（encryption_key），新数据不加密。",
        "No key is set (encryption_key): what is stored now stays plain.",
    ),
    "keys.rotated": (
        "已改用密钥 {newest}：文本 {texts} 项，录音 {sounds} 个",
        "brought under key {newest}: {texts} texts, {sounds} sounds",
    ),
    "keys.vacuum": (
        "PostgreSQL 在 VACUUM FULL 之前仍保留旧的数据行，备份和 WAL 归档亦然。",
        "PostgreSQL keeps the old rows until VACUUM FULL, as do backups and archived WAL.",
    ),
    "keeping.use_yes": ("确认无误后加 --yes 执行。", "With --yes it is done."),
    "audit.number": ("序号", "No."),
    "audit.at": ("时间", "Time"),
    "audit.actor": ("操作人", "Who"),
    "audit.action": ("操作", "What"),
    "audit.subject": ("对象", "To what"),
    "audit.details": ("详情", "Details"),
    "audit.none": ("审计日志中没有这样的记录。", "No such entries in the audit log."),
    "audit.intact": (
        "审计日志完整：{entries} 条，末条 {head}（请另存于数据库之外，之后用 --head 核对）",
        "the audit log is intact: {entries} entries, head {head} (keep it outside the database; --head compares)",
    ),
    "audit.empty": ("审计日志为空。", "The audit log is empty."),
    "audit.changed": ("第 {at} 条的内容被改动", "the content of entry {at} was changed"),
    "audit.missing": (
        "第 {at} 条缺失，或其前后有记录被插入、调换",
        "entry {at} is missing, or entries were put in or exchanged there",
    ),
    "audit.not_as_noted": (
        "日志中没有此前记下的第 {at} 条：末尾被截去，或整条链被重写",
        "entry {at} is not in the log as it was noted: its end was cut off, or the whole chain was written anew",
    ),
    "audit.broken": ("审计日志不可信：{why}", "the audit log cannot be trusted: {why}"),
    "deed.classifier_promoted": ("启用分类模型", "classifier promoted"),
    "deed.standard_published": ("发布服务标准", "standard published"),
    "deed.proposal_accepted": ("采纳短语建议", "proposed phrase accepted"),
    "deed.proposal_declined": ("不采纳短语建议", "proposed phrase declined"),
    "deed.promise_marked": ("人工认定承诺", "promise marked"),
    "deed.promise_linked": ("承诺关联工单", "promise linked to a ticket"),
    "deed.tickets_imported": ("导入工单", "tickets imported"),
    "deed.surveys_imported": ("导入满意度评价", "survey answers imported"),
    "deed.roster_imported": ("导入坐席名册", "roster imported"),
    "deed.logged_in": ("用密码登录", "logged in by password"),
    "deed.log_in_failed": ("登录失败", "log-in failed"),
    "deed.log_ins_held": ("登录失败次数过多，暂停登录", "log-in failed, further ones must wait"),
    "deed.token_made": ("创建接口令牌", "API token made"),
    "deed.token_ended": ("撤销接口令牌", "API token revoked"),
    "deed.quarantine_retried": ("隔离录音重试", "quarantined recording retried"),
    "deed.quarantine_dropped": ("隔离录音放弃", "quarantined recording dropped"),
    "deed.metadata_filled": ("补全通话元数据", "metadata filled in"),
    "deed.metadata_changed": ("更改通话元数据", "metadata changed"),
    "deed.customer_exported": ("导出客户数据", "customer's data exported"),
    "deed.customer_erased": ("删除客户数据", "customer's data erased"),
    "deed.retention_applied": ("按保留期限删除", "deleted past its days"),
    "deed.database_restored": ("从备份恢复", "restored from a backup"),
    "deed.person_added": ("新增用户", "person added"),
    "deed.person_changed": ("修改用户", "person changed"),
    "deed.identity_bound": ("关联单点登录账号", "single sign-on account bound"),
    "deed.identity_unbound": ("解除单点登录账号", "single sign-on account unbound"),
    "deed.password_changed": ("更改密码", "password changed"),
    "deed.keys_rotated": ("更换加密密钥", "brought under a new key"),
    "deed.recording_played": ("收听录音", "recording listened to"),
    "deed.item_reviewed": ("复核项目", "item reviewed"),
    "deed.appeal_made": ("提交申诉", "appeal made"),
    "deed.appeal_ruled": ("裁定申诉", "appeal ruled on"),
    "deed.coaching_noted": ("记录辅导", "coaching note written"),
    "deed.coaching_answered": ("坐席回应辅导记录", "coaching note answered"),
    "deed.coaching_closed": ("了结辅导行动", "coaching action closed"),
    "deed.examples_consented": ("示例展示意愿", "consent to be an example"),
    "deed.calibration_made": ("发起校准", "calibration begun"),
    "deed.calibration_closed": ("结束校准", "calibration closed"),
    "backup.done": (
        "已备份到 {folder}：{files} 个文件，{bytes} 字节，数据库版本 {revision}，审计日志末条 {head}",
        "{folder}: {files} files, {bytes} bytes, database at revision {revision}, head of the audit log {head}",
    ),
    "backup.good": (
        "备份完好：{files} 个文件，{bytes} 字节，{created} 创建，数据库版本 {revision}，审计日志末条 {head}",
        "the backup is good: {files} files, {bytes} bytes, made {created}, database at revision {revision}, "
        "head of the audit log {head}",
    ),
    "restore.would": (
        "将恢复（未执行）：数据库，以及 {files} 个文件（另有 {same} 个已经一致）",
        "would restore (nothing was done): the database and {files} files ({same} more are as they should be)",
    ),
    "restore.done": (
        "已恢复：数据库，以及 {files} 个文件（另有 {same} 个本已一致）；"
        "补记审计日志 {adopted} 条，再次删除录音 {erased} 条",
        "restored: the database and {files} files ({same} more were as they should be); {adopted} audit entries taken "
        "over, {erased} recordings erased again",
    ),
    "restore.aside": (
        "被替换的数据库：{aside}（确认无误后请删除）",
        "the database that was replaced: {aside} (delete it when all is well)",
    ),
    "backup.keys": (
        "其中有加密数据，需要密钥 {keys}（备份不含密钥，请另行保管）",
        "some of it is sealed: it needs the keys {keys} (a backup holds no key; keep them elsewhere)",
    ),
    "restore.unread": (
        "现有数据库无法读取：备份之后的审计记录和数据删除无法补上，请重新执行备份之后的客户数据删除。",
        "The database in place cannot be read: later audit entries are lost, and erasures since the backup must be "
        "done again.",
    ),
}
