"""Decision tables (DMN 1.5, chapter 8): compiled to the cells that ask something, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lxml import etree

from service.domain.wording import Message
from service.engine import feel
from service.engine.decisions.elements import InvalidDecision, child, children, text, typed
from service.engine.decisions.hit_policies import AGGREGATIONS, LISTS, POLICIES, Hit, apply
from service.engine.decisions.model import Evaluation, MatchedRule, convert_or_null, placed
from service.engine.feel.iteration import Closure
from service.engine.feel.run import Run, Scope
from service.engine.feel.types import Type
from service.engine.feel.unary import Test
from service.engine.xml import MUTASI

if TYPE_CHECKING:
    from service.engine.decisions.boxed import Boxes


@dataclass(frozen=True, slots=True)
class _Input:
    label: str
    label_en: str
    read: Closure


@dataclass(frozen=True, slots=True)
class _Output:
    name: str
    type: Type | None
    default: Closure | None
    order: Closure | None


@dataclass(frozen=True, slots=True)
class _Rule:
    """A row: its cells that ask something, by column, and its answers by output."""

    id: str
    tests: tuple[tuple[int, Test], ...]
    answers: tuple[tuple[_Output, Closure], ...]
    annotations: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Table:
    owner: str
    inputs: tuple[_Input, ...]
    labels_en: Mapping[str, str]
    outputs: tuple[_Output, ...]
    rules: tuple[_Rule, ...]
    policy: str
    aggregation: str | None

    def evaluate(self, scope: Scope, run: Run) -> Any:
        assert isinstance(run, Evaluation)
        run.budget.spend(len(self.rules))
        values = [column.read(scope, run) for column in self.inputs]
        hits: list[Hit] = []
        for rule in self.rules:
            if self._fires(rule, values, scope, run):
                hits.append(self._hit(rule, values, scope, run))
                if self.policy == "FIRST":
                    break
        if not hits:
            return self._without_hits(scope, run)
        orders: dict[str, Any] = {}
        if self.policy in ("PRIORITY", "OUTPUT ORDER"):
            orders = {output.name: output.order(scope, run) for output in self.outputs if output.order}
        return apply(self.policy, self.aggregation, hits, orders, self.owner, run)

    def _fires(self, rule: _Rule, values: list[Any], scope: Scope, run: Run) -> bool:
        try:
            for column, test in rule.tests:
                if not test(values[column], scope, run):
                    return False
        except feel.FeelError as error:
            raise placed(error, rule.id) from error
        return True

    def _hit(self, rule: _Rule, values: list[Any], scope: Scope, run: Evaluation) -> Hit:
        made = {
            output.name: convert_or_null(answer(scope, run), output.type, run, output.name)
            for output, answer in rule.answers
        }
        shown = {column.label: value for column, value in zip(self.inputs, values, strict=True)}
        run.matched.append(MatchedRule(rule.id, rule.annotations, shown, made, self.owner, self.labels_en))
        run.budget.hold(320)
        return Hit(next(iter(made.values())) if len(made) == 1 else made, made)

    def _without_hits(self, scope: Scope, run: Run) -> Any:
        if any(output.default for output in self.outputs):
            made = {
                output.name: output.default(scope, run) if output.default else None for output in self.outputs
            }
            return next(iter(made.values())) if len(made) == 1 else made
        if self.policy in LISTS and self.aggregation is None:
            return []
        return 0 if self.aggregation == "COUNT" else None


def compiled(boxes: Boxes, element: etree._Element, owner: str) -> Closure:
    """The closure of a table. Raises InvalidDecision with the row or column that is wrong."""
    policy, aggregation = element.get("hitPolicy", "UNIQUE"), element.get("aggregation")
    if policy not in POLICIES:
        raise InvalidDecision(Message("the hit policy %(policy)s is not known", policy=policy), owner)
    if aggregation is not None and aggregation not in AGGREGATIONS:
        raise InvalidDecision(
            Message("the aggregation %(aggregation)s is not known", aggregation=aggregation), owner
        )
    columns = tuple(_input(boxes, part, owner) for part in children(element, "input"))
    outputs = tuple(
        _output(boxes, part, owner, number) for number, part in enumerate(children(element, "output"), 1)
    )
    if not outputs:
        raise InvalidDecision(Message("the table has no output"), owner)
    notes = [
        part.get("name") or f"annotation {number}"
        for number, part in enumerate(children(element, "annotation"), 1)
    ]
    rules = tuple(
        _rule(boxes, part, owner, len(columns), outputs, notes) for part in children(element, "rule")
    )
    table = _Table(
        owner,
        columns,
        {column.label: column.label_en for column in columns if column.label_en},
        outputs,
        rules,
        policy,
        aggregation if policy == "COLLECT" else None,
    )
    return table.evaluate


def _input(boxes: Boxes, element: etree._Element, owner: str) -> _Input:
    expression = child(element, "inputExpression")
    source = text(expression).strip()
    identity = element.get("id") or owner
    if not source:
        raise InvalidDecision(Message("an input has no expression"), identity)
    return _Input(
        element.get("label") or source,
        element.get(f"{{{MUTASI}}}labelEn", ""),
        boxes.literal(expression, identity),
    )


def _output(boxes: Boxes, element: etree._Element, owner: str, number: int) -> _Output:
    default = child(element, "defaultOutputEntry")
    allowed = text(child(element, "outputValues")).strip()
    return _Output(
        element.get("name") or element.get("label") or f"output {number}",
        boxes.types.of(typed(element)),
        boxes.literal(default, owner) if default is not None and text(default).strip() else None,
        boxes.expression(f"[{allowed}]", owner) if allowed else None,
    )


def _rule(
    boxes: Boxes,
    element: etree._Element,
    owner: str,
    width: int,
    outputs: Sequence[_Output],
    notes: Sequence[str],
) -> _Rule:
    identity = element.get("id") or owner
    cells = [text(cell).strip() or "-" for cell in children(element, "inputEntry")]
    answers = list(children(element, "outputEntry"))
    if len(cells) != width or len(answers) != len(outputs):
        raise InvalidDecision(Message("the row has not as many cells as the table has columns"), identity)
    tests = [(column, _test(boxes.tests(cell, identity))) for column, cell in enumerate(cells)]
    texts = [text(entry).strip() for entry in children(element, "annotationEntry")]
    return _Rule(
        identity,
        tuple((column, test) for column, test in tests if test is not None),
        tuple(
            (output, boxes.literal(answer, identity)) for output, answer in zip(outputs, answers, strict=True)
        ),
        dict(zip(notes, texts, strict=False)),
    )


def _test(cell: feel.UnaryTests) -> Test | None:
    """The shortest way to ask what a cell asks; None when it asks nothing."""
    if cell.tests is None:
        return None
    return cell.tests[0] if len(cell.tests) == 1 and not cell.negated else cell.closure
