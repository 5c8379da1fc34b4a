"""What one evaluation has at hand: the moment, the budget, whether it is strict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any

from service.engine.feel.errors import BudgetExceeded, FeelError

MAX_TEXT = 1_000_000
MAX_LIST = 100_000
MAX_NODES = 1_000_000
MAX_NESTING = 100
SLICE = 256

STEPS = 1_000_000
SECONDS = 0.25
MEMORY = 64 * 1024 * 1024


class Budget:
    """What an evaluation may cost: steps, seconds of wall time, bytes of the texts and lists it makes.

    Steps are handed out in slices; the clock is read once a slice, so that a step costs next to nothing.
    """

    __slots__ = ("deadline", "fuel", "memory", "rest")

    def __init__(self, steps: int = STEPS, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self.fuel = min(SLICE, steps)
        self.rest = steps - self.fuel
        self.memory = memory
        self.deadline = monotonic() + seconds

    def spend(self, steps: int = 1) -> None:
        """Take steps. Raises BudgetExceeded when there are none left, or no time."""
        self.fuel -= steps
        if self.fuel < 0:
            self.refill()

    def refill(self) -> None:
        """The next slice of steps. Raises BudgetExceeded."""
        if monotonic() > self.deadline:
            raise BudgetExceeded("takes longer than an evaluation may")
        self.rest += self.fuel
        if self.rest < 0:
            raise BudgetExceeded("costs more steps than an evaluation may")
        self.fuel = min(SLICE, self.rest)
        self.rest -= self.fuel

    def hold(self, size: int) -> None:
        """Account for a value of so many bytes. Raises BudgetExceeded."""
        self.memory -= size
        if self.memory < 0:
            raise BudgetExceeded("needs more memory than an evaluation may")

    def hold_value(self, value: Any) -> None:
        """Account for a text, list or context just made; its items are accounted for already."""
        if isinstance(value, str):
            self.hold(len(value) if value.isascii() else 4 * len(value))
        elif isinstance(value, list):
            self.hold(64 + 64 * len(value))
        elif isinstance(value, dict):
            self.hold(128 + 160 * len(value))


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


def check_size(value: Any) -> None:
    """Refuse a value that is small only because its lists share items: written out, it would not end."""
    if isinstance(value, list | Mapping):
        _nodes(value, {}, 0)


def _nodes(value: Any, known: dict[int, int], depth: int) -> int:
    if not isinstance(value, list | Mapping):
        return 1
    if depth > MAX_NESTING:
        raise BudgetExceeded("makes a value that is nested too deeply")
    nodes = known.get(id(value))
    if nodes is None:
        items = value if isinstance(value, list) else value.values()
        nodes = known[id(value)] = 1 + sum(_nodes(item, known, depth + 1) for item in items)
    if nodes > MAX_NODES:
        raise BudgetExceeded("makes a value that is too large")
    return nodes
