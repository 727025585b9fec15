"""What people say about what the machine found. It stands beside the machine's verdict, never over it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.scorecard import Verdict

MOST_COMMENT_CHARACTERS = 1000

NoteMask = Callable[[str], str]
"""Hides personal numbers in what a person writes, character by character."""


class ReviewSource(StrEnum):
    """Where a review comes from."""

    CONSOLE = "console"
    IMPORT = "import"
    APPEAL = "appeal"
    """The ruling on an appeal, which is final."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """The utterance that a person means, by `Utterance.index`, and what they say it is: a kind of evidence.

    `digest` is that of its words, lest it be taken for other words once the call is heard anew; see `words_digest`.
    """

    utterance: int
    kind: str
    digest: str


def words_digest(text: str) -> str:
    """16 hexadecimal digits that change when the words do."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Review:
    """A person's verdict on one item of one call. `reviewed_at` is aware; of several the latest counts.

    `comment` is why, None where they gave no reason; `sentence` what it is about, None where they pointed to none.
    """

    call_id: str
    item_id: str
    verdict: Verdict
    reviewer: str
    reviewed_at: datetime
    comment: str | None = None
    source: ReviewSource = ReviewSource.IMPORT
    sentence: Sentence | None = None


def in_force(review: Review) -> tuple[bool, datetime, str]:
    """Sorts the reviews of one item: the last one is what holds, of two at the same moment that of the later name.

    A ruling is final, whatever was imported later.
    """
    return review.source is ReviewSource.APPEAL, review.reviewed_at, review.reviewer


def newest_by_item(reviews: Iterable[Review]) -> dict[str, Review]:
    """The review that counts for each item of one call, see `in_force`."""
    return {review.item_id: review for review in sorted(reviews, key=in_force)}
