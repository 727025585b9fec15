"""`callqa standard propose`: phrases that reviewers add or take back often, and deciding about them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from callqa.bootstrap import note_mask, open_database, standard_for, today
from callqa.classifiers import classifiers_in_use
from callqa.cli.common import (
    DatabaseOption,
    HomeOption,
    JsonOption,
    StandardOption,
    console,
    print_json,
    settings_from,
)
from callqa.owner import login_name
from callqa.reports import formats
from callqa.reports.accuracy import Accuracy
from callqa.reports.text_files import write_text
from callqa.reports.words import Words
from callqa.services.proposals import Deciding, undecided
from callqa.services.propose import Proposal, proposals
from models.errors import InputError
from models.person import EVERYBODY


def propose(
    min_calls: Annotated[int, typer.Option("--min-calls", min=2, help="Corrected calls that share a phrase.")] = 3,
    accept: Annotated[str | None, typer.Option(metavar="PHRASE", help="Put this proposal into a draft.")] = None,
    decline: Annotated[str | None, typer.Option(metavar="PHRASE", help="Never propose this one again.")] = None,
    why: Annotated[str, typer.Option("--why", help="Why it is declined.")] = "",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write the draft here too.")] = None,
    standard: StandardOption = None,
    database_url: DatabaseOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Propose phrases for what must not be said, from reviews, each with what it would do to stored calls.

    What is accepted goes into a draft, which the console shows, tries and publishes.
    """
    if accept is not None and decline is not None:
        raise InputError("--accept and --decline exclude each other: decide about one proposal at a time")
    if (why and decline is None) or (output is not None and accept is None):
        raise InputError("--why belongs to --decline, and --output to --accept")
    settings = settings_from(standard=standard, database_url=database_url, home=home)
    day = today(settings)
    used, new_unit = standard_for(settings, day), open_database(settings, create=False)
    in_use = used.standard
    with new_unit() as uow:
        all_found = proposals(uow, in_use, classifiers_in_use(settings.home), day, min_calls, EVERYBODY)
        found = undecided(uow, in_use.ref, all_found)
    deciding, words = Deciding(used, login_name(), datetime.now(UTC), new_unit), Words(settings.language)
    if accept is not None:
        key = deciding.accept(_chosen(found, accept).change, day)
        if output is not None:
            with new_unit() as uow:
                draft = uow.drafts.get(key)
            write_text(output, draft.text if draft is not None else "")
        if json:
            print_json({"accepted": accept, "draft": key})
        else:
            console.print(words("propose.accepted", draft=key), markup=False, highlight=False, soft_wrap=True)
        return
    if decline is not None:
        deciding.decline(_chosen(found, decline).change, why, note_mask(settings))
        if json:
            print_json({"declined": decline})
        else:
            console.print(words("propose.declined"))
        return
    if json:
        print_json({"standard": in_use.ref.id, "version": in_use.ref.version, "proposals": list(map(_to_json, found))})
        return
    _print(found, words)


def _chosen(found: Sequence[Proposal], phrase: str) -> Proposal:
    chosen = [one for one in found if one.change.phrase == phrase]
    if len(chosen) != 1:
        why = "is proposed for several kinds; decide on the console" if chosen else "is not among the proposals"
        raise InputError(f"{phrase!r} {why}; `callqa standard propose` lists them")
    return chosen[0]


def _to_json(one: Proposal) -> dict[str, Any]:
    return {
        "proposal": one.change.kind.value,
        "item": one.change.item_id,
        "kind": one.change.family_kind,
        "phrase": one.change.phrase,
        "calls": len(one.mined.call_ids),
        "elsewhere": one.mined.elsewhere,
        "examples": list(one.mined.examples),
        "reviewed": one.reviewed,
        "accuracy_before": _accuracy(one.before),
        "accuracy_after": _accuracy(one.after),
        "tried": one.tried,
        "flipped": list(one.flipped),
    }


def _accuracy(accuracy: Accuracy | None) -> dict[str, Any] | None:
    if accuracy is None:
        return None
    shares = {name: getattr(accuracy, name) for name in ("precision", "recall", "agreement")}
    return {name: {"hits": share.hits, "n": share.n, "share": share.share} for name, share in shares.items()}


def _print(found: tuple[Proposal, ...], words: Words) -> None:
    if not found:
        console.print(words("propose.none"))
        return
    names = ("what", "phrase", "kind", "calls", "elsewhere", "precision", "recall", "flipped", "examples")
    table = Table()
    for name in names:
        table.add_column(words(f"propose.{name}"), overflow="fold")
    for one in found:
        table.add_row(
            words(f"propose.{one.change.kind.value}"),
            escape(one.change.phrase),
            one.change.family_kind,
            str(len(one.mined.call_ids)),
            str(one.mined.elsewhere),
            formats.change(*one.shares("precision")),
            formats.change(*one.shares("recall")),
            f"{len(one.flipped)}/{one.tried}",
            escape("\n".join(one.mined.examples)),
        )
    console.print(table)
