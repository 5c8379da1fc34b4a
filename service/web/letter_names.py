"""What letters are called in the reader's language."""

from __future__ import annotations

from service.operations.letters.rules import read_rules
from service.web import context


def letter_name(label: str) -> str:
    """A letter's kind by the Indonesian label that it and its events keep; one that is no longer set stays as it is."""
    kinds = read_rules(context.services().settings).kinds.values()
    return context.in_language(label, next((kind.label_en for kind in kinds if kind.label == label), None))
