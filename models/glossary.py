"""Words of the trade, as a service standard lists them for the recogniser."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GlossaryTerm:
    """A word of the trade: a brand, a product, a term of the business.

    `prompt` says that the recogniser may be told beforehand. `heard` are writings that are no words of their own and
    always mean the term, each as long as it. `near` are words beside which a doubtful writing means the term. `never`
    are ordinary words, or words in their surroundings, that sound like the term and stay as they are.
    """

    term: str
    prompt: bool = True
    heard: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
