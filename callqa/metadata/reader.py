"""All that is known of the recordings of a source, each fact from the place most trusted.

Manifest, then sidecar, then the file name: a fact from an earlier one wins.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from callqa.metadata.facts import FACTS, as_text, to_meta
from callqa.metadata.manifest import Manifest, read_agents, read_manifest
from callqa.metadata.pattern import Groups, check_pattern, match_names
from callqa.metadata.presets import PRESETS
from callqa.metadata.presets.preset import Preset
from callqa.metadata.sidecar import UNREADABLE, read_sidecar
from callqa.sources import Listing, SourceFile
from models.call import CallMeta
from models.errors import SettingsError

UNMATCHED = "name_unmatched"
"""The flag of a call without an id of its own, whose name is not of the form that the settings speak of."""
TOO_MUCH_WORK = "name_unreadable"
"""The flag of a call whose name the pattern cannot be matched against in bounded time."""


@dataclass(frozen=True, slots=True)
class NameRules:
    """What the settings say of names and sidecars: a preset, a pattern, a file of agents by extension; "" for none."""

    preset: str = ""
    filename_pattern: str = ""
    agents: str = ""


@dataclass
class MetadataReader:
    """Facts about the recordings of one listing.

    Raises InputError for a manifest or a table of agents that cannot be used, SettingsError for a pattern or preset.
    """

    listing: Listing
    time_zone: str
    rules: NameRules = NameRules()
    _manifest: Manifest = field(init=False)
    _agents: Mapping[str, Mapping[str, str]] | None = field(init=False)
    _preset: Preset | None = field(init=False)
    _by_pattern: dict[str, Groups | None] = field(init=False)

    def __post_init__(self) -> None:
        if self.rules.filename_pattern:
            check_pattern(self.rules.filename_pattern)
        if self.rules.preset and self.rules.preset not in PRESETS:
            raise SettingsError(f"preset {self.rules.preset!r} is none of {', '.join(PRESETS)}")
        self._preset = PRESETS.get(self.rules.preset)
        self._manifest = read_manifest(self.listing.store)
        self._agents = read_agents(Path(self.rules.agents)) if self.rules.agents else None
        self._by_pattern = self._match_all() if self.rules.filename_pattern else {}

    def read(self, file: SourceFile) -> CallMeta:
        """The call's metadata; every fact may be absent, the call id is then the file's name."""
        flags: list[str] = []
        facts = self._facts(file, flags)
        return to_meta(facts, flags, file.default_call_id, self.time_zone)

    def call_id_given(self, file: SourceFile) -> bool:
        """Whether somebody gave the call its id, even one equal to the file's name; False when `read` made it up."""
        return _gives_call_id(self._facts(file, []))

    def sidecars(self, file: SourceFile) -> tuple[str, ...]:
        """Names in the store under which JSON about the recording may lie."""
        folder = file.name[: file.name.rfind("/") + 1]
        return tuple(folder + path.name for path in self._sidecars(PurePosixPath(file.name)))

    def manifest_rows_without_file(self) -> tuple[str, ...]:
        """Files that the manifest names and the source lacks: recordings that may have been lost on the way.

        Empty for a single file, beside which the others may well lie.
        """
        if self.listing.is_single_file:
            return ()
        coming = (unfinished.becomes for unfinished in self.listing.unfinished)
        return self._manifest.without_file([file.name for file in (*self.listing.files, *coming)])

    def _sidecars(self, relative: PurePosixPath) -> tuple[PurePosixPath, ...]:
        vendors = self._preset.sidecars(relative) if self._preset is not None else ()
        return tuple(dict.fromkeys((relative.with_suffix(".json"), *vendors)))

    def _match_all(self) -> dict[str, Groups | None]:
        files = (*self.listing.files, *(unfinished.becomes for unfinished in self.listing.unfinished))
        names = list(dict.fromkeys(file.name for file in files))
        return dict(zip(names, match_names(self.rules.filename_pattern, names), strict=True))

    def _facts(self, file: SourceFile, flags: list[str]) -> dict[str, Any]:
        """The facts as written, each from the place most trusted, with flags for places that cannot be read."""
        facts: dict[str, Any] = {}
        for layer in self._layers(file.name, flags):
            for name, value in layer.items():
                if value not in (None, ""):
                    facts.setdefault(name, value)
        if self._preset is not None:
            facts = {**self._preset.conclude(facts), **facts}
        if self._agents is not None and "agent_id" not in facts and "extension" in facts:
            # Whoever keeps a table of agents knows them all: another extension is nobody's.
            agent = self._agents.get(str(facts.pop("extension")).strip(), {})
            facts = {**agent, **facts}
        named = self._preset is not None or self.rules.filename_pattern
        if named and TOO_MUCH_WORK not in flags and not _gives_call_id(facts):
            flags.append(UNMATCHED)
        return facts

    def _layers(self, name: str, flags: list[str]) -> Iterator[Mapping[str, Any]]:
        yield self._manifest.of(name)
        relative, folder = PurePosixPath(name), name[: name.rfind("/") + 1]
        # Files named by metadata live where the recording lives; what is read of them stays inside the source.
        own, contents = relative.with_suffix(".json"), {}
        vendors = self._preset.sidecars(relative) if self._preset is not None else ()
        for path in self._sidecars(relative):
            try:
                contents[path] = read_sidecar(self.listing.store, folder + path.name)
            except ValueError:
                contents[path] = None
                if UNREADABLE not in flags:
                    flags.append(UNREADABLE)
        if self._preset is not None:
            # Before callqa's own keys: a vendor's record may use the same words for something else.
            told = self._preset.from_sidecars(relative, [contents[p] for p in vendors if contents[p] is not None])
            flags.extend(told.flags)
            yield told.facts
        described = contents[own]
        if isinstance(described, Mapping):
            yield _own_facts(described)
        elif described is not None and own not in vendors and UNREADABLE not in flags:
            flags.append(UNREADABLE)
        if self.rules.filename_pattern:
            groups = self._by_pattern.get(name)
            if groups is None:
                flags.append(TOO_MUCH_WORK)
            yield groups or {}
        named = self._preset.from_name(relative) if self._preset is not None else None
        yield named.facts if named is not None else {}


def _own_facts(content: Mapping[str, Any]) -> Mapping[str, Any]:
    facts = {name: content[name] for name in FACTS if name in content}
    return {"call_id": content["id"], **facts} if "id" in content else facts


def _gives_call_id(facts: Mapping[str, Any]) -> bool:
    try:
        return bool(as_text(facts["call_id"]))
    except (KeyError, ValueError):
        return False
