"""What one evaluation has at hand: the moment, the budget, whether it is strict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.engine.feel.errors import BudgetExceeded, FeelError

MAX_TEXT = 1_000_000
MAX_LIST = 100_000


@dataclass(slots=True)
class Budget:
    """How many steps may still be taken."""

    steps: int = 1_000_000

    def spend(self, steps: int = 1) -> None:
        self.steps -= steps
        if self.steps < 0:
            raise BudgetExceeded("costs more steps than an evaluation may")


@dataclass(slots=True)
class Run:
    """One evaluation. Strict: what the standard turns into a silent null is an error."""

    now: datetime
    budget: Budget
    strict: bool

    def null(self, message: str, position: int | None = None) -> None:
        """What stands for something undefined: an error when strict, null otherwise."""
        if self.strict:
            raise FeelError(message, position)


class Scope:
    """Variables, and the scope around them."""

    __slots__ = ("parent", "variables")

    def __init__(self, variables: Mapping[str, Any], parent: Scope | None = None) -> None:
        self.variables = variables
        self.parent = parent

    def find(self, name: str) -> tuple[bool, Any]:
        """Whether the name is known, and its value."""
        scope: Scope | None = self
        while scope is not None:
            variables = scope.variables
            if name in variables:
                return True, variables[name]
            scope = scope.parent
        return False, None

    def chain(self) -> Iterator[Mapping[str, Any]]:
        scope: Scope | None = self
        while scope is not None:
            yield scope.variables
            scope = scope.parent
