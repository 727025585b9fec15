"""Whatever can be stored comes back equal, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import TypeVar

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.call import AudioFacts, CallMeta, Direction, Quarantine, Recording
from models.errors import ReasonCode
from models.ports import UnitOfWork
from models.run import Run, RunStatus
from models.scorecard import (
    Evidence,
    Finding,
    MatchKind,
    Promise,
    PromiseStatus,
    Receipt,
    Scorecard,
    Specificity,
    StandardRef,
    Verdict,
)
from models.transcript import (
    Correction,
    Dropped,
    EngineReceipt,
    Masked,
    Role,
    SecretKind,
    SpeechSpan,
    Transcript,
    Utterance,
    Word,
)
from models.wire import digest
from storage import Database

Choice = TypeVar("Choice", bound=StrEnum)
Item = TypeVar("Item")

# The database is one for all examples; each example's transaction is given up.
EXAMPLES = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
ids = texts.filter(bool)
numbers = st.floats(allow_nan=False, allow_infinity=False)
counts = st.integers(0, 2**31 - 1)
seconds = st.none() | numbers
totals = st.none() | st.floats(0, 100)
points = st.floats(-10_000, 10_000)
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=zones)  # noqa: DTZ001
digests = st.binary(max_size=4).map(lambda raw: digest(raw.hex()))


def one_of(values: type[Choice]) -> st.SearchStrategy[Choice]:
    return st.sampled_from(list(values))


def tuples(items: st.SearchStrategy[Item]) -> st.SearchStrategy[tuple[Item, ...]]:
    return st.lists(items, max_size=3).map(tuple)


engines = st.builds(EngineReceipt, texts, digests, digests, digests)
audio = st.builds(AudioFacts, seconds, counts, counts, texts)
recordings = st.builds(Recording, digests, texts, st.none() | audio)
metas = st.builds(
    CallMeta,
    call_id=texts,
    agent_id=ids,
    agent_name=st.none() | texts,
    team=st.none() | texts,
    customer_ref=st.none() | texts,
    started_at=st.none() | moments,
    direction=st.none() | one_of(Direction),
    ring_s=seconds,
    queue=st.none() | texts,
    csat=seconds,
    resolved=st.none() | st.booleans(),
    channel_roles=tuples(one_of(Role)),
    flags=tuples(texts),
)
lost = st.builds(Dropped, one_of(Role), numbers, numbers, texts, tuples(texts))
spans = st.builds(SpeechSpan, one_of(Role), numbers, numbers)
standards = st.tuples(texts, texts).map(lambda ref: StandardRef(*ref, digest(ref)))
proofs = st.builds(Evidence, counts, counts, counts, seconds, seconds, texts, texts, one_of(MatchKind))
found = st.builds(
    Finding,
    texts,
    texts,
    texts,
    one_of(Verdict),
    points,
    points,
    numbers,
    st.booleans(),
    tuples(texts),
    tuples(proofs),
    st.booleans(),
)
promises = st.builds(
    Promise,
    counts,
    counts,
    counts,
    seconds,
    seconds,
    texts,
    texts,
    one_of(Specificity),
    st.none() | moments,
    st.none() | texts,
    one_of(PromiseStatus),
)
receipts = st.builds(
    Receipt,
    st.none() | digests,
    digests,
    st.none() | engines,
    standards,
    st.none() | texts,
    texts,
    texts,
    numbers,
    st.none() | digests,
)


@st.composite
def utterances(draw: st.DrawFn, index: int) -> Utterance:
    text = draw(texts)
    ends = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(sorted)
    words = ends.flatmap(lambda span: st.builds(Word, st.just(span[0]), st.just(span[1]), numbers, numbers, numbers))
    corrections = ends.flatmap(lambda span: st.builds(Correction, st.just(span[0]), st.just(span[1]), texts))
    masked = ends.flatmap(
        lambda span: st.builds(Masked, st.just(span[0]), st.just(span[1]), one_of(SecretKind), seconds, seconds)
    )
    return Utterance(
        index,
        draw(one_of(Role)),
        draw(seconds),
        draw(seconds),
        text,
        draw(tuples(words)),
        draw(seconds),
        draw(tuples(corrections)),
        draw(tuples(masked)),
    )


@st.composite
def transcripts(draw: st.DrawFn, recording_id: str) -> Transcript:
    said = [draw(utterances(index)) for index in range(draw(st.integers(0, 4)))]
    return Transcript(
        recording_id=recording_id,
        language=draw(ids),
        duration_s=draw(seconds),
        utterances=tuple(said),
        speech=draw(tuples(spans)),
        tones=draw(tuples(spans)),
        answered_at_s=draw(seconds),
        role_confidence=draw(numbers),
        role_basis=draw(texts),
        dropped=draw(tuples(lost)),
        engine=draw(engines),
    )


@st.composite
def scorecards(draw: st.DrawFn, meta: CallMeta) -> Scorecard:
    return Scorecard(
        call_id=meta.call_id,
        agent_id=meta.agent_id,
        standard=draw(standards),
        total=draw(totals),
        total_before_fatal=draw(totals),
        band=draw(texts),
        fatal=draw(st.booleans()),
        needs_review=draw(st.booleans()),
        findings=draw(tuples(found)),
        promises=draw(tuples(promises)),
        receipt=draw(receipts),
    )


def clock_readings(meta: CallMeta, card: Scorecard) -> list[str | None]:
    """Moments as people read them: equal moments of different zones are equal, their texts are not."""
    moments = (meta.started_at, *(promise.due_at for promise in card.promises))
    return [moment.isoformat() if moment else None for moment in moments]


def put_all(
    uow: UnitOfWork, run: Run, recording: Recording, meta: CallMeta, heard: Transcript, card: Scorecard
) -> None:
    assert heard.engine is not None
    uow.runs.start(run)
    uow.calls.add(recording, meta)
    uow.calls.saw(run.id, recording.uri, recording.id)
    uow.transcripts.put(heard)
    uow.scorecards.put(recording.id, heard.engine.digest, run.scorer, card)


@EXAMPLES
@given(st.data())
def test_everything_stored_comes_back_equal(database: Database, data: st.DataObject) -> None:
    recording, meta = data.draw(recordings), data.draw(metas)
    heard, card = data.draw(transcripts(recording.id)), data.draw(scorecards(meta))
    assert heard.engine is not None
    source, day, started_at = data.draw(texts), data.draw(st.none() | st.dates()), data.draw(moments)
    run = Run("r", source, day, card.standard, heard.engine.digest, "s", started_at)
    with database.unit_of_work() as uow:
        put_all(uow, run, recording, meta, heard, card)
        stored = uow.calls.get(recording.id)
        assert stored is not None
        assert (stored.recording, stored.meta) == (recording, meta)
        assert uow.transcripts.get(recording.id, heard.engine.digest) == heard
        read = uow.scorecards.get(recording.id, heard.engine.digest, card.standard, "s")
        assert read == card
        assert clock_readings(stored.meta, read) == clock_readings(meta, card)
        assert list(uow.scorecards.latest()) == [(stored, card)]
        view = uow.runs.view("r")
        assert view is not None
        assert view.run == run
        [call] = view.calls
        assert (call.stored, call.uris, call.transcript, call.scorecard) == (stored, (recording.uri,), heard, card)


@EXAMPLES
@given(recording=recordings, meta=metas, reason=one_of(ReasonCode), detail=st.text(max_size=30))
def test_any_quarantine_can_be_stored(
    database: Database, recording: Recording, meta: CallMeta, reason: ReasonCode, detail: str
) -> None:
    """`detail` quotes bad files, so it may hold any character at all."""
    with database.unit_of_work() as uow:
        uow.calls.add(recording, meta, Quarantine(reason, detail))
        stored = uow.calls.get(recording.id)
        assert stored is not None
        assert stored.quarantine is not None
        assert stored.quarantine.reason is reason
        assert len(stored.quarantine.detail) == len(detail)


@EXAMPLES
@given(status=one_of(RunStatus).filter(lambda status: status is not RunStatus.RUNNING), at=moments)
def test_a_finished_run_comes_back(database: Database, status: RunStatus, at: datetime) -> None:
    standard = StandardRef("s", "1", digest("s"))
    with database.unit_of_work() as uow:
        uow.runs.start(Run("r", "file:///", None, standard, "e", "s", datetime(2026, 1, 1, tzinfo=UTC)))
        uow.runs.finish("r", status, at)
        view = uow.runs.view("r")
        assert view is not None
        assert (view.run.status, view.run.finished_at) == (status, at)
