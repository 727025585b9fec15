"""Turns with `<...>` around the characters of personal numbers: how tables of sentences are written and compared."""

from __future__ import annotations

from asr.pii.find import find_secrets
from models.transcript import Role, SecretKind, Utterance

ROLES = {"A": Role.AGENT, "C": Role.CUSTOMER, "U": Role.UNKNOWN}

Turns = tuple[str, ...]


def marked(turns: Turns, language: str) -> tuple[Turns, set[SecretKind]]:
    """The turns with `<...>` around what was found, and the kinds."""
    plain = [turn.replace("<", "").replace(">", "") for turn in turns]
    utterances = [
        Utterance(i, ROLES[turn[0]], 4.0 * i, 4.0 * i + 3.0, turn.partition(": ")[2]) for i, turn in enumerate(plain)
    ]
    found = find_secrets(utterances, language)
    places = {(secret.utterance, place) for secret in found for place in secret.places}
    shown = []
    for u, turn in zip(utterances, plain, strict=True):
        text = "".join(f"<{c}>" if (u.index, i) in places else c for i, c in enumerate(u.text))
        shown.append(f"{turn[0]}: {text}".replace("><", "").replace("> <", " " if language == "en" else "> <"))
    return tuple(shown), {secret.kind for secret in found}
