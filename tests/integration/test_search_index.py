"""What finds words in all texts: the same calls as reading every text, for words of any length."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from models.keeping import ForgottenPart
from models.person import EVERYBODY
from models.ports import UnitOfWork
from models.queue import QueueFilter
from storage import Database, queue_search, schema
from storage.search import folded
from storage.sqlite_file import wipe_deleted
from tests import factories
from tests.databases import as_it_was, bare_engine
from tests.scored_calls import put

SIGNS = "携号转网aA1%_\\'\"*&|!:<>(^$é\U00020000\uffffς\u0301-"
"""Some that mean something to a database or its index, in one of three or four bytes, and of letters of two forms."""
BEGINNING = "您好"
_OLDEST, _OLD = "call_texts_trigrams", "call_texts_parts"


def _fts(name: str, made_of: str, ended: str = "") -> tuple[str, ...]:
    return (
        f"CREATE TABLE {name}_forgets (id INTEGER PRIMARY KEY)",
        f"CREATE VIRTUAL TABLE {name} USING fts5(text, content_rowid=id, detail=none, {made_of})",
        f"CREATE TRIGGER {name}_insert AFTER INSERT ON call_texts BEGIN"
        f" INSERT INTO {name} (rowid, text) VALUES (new.id, new.text{ended}); END",
        f"CREATE TRIGGER {name}_delete AFTER DELETE ON call_texts BEGIN"
        f" INSERT INTO {name} ({name}, rowid, text) VALUES ('delete', old.id, old.text{ended}); END",
        f"CREATE TRIGGER {name}_update AFTER UPDATE ON call_texts BEGIN"
        f" INSERT INTO {name} ({name}, rowid, text) VALUES ('delete', old.id, old.text{ended}); END",
    )


OLDER = {
    # Version 0.1.0. The index was by pg_trgm: dropping it is the same, whatever it is by.
    ("0020", "sqlite"): _fts(_OLDEST, "content=call_texts, tokenize=trigram"),
    ("0020", "postgresql"): (f"CREATE INDEX {_OLDEST} ON call_texts (text)",),
    # Before texts were found by days.
    ("0027", "sqlite"): (
        f"CREATE VIEW {_OLD}_ended AS SELECT id, text || char(10) || char(10) AS text FROM call_texts",
        *_fts(_OLD, f"content={_OLD}_ended, tokenize='trigram case_sensitive 1'", " || char(10) || char(10)"),
        f"CREATE VIRTUAL TABLE {_OLD}_held USING fts5vocab({_OLD}, instance)",
    ),
    ("0027", "postgresql"): (
        f"CREATE FUNCTION {_OLD}(said text) RETURNS tsvector LANGUAGE sql IMMUTABLE"
        " AS $$ SELECT array_to_tsvector(ARRAY[said]) $$",
        f"CREATE INDEX {_OLD} ON call_texts USING gin ({_OLD}(text))",
    ),
}
"""What earlier revisions made to find texts."""


@pytest.fixture(autouse=True)
def only_the_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind the first call everything is asked of the index."""
    for name, value in {"_FIRST_LOOK": 1, "LOOKED_THROUGH": 1, "_BEFORE_INDEX": 0, "_LOOKED_ON": 0}.items():
        monkeypatch.setattr(queue_search, name, value)


def keep(uow: UnitOfWork, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        put(uow, name, factories.meta(name), factories.scorecard())
        say(uow, name, text)


def say(uow: UnitOfWork, name: str, text: str) -> None:
    """In another transcript of the same call."""
    heard = factories.transcript(*[("agent", line) for line in text.split("\n")], seed=name)
    digest = f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
    turns = tuple(replace(turn, words=()) for turn in heard.utterances)
    uow.transcripts.put(replace(heard, utterances=turns, engine=replace(factories.ENGINE, digest=digest)))


def found(uow: UnitOfWork, *phrases: str) -> set[str]:
    page = uow.queue.page(EVERYBODY, QueueFilter(phrases=phrases), 1_000)
    assert page.next is None, f"{phrases} was not asked of the index"
    return {queued.call.call_id for queued in page.calls}


def holding(texts: dict[str, str], phrases: Iterable[str]) -> set[str]:
    wanted = [phrase for phrase in map(folded, phrases) if phrase]
    read = {name: [folded(line) for line in text.split("\n")] for name, text in texts.items()}
    return {name for name, lines in read.items() if all(any(one in line for line in lines) for one in wanted)}


def check(uow: UnitOfWork, texts: dict[str, str], asked: Sequence[Sequence[str]]) -> None:
    for phrases in asked:
        if any(map(folded, phrases)):
            assert found(uow, *phrases) == holding(texts, phrases), phrases


@pytest.mark.slow
def test_words_of_any_length_are_found_as_by_reading_every_text(database: Database, database_url: str) -> None:
    rng = random.Random(7)

    def some(most: int) -> str:
        return "".join(rng.choices(SIGNS, k=rng.randint(0, most)))

    texts = {f"call-{n}": "\n".join(some(12) for _ in range(rng.randint(1, 3))) for n in range(30)}
    asked = [[sign] for sign in SIGNS] + [[some(5) for _ in range(rng.choice((1, 1, 2, 3)))] for _ in range(60)]
    # Ends of texts, where no three characters begin with the last one or two.
    asked += [[text[-n:]] for text in [*texts.values()][:12] for n in (1, 2, 3) if "\n" not in text[-n:]]
    with database.unit_of_work() as uow:
        keep(uow, texts)
        check(uow, texts, asked)
        for name in list(texts)[::3]:
            texts[name] = some(12)
            say(uow, name, texts[name])
        for name in list(texts)[::4]:
            uow.keeping.forget([factories.recording(name).id], ForgottenPart.CALL, factories.STARTED_AT)
            del texts[name]
        check(uow, texts, asked)
        uow.commit()
    assert wipe_deleted(database_url)
    with database.unit_of_work() as uow:
        check(uow, texts, asked)


def test_a_text_of_a_whole_day_is_kept_and_found(database: Database) -> None:
    rng = random.Random(1)
    long = "".join(chr(rng.randrange(0x20000, 0x2A6D0)) for _ in range(80_001))
    texts = {"longest": long[:80_000], "longer": long + "末", "short": "携号转网"}
    with database.unit_of_work() as uow:
        keep(uow, texts)
        check(uow, texts, [[long[:1]], [long[400:402]], [long[70_000:70_005]], ["末"], ["携号"], ["转网"], ["号网"]])


def test_of_several_short_words_the_rare_one_is_enough(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {f"call-{n}": f"{BEGINNING}请讲{'光猫' if n < 2 else ''}" for n in range(8)}
    monkeypatch.setattr(queue_search, "_MOST_BY_INDEX", 4)
    with database.unit_of_work() as uow:
        keep(uow, texts)
        check(uow, texts, [[BEGINNING, "光猫"], ["光猫", BEGINNING], ["请", "光"]])
        page = uow.queue.page(EVERYBODY, QueueFilter(phrases=(BEGINNING, "请讲")), 50)
        assert page.next is not None, "in more texts than an index finds faster"


@pytest.mark.parametrize("revision", ["0020", "0027"])
def test_an_older_store_is_indexed_anew(empty_database_url: str, tmp_path: Path, revision: str) -> None:
    """The rows that another database has, in the tables of before."""
    texts = {"C1": "我想办理携号转网", "C2": "谢谢再见"}
    other = f"sqlite:///{tmp_path / 'other.db'}"
    schema.upgrade(other)
    database = Database(other)
    with database.unit_of_work() as uow:
        keep(uow, texts)
        uow.commit()
    database.close()
    older = OLDER[revision, sa.make_url(empty_database_url).get_backend_name()]
    as_it_was(other, empty_database_url, revision, *older)
    schema.upgrade(empty_database_url)
    with bare_engine(empty_database_url).connect() as connection:
        if connection.dialect.name == "sqlite":
            made = connection.execute(sa.text("SELECT name FROM sqlite_master")).scalars().all()
            assert not any(_OLDEST in name for name in made)
        else:
            assert connection.execute(sa.select(sa.func.to_regclass(_OLDEST))).scalar() is None
            assert connection.execute(sa.select(sa.func.to_regprocedure(f"{_OLD}(text)"))).scalar() is None
    database = Database(empty_database_url)
    with database.unit_of_work() as uow:
        check(uow, texts, [["携号"], ["再见"], ["见"], ["号携"], ["携号转"], ["谢谢再见"]])
        uow.keeping.forget([factories.recording("C2").id], ForgottenPart.CALL, factories.STARTED_AT)
        del texts["C2"]
        check(uow, texts, [["再见"], ["携号"]])
        uow.commit()
    database.close()


def noted(url: str, times: int) -> bool:
    """Whether so often was noted that the index has to forget; it is taken out again."""
    with bare_engine(url).begin() as connection:
        return connection.exec_driver_sql("DELETE FROM call_texts_parts_forgets").rowcount == times


def test_no_part_of_an_erased_text_stays_in_the_file(tmp_path: Path) -> None:
    """Its call moved in the queue before. Of what was heard anew the index forgets the older words as well."""
    url = f"sqlite:///{tmp_path / 'calls.db'}"
    schema.upgrade(url)
    database = Database(url)
    with database.unit_of_work() as uow:
        for name, text in {"moved": "甲乙丙丁戊", "heard": "己庚辛壬癸", "stays": "子丑寅卯辰"}.items():
            put(uow, name, factories.meta(name), factories.scorecard(), turns=(("customer", text),))
        uow.commit()
        put(uow, "moved", factories.meta("moved"), factories.scorecard(needs_review=True), "rules-2")
        uow.commit()
        assert noted(url, 0), "its words are the same"
        uow.keeping.forget([factories.recording("moved").id], ForgottenPart.CALL, factories.STARTED_AT)
        uow.commit()
        assert noted(url, 1)
        say(uow, "heard", "巳午未申酉")
        uow.commit()
        assert noted(url, 1)
        held = "SELECT count(*) FROM call_texts_parts_held WHERE term IN ('甲乙丙', '己庚辛')"
        with bare_engine(url).begin() as connection:
            assert connection.exec_driver_sql(held).scalar() == 0
            connection.exec_driver_sql("INSERT INTO call_texts_parts_forgets (id) VALUES (1)")
    database.close()
    assert wipe_deleted(url)
    kept = (tmp_path / "calls.db").read_bytes()
    assert "子丑寅".encode() in kept
    assert not [part for part in ("甲乙丙", "丙丁戊") if part.encode() in kept]
