"""The smallest service standard, quick to load, for tests about the items and the life of a standard."""

from __future__ import annotations

from textwrap import dedent, indent

from scoring import ServiceStandard, load_standard

SMALL = """\
id: small-zh
title: 小标准
version: "1"
language: zh
owner: 质检组
effective_from: 2026-11-01
review_by: 2027-02-01
change_note: 首个版本。
time_zone: Asia/Shanghai
not_graded: 无法评分
bands:
  - {name: 优秀, at_least: 90}
  - {name: 合格, at_least: 60}
  - {name: 不合格, at_least: 0}
review: {role_confidence_below: 0.75, recognition_below: 0.45, unknown_share_above: 0.25}
fillers: [嗯, 呃]
context:
  - {id: quotation, direction: forward, reach: 8, phrases: [他们说, 您说]}
promises:
  working_days: china
  business_closes: "18:00"
  reach: 20
  actions: [{id: callback, title: 回电, phrases: [回电, 联系您]}]
  our_side: [我们, 我]
  outcome: [解决]
  vague: [尽快处理]
items:
  - id: greeting
    criterion: greeting
    title: 开头语
    dimension: assurance
    points: 10
    position: {agent_turns: 2, seconds_after_answer: 15, late_agent_turns: 5}
    late_share: 0.5
    salutation: {id: salutation, title: 问候, points: 4, phrases: [您好]}
    identity: [{id: number, title: 工号, points: 3, phrases: [工号<数>]}]
    offer: {id: offer, title: 主动询问, points: 3, phrases: [为您服务]}
  - id: apology
    criterion: apology
    title: 致歉
    dimension: empathy
    points: 15
    needed_from: 1
    long_hold_s: 60
    insincere_share: 0.4
    phrases: [抱歉, 对不起]
    courtesy_near: [请您再说]
    softener_near: [未开办]
    fault_near: [我们的错]
    blame: [是您自己]
    sarcasm: [行了吧]
    triggers: [{id: fault, title: 反映故障, said_by: customer, weight: 1, phrases: [断网]}]
  - id: commitment
    criterion: commitment
    title: 服务承诺
    dimension: reliability
    points: 20
    vague_share: 0.4
    overpromise_share: 0.5
    open_signs: [断网]
    asked_when: [什么时候]
    done_by_agent: [已经为您]
    solved_by_customer: [好了]
  - id: prohibited
    criterion: prohibited
    title: 服务禁语
    dimension: empathy
    soft: -5
    hard: -10
    excused_by: [quotation]
    families:
      - {id: not_my_job, kind: deflection, severity: hard, phrases: [不归我管]}
"""


def with_items(items: str) -> str:
    """The small standard with further items, given as a YAML list."""
    return SMALL + indent(dedent(items).strip("\n"), "  ") + "\n"


def standard_with(items: str) -> ServiceStandard:
    """The same, loaded."""
    return load_standard(with_items(items), "small.yaml")
