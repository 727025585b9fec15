"""What an utterance can be: the classifier's labels. Names that the scoring code has as well mean the same here."""

from __future__ import annotations

LABELS = {
    "greeting": "opening words of the agent: salutation, brand, number, offer of help",
    "verification": "asks for or confirms who the customer is",
    "courtesy": "politeness that is no apology: before a request, for thanks, to soften",
    "empathy": "shows that the customer's feelings are understood",
    "apology": "a sincere apology for a fault, an inconvenience or a wait",
    "apology_insincere": "an apology with blame, under protest, sarcastic or tossed off",
    "commitment_concrete": "a promise of ours with a time",
    "commitment_vague": "a promise of ours without a time",
    "overpromise": "an assurance of what is not the agent's to give",
    "old_promise": "reports a promise made earlier",
    "condition_on_customer": "a time or a step that binds the customer",
    "resolved_on_call": "settled or done before the call ends",
    "refusal": "says with a reason that something cannot be done",
    "deflection": "shirks: not my job, go elsewhere, no way",
    "negation": "contradicts or brushes aside the customer",
    "impatience": "shows annoyance, hurries, threatens to hang up",
    "interrogation": "asks in order to reproach",
    "command": "gives orders without courtesy",
    "rhetorical": "asks in order to scorn",
    "abuse": "insults, mocks or threatens",
    "complaint": "what a dissatisfied customer says",
    "hold_notice": "announces a wait or a transfer",
    "hold_return": "is back from a wait, with thanks",
    "closing": "farewell, wish, or offer of further help",
    "information": "explains, asks for facts, guides, restates",
    "other": "none of these: fillers, small talk, recordings, a customer's plain words",
}
"""Every label of the training data with its meaning."""

INNOCENT = "other"
"""The label of what is none of the others."""

UNFIT = ("abuse", "deflection", "negation", "impatience", "interrogation", "command", "rhetorical")
"""Labels that are prohibited in any setting; each is a `Kind` of a standard's prohibited families."""

CUSTOMERS = ("complaint",)
"""Labels of what only customers say. All others are about the agent's words, which are what is classified."""

ANY_UNFIT = "unfit"
"""Computed: at least one of `UNFIT`. Which of them it is, is often open to dispute; that it is one, seldom."""

OUTPUTS = (*LABELS, ANY_UNFIT)
"""What a classifier answers for, in the order of its columns."""
