"""Phrases that must be said, or must not be: who, where, after what, and how often."""

from __future__ import annotations

from models.scorecard import Evidence
from scoring.items.events import Event, Scope
from scoring.items.forms import After, Party, PhraseForm
from scoring.items.result import MOST_EVIDENCE, Result, Truth, counted
from scoring.outcome import at, listed, quote
from scoring.reasons import say
from scoring.view import CallView

LOOKED_HERE = "looked_here"
"""Kind of evidence that shows where words were looked for that are not there."""


def check(scope: Scope, form: PhraseForm, name: str, title: str) -> Result:
    """Whether the phrases were said as often as asked."""
    call, language = scope.ground.call, scope.ground.call.standard.language
    narrowed = behind(scope, form.trigger, name, title)
    if isinstance(narrowed, Result):
        return narrowed
    if not scope.ground.speakers(form.role) and not call.unknown:
        return nobody_there(call, form.role, title)
    found = narrowed.admitted(scope.ground.words(name, form, title), form.role, form.position)
    sure = [event for event in found if event.sure]
    truth = counted(form.count, len(sure), len(found) - len(sure))
    if truth is Truth.UNKNOWN:
        return unsure(call, next(event for event in found if not event.sure), title)
    who = say(language, f"g_{form.role}")
    proof = tuple(event.evidence for event in sure[:MOST_EVIDENCE] if event.evidence is not None)
    if not proof:
        where = _where(call, form)
        reason = say(language, "g_not_said", who=who, title=title, where=where)
        return Result(truth, (reason,), _expected(narrowed, form), float(truth is Truth.YES), by_absence=True)
    facts = {"who": who, "at": at(call, proof[0]), "quote": quote(call, proof[0]), "title": title, "n": len(sure)}
    reasons = [say(language, "g_said" if len(sure) == 1 else "g_said_n", **facts)]
    if truth is Truth.NO:
        reasons.append(say(language, "g_said_enough", limits=limits(language, form.count.at_least, form.count.at_most)))
    return Result(truth, tuple(reasons), proof, float(truth is Truth.YES))


def behind(scope: Scope, trigger: After | None, name: str, title: str) -> Scope | Result:
    """The scope behind the trigger, or what to say when it was not found or not seen well."""
    if trigger is None:
        return scope
    call, language = scope.ground.call, scope.ground.call.standard.language
    narrowed = scope.after(trigger, f"{name}.trigger", title)
    if narrowed is None:
        return Result(Truth.UNKNOWN, (say(language, "g_no_times", title=title),))
    found = narrowed.triggers[-1]
    if found.sure:
        return narrowed
    if not found.possible:
        return Result(Truth.INAPPLICABLE, (say(language, "g_no_trigger", title=title),))
    return unsure(call, found.possible[0], title, "g_maybe_trigger")


def unsure(call: CallView, event: Event, title: str, key: str = "g_maybe_said") -> Result:
    """What to say of an event that may or may not count."""
    proof = (event.evidence,) if event.evidence is not None else ()
    words = {"at": at(call, proof[0]), "quote": quote(call, proof[0])} if proof else {"at": "", "quote": ""}
    return Result(Truth.UNKNOWN, (say(call.standard.language, key, title=title, **words),), proof, ask=True)


def nobody_there(call: CallView, role: Party, title: str) -> Result:
    """What to say when the party that is asked about was not heard."""
    language = call.standard.language
    return Result(Truth.UNKNOWN, (say(language, "g_nobody", who=say(language, f"g_{role}"), title=title),), ask=True)


def limits(language: str, low: object | None, high: object | None) -> str:
    """Limits in words; no lower one and no upper one is at least one."""
    if low is not None and high is not None:
        return say(language, "g_between", low=low, high=high)
    if high is not None:
        return say(language, "g_at_most", high=high)
    return say(language, "g_at_least", low=1 if low is None else low)


def _where(call: CallView, form: PhraseForm) -> str:
    language = call.standard.language
    out = say(language, "g_after_trigger") if form.trigger is not None else ""
    if form.position is not None:
        given = form.position.model_dump(exclude_none=True)
        places = [say(language, f"g_{name}", n=value) for name, value in given.items()]
        out += say(language, "g_in_position", place=listed(call, places))
    return out


def _expected(scope: Scope, form: PhraseForm) -> tuple[Evidence, ...]:
    """Where the words were looked for: behind the trigger, or in the first or the last turn."""
    if scope.triggers:
        return tuple(event.evidence for event in scope.triggers[-1].sure[:1] if event.evidence is not None)
    speakers = scope.ground.speakers(form.role)
    if form.position is None or not speakers:
        return ()
    first = form.position.first_turns is not None or form.position.first_s is not None
    return (speakers[0 if first else -1].whole(LOOKED_HERE),)
