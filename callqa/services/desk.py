"""Giving calls to reviewers, and keeping views of the queue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from callqa.services.rights import Right, may
from models.desk import MOST_VIEW_NAME_CHARACTERS, MOST_VIEWS, Assignment, SavedView
from models.errors import InputError, StateError
from models.person import Person
from models.ports import UnitOfWork, UnitOfWorkFactory

MOST_AT_ONCE = 200


class NotVisibleError(InputError):
    """A call that is not there, or that whoever asks may not see; they are not told which."""


def reviewers_for(person: Person, uow: UnitOfWork) -> Sequence[Person]:
    """To whom they may give calls, ordered by name: themselves, or with the right everybody who reviews."""
    if not may(person.post, Right.ASSIGN):
        return (person,)
    return tuple(one for one in uow.people.all() if may(one.post, Right.REVIEW) and not one.is_disabled)


def assign(recording_ids: Sequence[str], reviewer: str, by: Person, now: datetime, new_unit: UnitOfWorkFactory) -> None:
    """Give calls to a reviewer, or with "" to nobody.

    Who has no right to assign may take what nobody has and give back what is theirs. Raises NotVisibleError for a call
    that `by` or the reviewer may not see, InputError for somebody who reviews nothing, StateError for a call that
    somebody else has taken.
    """
    wanted = sorted(set(recording_ids))
    if not 1 <= len(wanted) <= MOST_AT_ONCE:
        raise InputError(f"{len(wanted)} calls; choose 1 to {MOST_AT_ONCE}")
    with new_unit() as uow:
        if len(uow.desk.visible(by.scope, wanted)) < len(wanted):
            raise NotVisibleError("there is no such call")
        if not may(by.post, Right.ASSIGN):
            others = {name for name in uow.desk.reviewers_of(wanted).values() if name != by.name}
            if others or reviewer not in {"", by.name}:
                raise StateError("somebody else has one of these calls; a supervisor can give it to you")
        if reviewer:
            known = {one.name: one for one in reviewers_for(by, uow)}
            if reviewer not in known:
                raise InputError(f"{reviewer!r} reviews no calls; choose somebody else")
            if len(uow.desk.visible(known[reviewer].scope, wanted)) < len(wanted):
                raise InputError(f"{reviewer!r} may not see one of these calls; choose somebody else")
            for recording_id in wanted:
                uow.desk.assign(Assignment(recording_id, reviewer, by.name, now))
        else:
            uow.desk.release(wanted)
        uow.commit()


def save_view(view: SavedView, new_unit: UnitOfWorkFactory) -> None:
    """Keep a view. Raises InputError without a name, for a long one, and when there are too many."""
    if not 1 <= len(view.name) <= MOST_VIEW_NAME_CHARACTERS:
        raise InputError(f"a view's name has 1 to {MOST_VIEW_NAME_CHARACTERS} characters; choose another")
    with new_unit() as uow:
        others = [one for one in uow.desk.views(view.owner) if one.name != view.name]
        if len(others) >= MOST_VIEWS:
            raise InputError(f"there are {MOST_VIEWS} views; delete one first")
        uow.desk.save_view(view)
        uow.commit()


def drop_view(owner: str, name: str, new_unit: UnitOfWorkFactory) -> None:
    """Forget one."""
    with new_unit() as uow:
        uow.desk.drop_view(owner, name)
        uow.commit()
