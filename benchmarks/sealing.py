"""What encryption at rest costs: storing and reading calls, room, sound, and a change of keys.

    python -m benchmarks.sealing [--calls 200] [--turns 100] [--megabytes 64]

Each number is the best of three, in a new SQLite file and folder, with invented calls of so many turns.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from callqa.services.keys import rotate
from storage import Database, schema
from storage.audio_store import FileAudioStore
from storage.sealing import Sealer, new_key, read_keys
from tests import factories

TRIES = 3


def main() -> None:
    """Measure plain, sealed, and the change from one key to another."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--turns", type=int, default=100)
    parser.add_argument("--megabytes", type=int, default=64)
    arguments = parser.parse_args()
    old, new = (read_keys(new_key())[0] for _ in range(2))
    with TemporaryDirectory() as folder:
        for name, sealer in (("plain", Sealer()), ("sealed", Sealer([old]))):
            database_figures(Path(folder), name, sealer, arguments.calls, arguments.turns)
            sound_figures(Path(folder) / name, name, sealer, arguments.megabytes)
        database, store = Database(_url(Path(folder), "sealed", 0), Sealer([new, old])), FileAudioStore(
            Path(folder) / "sealed", Sealer([new, old])
        )  # fmt: skip
        began = time.perf_counter()
        done = rotate(Sealer([new, old]).key_ids, "benchmark", datetime.now(UTC), store, database.unit_of_work)
        took_s = time.perf_counter() - began
        database.close()
    print(f"rotation: {done.texts} texts and {done.sounds} sounds of {arguments.megabytes} MB in {took_s:.1f} s")


def database_figures(folder: Path, name: str, sealer: Sealer, calls: int, turns: int) -> None:
    """Milliseconds a call to store and to read it, and its room."""
    puts, reads = [], []
    said = [("agent" if n % 2 else "customer", f"第{n}句：我的宽带断网两天了，请帮我看看。") for n in range(turns)]
    transcripts = [factories.transcript(*said, seed=str(n)) for n in range(calls)]
    proofs = tuple(factories.finding(f"item-{n}", proof=(factories.evidence("断网两天"),)) for n in range(8))
    for number in range(TRIES):
        url = _url(folder, name, number)
        schema.upgrade(url)
        database = Database(url, sealer)

        def put(database: Database = database) -> None:
            for n, heard in enumerate(transcripts):
                with database.unit_of_work() as uow:
                    uow.calls.add(factories.recording(str(n)), factories.meta(f"C{n}"))
                    uow.transcripts.put(heard)
                    card = factories.scorecard(f"C{n}", findings=proofs, promises=(factories.promise(),))
                    uow.scorecards.put(heard.recording_id, factories.ENGINE.digest, factories.SCORER, card)
                    uow.commit()

        def read(database: Database = database) -> None:
            with database.unit_of_work() as uow:
                assert len(list(uow.transcripts.latest())) == len(list(uow.scorecards.latest())) == calls

        puts.append(_seconds(put))
        reads.append(_seconds(read))
        database.close()
    room = Path(url.removeprefix("sqlite:///")).stat().st_size / calls / 1000
    print(
        f"{name}: {1000 * min(puts) / calls:.1f} ms a call to store, {1000 * min(reads) / calls:.1f} ms to read, "
        f"{room:.0f} kB ({calls} calls of {turns} turns)"
    )


def sound_figures(folder: Path, name: str, sealer: Sealer, megabytes: int) -> None:
    """Megabytes a second written and read, and the time that a range takes."""
    store, content = FileAudioStore(folder, sealer), bytes(1_000_000)
    recording_id = factories.recording("sound").id

    def write_into(target: BinaryIO) -> None:
        for _ in range(megabytes):
            target.write(content)

    def write() -> None:
        store.put_playback(recording_id, write_into)

    write_s = min(_seconds(write) for _ in range(TRIES))
    path = store.playback(recording_id)
    assert path is not None

    def read() -> None:
        with store.opened(path) as sound:
            while sound.read(2**16):
                pass

    def one_range() -> None:
        with store.opened(path) as sound:
            sound.seek(megabytes * 500_000)
            sound.read(2**16)

    read_s, range_s = (min(_seconds(what) for _ in range(TRIES)) for what in (read, one_range))
    print(
        f"{name}: sound written at {megabytes / write_s:.0f} MB/s, read at {megabytes / read_s:.0f} MB/s; "
        f"64 KiB from the middle in {1000 * range_s:.2f} ms"
    )


def _url(folder: Path, name: str, number: int) -> str:
    return f"sqlite:///{folder / f'{name}-{number}.db'}"


def _seconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
