"""What the page itself says: headings, labels and explanations. Each entry: Chinese, English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

PAGE_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "page.title": ("通话质检报告", "Call quality report"),
    "page.all_days": ("全部日期", "all days"),
    "page.contents": ("本页内容", "On this page"),
    "page.none": ("无。", "None."),
    "page.colon": ("：", ": "),
    "page.comma": ("、", ", "),
    "page.stop": ("；", "; "),
    "page.unit_calls": ("{n} 通", "{n}"),
    "page.and_more": ("等共 {n} 通", "and others, {n} in all"),
    "head.source": ("来源", "Source"),
    "head.day": ("日期", "Day"),
    "head.standard": ("服务标准", "Service standard"),
    "head.version": ("版本 {version}", "version {version}"),
    "head.engine": ("识别引擎", "Speech engine"),
    "head.started": ("开始", "Started"),
    "head.finished": ("结束", "Finished"),
    "head.not_finished": ("尚未结束", "not finished"),
    "head.status": ("状态", "Status"),
    "key.heading": ("总览", "Overview"),
    "key.mean": ("平均得分", "Mean score"),
    "key.no_mean": ("没有可计分的通话", "no call has a score"),
    "key.interval": ("95% 置信区间 {low}–{high}，n = {n}", "95 % interval {low}–{high}, n = {n}"),
    "key.too_few": ("n = {n}，样本不足，不给区间", "n = {n}, too few for an interval"),
    "key.scored": ("已评通话", "Calls scored"),
    "key.not_scorable": ("{n} 通无可计分项目", "{n} without a score"),
    "key.fatal": ("一票否决", "Fatal"),
    "key.review": ("待人工复核", "To review"),
    "key.quarantined": ("已隔离", "Quarantined"),
    "key.waiting": ("未完成", "Waiting"),
    "key.files": ("文件", "Files"),
    "key.recordings": ("录音 {n}，重复 {duplicates}", "{n} recordings, {duplicates} duplicates"),
    "key.distribution": ("得分分布", "Scores"),
    "key.distribution_note": ("横轴为得分，柱上为通话数。", "Score across, number of calls on each bar."),
    "key.bands": ("等级", "Bands"),
    "key.empty": ("本次没有已评的通话。", "No call was scored in this run."),
    "items.heading": ("各项结果", "Results by item"),
    "items.item": ("项目", "Item"),
    "items.picture": ("分布（每格为通话数）", "Share (number of calls in each part)"),
    "items.pass_rate": ("符合率", "Met"),
    "items.note": (
        "符合率 = 符合 ÷（符合 + 部分符合 + 未做到 + 违规）；不适用与未能评定不计入。"
        "少于 {n} 通时只给通数，不给百分比。",
        "Met = met / (met + partly met + missed + violated); not applicable and not evaluated are left out. "
        "Below {n} calls the counts stand without a percentage.",
    ),
    "rates.heading": (
        "真实差错率（按随机抽样复核估计）",
        "True rate of faults, estimated from the reviewed random sample",
    ),
    "rates.share": ("估计值", "Estimate"),
    "rates.interval": ("95% 区间", "95 % interval"),
    "rates.reviewed": ("已复核抽样数", "Reviewed"),
    "rates.about": ("约 {share}% ± {half}", "about {share} % ± {half}"),
    "rates.between": ("{low}% 至 {high}%", "{low} % to {high} %"),
    "rates.missing": ("复核太少，还需 {n} 通才能估计", "too few reviews: {n} more are needed for an estimate"),
    "rates.answered": ("{n}/{of}（{share}%）", "{n}/{of} ({share} %)"),
    "rates.with_interval": ("差错率{estimate}（95% 区间 {interval}）", "faults {estimate} (95 % interval {interval})"),
    "rates.line": ("{title}：{known}，已复核抽样 {answered}", "{title}: {known}, reviewed {answered}"),
    "rates.warned": ("{line}；{warning}", "{line}; {warning}"),
    "rates.doubtful": (
        "抽中的通话复核不足 80%，估计可能有偏差",
        "under 80 % of the draw is reviewed: this may be biased",
    ),
    "rates.undrawn": (
        "另有 {n} 通不在抽样范围内（当日未抽样或坐席不明），未计入。",
        "{n} calls were never to be drawn (a day without a draw, or no known agent), and are left out.",
    ),
    "rates.late": (
        "这些日期另有 {n} 通在抽样之后才到，没有被抽中的机会。",
        "On these days {n} calls came after the draw and never had a chance to be drawn.",
    ),
    "rates.note": (
        "差错 = 未做到或违规。机器评定了每一通，人工只复核抽中的通话；按抽中的概率加权推算全部通话，"
        "因此既包括机器漏掉的，也不包括机器误判的。",
        "A fault is missed or violated. The machine judged every call, people the drawn ones; weighted by the "
        "chance of each draw they speak for all calls, with what the machine overlooked and without what it charged in "
        "vain.",
    ),
    "rates.freed": (
        "复核员自身的差错已按校准结果扣除。",
        "What reviewers get wrong themselves is taken out, as the calibration sets tell it.",
    ),
    "rates.not_freed": (
        "尚无已结束的校准，未扣除复核员自身的差错。",
        "What reviewers get wrong themselves is not taken out: no calibration set is closed yet.",
    ),
    "look.heading": ("请先看这些通话", "Look at these calls first"),
    "look.intro": (
        "一票否决、违规，以及机器没有把握、需要人来定的通话。点编号可到该通话的详情。",
        "Fatal calls, violations, and calls where the machine is not sure and a person decides. "
        "The number leads to the call below.",
    ),
    "look.none": ("没有需要先看的通话。", "No call needs to be seen first."),
    "look.no_score": ("没有任何项目可评，未给分。", "No item could be judged, so there is no score."),
    "look.review_card": ("整通需要复核。", "The call as a whole needs review."),
    "look.review": ("需人工复核，机器把握 {percent}", "To review; the machine is {percent} sure"),
    "key.coverage": (
        "机器有把握的结论 {sure}/{all}（{percent}），其余由人来定",
        "the machine is sure of {sure} of {all} verdicts ({percent}); people decide the rest",
    ),
    "agents.heading": ("按坐席", "By agent"),
    "agents.note": (
        "按坐席编号排列，不是排名。少于 {n} 通的平均分受偶然影响太大，标为“样本不足”。各项一格为 符合通数/可评通数。",
        "In order of agent id; this is no ranking. A mean of fewer than {n} calls says more about chance and is "
        "marked as too few. Item columns: calls met / calls judged.",
    ),
    "agents.agent": ("坐席", "Agent"),
    "agents.team": ("班组", "Team"),
    "agents.calls": ("通话", "Calls"),
    "agents.mean": ("平均得分", "Mean score"),
    "agents.too_few": ("样本不足", "too few"),
    "agents.fatal": ("一票否决", "Fatal"),
    "agents.violations": ("违规通话", "Calls with violation"),
    "agents.review": ("待复核", "To review"),
    "agents.promises": ("承诺", "Promises"),
    "agents.vague": ("含糊 {n}", "{n} vague"),
    "agents.unassigned": ("未标明坐席", "No agent given"),
    "agents.scroll": ("按坐席汇总表，可左右滚动", "Table by agent, scrolls sideways"),
    "calls.first": ("通话详情：先看的通话", "Calls to look at first, in full"),
    "calls.other": ("通话详情：其余通话", "The other calls"),
    "calls.other_intro": (
        "每通一行，点开可看各项结论、依据和对话全文。",
        "One line per call; open it for verdicts, proof and the conversation.",
    ),
    "calls.printed": (
        "打印时，前 {n} 通展开，其余每通一行；要打印其中某一通，请先在屏幕上点开它。",
        "In print the first {n} calls stand in full and the rest have a line each; open a call on screen to print it.",
    ),
    "calls.left_out": (
        "为使本页能顺畅打开，有 {n} 通的对话全文没有收入（得分、理由和原话照常列出）。需要时可用 "
        "callqa transcribe 录音文件 -o 对话.jsonl 得到同样的文字。",
        "To keep this page usable, {n} conversations are left out (scores, reasons and quotes are all here). "
        "callqa transcribe RECORDING -o CONVERSATION.jsonl gives the same text.",
    ),
    "call.no_date": ("时间未知", "time unknown"),
    "call.no_duration": ("时长未知", "length unknown"),
    "call.no_score": ("未计分", "no score"),
    "call.before_fatal": ("否决前 {score} 分", "{score} before the fatal violation"),
    "call.points": (
        "适用项目得 {earned} / {possible} 分，折合 {scaled} 分",
        "{earned} of {possible} points of the items that applied: {scaled} in 100",
    ),
    "call.deducted": ("扣 {points} 分", "{points} points deducted"),
    "call.roles": (
        "说话人是推断的（{basis}，把握 {percent}），请核对。",
        "Who speaks is inferred ({basis}, {percent} sure); please check.",
    ),
    "call.files": ("文件", "File"),
    "call.flags": ("信息缺漏", "Metadata"),
    "call.items": ("各项结论", "Verdicts"),
    "call.fatal_item": ("一票否决项", "fatal"),
    "call.promises": ("承诺", "Promises"),
    "call.complaint": ("投诉处理环节", "Stages of the complaint"),
    "call.stage_absent": ("通话中没有听到", "not heard in this call"),
    "call.due": ("应在 {moment} 前兑现", "due by {moment}"),
    "call.conversation": ("对话全文（{n} 句）", "Conversation ({n} turns)"),
    "call.conversation_note": (
        "划线处为上文的原话依据，编号相同。",
        "Underlined words are the proof quoted above, under the same numbers.",
    ),
    "call.corrected": (
        "点线处是按词表更正的词：",
        "Dotted words were put right by the glossary: ",
    ),
    "call.corrected_word": ("{word}（识别为{heard}）", "{word} (heard as {heard})"),
    "call.corrected_often": ("{word}（识别为{heard}，{n} 处）", "{word} (heard as {heard}, {n} times)"),
    "call.heard_as": ("识别为“{heard}”", "heard as “{heard}”"),
    "call.silence": ("静默 {n} 段（最长 {longest} 秒）", "dead air: {n} (longest {longest} s)"),
    "call.no_silence": ("没有 {least:g} 秒以上的静默", "no dead air of {least:g} s or more"),
    "call.cut_in": (
        "抢话：坐席 {agent} 次、客户 {customer} 次（最长重叠 {longest} 秒）",
        "interruptions: agent {agent}, customer {customer} (longest overlap {longest} s)",
    ),
    "call.no_cut_in": ("没有抢话", "no interruptions"),
    "call.talk": ("说话时长：坐席 {agent}、客户 {customer}", "speech: agent {agent}, customer {customer}"),
    "call.not_apart": (
        "抢话与说话时长未评估（双方不在不同声道，或说话人不明）",
        "interruptions and speech per party not evaluated (not on separate channels, or speakers unknown)",
    ),
    "call.ring": ("振铃 {n} 秒", "rang {n} s"),
    "call.held": ("等待 {n} 次（最长 {longest} 秒，共 {all} 秒）", "holds: {n} (longest {longest} s, {all} s in all)"),
    "call.not_held": ("没有 {least:g} 秒以上的等待", "no hold of {least:g} s or more"),
    "call.rate": ("坐席语速每分钟 {n} 字", "agent: {n} characters a minute"),
    "call.rate_words": ("坐席语速每分钟 {n} 词", "agent: {n} words a minute"),
    "call.silent": ("没有听到人说话。", "Nobody was heard to speak."),
    "call.no_turns": ("对话全文不在库中。", "The conversation is not stored."),
    "call.turns_left_out": ("对话全文未收入本页。", "The conversation is left out of this page."),
    "call.dropped": (
        "有 {n} 处识别结果不可信（噪声或音乐上编造的文字），已剔除。",
        "{n} stretches were judged invented (text on noise or music) and left out.",
    ),
    "call.receipt": ("凭据", "Receipt"),
    "call.receipt_engine": ("引擎 {engine}", "engine {engine}"),
    "call.receipt_standard": ("标准 {id} {version}（{digest}）", "standard {id} {version} ({digest})"),
    "call.receipt_audio": ("录音 {digest}", "audio {digest}"),
    "promises.heading": ("待兑现的承诺", "Promises and their due times"),
    "promises.due": ("有时限的承诺，按到期时间排列", "With a due time, earliest first"),
    "promises.undated": ("没有确定时限的承诺", "Without a definite due time"),
    "promises.undated_note": (
        "含糊的说法、过度承诺，或通话没有日期因而算不出期限。请与客户确认一个时间。",
        "Vague wording, overpromises, or calls without a date from which to reckon. Agree on a time with the customer.",
    ),
    "promises.by": ("到期", "Due"),
    "promises.action": ("事项", "Action"),
    "promises.quote": ("原话", "Words"),
    "promises.call": ("通话", "Call"),
    "promises.status": ("状态", "Status"),
    "promises.kind": ("类别", "Kind"),
    "promises.overdue": ("已过期", "Overdue"),
    "promises.claimed": ("客户称未兑现，待核实", "Not done, says the customer; to be checked"),
    "files.heading": ("隔离的文件", "Quarantined files"),
    "files.intro": (
        "这些文件没有评分，也没有丢失。按“怎么办”处理后重新运行即可。",
        "These files were not scored and are not lost. Mend them as told and run again.",
    ),
    "files.todo": ("怎么办", "What to do"),
    "files.detail": ("详情", "Details"),
    "files.waiting": ("尚未完成的录音", "Recordings still waiting"),
    "files.attempts": ("已试 {n} 次", "tried {n} times"),
    "files.waiting_note": (
        "再运行一次同一命令，会接着处理这些录音。",
        "The same command run again goes on with these recordings.",
    ),
    "files.duplicates": ("重复的录音", "Duplicate recordings"),
    "files.duplicates_note": (
        "内容逐字节相同的文件只评一次。",
        "Files equal byte for byte are one recording, scored once.",
    ),
    "flags.heading": ("通话信息的缺漏", "Gaps in the call metadata"),
    "flags.problem": ("问题", "Problem"),
    "flags.calls": ("通话", "Calls"),
    "foot.heading": ("分数如何得来，如何提出异议", "How scores are made, and how to object"),
    "foot.scores": (
        "语音识别把录音转成带时间的文字，再按书面服务标准逐项评定：每一项都给出结论、理由，以及作为依据的原话和所在的秒数。"
        "不适用的项目不计入总分，其分值按比例折算；无法评定的项目不算通过；"
        "触犯一票否决项时总分为 0，并保留否决前的得分。服务禁语只追究坐席本人说的话。",
        "Speech recognition turns the recording into timed text, which is judged item by item against the written "
        "standard: each item has a verdict, reasons, and the words and the second that prove it. Items that do not "
        "apply are left out and the rest scaled up; what cannot be judged never counts as passed; a fatal violation "
        "makes the total 0 and the score before it is kept. Only the agent's own words can be a violation.",
    ),
    "foot.object": (
        "说明：坐席（客服人员）可对任何一项提出异议。请记下通话编号、项目和不同意的理由，交给班组长或质检主管，由人听录音复核；"
        "以人的结论为准，机器的结论保留备查。分数用于辅导，未经人工复核不宜直接用于奖惩。",
        "Agents may object to any item. Note the call id, the item and why you disagree, and hand it to the team or "
        "quality lead: a person listens and decides. That decision stands; the machine's verdict is kept beside it. "
        "Scores are for coaching and should not lead to reward or penalty before a person has checked.",
    ),
    "foot.mean": (
        "平均分的置信区间按学生 t 分布计算，把各通视为互相独立；少于 {n} 通不给区间。",
        "Intervals of means follow Student's t and take calls as independent; none is given below {n} calls.",
    ),
    "foot.personal": (
        "本页含通话内容，请按公司的信息保护规定保存和传阅。",
        "This page holds the content of calls: keep and share it under your data protection rules.",
    ),
    "foot.scored": ("由 callqa {versions} 评分（规则 {scorer}）。", "Scored by callqa {versions} (rules {scorer})."),
    "foot.made": ("报告生成于 {moment}（{zone}）。", "Report made {moment} ({zone})."),
    "duration.h": ("{h} 小时 {m} 分", "{h} h {m} min"),
    "duration.m": ("{m} 分 {s} 秒", "{m} min {s} s"),
    "duration.s": ("{s} 秒", "{s} s"),
    "quote.open": ("“", "“"),
    "quote.close": ("”", "”"),
}
