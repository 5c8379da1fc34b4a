"""FEEL where a diagram has an expression. No Python is evaluated anywhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from service.engine import feel
from service.engine.steps import Limits

Functions = Mapping[str, Callable[..., Any]]
USUAL = Limits()


def budget(limits: Limits) -> feel.Budget:
    """What one evaluation may cost."""
    return feel.Budget(limits.evaluation_steps, limits.evaluation_seconds, limits.evaluation_bytes)


class Failed(Exception):
    """Something in a diagram cannot be worked out with the data of this case; the text is the reason."""


class Expression:
    """A compiled FEEL expression. A leading '=' is accepted."""

    __slots__ = ("_compiled", "limits", "text")

    def __init__(self, text: str, functions: Functions, limits: Limits = USUAL) -> None:
        self.text = strip(text)
        self.limits = limits
        self._compiled = feel.compile_expression(self.text, functions=functions, strict=True)

    def evaluate(self, data: Mapping[str, Any], now: datetime) -> Any:
        """The value with this data. Raises Failed."""
        try:
            return self._compiled.evaluate(data, now=now, budget=budget(self.limits))
        except feel.FeelError as error:
            raise Failed(f"{self.text}: {error}") from error

    def true(self, data: Mapping[str, Any], now: datetime) -> bool:
        """The value as a condition: anything but true or false is a failure, never a silent branch."""
        value = self.evaluate(data, now)
        if value is not True and value is not False:
            raise Failed(f"{self.text}: a condition must be true or false, not {value!r}")
        return value


def when_known(expression: Expression, data: Mapping[str, Any], now: datetime) -> Any:
    """The value, or None as long as something it needs is not known."""
    try:
        return expression.evaluate(data, now)
    except Failed:
        return None


def strip(text: str) -> str:
    """The expression without the mark that says it is one."""
    text = text.strip()
    return text[1:].strip() if text.startswith("=") else text


class NoPython:
    """Stands where SpiffWorkflow keeps its script engine and its environment: nothing is ever Python."""

    @property
    def environment(self) -> NoPython:
        return self

    def evaluate(self, *arguments: Any, **options: Any) -> Any:
        raise Failed("Python in a diagram is never run")

    execute = evaluate
    call_service = evaluate
