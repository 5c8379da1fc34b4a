"""Whether a text is FEEL that can be compiled, said so that its writer can mend it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from service.domain.wording import Message
from service.engine import feel
from service.engine.expressions import Expression

Problem = tuple[str, Message, Message]  # rule, message, mend


def problem_of(text: str, functions: Mapping[str, Callable[..., Any]], what: Message | str) -> Problem | None:
    """What is wrong with an expression, or None."""
    bare = text.strip()
    if not bare or bare == "=":
        return (
            "expression-missing",
            Message("%(what)s is empty.", what=what),
            Message("Write a FEEL expression."),
        )
    if "${" in bare or "#{" in bare:
        return (
            "expression-foreign",
            Message("%(what)s is written for another engine: %(text)s", what=what, text=bare),
            Message("Write it in FEEL, without ${ }."),
        )
    try:
        Expression(text, functions)
    except feel.FeelError as error:
        return (
            "expression",
            Message(
                "%(what)s is not FEEL: %(problem)s: %(text)s", what=what, problem=error.located, text=bare
            ),
            Message("Mend the expression."),
        )
    return None
