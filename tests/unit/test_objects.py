"""Sources in a store of objects: listed as a folder is, whatever the keys; fetched for a moment only; clear errors."""

from __future__ import annotations

import hashlib
import multiprocessing
import sys
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.pool import Pool
from pathlib import Path

import pytest

from callqa.metadata import MetadataReader, NameRules
from callqa.reports.file_names import file_name
from callqa.sources import (
    S3,
    AddressFinder,
    Listing,
    Objects,
    StoreAccess,
    list_source,
    list_sources,
    shown_address,
    still_written,
)
from models.errors import CallqaError, InputError, ReasonCode, RecordingError, SettingsError, TransientError
from storage.scratch import FileScratch
from tests.object_store import (
    KEY,
    SECRET,
    AnswerServer,
    Bucket,
    bucket,
    moto_endpoint,
    objects_at,
    refusal,
    store_in_trouble,
)

__all__ = ["bucket", "moto_endpoint", "store_in_trouble"]

HOSTILE_KEYS = [
    "../out.wav",
    "../../../../etc/passwd.wav",
    "a/../up.wav",
    "a/./dot.wav",
    "a//double.wav",
    "/lead.wav",
    "e\u0301.wav",
    "\u00e9.wav",
    "客服 录音（投诉）①.wav",
    "ctl\x01\x1b[31m.wav",
    "percent%2e%2e%2f.wav",
    "q?versionId=1&x=2#f.wav",
    "quote'\"`$(touch x);&.wav",
    "back\\..\\slash.wav",
    "n" * 1015 + ".wav",
]


def listed(bucket: Bucket, home: Path, prefix: str = "") -> Listing:
    [listing] = list_sources([f"s3://{bucket.name}/{prefix}"], home, bucket.objects(home).source)
    return listing


def test_every_hostile_key_is_listed_under_its_own_address_and_fetched_into_the_scratch_folder_only(
    bucket: Bucket, tmp_path: Path
) -> None:
    for key in HOSTILE_KEYS:
        bucket.put(f"in/{key}"[:1024], key)
    bucket.put("secret.wav", "outside")
    listing = listed(bucket, tmp_path, "in")
    names = {key[:1021] for key in HOSTILE_KEYS}
    assert {f.name for f in listing.files} == names
    assert len({f.uri for f in listing.files}) == len(names)
    objects = bucket.objects(tmp_path)
    for file in listing.files:
        assert shown_address(file.uri) == file_name(file.uri) == f"s3://{bucket.name}/in/{file.name}"
        assert " " not in file.uri
        with listing.store.fetched(file.name) as found, objects.fetched_from(file.uri) as again:
            for path in (Path(found.path), Path(again.path)):
                assert path.resolve().is_relative_to(tmp_path / "scratch")
                assert file.name.startswith(path.read_text()[:1000])
            assert found.recording_id == again.recording_id
        assert not Path(found.path).exists()
    assert {path.name for path in tmp_path.iterdir()} == {"scratch"}


def test_a_bucket_lists_as_the_folder_with_the_same_files_does(bucket: Bucket, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    for name in (
        "b.wav", "b.mp3", "a/z.wav", "a/b/c.wav", "a-b/d.wav", "A.WAV", ".hidden.wav", ".DS_Store", ".git/x.wav",
        "a/.trash/y.wav", "manifest.csv", "b.json", "half.wav.part", ".r.wav.Xa81Bc", "no_suffix", "a/.b",
    ):  # fmt: skip
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    bucket.put_folder(folder, "day/20/")
    bucket.put("day/20/empty/", "")
    bucket.put("day/20/", "")
    bucket.put("day/201/other.wav", "not below the prefix")
    local = list_source(str(folder))
    for written in ("day/20", "day/20/"):
        remote = listed(bucket, tmp_path, written)
        assert remote.uri == f"s3://{bucket.name}/day/20"
        assert [(f.name, f.default_call_id) for f in remote.files] == [(f.name, f.default_call_id) for f in local.files]
        assert remote.ignored == local.ignored
        assert [(u.name, u.becomes.name) for u in remote.unfinished] == [
            (u.name, u.becomes.name) for u in local.unfinished
        ]
    assert len(listed(bucket, tmp_path).files) == len(local.files) + 1


def test_one_object_is_a_source_with_what_lies_beside_it(bucket: Bucket, tmp_path: Path) -> None:
    for key in ("x/a.wav", "x/a.wavelet/b.wav", "x/c.wav"):
        bucket.put(key, key)
    bucket.put("x/manifest.csv", "file,team\na.wav,夜班\ngone.wav,夜班\n")
    bucket.put("x/a.json", '{"agent_id": "A1"}')
    bucket.put("x/a.wav.part", "more to come")
    listing = listed(bucket, tmp_path, "x/a.wav")
    reader = MetadataReader(listing, "UTC")
    [file] = listing.files
    meta = reader.read(file)
    assert (listing.is_single_file, file.name, meta.team, meta.agent_id) == (True, "a.wav", "夜班", "A1")
    assert reader.manifest_rows_without_file() == ()
    assert still_written(listing.store, "a.wav", 0)
    assert not still_written(listing.store, "c.wav", 0)


def test_rows_and_sidecars_speak_of_what_is_below_the_prefix_only(bucket: Bucket, tmp_path: Path) -> None:
    root = f"s3://{bucket.name}/in"
    bucket.put("in/a.wav", "a")
    bucket.put("in/x/b.wav", "b")
    bucket.put("out/c.wav", "c")
    bucket.put("out/manifest.csv", "file,team\na.wav,outside\n")
    bucket.put("in/a.json", "[" * 100_000)
    bucket.put("in/x/b.cdr.json", '{"variables": {"uuid": "U7"}}')
    rows = (f"{root}/a.wav,A1", "x\\b.wav,A2", "../out/c.wav,A3", f"s3://{bucket.name}/out/c.wav,A4", "/etc/passwd,A5")
    bucket.put("in/manifest.csv", "\n".join(("file,agent_id", *rows)))
    reader = MetadataReader(listed(bucket, tmp_path, "in/"), "UTC", NameRules(preset="freeswitch"))
    found = {file.name: reader.read(file) for file in reader.listing.files}
    assert {name: meta.agent_id for name, meta in found.items()} == {"a.wav": "A1", "x/b.wav": "A2"}
    assert "sidecar_unreadable" in found["a.wav"].flags
    assert found["x/b.wav"].call_id == "U7"
    assert len(reader.manifest_rows_without_file()) == 3


def test_age_is_that_of_the_object_and_a_later_version_has_another_stamp(bucket: Bucket, tmp_path: Path) -> None:
    bucket.put("a.wav", "one", age_s=30)
    bucket.put("copy.wav", "x")
    bucket.put("copy.wav.aria2", "x")
    store = listed(bucket, tmp_path).store
    assert [still_written(store, "a.wav", settle_s) for settle_s in (0, 20, 60)] == [False, False, True]
    assert still_written(store, "copy.wav", 0)
    before = store.stamp("a.wav")
    with store.fetched("a.wav"):
        assert store.stamp("a.wav") == before
    bucket.put("a.wav", "two")
    with store.fetched("a.wav") as found:
        assert Path(found.path).read_text() == "two"
    assert store.stamp("a.wav") != before


def test_a_recording_is_found_by_its_bytes_not_by_its_name(bucket: Bucket, tmp_path: Path) -> None:
    digest = hashlib.sha256(b"the call").hexdigest()
    bucket.put("a.wav", "another customer's call")
    bucket.put("moved.wav", "the call")
    places = [f"s3://{bucket.name}/{name}" for name in ("gone.wav", "a.wav", "moved.wav")]
    find = AddressFinder(lambda: bucket.objects(tmp_path))
    with find(digest, places) as found:
        assert found is not None
        assert Path(found.path).read_bytes() == b"the call"
        assert len(list((tmp_path / "scratch").rglob("*.wav"))) == 1
    with find(digest, places[:2]) as found:
        assert found is None
    assert not list((tmp_path / "scratch").rglob("*.wav"))


def test_an_object_too_large_for_the_disk_is_refused_before_it_is_fetched(bucket: Bucket, tmp_path: Path) -> None:
    bucket.put("a.wav", "x" * 11)
    source = bucket.objects(tmp_path, most_bytes=10).source(f"s3://{bucket.name}")
    said = r"11 bytes, more than the 10.*CALLQA_S3_LARGEST_GB"
    with pytest.raises(RecordingError, match=said) as error, source.fetched("a.wav"):
        pass
    assert error.value.reason is ReasonCode.TOO_LONG
    with pytest.raises(TransientError, match="no room"):
        FileScratch(tmp_path / "scratch").need(1 << 60)


def digest_of(place: tuple[str, str, str]) -> str:
    endpoint, home, uri = place
    with objects_at(endpoint, Path(home)).fetched_from(uri) as found:
        return found.recording_id


_shared: list[Objects] = []


def digest_by_parent_s_store(uri: str) -> str:
    with _shared[0].fetched_from(uri) as found:
        return found.recording_id


def test_threads_share_a_store_and_so_does_a_child_that_was_forked(bucket: Bucket, tmp_path: Path) -> None:
    for number in range(6):
        bucket.put(f"{number}.wav", str(number) * 1000)
    uris = [f"s3://{bucket.name}/{number}.wav" for number in range(6)]
    wanted = [hashlib.sha256((str(number) * 1000).encode()).hexdigest() for number in range(6)]
    _shared[:] = [bucket.objects(tmp_path)]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(digest_by_parent_s_store, uris)) == wanted
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert isinstance(pool, Pool)
        assert pool.map(digest_by_parent_s_store, uris) == wanted
    assert not list((tmp_path / "scratch").rglob("*.wav"))


@pytest.mark.parametrize(
    ("status", "code", "kind", "said"),
    [
        (404, "NoSuchBucket", InputError, "no such bucket"),
        (403, "AccessDenied", InputError, "s3:ListBucket"),
        (403, "SignatureDoesNotMatch", SettingsError, "refuses the identity"),
        (403, "InvalidAccessKeyId", SettingsError, "CALLQA_S3_KEY"),
        (301, "PermanentRedirect", SettingsError, "AWS_REGION"),
        (409, "OperationAborted", TransientError, "run again"),
    ],
)
def test_a_refusal_is_one_clear_error_without_secrets(
    store_in_trouble: AnswerServer, tmp_path: Path, status: int, code: str, kind: type[CallqaError], said: str
) -> None:
    store_in_trouble.answer(status, refusal(code))
    with pytest.raises(kind, match=said) as error:
        list_sources(["s3://calls/in"], None, objects_at(store_in_trouble.endpoint, tmp_path).source)
    assert SECRET not in f"{error.value!r} {error.value.__cause__!r}"
    assert KEY not in str(error.value)


@pytest.mark.parametrize("code", ["AccessDenied", "InvalidObjectState"])
def test_one_object_that_may_not_be_read_is_that_recording_s_fault(
    store_in_trouble: AnswerServer, tmp_path: Path, code: str
) -> None:
    store_in_trouble.answer(403, refusal(code))
    objects = objects_at(store_in_trouble.endpoint, tmp_path)
    with pytest.raises(RecordingError) as error, objects.fetched_from("s3://calls/a.wav"):
        pass
    assert error.value.reason is ReasonCode.UNREADABLE_FILE


def test_a_fetch_that_breaks_off_may_be_tried_again(store_in_trouble: AnswerServer, tmp_path: Path) -> None:
    store_in_trouble.answer(200, "the beginning", promised_bytes=5000)
    find = AddressFinder(lambda: objects_at(store_in_trouble.endpoint, tmp_path))
    said = "cannot be reached just now"
    with pytest.raises(TransientError, match=said) as error, find("0" * 64, ["s3://calls/13800138000.wav"]):
        pass
    assert "13800138000" not in str(error.value)


@pytest.mark.slow
@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:1", "http://no-such-host.invalid"])
def test_a_store_out_of_reach_may_be_tried_again(tmp_path: Path, endpoint: str) -> None:
    with pytest.raises(TransientError, match=r"s3://calls/in: cannot be reached just now \(EndpointConnectionError\)"):
        list_sources(["s3://calls/in"], None, objects_at(endpoint, tmp_path).source)


def test_settings_of_a_store_that_cannot_work_are_told_before_anything_is_asked() -> None:
    for access, said in (
        (StoreAccess("minio:9000"), "s3_endpoint"),
        (StoreAccess(f"https://{KEY}:{SECRET}@minio"), "name or password"),
        (StoreAccess("https://minio", KEY), "belong together"),
        (StoreAccess("https://minio", "", SECRET), "belong together"),
    ):
        with pytest.raises(SettingsError, match=said) as error:
            S3(access)
        assert SECRET not in f"{error.value} {access!r}"


def test_the_library_is_needed_only_for_such_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(SettingsError, match=r"install callqa\[s3\]"):
        S3(StoreAccess())
    (tmp_path / "a.wav").touch()
    assert len(list_source(str(tmp_path)).files) == 1


@pytest.mark.parametrize("source", ["s3://", "s3:///a", "s3://a b/c", "s3://ab", "s3://calls/\udce9"])
def test_what_is_no_address_is_refused(source: str, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        objects_at("http://127.0.0.1:1", tmp_path).source(source)
