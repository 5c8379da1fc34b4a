"""What can be wrong with an expression."""

from __future__ import annotations


class FeelError(Exception):
    """An expression that cannot be evaluated: the reason, and where in its text (offset), when known."""

    def __init__(self, message: str, position: int | None = None) -> None:
        super().__init__(message if position is None else f"{message} (at character {position + 1})")
        self.message = message
        self.position = position


class FeelSyntaxError(FeelError):
    """A text that is not a FEEL expression."""


class BudgetExceeded(FeelError):
    """The expression costs more steps or memory than it may."""
