"""Whether a text is FEEL that can be compiled, said so that its writer can mend it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from service.engine import feel
from service.engine.expressions import Expression

Problem = tuple[str, str, str]  # rule, message, mend


def problem_of(text: str, functions: Mapping[str, Callable[..., Any]], what: str) -> Problem | None:
    """What is wrong with an expression, or None."""
    bare = text.strip()
    if not bare or bare == "=":
        return "expression-missing", f"{what} is empty.", "Write a FEEL expression."
    if "${" in bare or "#{" in bare:
        return (
            "expression-foreign",
            f"{what} is written for another engine: {bare}",
            "Write it in FEEL, without ${ }.",
        )
    try:
        Expression(text, functions)
    except feel.FeelError as error:
        place = f" (at character {error.position + 1})" if error.position is not None else ""
        return "expression", f"{what} is not FEEL: {error.message}{place}: {bare}", "Mend the expression."
    return None
