"""What each post may do in the console. Whose calls it may do it to is a scope, see `models.person`."""

from __future__ import annotations

from enum import StrEnum

from models.person import Post


class Right(StrEnum):
    """One thing that a page or a button does."""

    LOOK_AFTER_ONESELF = "look_after_oneself"
    """Own password, language and colours; log out."""
    SEE_OVERVIEW = "see_overview"
    SEE_QUEUE = "see_queue"
    """The list of calls with filters and search."""
    SEE_CALL = "see_call"
    """One call: words, score, proof."""
    LISTEN = "listen"
    REVIEW = "review"
    """Confirm, correct, comment."""
    ASSIGN = "assign"
    """Give calls to a reviewer."""
    SEE_AGENT = "see_agent"
    """One agent's page."""
    WRITE_NOTES = "write_notes"
    """Keep what was agreed in a coaching talk, and what became of it."""
    ANSWER_NOTES = "answer_notes"
    """Say something to a note on oneself."""
    BE_EXAMPLE = "be_example"
    """Let colleagues see what one said well, or no longer."""
    SEE_TEAM = "see_team"
    """A team's page and its ranking."""
    SEE_PROMISES = "see_promises"
    MARK_PROMISES = "mark_promises"
    APPEAL = "appeal"
    """Object to an item of an own call."""
    SEE_APPEALS = "see_appeals"
    RULE_APPEALS = "rule_appeals"
    CALIBRATE = "calibrate"
    """Judge a blind set."""
    LEAD_CALIBRATION = "lead_calibration"
    """Make a set, see who differs."""
    SEE_STANDARDS = "see_standards"
    PUBLISH_STANDARDS = "publish_standards"
    SEE_MACHINE_QUALITY = "see_machine_quality"
    SEE_AUDIT = "see_audit"
    IMPORT_TABLES = "import_tables"
    """Bring survey answers and the roster, which are of all teams."""
    MANAGE_PEOPLE = "manage_people"
    USE_API = "use_api"
    """Make tokens for programs."""


_AGENT = frozenset(
    {
        Right.LOOK_AFTER_ONESELF,
        Right.SEE_CALL,
        Right.LISTEN,
        Right.SEE_AGENT,
        Right.ANSWER_NOTES,
        Right.BE_EXAMPLE,
        Right.APPEAL,
        Right.SEE_APPEALS,
        Right.SEE_STANDARDS,
    }
)
_QA = frozenset(
    {
        Right.LOOK_AFTER_ONESELF,
        Right.SEE_OVERVIEW,
        Right.SEE_QUEUE,
        Right.SEE_CALL,
        Right.LISTEN,
        Right.REVIEW,
        Right.SEE_AGENT,
        Right.SEE_TEAM,
        Right.SEE_PROMISES,
        Right.MARK_PROMISES,
        Right.SEE_APPEALS,
        Right.CALIBRATE,
        Right.SEE_STANDARDS,
        Right.SEE_MACHINE_QUALITY,
        Right.USE_API,
    }
)
_SUPERVISOR = _QA | {Right.ASSIGN, Right.WRITE_NOTES, Right.RULE_APPEALS, Right.LEAD_CALIBRATION}
_ADMIN = (_SUPERVISOR | {Right.PUBLISH_STANDARDS, Right.SEE_AUDIT, Right.IMPORT_TABLES, Right.MANAGE_PEOPLE}) - {
    Right.APPEAL
}

RIGHTS: dict[Post, frozenset[Right]] = {
    Post.AGENT: _AGENT,
    Post.QA: _QA,
    Post.SUPERVISOR: _SUPERVISOR,
    Post.ADMIN: _ADMIN,
}
"""A post has these and no others. An agent objects, and nobody else does in their place."""


def may(post: Post, right: Right) -> bool:
    """Whether people of that post have the right."""
    return right in RIGHTS[post]
