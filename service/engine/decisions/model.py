"""A compiled decision model, and one evaluation of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from service.engine import feel
from service.engine.feel.iteration import Closure
from service.engine.feel.run import Budget, Run, Scope
from service.engine.feel.types import MISMATCH, Type, convert

MAX_DEPTH = 100


@dataclass(frozen=True, slots=True)
class MatchedRule:
    """A row of a table that fired: its annotations (the legal basis), what was looked at, and what came out.

    `labels_en`: the labels of `inputs` in English, of those columns that have one.
    """

    rule: str
    annotations: Mapping[str, str]
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    decision: str = ""
    labels_en: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DecisionResult:
    """The value of a decision, and every rule that fired on the way."""

    value: Any
    matched: tuple[MatchedRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Required:
    """What a node reads: another node, and the name of the import it comes through, if any."""

    node: str
    through: str | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """An input, decision, knowledge model or service of the graph. `key` is its namespace, # and its id."""

    key: str
    id: str
    name: str
    kind: str
    requires: tuple[Required, ...]
    body: Closure
    type: Type | None = None


@dataclass(slots=True)
class Evaluation(Run):
    """One evaluation of a model: its data, the nodes already evaluated, the rules that fired."""

    model: DecisionModel
    data: Mapping[str, Any]
    made: dict[str, Any] = field(default_factory=dict)
    matched: list[MatchedRule] = field(default_factory=list)
    depth: int = 0

    def scope(self, node: Node) -> Scope:
        """What a node may read: the data, and what it requires."""
        variables: dict[str, Any] = {}
        for required in node.requires:
            target = self.model.nodes[required.node]
            if target.kind == "inputData" and self.strict and target.name not in self.data:
                continue
            value = self.value(target)
            if required.through:
                variables.setdefault(required.through, {})[target.name] = value
            else:
                variables[target.name] = value
        return Scope(variables, Scope(self.data))

    def value(self, node: Node) -> Any:
        """The value of a node, worked out once. Raises FeelError."""
        if node.key not in self.made:
            self.made[node.key] = self._value(node)
        return self.made[node.key]

    def _value(self, node: Node) -> Any:
        if node.kind == "inputData":
            return convert_or_null(self.data.get(node.name), node.type, self, node.name)
        if node.kind != "decision":
            return node.body(Scope({}), self)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise feel.BudgetExceeded(f"{node.name}: requires too many decisions, one after the other")
        try:
            return convert_or_null(node.body(self.scope(node), self), node.type, self, node.name)
        except feel.FeelError as error:
            if self.strict or type(error) is not feel.FeelError:
                raise
            return None
        finally:
            self.depth -= 1


class DecisionModel:
    """A compiled model: immutable, shared by threads. `decisions` are the ids of its decisions."""

    def __init__(self, nodes: Mapping[str, Node], strict: bool) -> None:
        self.nodes = nodes
        self.strict = strict
        self.decisions = tuple(node.id for node in nodes.values() if node.kind == "decision")
        self.inputs = tuple(node.name for node in nodes.values() if node.kind == "inputData")
        self._by_name: dict[str, Node] = {}
        for node in nodes.values():
            if node.kind in ("decision", "decisionService"):
                self._by_name.setdefault(node.name, node)
        for node in reversed(list(nodes.values())):
            if node.kind in ("decision", "decisionService"):
                self._by_name[node.id] = node

    def evaluate(
        self, decision: str, data: Mapping[str, Any], *, now: datetime, budget: Budget | None = None
    ) -> DecisionResult:
        """Make a decision, by id or name, from this data. Raises feel.FeelError with the place that failed.

        A decision service is given its input data and input decisions by name; its value is that of its output
        decision, or a context of them when it has several.
        """
        node = self._by_name.get(decision)
        if node is None:
            raise feel.FeelError(f"there is no decision {decision}")
        values = {name: feel.from_python(value) for name, value in data.items()}
        evaluation = Evaluation(now, budget or Budget(), self.strict, self, values)
        value = feel.bounded(lambda: self._made(node, evaluation))
        return DecisionResult(value, tuple(evaluation.matched))

    def _made(self, node: Node, evaluation: Evaluation) -> Any:
        value = evaluation.value(node)
        if node.kind != "decisionService":
            return value
        arguments = [evaluation.data.get(name) for name in value.parameters]
        return feel.call(value, arguments, None, evaluation, None)


def convert_or_null(value: Any, wanted: Type | None, run: Run, name: str) -> Any:
    """The value as one of the type; what is not is an error when strict, null otherwise."""
    if wanted is None or value is None:
        return value
    fitted = convert(value, wanted, run.budget)
    return run.null(f"{name} is not of its type") if fitted is MISMATCH else fitted


def placed(error: feel.FeelError, owner: str) -> feel.FeelError:
    """The error with the element it happened in; an inner place wins."""
    if getattr(error, "owner", None):
        return error
    located = type(error)(f"{owner}: {error.message}", error.position)
    located.owner = owner  # type: ignore[attr-defined]
    return located
