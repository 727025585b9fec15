"""A made-up centre whose agents have habits of speech that callqa has not met, and reviewers who err.

Its calls are the dialogues of the kept-out half of the hard suite, which no rule and no training sentence was made
from. Each is a habit: it comes again and again, the common ones often, each time in other words (hesitations, dropped
marks, what recognition confuses, small talk around it). A quarter of the ideas is new: nobody uses them before the
month is over, and they come up only in the calls that are tested on.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from benchmarks.hard_case_data import CRITERIA, KEPT_OUT, HardCase, read_suite
from models.call import AudioFacts, CallMeta, Recording
from models.review import Review, ReviewSource, Sentence, words_digest
from models.scorecard import Finding, Scorecard, Verdict
from models.transcript import EngineReceipt, Role, Transcript, Utterance
from scoring import ServiceStandard
from scoring.classifier import Classifier
from scoring.classifier.labels import OUTPUTS
from scoring.classifier.taught import KINDS

ENGINE = EngineReceipt("none", "sha256:" + "0" * 64, "sha256:" + "0" * 64, "sha256:" + "0" * 64)
FIRST_DAY = datetime(2026, 10, 5, 1, 0, tzinfo=UTC)

_NEW_OF = 4
_HESITATIONS = ("嗯，", "那个，", "呃，", "就是，", "啊，", "这个，", "那什么，", "哦，")
_AROUND = ("嗯。", "好的好的。", "是这样。", "对。", "哦。", "嗯好。")
_CONFUSED = {
    "的": "得", "在": "再", "做": "作", "她": "他", "那": "哪", "账": "帐", "象": "像", "须": "需", "您": "你",
    "吧": "把", "呢": "那", "到": "道", "以": "已", "座": "坐", "份": "分", "定": "订", "查": "察", "交": "缴",
}  # fmt: skip
_MARKS = "，。？！、；："
_VERDICTS = {
    "prohibited": (Verdict.MET, Verdict.VIOLATED),
    "*": (Verdict.MET, Verdict.PARTIAL, Verdict.MISSED, Verdict.NOT_APPLICABLE),
}
_CREDITS = frozenset({Verdict.MET, Verdict.PARTIAL})


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the centre; `case` is the truth about it."""

    case: HardCase
    recording: Recording
    meta: CallMeta
    transcript: Transcript


class Centre:
    """A source of calls; the same seed gives the same ones."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)
        cases = [case for case in read_suite() if case.half == KEPT_OUT]
        self._rng.shuffle(cases)
        self._habits = [case for case in cases if not _is_new(case)]
        self._new = [case for case in cases if _is_new(case)]
        # Some phrases are in every tenth call, most are rare.
        self._weights = [1 / (3 + rank) for rank in range(len(self._habits))]
        self._made = 0

    def month(self, count: int) -> list[Call]:
        """Calls of the time in which people review: habits only."""
        return [self._call(self._habit()) for _ in range(count)]

    def unseen(self, count: int) -> list[Call]:
        """Calls after it; in a quarter of them somebody says what was never said before."""
        return [
            self._call(self._rng.choice(self._new) if number % _NEW_OF == 0 else self._habit())
            for number in range(count)
        ]

    def _habit(self) -> HardCase:
        return self._rng.choices(self._habits, self._weights)[0]

    def _call(self, case: HardCase) -> Call:
        self._made += 1
        name = f"S{self._made:05}"
        recording = Recording(
            hashlib.sha256(name.encode()).hexdigest(),
            f"file:///calls/{name}.wav",
            AudioFacts(60.0, 8000, 2, "pcm_s16le"),
        )
        heard = case.transcript()
        said = tuple(replace(u, text=self._in_other_words(u)) for u in heard.utterances)
        transcript = replace(heard, recording_id=recording.id, utterances=said, engine=ENGINE)
        started_at = FIRST_DAY + timedelta(minutes=self._made)
        return Call(case, recording, CallMeta(name, f"A{self._made % 40:02}", started_at=started_at), transcript)

    def _in_other_words(self, utterance: Utterance) -> str:
        rng, text = self._rng, utterance.text
        if rng.random() < 0.4:
            text = rng.choice(_HESITATIONS) + text
        if "，" in text[:-1] and rng.random() < 0.3:
            place = rng.choice([i for i, char in enumerate(text[:-1]) if char == "，"]) + 1
            text = text[:place] + rng.choice(_HESITATIONS) + text[place:]
        if utterance.role is Role.AGENT and rng.random() < 0.2:
            text += rng.choice(_AROUND)
        text = "".join(_CONFUSED[char] if char in _CONFUSED and rng.random() < 0.1 else char for char in text)
        if rng.random() < 0.25:
            text = "".join(char for char in text if char not in _MARKS) or text
        return text


class Reviewers:
    """People who know the truth and err in a share of their verdicts, in any direction."""

    def __init__(self, seed: int, standard: ServiceStandard, shipped: Classifier, error: float = 0.05) -> None:
        self._rng = random.Random(seed)
        self._standard, self._shipped, self._error = standard, shipped, error

    def review(self, scored: Sequence[tuple[Call, Scorecard]], calls: int, day: datetime) -> Iterator[Review]:
        """Their verdicts on every item of so many calls: three in five that the machine asks about, others at random.

        What experts find borderline is not asked.
        """
        shuffled = self._rng.sample(scored, len(scored))
        asked = [call.meta.call_id for call, card in shuffled if card.needs_review][: calls * 3 // 5]
        ordered = sorted(shuffled, key=lambda one: one[0].meta.call_id not in asked)
        for number, (call, card) in enumerate(ordered[:calls]):
            for finding in card.findings:
                if _is_clear(call, finding):
                    yield self._verdict(call, finding, day + timedelta(minutes=number))

    def _verdict(self, call: Call, finding: Finding, at: datetime) -> Review:
        rng, expected = self._rng, call.case.expected[finding.criterion]
        due = sorted(expected.verdicts)
        verdict = finding.verdict if is_right(call.case, finding) else rng.choice(due)
        meant = self._sentence(call, finding, verdict)
        if rng.random() < self._error:
            every = _VERDICTS.get(finding.criterion, _VERDICTS["*"])
            verdict = rng.choice([one for one in every if one is not verdict])
            meant = self._any_sentence(call, finding, verdict)
        return Review(
            call.meta.call_id, finding.item_id, verdict, f"qa{rng.randrange(4)}", at,
            source=ReviewSource.CONSOLE, sentence=_pointing(call, *meant) if meant is not None else None,
        )  # fmt: skip

    def _sentence(self, call: Call, finding: Finding, verdict: Verdict) -> tuple[int, str] | None:
        """What they point to where the machine did not find it.

        The suite does not say where apologies and promises are: the agent's likeliest utterance in the eyes of the
        classifier that comes with callqa.
        """
        kinds = KINDS.get((finding.criterion, verdict), ())
        if finding.verdict is verdict or not kinds or finding.criterion == "greeting":
            return None
        if finding.criterion == "prohibited":
            proofs = [(e.utterance, sorted(e.kinds & set(kinds))) for e in call.case.expected["prohibited"].evidence]
            return next(((place, named[0]) for place, named in proofs if named), None)
        agents = [u for u in call.transcript.utterances if u.role is Role.AGENT]
        if not agents:
            return None
        likely = self._shipped.classify([self._standard.normaliser.read(u.text).text for u in agents])
        return agents[int(likely[:, OUTPUTS.index(kinds[0])].argmax())].index, kinds[0]

    def _any_sentence(self, call: Call, finding: Finding, verdict: Verdict) -> tuple[int, str] | None:
        agents = [u.index for u in call.transcript.utterances if u.role is Role.AGENT]
        kinds = KINDS.get((finding.criterion, verdict), ())
        return (self._rng.choice(agents), self._rng.choice(kinds)) if agents and kinds else None


def _pointing(call: Call, utterance: int, kind: str) -> Sentence:
    return Sentence(utterance, kind, words_digest(call.transcript.utterances[utterance].text))


def is_right(case: HardCase, finding: Finding) -> bool:
    """Whether an expert accepts the verdict; a charge must quote an utterance that holds a violation."""
    expected = case.expected[finding.criterion]
    if finding.verdict not in expected.verdicts:
        return False
    if finding.verdict is not Verdict.VIOLATED:
        return True
    return bool({e.utterance for e in finding.evidence} & {e.utterance for e in expected.evidence})


def macro_f1(judged: Sequence[tuple[Call, Sequence[Finding]]]) -> dict[str, float]:
    """F1 by criterion, as `benchmarks.hard_cases` counts; under "*" their mean. 0 where nothing was rightly found."""
    found: dict[str, float] = {}
    for criterion in CRITERIA:
        positive = frozenset({Verdict.VIOLATED}) if criterion == "prohibited" else _CREDITS
        rows = [
            (f.verdict in positive, call.case.expected[criterion].verdicts <= positive, is_right(call.case, f))
            for call, findings in judged
            for f in findings
            if f.criterion == criterion and not call.case.expected[criterion].gray
        ]
        claimed = [right for claims, _, right in rows if claims]
        due = [right for _, is_due, right in rows if is_due]
        precision, recall = (sum(some) / max(1, len(some)) for some in (claimed, due))
        found[criterion] = 2 * precision * recall / max(1e-9, precision + recall)
    return {**found, "*": sum(found.values()) / len(CRITERIA)}


def _is_new(case: HardCase) -> bool:
    return hashlib.sha256(f"new:{case.idea}".encode()).digest()[0] % _NEW_OF == 0


def _is_clear(call: Call, finding: Finding) -> bool:
    return finding.criterion in CRITERIA and not call.case.expected[finding.criterion].gray
