"""A service standard made ready for work: its document, its digest, and all its phrases compiled once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

from models.glossary import GlossaryTerm
from models.scorecard import StandardRef
from models.transcript import Role
from scoring.grammar import PhraseError
from scoring.lexicon import Lexicon, PhraseList
from scoring.normalise import Normaliser
from scoring.phrase import Phrase, compile_phrase
from scoring.schema import Action, AnyItem, Band, ContextRule, Document, Family, Part, ProhibitedItem, Trigger, Waiver

Path = tuple[str | int, ...]

# Texts that are no phrases: names, slots, other rules' ids, and words for other purposes.
_NO_PHRASES = frozenset({"asr_glossary", "fillers", "turns", "excused_by", "immune", "lifts"})
# Lists searched by sound too. Cues and look-alikes take sense away from a hit: they must stand as written.
_SOUNDED_FIELDS = frozenset({"phrases", "vague", "outcome", "farewell", "courtesy"})

# Who can say what a list is about. Nobody else's words are searched for it, which saves half of the work.
_EVERYBODY = frozenset(Role)
_OUR_SIDE = frozenset((Role.AGENT, Role.UNKNOWN))
_SPEAKERS = {
    "asked_when": frozenset((Role.CUSTOMER,)),
    "solved_by_customer": frozenset((Role.CUSTOMER,)),
    "open_signs": frozenset((Role.AGENT, Role.CUSTOMER)),
    "agent_wording": frozenset((Role.UNKNOWN,)),
    "customer_wording": frozenset((Role.UNKNOWN,)),
}


class FamilyLists(NamedTuple):
    """A family of phrases, its place among its like, and the names of its lists."""

    order: int
    family: Family
    phrases: str
    look_alikes: str


class ContextLists(NamedTuple):
    """A context rule and the names of its lists."""

    rule: ContextRule
    phrases: str
    look_alikes: str
    stops: str


@dataclass(frozen=True, eq=False)
class ServiceStandard:
    """One version of a written service standard; make it with `load_standard`. Safe to share between threads."""

    ref: StandardRef
    document: Document
    normaliser: Normaliser
    lexicon: Lexicon
    zone: ZoneInfo

    @cached_property
    def context(self) -> Mapping[str, ContextLists]:
        """Context rules by id."""
        rules = self.document.context
        return {rule.id: ContextLists(rule, *_names(f"context.{rule.id}", "stops")) for rule in rules}

    @cached_property
    def prohibited_lists(self) -> Mapping[str, FamilyLists]:
        """Prohibited families by the name of their list of phrases, in the order of the document."""
        items = [item for item in self.document.items if isinstance(item, ProhibitedItem)]
        return _family_lists([(f"items.{item.id}.families", item.families) for item in items])

    @cached_property
    def overpromise_lists(self) -> Mapping[str, FamilyLists]:
        """The same for assurances that nobody can give."""
        return _family_lists([("promises.overpromise", self.document.promises.overpromise)])

    @cached_property
    def action_lists(self) -> Mapping[str, Action]:
        """What a company can promise, by the name of its list of phrases."""
        return {f"promises.actions.{action.id}.phrases": action for action in self.actions}

    @property
    def language(self) -> str:
        """Language of the calls it judges: zh or en."""
        return self.document.language

    @property
    def title(self) -> str:
        """Its name for people."""
        return self.document.title

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

    @property
    def actions(self) -> tuple[Action, ...]:
        """What a company can promise."""
        return self.document.promises.actions

    @property
    def asr_glossary(self) -> tuple[GlossaryTerm, ...]:
        """Words of the trade for the recogniser, the most important first."""
        return tuple(GlossaryTerm(e.term, e.prompt, e.heard, e.near, e.never) for e in self.document.asr_glossary)


@dataclass(frozen=True, slots=True)
class PhraseProblem:
    """A phrase that cannot be used, and where in the document it stands."""

    path: Path
    phrase: str
    message: str


@dataclass(frozen=True, slots=True)
class WrittenList:
    """A list of phrases as its author wrote them; names use ids: `items.greeting.offer.phrases`."""

    name: str
    path: Path
    phrases: tuple[str, ...]
    speakers: frozenset[Role]
    by_sound: bool


def _family_lists(families: Iterable[tuple[str, Sequence[Family]]]) -> Mapping[str, FamilyLists]:
    named = [
        FamilyLists(order, family, *_names(f"{where}.{family.id}"))
        for where, some in families
        for order, family in enumerate(some)
    ]
    return {own.phrases: own for own in named}


def _names(where: str, *more: str) -> Iterator[str]:
    return (f"{where}.{field}" for field in ("phrases", "look_alikes", *more))


def phrase_lists(document: Document) -> Iterator[WrittenList]:
    """Every list of a standard, with who is searched for it."""
    for field in type(document).model_fields:
        if field != "context":
            yield from _lists_of(document, field, (), (), _EVERYBODY if field == "announcements" else _OUR_SIDE)
    excused = _excused(document)
    for i, rule in enumerate(document.context):
        yield from _lists(rule, ("context", rule.id), ("context", i), excused.get(rule.id, frozenset()))


def _excused(document: Document) -> Mapping[str, frozenset[Role]]:
    """Whose words each context rule is asked about."""
    asked: dict[str, frozenset[Role]] = {}

    def ask(part: Part, speakers: frozenset[Role]) -> None:
        if isinstance(part, Trigger):
            speakers = frozenset((Role(part.said_by), Role.UNKNOWN))
        for rule in getattr(part, "excused_by", ()):
            asked[rule] = asked.get(rule, frozenset()) | speakers
        for field in type(part).model_fields:
            value = getattr(part, field)
            for inner in value if isinstance(value, tuple) else (value,):
                if isinstance(inner, Part):
                    ask(inner, speakers)

    ask(document, _OUR_SIDE)
    return asked


def compile_document(document: Document) -> tuple[Normaliser, Lexicon, list[PhraseProblem]]:
    """Compile every phrase. Problems are gathered, not raised: an author wants to see all of them."""
    normaliser = Normaliser(
        document.language, document.fillers, [(m.heard, m.meant) for m in document.mishearings]
    )  # fmt: skip
    spaced = document.language != "zh"
    problems: list[PhraseProblem] = []
    lists: list[PhraseList] = []
    for written in phrase_lists(document):
        compiled: list[Phrase] = []
        for i, source in enumerate(written.phrases):
            try:
                phrase = compile_phrase(
                    source,
                    document.words,
                    lambda text: normaliser.read(text).text,
                    spaced,
                    document.review.homophone_syllables,
                )
            except PhraseError as error:
                problems.append(PhraseProblem((*written.path, i), source, str(error)))
            else:
                compiled.append(phrase)
        lists.append(PhraseList(written.name, compiled, written.speakers, written.by_sound))
    return normaliser, Lexicon(lists, spaced), problems


def _lists(part: Part, names: tuple[str, ...], path: Path, speakers: frozenset[Role]) -> Iterator[WrittenList]:
    if isinstance(part, Trigger | Waiver):
        speakers = frozenset((Role(part.said_by), Role.UNKNOWN))
    for field in type(part).model_fields:
        yield from _lists_of(part, field, names, path, _SPEAKERS.get(field, speakers))


def _lists_of(
    part: Part, field: str, names: tuple[str, ...], path: Path, speakers: frozenset[Role]
) -> Iterator[WrittenList]:
    value = getattr(part, field)
    if isinstance(value, Part):
        yield from _lists(value, (*names, field), (*path, field), speakers)
    elif isinstance(value, tuple) and field not in _NO_PHRASES:
        if value and isinstance(value[0], str):
            by_sound = field in _SOUNDED_FIELDS and path[:1] != ("context",) and getattr(part, "by_sound", True)
            yield WrittenList(".".join((*names, field)), (*path, field), value, speakers, by_sound)
            return
        for i, inner in enumerate(value):
            if isinstance(inner, Part):
                own = str(getattr(inner, "id", i))
                yield from _lists(inner, (*names, field, own), (*path, field, i), speakers)
