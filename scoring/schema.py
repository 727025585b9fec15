"""The form of a service standard: what its YAML may hold. Unknown keys are refused everywhere.

Every number that decides a score is here, with the default of the shipped standards in their YAML, not in the code.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field

from scoring.case_form import Example
from scoring.items.forms import CombinedItem, PhraseItem, SequenceItem, TimingItem
from scoring.schema_base import ClockTime, Item, Key, Part, Phrases, Points, Seconds, Share, Text

Language = Literal["zh", "en"]
Severity = Literal["soft", "hard", "fatal"]
DEFAULT_APPEAL_DAYS = 7
Kind = Literal["abuse", "deflection", "negation", "impatience", "interrogation", "command", "rhetorical", "overpromise"]


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError) as error:
        raise ValueError("not a known time zone; write it like Asia/Shanghai") from error
    return name


class GlossaryEntry(Part):
    """A word of the trade; see `models.glossary.GlossaryTerm` for what its fields mean.

    Most are written plainly: `宽带` is short for `{term: 宽带}`. Terms with `prompt` have 12 characters at most, in
    English 24: see `scoring.load`.
    """

    term: Text
    prompt: bool = True
    heard: tuple[Text, ...] = ()
    near: tuple[Text, ...] = ()
    never: tuple[Text, ...] = ()


def _plain_term(value: object) -> object:
    return {"term": value} if isinstance(value, str) else value


class Band(Part):
    """A grade: totals of at least `at_least` earn it."""

    name: Text
    at_least: Annotated[float, Field(ge=0, le=100)]


class ReviewRules(Part):
    """When the machine asks a person.

    With a share of utterances by unknown speakers over `unknown_share_above`, an item whose verdict rests on not having
    found something is not evaluated. `homophone_syllables`: shorter phrases are never matched by sound.
    """

    role_confidence_below: Share
    recognition_below: Share
    unknown_share_above: Share
    homophone_syllables: Annotated[int, Field(ge=3, le=10)] = 4


class Mishearing(Part):
    """What recognisers write for a word of the trade; both of the same length."""

    heard: Text
    meant: Text


class ContextRule(Part):
    """Words that take the sense of a hit away: a cue, the direction it works in, how far, and what stops it.

    `forward`: the cue stands before what it affects; `either`: before or after. `reach` counts characters (words, in
    English) between the two; `within` says which boundary a cue never crosses. `look_alikes` contain the cue's words
    but are no cue.
    """

    id: Key
    direction: Literal["forward", "backward", "either"]
    reach: Annotated[int, Field(ge=0, le=60)]
    phrases: Phrases
    stops: tuple[Text, ...] = ()
    look_alikes: tuple[Text, ...] = ()
    within: Literal["clause", "sentence", "utterance"] = "sentence"


class Family(Part):
    """Prohibited phrasings of one kind and weight. `immune` names context rules that do not excuse it.

    `look_alikes` contain its words but are innocent. `excused_by` names further context rules that excuse it.
    `always_review`: a hit always asks a person. `by_sound`: also found where only the sound fits; off for families of
    wide frames, which would fit other sentences by chance.
    """

    id: Key
    kind: Kind
    severity: Severity
    phrases: Phrases
    look_alikes: tuple[Text, ...] = ()
    excused_by: tuple[Key, ...] = ()
    immune: tuple[Key, ...] = ()
    always_review: bool = False
    by_sound: bool = True


class Action(Part):
    """Something a company can promise to do; the first action whose phrase stands nearest wins.

    `asked_after` is what customers call it when they ask where it has got to. `kept_by_call`: to call the customer is
    all that was promised.
    """

    id: Key
    title: Text
    phrases: Phrases
    asked_after: tuple[Text, ...] = ()
    kept_by_call: bool = False


class PromiseRules(Part):
    """How promises are told from other talk about time.

    A deadline counts with an action near it (`reach` characters or words at most) that binds the company: `our_side`
    stands in the same sentence, the action is among `outcome`, which only the company can bring about, or, in Chinese,
    it follows the time and has no customer for its subject. `customer_acts` before the time or the action bind the
    customer instead (not so `customer_waits`: 请您等), and an action among `done` lies behind. `any_act`, right after
    the time, and `deeds`, a little further on, stand for what is not among the actions. `hedges` (争取, 尽量) beside a
    deadline leave it vague.

    Without a deadline, a `vague` phrase is a vague promise, and so is one of `vague_cues` (尽快, 回头, 有消息了) with
    an action at most `vague_reach` further on.

    `broken_by` names triggers of the apology item: with these words customers say, in a later call, that a promise was
    not kept (see `scoring.later_calls`).
    """

    working_days: Literal["china", "weekdays"]
    reach: Annotated[int, Field(ge=1, le=60)]

    business_closes: ClockTime
    actions: Annotated[tuple[Action, ...], Field(min_length=1)]
    our_side: Phrases
    outcome: Phrases
    vague: Phrases
    vague_cues: tuple[Text, ...] = ()
    vague_reach: Annotated[int, Field(ge=1, le=30)] = 10
    vague_look_alikes: tuple[Text, ...] = ()
    customer_acts: tuple[Text, ...] = ()
    customer_waits: tuple[Text, ...] = ()
    hedges: tuple[Text, ...] = ()
    any_act: tuple[Text, ...] = ()
    deeds: tuple[Text, ...] = ()
    done: tuple[Text, ...] = ()
    done_look_alikes: tuple[Text, ...] = ()
    not_a_deadline: tuple[Text, ...] = ()
    not_a_deadline_look_alikes: tuple[Text, ...] = ()
    excused_by: tuple[Key, ...] = ()
    overpromise: tuple[Family, ...] = ()
    broken_by: tuple[Key, ...] = ()


class GreetingPart(Part):
    """A part of the opening and the points it earns."""

    id: Key
    title: Text
    points: Points
    phrases: Phrases


class Opening(Part):
    """Where an opening counts: within `agent_turns` and `seconds_after_answer`; up to `late_agent_turns` it is late."""

    agent_turns: Annotated[int, Field(ge=1, le=10)]
    seconds_after_answer: Seconds
    late_agent_turns: Annotated[int, Field(ge=1, le=50)]


class GreetingItem(Item):
    """Opening words. Met with the salutation and at least one other part; each group of parts earns its points once.

    `look_alikes` only look like a part of it (您好像打错了). `resumes` take a call up again after a wait or check the
    line: they open nothing, unless the first turn goes on as an opening. `alone`: a call that begins with one of these
    and a part has a partial opening, even without a salutation.
    """

    criterion: Literal["greeting"]
    points: Points
    position: Opening
    late_share: Share
    salutation: GreetingPart
    identity: Annotated[tuple[GreetingPart, ...], Field(min_length=1)]
    offer: GreetingPart
    look_alikes: tuple[Text, ...] = ()
    resumes: tuple[Text, ...] = ()
    alone: tuple[Text, ...] = ()


class Trigger(Part):
    """A sign that an apology is owed; `weight` adds up over different triggers.

    `first_turns`: only in that many first turns of the speaker in which more is said than a hello.
    """

    id: Key
    title: Text
    said_by: Literal["customer", "agent"]
    weight: Annotated[float, Field(gt=0, le=10)]
    phrases: Phrases
    look_alikes: tuple[Text, ...] = ()
    excused_by: tuple[Key, ...] = ()
    first_turns: Annotated[int, Field(ge=1, le=20)] | None = None


class Waiver(Part):
    """Words that lift the triggers named in `lifts`: what was reported is no fault of the company."""

    id: Key
    said_by: Literal["customer", "agent"]
    lifts: Annotated[tuple[Key, ...], Field(min_length=1)]
    phrases: Phrases
    look_alikes: tuple[Text, ...] = ()


class ApologyItem(Item):
    """An apology where one is owed: from `needed_from` weight of triggers, or a hold of `long_hold_s`.

    Who apologises without courtesy had cause, whether or not a trigger was recognised. What is said next to the words
    tells what they are: `fault_near` names the cause, `courtesy_near` makes a request, `softener_near` refuses, `blame`
    takes them back, and `sarcasm` never meant them. Of what follows, the first counts. `also_polite` are
    those of the words that are used for politeness as well: they are no more than that where the speaker turns to the
    customer right away (`customer_next`), or where no cause is named and nothing in the call speaks for a grievance.
    What lies within `never_triggers` (a question, the customer's own slip) reports nothing, whatever it looks like.
    """

    criterion: Literal["apology"]
    points: Points
    needed_from: Annotated[float, Field(gt=0, le=20)]
    long_hold_s: Seconds
    insincere_share: Share
    phrases: Phrases
    look_alikes: tuple[Text, ...] = ()
    excused_by: tuple[Key, ...] = ()
    courtesy_near: Phrases
    softener_near: Phrases
    customer_next: tuple[Text, ...] = ()
    also_polite: tuple[Text, ...] = ()
    fault_near: Phrases
    blame: Phrases
    sarcasm: Phrases
    never_triggers: tuple[Text, ...] = ()
    triggers: Annotated[tuple[Trigger, ...], Field(min_length=1)]
    waivers: tuple[Waiver, ...] = ()
    agent_wording: tuple[Text, ...] = ()
    customer_wording: tuple[Text, ...] = ()


class Stage(Part):
    """A step in handling a complaint: the agent's words that show it, once the customer has complained.

    It is pointed out, found or missing, and worth no points.
    """

    id: Key
    title: Text
    phrases: Phrases
    look_alikes: tuple[Text, ...] = ()
    excused_by: tuple[Key, ...] = ()


class CommitmentItem(Item):
    """A promise of what happens next, where something stays open.

    `still_open`, from the customer, takes back what `done_by_agent` or `solved_by_customer` said before. `thanked`, in
    the customer's last words, say that a complaint left nothing open, where nothing else says that it did.
    `open_look_alikes` only touch `open_signs` or `still_open`: 看到记录, 没想到.
    """

    criterion: Literal["commitment"]
    points: Points
    vague_share: Share
    overpromise_share: Share
    open_signs: Phrases
    open_look_alikes: tuple[Text, ...] = ()
    asked_when: Phrases
    done_by_agent: Phrases
    solved_by_customer: Phrases
    still_open: tuple[Text, ...] = ()
    thanked: tuple[Text, ...] = ()


class ProhibitedItem(Item):
    """Words that must not be said: deductions from the total by severity; fatal sets the total to 0.

    `unlisted` is what becomes of unfit wording that none of the phrases holds and only the classifier knows: `noted`
    for a person while the item stays met, or `violated` at no cost until a person has decided.
    """

    criterion: Literal["prohibited"]
    soft: Annotated[float, Field(le=0, ge=-100)]
    hard: Annotated[float, Field(le=0, ge=-100)]
    unlisted: Literal["noted", "violated"] = "noted"
    excused_by: tuple[Key, ...] = ()
    families: Annotated[tuple[Family, ...], Field(min_length=1)]


class ClosingItem(Item):
    """Closing words in the last `last_agent_turns` turns."""

    criterion: Literal["closing"]
    points: Points
    last_agent_turns: Annotated[int, Field(ge=1, le=10)]
    bare_share: Share
    farewell: Phrases
    courtesy: Phrases
    look_alikes: tuple[Text, ...] = ()


class HoldItem(Item):
    """Waits of `silence_s` and more: announced before, thanked for after."""

    criterion: Literal["hold"]
    points: Points
    silence_s: Annotated[float, Field(gt=0, le=600)]
    announced_share: Share
    announce: Phrases
    thanks: Phrases


AnyItem = Annotated[
    GreetingItem
    | ApologyItem
    | CommitmentItem
    | ProhibitedItem
    | ClosingItem
    | HoldItem
    | PhraseItem
    | SequenceItem
    | TimingItem
    | CombinedItem,
    Field(discriminator="criterion"),
]


class Document(Part):
    """A whole service standard.

    For `appeal_days` after the score an agent may object to an item of an own call; 0: never.
    """

    id: Key
    title: Text
    version: Text
    language: Language
    owner: Text
    effective_from: date
    effective_to: date | None = None
    review_by: date
    change_note: Text
    time_zone: Annotated[str, AfterValidator(_known_zone)]
    asr_glossary: Annotated[
        tuple[Annotated[GlossaryEntry, BeforeValidator(_plain_term)], ...], Field(max_length=300)
    ] = ()
    appeal_days: Annotated[int, Field(ge=0, le=90)] = DEFAULT_APPEAL_DAYS
    bands: Annotated[tuple[Band, ...], Field(min_length=1)]
    not_graded: Text
    review: ReviewRules
    words: dict[str, tuple[Text, ...]] = Field(default_factory=dict)
    fillers: tuple[Text, ...] = ()
    mishearings: tuple[Mishearing, ...] = ()
    announcements: tuple[Text, ...] = ()
    context: tuple[ContextRule, ...] = ()
    promises: PromiseRules
    complaint_stages: tuple[Stage, ...] = ()
    items: Annotated[tuple[AnyItem, ...], Field(min_length=1)]
    examples: tuple[Example, ...] = ()
