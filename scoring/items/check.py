"""What the form alone cannot see of generic items: choices that contradict each other, or that nothing would read."""

from __future__ import annotations

from collections.abc import Iterator

from scoring.items.forms import (
    VALUES,
    After,
    AllOf,
    AnyCheck,
    AnyGenericItem,
    AnyOf,
    CombinedItem,
    Count,
    NotOf,
    PhraseForm,
    Position,
    SequenceForm,
    Step,
    TimingForm,
)
from scoring.yaml_text import Path

Problems = Iterator[tuple[Path, str]]


def item_problems(item: AnyGenericItem, path: Path, context_rules: set[str]) -> Problems:
    """Every problem of one item with its place; `context_rules` are the ids that exist."""
    if (item.points is None) == (item.deduction is None):
        yield path, f"{item.id!r} needs either points or a deduction; give one of them"
    divisible = isinstance(item, SequenceForm) or (isinstance(item, CombinedItem) and len(item.all) > 1)
    if item.partial_share and (item.deduction is not None or not divisible):
        yield (
            (*path, "partial_share"),
            "only the points of a sequence, or of all of several checks, can be earned in part",
        )
    if isinstance(item, PhraseForm | SequenceForm | TimingForm):
        yield from _form(item, path, context_rules)
    elif isinstance(item, CombinedItem):
        given = [name for name, value in (("all", item.all), ("any", item.any), ("not", item.not_)) if value]
        if len(given) != 1:
            yield (
                path,
                f"{item.id!r} needs exactly one of all, any and not, with at least one check; it has {len(given)}",
            )
        if item.trigger is not None:
            yield from _trigger(item.trigger, (*path, "trigger"), context_rules)
        for name, checks in (("all", item.all), ("any", item.any)):
            for i, check in enumerate(checks):
                yield from _check(check, (*path, name, i), context_rules)
        if item.not_ is not None:
            yield from _check(item.not_, (*path, "not"), context_rules)


def _check(check: AnyCheck, path: Path, context_rules: set[str]) -> Problems:
    match check:
        case AllOf() | AnyOf():
            name = "all" if isinstance(check, AllOf) else "any"
            inner = check.all if isinstance(check, AllOf) else check.any
            if not inner:
                yield (*path, name), "is empty; write at least one check"
            for i, one in enumerate(inner):
                yield from _check(one, (*path, name, i), context_rules)
        case NotOf():
            yield from _check(check.not_, (*path, "not"), context_rules)
        case _:
            yield from _form(check, path, context_rules)


def _form(form: PhraseForm | SequenceForm | TimingForm, path: Path, context_rules: set[str]) -> Problems:
    yield from _count(form.count, (*path, "count"))
    yield from _position(form.position, (*path, "position"), timing=isinstance(form, TimingForm))
    if form.trigger is not None:
        yield from _trigger(form.trigger, (*path, "trigger"), context_rules)
    match form:
        case PhraseForm():
            yield from _rules(form.excused_by, (*path, "excused_by"), context_rules)
        case SequenceForm():
            yield from _steps(form, path, context_rules)
        case TimingForm():
            yield from _timing(form, path)


def _steps(form: SequenceForm, path: Path, context_rules: set[str]) -> Problems:
    names = [step.id for step in form.steps]
    for i, step in enumerate(form.steps):
        where: Path = (*path, "steps", i)
        if step.id in names[:i]:
            yield where, f"step id {step.id!r} is used twice; each must be unique"
        yield from _words_or_wait(step, where, context_rules)
        if i == 0 and (step.within_turns is not None or step.within_s is not None):
            yield where, "the first step has none before it: within_turns and within_s belong to later steps"
    anchors = [i for i, step in enumerate(form.steps) if step.anchor]
    for i in anchors[1:]:
        yield (*path, "steps", i, "anchor"), "a sequence has one anchor at most; keep one of them"
    if anchors and form.count != Count():
        yield (*path, "count"), "with an anchor every occurrence of it must be complete; remove count, or the anchor"


def _words_or_wait(part: Step | After, path: Path, context_rules: set[str]) -> Problems:
    if bool(part.phrases) == (part.wait_s is not None):
        yield path, "needs either phrases or wait_s; give one of them"
    if part.wait_s is not None and (part.look_alikes or part.excused_by):
        yield path, "a wait has no words: look_alikes and excused_by belong to phrases"
    yield from _rules(part.excused_by, (*path, "excused_by"), context_rules)


def _trigger(trigger: After, path: Path, context_rules: set[str]) -> Problems:
    yield from _words_or_wait(trigger, path, context_rules)


def _timing(form: TimingForm, path: Path) -> Problems:
    one_value = form.measure in VALUES
    limited = form.at_least is not None or form.at_most is not None
    if one_value and not limited:
        yield path, f"{form.measure} needs at_least, at_most or both"
    if one_value and (form.over_s is not None or form.excused_after or form.position is not None):
        yield path, f"{form.measure} is one number per call: over_s, excused_after and position do not belong to it"
    if one_value and form.count != Count(at_most=0):
        yield (*path, "count"), f"{form.measure} is one number per call and is not counted; remove count"
    if not one_value and form.over_s is None:
        yield path, f"{form.measure} needs over_s: from how many seconds on it is counted"
    if not one_value and limited:
        yield path, f"{form.measure} is counted: write over_s and count instead of at_least and at_most"
    if form.at_least is not None and form.at_most is not None and form.at_least > form.at_most:
        yield (*path, "at_least"), f"{form.at_least:g} is more than at_most {form.at_most:g}; nothing could be both"
    if form.measure == "talk_share" and max(form.at_least or 0, form.at_most or 0) > 1:
        yield path, "talk_share is a share of one: write 0.6 for 60 %"
    if form.measure in ("ring", "dead_air", "wait") and form.role != "agent":
        yield (*path, "role"), f"{form.measure} is nobody's; remove role"


def _count(count: Count, path: Path) -> Problems:
    if count.at_least is not None and count.at_most is not None and count.at_least > count.at_most:
        yield path, f"at_least {count.at_least} is more than at_most {count.at_most}; nothing could be both"
    if count.at_least == 0 and count.at_most is None:
        yield (*path, "at_least"), "0 asks for nothing; write at_most: 0 for what must not be"


def _position(position: Position | None, path: Path, timing: bool) -> Problems:
    if position is None:
        return
    if position == Position():
        yield path, "says nothing: give first_turns, last_turns, first_s or last_s"
    if timing and (position.first_turns is not None or position.last_turns is not None):
        yield path, "what is measured has its place in seconds: use first_s or last_s"


def _rules(names: tuple[str, ...], path: Path, known: set[str]) -> Problems:
    for i, name in enumerate(names):
        if name not in known:
            yield (*path, i), f"{name!r} is no context rule; known are {', '.join(sorted(known)) or 'none'}"
