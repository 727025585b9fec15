"""What a later call of the same customer says of a promise: the policy as a table, and the words."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from models.call import CallMeta, Direction
from models.errors import StandardError
from models.ledger import LedgerEntry, PlacedPromise, StatusEvent, StatusSource
from models.scorecard import PromiseStatus
from scoring import load_standard
from scoring.later_calls import WITHIN, complaints, from_later_call
from scoring.view import CallView, view
from tests import factories
from tests.ledger_calls import at, promise
from tests.unit.scoring_calls import dialogue, standard
from tests.unit.small_standard import SMALL

MADE, DUE, AFTER = at(20), at(21), at(23)
IN, OUT = Direction.INBOUND, Direction.OUTBOUND
UNDONE = ("customer", "说好24小时回电的，到现在也没人打。")
VAGUE_WORDS = ("customer", "你们答应我的事情到现在还没有下文。")


def later(
    *turns: tuple[str, str],
    began: datetime | None = AFTER,
    direction: Direction | None = IN,
    language: str = "zh",
    call_id: str = "C9",
) -> CallView:
    meta = CallMeta(call_id, started_at=began, direction=direction)
    return view(dialogue(*turns, language=language), meta, standard(language))


def entry(
    action: str = "callback",
    due: datetime | None = DUE,
    made: datetime | None = MADE,
    call_id: str = "C1",
    events: tuple[StatusEvent, ...] = (),
    found: bool = True,
) -> LedgerEntry:
    said = promise(f"{action}的承诺", action, due)
    place = f"{call_id}-{action}"
    return LedgerEntry(
        place, f"r-{call_id}", CallMeta(call_id, started_at=made), factories.STANDARD, PlacedPromise("e", said), (),
        events, found,
    )  # fmt: skip


def said_of(call: CallView, *entries: LedgerEntry) -> dict[str, str]:
    return {
        one.id: f"{event.status.value}{' claimed' if event.claimed else ''}"
        for one, event in from_later_call(call, entries, at(30))
    }


def event(status: PromiseStatus, source: StatusSource, recorded_at: datetime) -> StatusEvent:
    return StatusEvent(status, source, "", None, recorded_at, "李")


ANSWERED = (("agent", "您好，给您回个电话。"), ("customer", "好的，你说。"))
CLAIMED = {"C1-callback": "broken claimed"}


@pytest.mark.parametrize(
    ("call", "entries", "expected"),
    [
        # Our call to the customer.
        (later(*ANSWERED, began=DUE - timedelta(hours=1), direction=OUT), [entry()], {"C1-callback": "kept"}),
        (later(*ANSWERED, began=DUE, direction=OUT), [entry()], {"C1-callback": "kept"}),
        (later(*ANSWERED, began=DUE + timedelta(seconds=1), direction=OUT), [entry()], {}),
        (later(ANSWERED[0], began=DUE - timedelta(hours=1), direction=OUT), [entry()], {}),
        (later(*ANSWERED, began=DUE - timedelta(hours=1), direction=IN), [entry()], {}),
        (later(*ANSWERED, began=DUE - timedelta(hours=1), direction=None), [entry()], {}),
        (later(*ANSWERED, began=DUE - timedelta(hours=1), direction=OUT), [entry("visit")], {}),
        (later(*ANSWERED, began=MADE, direction=OUT), [entry()], {}),
        (later(*ANSWERED, began=MADE - timedelta(hours=1), direction=OUT), [entry()], {}),
        (later(*ANSWERED, began=DUE - timedelta(hours=1), direction=OUT), [entry(due=None)], {}),
        # The customer's word.
        (later(UNDONE), [entry()], CLAIMED),
        (later(UNDONE, direction=None), [entry()], CLAIMED),
        (later(UNDONE, began=DUE - timedelta(hours=1)), [entry()], {}),
        (later(UNDONE), [entry("visit")], {}),
        (later(UNDONE), [entry(), entry("visit")], CLAIMED),
        (later(UNDONE), [entry(due=None)], {}),
        (later(UNDONE), [entry(made=None)], {}),
        (later(UNDONE, began=None), [entry()], {}),
        (later(UNDONE, began=DUE + WITHIN), [entry()], CLAIMED),
        (later(UNDONE, began=DUE + WITHIN + timedelta(seconds=1)), [entry()], {}),
        (later(UNDONE), [entry(found=False)], {}),
        (later(UNDONE, call_id="C1"), [entry()], {}),
        # Of two that were to be done it is the one that fell due last.
        (later(UNDONE), [entry(), entry(call_id="C2", due=at(22))], {"C2-callback": "broken claimed"}),
        # Naming nothing, it is clear only when one promise is due.
        (later(VAGUE_WORDS), [entry("visit")], {"C1-visit": "broken claimed"}),
        (later(VAGUE_WORDS), [entry("visit"), entry("refund", due=at(25))], {"C1-visit": "broken claimed"}),
        (later(VAGUE_WORDS), [entry("visit"), entry("refund")], {}),
        # What is known already.
        (later(UNDONE), [entry(events=(event(PromiseStatus.KEPT, StatusSource.TICKET, at(22)),))], CLAIMED),
        (later(UNDONE), [entry(events=(event(PromiseStatus.CANCELLED, StatusSource.TICKET, at(22)),))], {}),
        (later(UNDONE), [entry(events=(event(PromiseStatus.KEPT, StatusSource.PERSON, at(24)),))], {}),
        (later(UNDONE), [entry(events=(event(PromiseStatus.KEPT, StatusSource.PERSON, at(22)),))], CLAIMED),
        (later(), [entry()], {}),
        (later(UNDONE), [], {}),
    ],
)  # fmt: skip
def test_the_policy(call: CallView, entries: list[LedgerEntry], expected: dict[str, str]) -> None:
    assert said_of(call, *entries) == expected


@pytest.mark.parametrize(
    ("turns", "named"),
    [
        ([UNDONE], ["callback"]),
        ([("customer", "我昨天打过一次，你们说今天给我回电话，结果一个电话都没有。")], ["callback"]),
        ([("customer", "说好了联系我，一直没人联系。")], ["callback"]),
        ([("customer", "说好今天上午师傅上门，等到现在也没来。")], ["visit"]),
        ([("customer", "我打了三次电话了，师傅还是没来。")], ["visit"]),
        ([("customer", "上次答应退的钱到现在还没退。")], ["refund"]),
        ([("customer", "你们说三天给答复，今天都第五天了，还没回复。")], ["reply"]),
        ([("customer", "你们说今天回电的。"), ("customer", "到现在也没有人。")], ["callback"]),
        ([VAGUE_WORDS], [""]),
        # Near misses.
        ([("customer", "昨天师傅来过了，已经修好了，谢谢。")], []),
        ([("customer", "你们昨天给我回电话了，我没接到。")], []),
        ([("customer", "要是明天没人来怎么办？")], []),
        ([("customer", "那我等你们回电。")], []),
        ([("agent", "您是说24小时回电没人打，对吗？")], []),
        ([("unknown", "说好24小时回电的，到现在也没人打。")], []),
        ([("customer", "我家还没开通宽带，想办一个。")], []),
    ],
)  # fmt: skip
def test_what_customers_say_of_broken_promises(turns: list[tuple[str, str]], named: list[str]) -> None:
    assert ["+".join(sorted(one.actions)) for one in complaints(later(*turns))] == named


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("You promised to call me back but nobody called.", ["callback"]),
        ("The engineer never turned up.", ["visit"]),
        ("I was told I would get a refund but I still haven't had it.", ["refund"]),
        ("Thank you, the engineer came and it is working.", []),
    ],
)
def test_the_same_in_english(text: str, named: list[str]) -> None:
    assert ["+".join(sorted(one.actions)) for one in complaints(later(("customer", text), language="en"))] == named


def test_a_claim_shows_the_words_and_when_they_were_said() -> None:
    call = view(factories.transcript(("agent", "您好"), UNDONE), CallMeta("C9", started_at=AFTER), standard())
    ((_, claim),) = from_later_call(call, [entry()], at(30))
    assert claim == StatusEvent(
        PromiseStatus.BROKEN, StatusSource.LATER_CALL, "C9", AFTER + timedelta(seconds=3), at(30), "callqa",
        "说好24小时回电的，到现在也没人打", claimed=True,
    )  # fmt: skip


def test_a_promise_repeated_in_a_call_is_broken_or_kept_as_one() -> None:
    again = replace(entry(), id="again", placed=PlacedPromise("e", replace(entry().promise, utterance=7)))
    assert said_of(later(UNDONE), entry(), again) == CLAIMED | {"again": "broken claimed"}


def test_a_standard_that_names_no_words_finds_none_and_a_wrong_name_is_refused() -> None:
    plain = load_standard(SMALL, "small.yaml")
    meta = CallMeta("C9", started_at=AFTER)
    assert complaints(view(dialogue(UNDONE), meta, plain)) == []
    named = SMALL.replace("  reach: 20\n", "  reach: 20\n  broken_by: [fault]\n")
    found = complaints(view(dialogue(("customer", "断网了。")), meta, load_standard(named, "small.yaml")))
    assert [one.quote for one in found] == ["断网了"]
    with pytest.raises(
        StandardError, match=r"small\.yaml:\d+: 'flood' is no trigger of the apology item; known are fault"
    ):
        load_standard(named.replace("[fault]", "[flood]"), "small.yaml")
