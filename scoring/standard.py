"""A service standard made ready for work: its document, its digest, and all its phrases compiled once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property, lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from models.glossary import GlossaryTerm
from models.scorecard import StandardRef
from models.transcript import Role
from scoring.company_days import NO_DAYS, CompanyDays
from scoring.grammar import PhraseError
from scoring.lexicon import Heard, Lexicon, PhraseList
from scoring.normalise import Normaliser
from scoring.phrase import Phrase, compile_phrase
from scoring.schema import (
    Action,
    AnyItem,
    ApologyItem,
    Band,
    ClosingItem,
    CommitmentItem,
    ContextRule,
    Document,
    Family,
    GreetingItem,
    HoldItem,
    ProhibitedItem,
    PromiseRules,
    Stage,
    Trigger,
    Waiver,
)
from scoring.schema_base import Part
from scoring.yaml_text import Path

# Texts that are no phrases: names, slots, other rules' ids, and words for other purposes.
_NO_PHRASES = frozenset({"asr_glossary", "fillers", "turns", "excused_by", "immune", "lifts", "broken_by"})
# Lists searched by sound too. Cues and look-alikes take sense away from a hit: they must stand as written.
_SOUNDED_FIELDS = frozenset({"phrases", "farewell", "courtesy"})

# What decides how a text is read.
_READING = ("language", "fillers", "mishearings")

# Whose words a criterion looks at. Nobody else's are searched for its lists, which saves half of the work.
_EVERYBODY = frozenset(Role)
_AGENT = frozenset((Role.AGENT,))
_AGENT_OR_UNKNOWN = frozenset((Role.AGENT, Role.UNKNOWN))
_SPEAKERS_BY_PART: Mapping[type[Part], frozenset[Role]] = {
    PromiseRules: _AGENT,
    GreetingItem: _AGENT,
    ApologyItem: _AGENT_OR_UNKNOWN,
    CommitmentItem: frozenset((Role.AGENT, Role.CUSTOMER)),
    ProhibitedItem: _AGENT_OR_UNKNOWN,
    ClosingItem: _AGENT,
    HoldItem: _AGENT,
    Stage: _AGENT,
}
_SPEAKERS_BY_FIELD = {
    "asked_when": frozenset((Role.CUSTOMER,)),
    "solved_by_customer": frozenset((Role.CUSTOMER,)),
    "still_open": frozenset((Role.CUSTOMER,)),
    "thanked": frozenset((Role.CUSTOMER,)),
    "done_by_agent": _AGENT,
    "asked_after": frozenset((Role.CUSTOMER,)),
    "never_triggers": _EVERYBODY,
    "agent_wording": frozenset((Role.UNKNOWN,)),
    "customer_wording": frozenset((Role.UNKNOWN,)),
}


REMEMBERED = 8192
"""How many short texts are remembered for each standard."""

# Characters. What is longer is rarely said twice in the same words, and would only push out what is.
_SHORT = 30
# Enough for a call, which may be judged twice: under another standard, or with the roles exchanged.
_LATEST = 256


class ContextLists(NamedTuple):
    """A context rule and the names of its lists."""

    rule: ContextRule
    phrases: str
    look_alikes: str
    stops: str


class FamilyLists(NamedTuple):
    """A family of phrases, its place among its like, and the names of its lists."""

    order: int
    family: Family
    phrases: str
    look_alikes: str


@dataclass(frozen=True)
class ServiceStandard:
    """One version of a written service standard; make it with `load_standard`. Safe to share between threads.

    `company_days` are no part of the document, nor of its digest: see `scoring.company_days`. `known` is a standard
    that judges the same calls: what it found in a text of lists that both have alike is not sought again.
    """

    ref: StandardRef
    document: Document
    normaliser: Normaliser
    lexicon: Lexicon
    zone: ZoneInfo
    company_days: CompanyDays = NO_DAYS
    known: ServiceStandard | None = None

    def with_days(self, days: CompanyDays) -> ServiceStandard:
        """The same standard, its working days reckoned by the company's own days."""
        return replace(self, company_days=days)

    @cached_property
    def language(self) -> str:
        """Language of the calls it judges: zh or en."""
        return self.document.language

    @property
    def title(self) -> str:
        """Its name for people."""
        return self.document.title

    @property
    def dimensions(self) -> Mapping[str, str]:
        """The dimension of service quality that each item belongs to, by its id."""
        return {item.id: item.dimension for item in self.document.items}

    @property
    def owner(self) -> str:
        """Who answers for it."""
        return self.document.owner

    @property
    def effective_from(self) -> date:
        """The first day on which it holds."""
        return self.document.effective_from

    @property
    def review_by(self) -> date:
        """The day by which its owner must look at it again."""
        return self.document.review_by

    @property
    def change_note(self) -> str:
        """What changed against the version before."""
        return self.document.change_note

    @property
    def time_zone(self) -> str:
        """The zone in which deadlines are meant, e.g. Asia/Shanghai."""
        return self.document.time_zone

    @property
    def items(self) -> tuple[AnyItem, ...]:
        """What is judged, in the order of the document."""
        return self.document.items

    @property
    def bands(self) -> tuple[Band, ...]:
        """Grades, best first."""
        return self.document.bands

    @cached_property
    def actions(self) -> tuple[Action, ...]:
        """What a company can promise."""
        return self.document.promises.actions

    @property
    def asr_glossary(self) -> tuple[GlossaryTerm, ...]:
        """Words of the trade for the recogniser, the most important first."""
        return tuple(GlossaryTerm(e.term, e.prompt, e.heard, e.near, e.never) for e in self.document.asr_glossary)

    def hear(self, text: str, speaker: Role) -> Heard:
        """A text read and scanned, of what is searched for in the words of `speaker`.

        What is short is remembered: people say 好的 and 请您稍等 all day. Of the rest only what was heard last.
        """
        return (self._remembered if len(text) <= _SHORT else self._latest)(text, speaker)

    def _understand(self, text: str, speaker: Role) -> Heard:
        if self.known is None:
            return self.lexicon.scan(self.normaliser.read(text), speaker)
        known = self.known.hear(text, speaker)
        return self.lexicon.scan(known.reading, speaker, known)

    @cached_property
    def _remembered(self) -> Callable[[str, Role], Heard]:
        return lru_cache(maxsize=REMEMBERED)(self._understand)

    @cached_property
    def _latest(self) -> Callable[[str, Role], Heard]:
        return lru_cache(maxsize=_LATEST)(self._understand)

    @cached_property
    def context(self) -> Mapping[str, ContextLists]:
        """Context rules by id; `load_standard` has made sure that those named exist."""
        return {
            rule.id: ContextLists(rule, *_names(f"context.{rule.id}", "phrases", "look_alikes", "stops"))
            for rule in self.document.context
        }

    @cached_property
    def action_lists(self) -> Sequence[tuple[str, Action]]:
        """What a company can promise, each with the name of its list of phrases."""
        return [(f"promises.actions.{action.id}.phrases", action) for action in self.actions]

    @cached_property
    def act_lists(self) -> frozenset[str]:
        """Names of the lists of whatever a company can promise to do."""
        return frozenset(("promises.any_act", "promises.deeds", *(name for name, _ in self.action_lists)))

    @cached_property
    def overpromise_lists(self) -> Mapping[str, FamilyLists]:
        """Families of assurances that nobody can give, by the name of their list of phrases."""
        return _family_lists("promises.overpromise", self.document.promises.overpromise)

    @cached_property
    def prohibited_lists(self) -> Mapping[str, Mapping[str, FamilyLists]]:
        """Prohibited families by item and by the name of their list of phrases."""
        items = [item for item in self.items if isinstance(item, ProhibitedItem)]
        return {item.id: _family_lists(f"items.{item.id}.families", item.families) for item in items}


@dataclass(frozen=True, slots=True)
class PhraseProblem:
    """A phrase that cannot be used, and where in the document it stands."""

    path: Path
    phrase: str
    message: str


def _family_lists(where: str, families: Iterable[Family]) -> Mapping[str, FamilyLists]:
    lists = (
        FamilyLists(order, family, *_names(f"{where}.{family.id}", "phrases", "look_alikes"))
        for order, family in enumerate(families)
    )
    return {own.phrases: own for own in lists}


def _names(where: str, *fields: str) -> Iterator[str]:
    return (f"{where}.{field}" for field in fields)


@dataclass(frozen=True, slots=True)
class WrittenList:
    """A list of phrases as its author wrote them; names use ids: `items.greeting.offer.phrases`."""

    name: str
    path: Path
    phrases: tuple[str, ...]
    by_sound: bool
    speakers: frozenset[Role]


def phrase_lists(document: Document) -> Iterator[WrittenList]:
    """Every list of a standard, with whose words are searched for it."""
    asked = _asked(document)
    for written in _lists(document, (), (), _EVERYBODY):
        yield written if written.path[0] != "context" else replace(written, speakers=asked[written.name.split(".")[1]])


def _asked(document: Document) -> Mapping[str, frozenset[Role]]:
    """Whose words each context rule is asked about."""
    asked: dict[str, frozenset[Role]] = {rule.id: frozenset() for rule in document.context}

    def ask(part: Part, speakers: frozenset[Role]) -> None:
        speakers = _speakers(part, speakers)
        for rule in getattr(part, "excused_by", ()):
            asked[rule] = asked.get(rule, frozenset()) | speakers
        for field in type(part).model_fields:
            value = getattr(part, field)
            for inner in value if isinstance(value, tuple) else (value,):
                if isinstance(inner, Part):
                    ask(inner, speakers)

    ask(document, _EVERYBODY)
    return asked


def _speakers(part: Part, speakers: frozenset[Role]) -> frozenset[Role]:
    """Whose words are searched for the lists of a part of what `speakers` are asked about."""
    if isinstance(part, Trigger):
        # The customer's, too: in later calls they are asked whether a promise was kept.
        return frozenset((Role(part.said_by), Role.CUSTOMER, Role.UNKNOWN))
    if isinstance(part, Waiver):
        return frozenset((Role(part.said_by),))
    return next((own for kind, own in _SPEAKERS_BY_PART.items() if isinstance(part, kind)), speakers)


def beside(known: ServiceStandard, standard: ServiceStandard, document: Document) -> ServiceStandard:
    """The standard with a part of its document, for calls that were judged under `known` just before."""
    normaliser, lexicon, _ = compile_document(document)
    reads_alike = all(getattr(document, name) == getattr(known.document, name) for name in _READING)
    if not reads_alike:
        return replace(standard, document=document, normaliser=normaliser, lexicon=lexicon)
    lexicon = Lexicon(lexicon.lists, document.language != "zh", known.lexicon)
    return replace(standard, document=document, normaliser=normaliser, lexicon=lexicon, known=known)


def compile_document(document: Document) -> tuple[Normaliser, Lexicon, list[PhraseProblem]]:
    """Compile every phrase. Problems are gathered, not raised: an author wants to see all of them."""
    normaliser = Normaliser(
        document.language, document.fillers, [(m.heard, m.meant) for m in document.mishearings]
    )  # fmt: skip
    spaced = document.language != "zh"
    # The same words come again and again: 我们, 您, 退.
    literal = cache(lambda text: normaliser.read(text).text)
    problems: list[PhraseProblem] = []
    lists: list[PhraseList] = []
    for written in phrase_lists(document):
        compiled: list[Phrase] = []
        for i, source in enumerate(written.phrases):
            try:
                phrase = compile_phrase(
                    source,
                    document.words,
                    literal,
                    spaced,
                    document.review.homophone_syllables,
                )
            except PhraseError as error:
                problems.append(PhraseProblem((*written.path, i), source, str(error)))
            else:
                compiled.append(phrase)
        lists.append(PhraseList(written.name, compiled, written.by_sound, written.speakers))
    return normaliser, Lexicon(lists, spaced), problems


def _lists(part: Part, names: tuple[str, ...], path: Path, speakers: frozenset[Role]) -> Iterator[WrittenList]:
    speakers = _speakers(part, speakers)
    for attribute, info in type(part).model_fields.items():
        value = getattr(part, attribute)
        field = info.alias or attribute
        if isinstance(value, Part):
            yield from _lists(value, (*names, field), (*path, field), speakers)
        elif isinstance(value, tuple) and field not in _NO_PHRASES:
            if value and isinstance(value[0], str):
                by_sound = field in _SOUNDED_FIELDS and path[:1] != ("context",) and getattr(part, "by_sound", True)
                own = _SPEAKERS_BY_FIELD.get(field, speakers)
                yield WrittenList(".".join((*names, field)), (*path, field), value, by_sound, own)
                continue
            for i, inner in enumerate(value):
                if isinstance(inner, Part):
                    own_name = str(getattr(inner, "id", i))
                    yield from _lists(inner, (*names, field, own_name), (*path, field, i), speakers)
