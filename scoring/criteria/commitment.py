"""A promise of what happens next (服务承诺), owed where something stays open when the call ends."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from models.scorecard import Evidence, Specificity, Verdict
from models.transcript import Role
from scoring.agreement import ONLY_CLASSIFIER
from scoring.context import overlaps_any
from scoring.doubts import Doubt, doubt
from scoring.lexicon import Hit
from scoring.normalise import ASK
from scoring.outcome import CERTAIN, Outcome, at, nobody, quote
from scoring.promises import Made
from scoring.reasons import say
from scoring.schema import CommitmentItem
from scoring.view import CallView, Said

_DOUBTFUL = 0.6
# After a complaint that was the last word or nearly so, what it was about is still open.
_TALKED_ON = 3


def judge(
    call: CallView, item: CommitmentItem, found: Sequence[Made], made: Sequence[Made], complained: Collection[int]
) -> Outcome:
    """The firmest promise decides. Without one: not applicable if nothing was open or all was settled, else missed.

    `made` are those of the promises `found` that the classifier does not take for something else: where the others
    would have changed the verdict, a person is asked. `complained` are the utterances that tell the cause for an
    apology, if there was one: that by itself leaves something open.
    """
    outcome = _judge(call, item, made, complained)
    if len(made) == len(found):
        return outcome
    otherwise = _judge(call, item, found, complained)
    if otherwise.verdict is outcome.verdict:
        return outcome
    language, proof = call.standard.language, otherwise.evidence[0]
    why = doubt(
        language, "classifier_disbelieves", at=at(call, proof), quote=quote(call, proof),
        name=say(language, f"likely_{proof.kind}"),
    )  # fmt: skip
    return replace(outcome, doubts=(*outcome.doubts, why), certainty=ONLY_CLASSIFIER)


def _judge(call: CallView, item: CommitmentItem, made: Sequence[Made], complained: Collection[int]) -> Outcome:
    if not call.agent:
        return nobody(call, item.points)
    language = call.standard.language
    # What can be kept by its time was promised as it should be, whatever else was assured: that is charged by itself.
    for specificity, verdict, share, key in (
        (Specificity.CONCRETE, Verdict.MET, 1.0, "commitment_concrete"),
        (Specificity.OVERPROMISE, Verdict.PARTIAL, item.overpromise_share, "commitment_over"),
        (Specificity.VAGUE, Verdict.PARTIAL, item.vague_share, "commitment_vague"),
    ):
        own = [m for m in made if m.promise.specificity is specificity]
        if not own:
            continue
        evidence = tuple(m.said.evidence(m.hit.start, m.hit.end, specificity.value, m.hit.match) for m in own)
        reasons = [say(language, key, at=at(call, evidence[0]), quote=quote(call, evidence[0]))]
        due = own[0].promise.due_at
        if due is not None:
            reasons.append(say(language, "commitment_due", due=f"{due:%Y-%m-%d %H:%M}"))
        if any(m.guessed_days for m in own):
            reasons.append(say(language, "commitment_guessed_days"))
        unnamed = all(m.unnamed for m in own)
        doubts = (doubt(language, "commitment_unnamed", quote=quote(call, evidence[0])),) if unnamed else ()
        certainty = _DOUBTFUL if unnamed else CERTAIN
        return Outcome(verdict, item.points * share, item.points, tuple(reasons), evidence, doubts, certainty=certainty)
    done = _first(call.agent, f"items.{item.id}.done_by_agent", "done", asked_too=False)
    done = done or _first(call.customer, f"items.{item.id}.solved_by_customer", "solved", asked_too=False)
    still = _last(call.customer, f"items.{item.id}.still_open", "open")
    if done is not None and still is not None and _takes_back(still, done):
        done = None
    asked = _first(call.customer, f"items.{item.id}.asked_when", "asked_when")
    opened = asked or still or _first((*call.agent, *call.customer), f"items.{item.id}.open_signs", "open")
    if done is not None and (asked is None or _answers(call, item, asked, done)):
        reason = say(language, "commitment_done", quote=quote(call, done))
        return Outcome(Verdict.NOT_APPLICABLE, 0, item.points, (reason,), (done,))
    if opened is None and complained and call.customer:
        last = call.customer[-1]
        if thanks := last.found(f"items.{item.id}.thanked"):
            proof = last.evidence(thanks[0].start, thanks[0].end, "solved", thanks[0].match)
            why = doubt(language, "commitment_thanked", quote=quote(call, proof))
            reason = say(language, "commitment_nothing_open")
            return Outcome(
                Verdict.NOT_APPLICABLE, 0, item.points, (reason,), (proof,), (why,), certainty=_DOUBTFUL
            )  # fmt: skip
        since = sum(said.utterance.index > max(complained) for said in call.customer)
        if since < _TALKED_ON:
            return _missed(call, item, last.whole("open"))
        # Of 8 such calls by outside authors 3 had left something open; of 3 in which something was "done", 1.
        return _missed(call, item, last.whole("open"), doubt(language, "commitment_unsaid"))
    if opened is None:
        return Outcome(Verdict.NOT_APPLICABLE, 0, item.points, (say(language, "commitment_nothing_open"),))
    if done is not None:
        who = next(said.utterance.role for said in call.said if said.utterance.index == done.utterance)
        key = "commitment_maybe_done" if who is Role.AGENT else "commitment_maybe_solved"
        return _missed(call, item, opened, doubt(language, key, quote=quote(call, done)))
    return _missed(call, item, opened)


def _missed(call: CallView, item: CommitmentItem, opened: Evidence, *doubts: Doubt) -> Outcome:
    reason = say(call.standard.language, "commitment_missed", quote=quote(call, opened), at=at(call, opened))
    certainty = _DOUBTFUL if doubts else CERTAIN
    return Outcome(Verdict.MISSED, 0, item.points, (reason,), (opened,), doubts, certainty=certainty)


def _answers(call: CallView, item: CommitmentItem, asked: Evidence, done: Evidence) -> bool:
    """Whether what was done ends the waiting that the customer asked about; to be passed on (登记好了) does not."""
    said = next(s for s in call.said if s.utterance.index == done.utterance)
    return done.utterance > asked.utterance and not said.found(f"items.{item.id}.open_signs")


def _takes_back(still: Evidence, done: Evidence) -> bool:
    """Whether it comes later, or is what "done" was found in: 我算明白了 says of nothing that it is solved."""
    if still.utterance != done.utterance:
        return still.utterance > done.utterance
    return still.char_start <= done.char_start and done.char_end <= still.char_end


def _first(speakers: Sequence[Said], name: str, kind: str, *, asked_too: bool = True) -> Evidence | None:
    """The first of such words; without `asked_too` none of a question: 光猫退了？ Of kind open without look-alikes."""
    for said in speakers:
        look_alikes = said.found(f"{name.rpartition('.')[0]}.open_look_alikes") if kind == "open" else ()
        hits: Sequence[Hit] = said.found(name)
        for hit in hits:
            if overlaps_any(hit, look_alikes):
                continue
            if asked_too or said.reading.text[said.reading.clause(hit.start)[1] :][:1] != ASK:
                return said.evidence(hit.start, hit.end, kind, hit.match)
    return None


def _last(speakers: Sequence[Said], name: str, kind: str) -> Evidence | None:
    return _first(speakers[::-1], name, kind)
