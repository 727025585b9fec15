"""A service standard made ready for work: its document, its digest, and all its phrases compiled once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from models.glossary import GlossaryTerm
from models.scorecard import StandardRef
from scoring.company_days import NO_DAYS, CompanyDays
from scoring.grammar import PhraseError
from scoring.lexicon import Lexicon
from scoring.normalise import Normaliser
from scoring.phrase import Phrase, compile_phrase
from scoring.schema import Action, AnyItem, Band, ContextRule, Document, ProhibitedItem
from scoring.schema_base import Part
from scoring.yaml_text import Path

# Texts that are no phrases: names, slots, other rules' ids, and words for other purposes.
_NO_PHRASES = frozenset({"asr_glossary", "fillers", "turns", "excused_by", "immune", "lifts", "broken_by"})
# Lists searched by sound too. Cues and look-alikes take sense away from a hit: they must stand as written.
_SOUNDED_FIELDS = frozenset({"phrases", "farewell", "courtesy"})


@dataclass(frozen=True, slots=True)
class ServiceStandard:
    """One version of a written service standard; make it with `load_standard`. Safe to share between threads.

    `company_days` are no part of the document, nor of its digest: see `scoring.company_days`.
    """

    ref: StandardRef
    document: Document
    normaliser: Normaliser
    lexicon: Lexicon
    zone: ZoneInfo
    company_days: CompanyDays = NO_DAYS

    def with_days(self, days: CompanyDays) -> ServiceStandard:
        """The same standard, its working days reckoned by the company's own days."""
        return replace(self, company_days=days)

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

    def context_rule(self, rule_id: str) -> ContextRule:
        """The context rule of this id; `load_standard` has made sure that it exists."""
        return next(rule for rule in self.document.context if rule.id == rule_id)


@dataclass(frozen=True, slots=True)
class PhraseProblem:
    """A phrase that cannot be used, and where in the document it stands."""

    path: Path
    phrase: str
    message: str


def phrase_lists(document: Document) -> Iterator[tuple[str, Path, tuple[str, ...]]]:
    """Name, place and phrases of every list; names use ids: `items.greeting.offer.phrases`."""
    yield from _lists(document, (), ())


def compile_document(document: Document) -> tuple[Normaliser, Lexicon, list[PhraseProblem]]:
    """Compile every phrase. Problems are gathered, not raised: an author wants to see all of them."""
    normaliser = Normaliser(
        document.language, document.fillers, [(m.heard, m.meant) for m in document.mishearings]
    )  # fmt: skip
    spaced = document.language != "zh"
    problems: list[PhraseProblem] = []
    compiled: dict[str, list[Phrase]] = {}
    sounded: set[str] = set()
    as_written = _as_written_only(document)
    for name, path, phrases in phrase_lists(document):
        if path[-1] in _SOUNDED_FIELDS and path[0] != "context" and name not in as_written:
            sounded.add(name)
        compiled[name] = []
        for i, source in enumerate(phrases):
            try:
                phrase = compile_phrase(
                    source,
                    document.words,
                    lambda text: normaliser.read(text).text,
                    spaced,
                    document.review.homophone_syllables,
                )
            except PhraseError as error:
                problems.append(PhraseProblem((*path, i), source, str(error)))
            else:
                compiled[name].append(phrase)
    return normaliser, Lexicon(compiled, frozenset(sounded), spaced), problems


def _as_written_only(document: Document) -> frozenset[str]:
    """Names of the phrase lists of families that must not be searched by sound."""
    families = [
        (f"items.{item.id}.families", family)
        for item in document.items
        if isinstance(item, ProhibitedItem)
        for family in item.families
    ]
    families += [("promises.overpromise", family) for family in document.promises.overpromise]
    return frozenset(f"{place}.{family.id}.phrases" for place, family in families if not family.by_sound)


def _lists(part: Part, names: tuple[str, ...], path: Path) -> Iterator[tuple[str, Path, tuple[str, ...]]]:
    for attribute, info in type(part).model_fields.items():
        value = getattr(part, attribute)
        field = info.alias or attribute
        if isinstance(value, Part):
            yield from _lists(value, (*names, field), (*path, field))
        elif isinstance(value, tuple) and field not in _NO_PHRASES:
            if value and isinstance(value[0], str):
                yield ".".join((*names, field)), (*path, field), value
                continue
            for i, inner in enumerate(value):
                if isinstance(inner, Part):
                    own = str(getattr(inner, "id", i))
                    yield from _lists(inner, (*names, field, own), (*path, field, i))
