"""The form of items built from generic checks. Each states what must be so in the call; see docs/standard.md.

A check is a phrase that is said, a sequence of steps, or something measured, and all / any / not of checks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from scoring.schema_base import Item, Key, Part, Phrases, Points, Seconds, Share, Text

Party = Literal["agent", "customer"]
Turns = Annotated[int, Field(ge=1, le=1000)]
Distance = Annotated[int, Field(ge=0, le=1000)]
"""In turns: 0 is the same turn, 1 the next one."""
Times = Annotated[int, Field(ge=0, le=1000)]
Limit = Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)]
Measure = Literal["ring", "speech_rate", "talk_share", "dead_air", "interruption", "wait"]

VALUES: frozenset[Measure] = frozenset({"ring", "speech_rate", "talk_share"})
"""Measures that are one number per call; the others are stretches of it, which are counted."""


class Position(Part):
    """Where in the call words count; several limits hold together.

    Turns are those of the role that is asked about. Seconds count from the answer, or back from the end.
    """

    first_turns: Turns | None = None
    last_turns: Turns | None = None
    first_s: Seconds | None = None
    last_s: Seconds | None = None


class Count(Part):
    """How often; nothing given means at least once."""

    at_least: Times | None = None
    at_most: Times | None = None


class After(Part):
    """What must have come before for the check to apply: words, or a wait of `wait_s`. Only what follows counts.

    With `within_turns` (of the role that is asked about) or `within_s` only so soon after it.
    """

    role: Party = "customer"
    phrases: tuple[Text, ...] = ()
    look_alikes: tuple[Text, ...] = ()
    excused_by: tuple[Key, ...] = ()
    wait_s: Annotated[float, Field(gt=0, le=3600)] | None = None
    within_turns: Distance | None = None
    within_s: Seconds | None = None


class PhraseForm(Part):
    """`role` says one of `phrases` as often as `count` asks."""

    role: Party = "agent"
    phrases: Phrases
    look_alikes: tuple[Text, ...] = ()
    excused_by: tuple[Key, ...] = ()
    position: Position | None = None
    trigger: After | None = None
    count: Count = Count()


class Step(Part):
    """One step of a sequence: words of `role`, or a wait of `wait_s` and more in which nobody speaks.

    `within_turns` (of `role`) and `within_s` bound the way from the step before. The `anchor` is what the sequence is
    about: wherever it occurs, the other steps belong around it.
    """

    id: Key
    title: Text
    role: Party = "agent"
    phrases: tuple[Text, ...] = ()
    look_alikes: tuple[Text, ...] = ()
    excused_by: tuple[Key, ...] = ()
    wait_s: Annotated[float, Field(gt=0, le=3600)] | None = None
    within_turns: Distance | None = None
    within_s: Seconds | None = None
    anchor: bool = False


class SequenceForm(Part):
    """The steps in their order. With an anchor around each of its occurrences, else as often as `count` asks."""

    steps: Annotated[tuple[Step, ...], Field(min_length=2, max_length=12)]
    position: Position | None = None
    trigger: After | None = None
    count: Count = Count()


class TimingForm(Part):
    """A measure within limits.

    `ring` (s), `speech_rate` (characters, in English words, a minute) and `talk_share` (0 to 1) take `at_least` and
    `at_most`. `dead_air`, `interruption` (by `role`) and `wait` are counted from `over_s` seconds on; `count` says how
    often they may be, by default never. Those right after a turn of the agent with words of `excused_after` are not
    counted.
    """

    measure: Measure
    role: Party = "agent"
    at_least: Limit | None = None
    at_most: Limit | None = None
    over_s: Annotated[float, Field(gt=0, le=3600)] | None = None
    count: Count = Count(at_most=0)
    excused_after: tuple[Text, ...] = ()
    position: Position | None = None
    trigger: After | None = None


class PhraseCheck(PhraseForm):
    """A phrase within a combination; `title` names it in reasons."""

    kind: Literal["phrase"]
    title: Text


class SequenceCheck(SequenceForm):
    """A sequence within a combination."""

    kind: Literal["sequence"]
    title: Text


class TimingCheck(TimingForm):
    """A measure within a combination."""

    kind: Literal["timing"]
    title: Text


_COMBINERS = ("all", "any", "not")


def _kind(value: object) -> str | None:
    """The tag of a check as written or as built."""
    if isinstance(value, Mapping):
        return next((name for name in _COMBINERS if name in value), str(value.get("kind", "")) or None)
    if isinstance(value, AllOf):
        return "all"
    if isinstance(value, AnyOf):
        return "any"
    return "not" if isinstance(value, NotOf) else getattr(value, "kind", None)


class AllOf(Part):
    """Every one of the checks holds; those that do not apply are left out."""

    all: Checks


class AnyOf(Part):
    """At least one of the checks holds."""

    any: Checks


class NotOf(Part):
    """The check does not hold."""

    not_: Annotated[Check, Field(alias="not")]


Check = Annotated[
    Annotated[PhraseCheck, Tag("phrase")]
    | Annotated[SequenceCheck, Tag("sequence")]
    | Annotated[TimingCheck, Tag("timing")]
    | Annotated[AllOf, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[NotOf, Tag("not")],
    Discriminator(
        _kind,
        custom_error_type="check_kind",
        custom_error_message="a check is kind: phrase, sequence or timing, or one of all, any and not",
    ),
]

Checks = Annotated[tuple[Check, ...], Field(max_length=30)]


class GenericItem(Item):
    """An item that states what must be so: it earns `points` when it is, or costs `deduction` when it is not.

    With `partial_share`, a part of it (some steps, some of `all`) earns that share of the points.
    """

    points: Points | None = None
    deduction: Annotated[float, Field(lt=0, ge=-100)] | None = None
    partial_share: Share = 0


class PhraseItem(GenericItem, PhraseForm):
    """Words that must be said, or must not."""

    criterion: Literal["phrase"]


class SequenceItem(GenericItem, SequenceForm):
    """Steps that must be taken in order."""

    criterion: Literal["sequence"]


class TimingItem(GenericItem, TimingForm):
    """Something measured that must be within limits."""

    criterion: Literal["timing"]


class CombinedItem(GenericItem):
    """Exactly one of `all`, `any` and `not`. Without its `trigger` it does not apply; only what follows that counts."""

    criterion: Literal["combined"]
    trigger: After | None = None
    all: Checks = ()
    any: Checks = ()
    not_: Annotated[Check | None, Field(alias="not")] = None


for _model in (AllOf, AnyOf, NotOf, CombinedItem):
    _model.model_rebuild()

AnyCheck = PhraseCheck | SequenceCheck | TimingCheck | AllOf | AnyOf | NotOf
AnyGenericItem = PhraseItem | SequenceItem | TimingItem | CombinedItem
