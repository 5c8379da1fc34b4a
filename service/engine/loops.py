"""Activities that are done several times: multi-instance (parallel, sequential) and standard loops.

The token of the activity itself stays while its instances run; it keeps in `internal_data`:
n (how many), next (index of the next instance), done, items (the collection), out (index and output).
Instances name it as `of`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from SpiffWorkflow.util.task import TaskState

from service.engine.case import Case, Token
from service.engine.expressions import Expression, Failed, strip
from service.engine.merging import MISSING, merge
from service.engine.model import Loop
from service.engine.specs import Activity

INSTANCES_AT_MOST = 5_000


class LoopRunner:
    """Starts the instances of one activity and gathers what they give."""

    def __init__(self, spec: Activity, loop: Loop, compiled: Callable[[str], Expression]) -> None:
        self.spec = spec
        self.loop = loop
        self.collection = compiled(loop.collection) if loop.collection else None
        self.cardinality = compiled(loop.cardinality) if loop.cardinality else None
        self.condition = compiled(loop.condition) if loop.condition else None
        self.output = strip(loop.output) if loop.output else None

    def begin(self, body: Token) -> None:
        """Work out the instances and start the first, or all when they run in parallel."""
        noted, case = body.internal_data, body.case
        noted.update(next=0, done=0)
        if self.loop.kind == "standard":
            noted["n"] = self.loop.maximum if self.loop.maximum is not None else INSTANCES_AT_MOST
            if self.loop.test_before and not self._goes_on(body):
                noted["n"] = 0
        else:
            items = self._items(body)
            noted["n"] = len(items)
            if self.loop.item:
                noted["items"] = items
            if self.output:
                noted["out"] = []
        if noted["n"] == 0:
            self._finish(body)
        elif self.loop.kind == "parallel":
            for _ in range(noted["n"]):
                self._start_next(case, body)
        else:
            self._start_next(case, body)

    def instance_done(self, body: Token, instance: Token) -> None:
        """Gather what an instance gives; start the next one, or finish."""
        noted, case = body.internal_data, body.case
        noted["done"] += 1
        self._gather(body, instance)
        if self.loop.kind == "standard":
            stop = self.condition is not None and not self._goes_on(body)
        else:
            stop = self.condition is not None and self._enough(body, instance)
        if stop or noted["done"] >= noted["n"]:
            if self.loop.kind == "standard" and not stop and self.loop.maximum is None:
                raise Failed(f"the loop went round {INSTANCES_AT_MOST} times")
            self._finish(body)
        elif self.loop.kind != "parallel":
            self._start_next(case, body)

    def _items(self, body: Token) -> list[Any]:
        case = body.case
        if self.collection is not None:
            items = self.collection.evaluate(body.data, case.now)
            if isinstance(items, dict):
                items = list(items.values())
            if not isinstance(items, list | tuple):
                raise Failed(f"{self.collection.text}: must be a list, not {items!r}")
        else:
            if self.cardinality is None:
                raise Failed("neither a collection nor a number of instances is given")
            count = self.cardinality.evaluate(body.data, case.now)
            if isinstance(count, bool) or not _whole(count) or count < 0:
                raise Failed(f"{self.cardinality.text}: must be a whole number of instances, not {count!r}")
            if count > INSTANCES_AT_MOST:
                raise Failed(f"{count} instances; {INSTANCES_AT_MOST} are the most")
            items = list(range(1, int(count) + 1))
        if len(items) > INSTANCES_AT_MOST:
            raise Failed(f"{len(items)} instances; {INSTANCES_AT_MOST} are the most")
        return items if isinstance(items, list) else list(items)

    def _start_next(self, case: Case, body: Token) -> None:
        noted = body.internal_data
        index = noted["next"]
        noted["next"] = index + 1
        case.enter(
            body.workflow,
            self.spec,
            self._instance_data(body, index),
            body.forks,
            {"of": body.id, "index": index},
        )

    def _instance_data(self, body: Token, index: int) -> dict[str, Any]:
        data = dict(body.data)
        if self.loop.kind == "standard":
            return data
        data["loopCounter"] = index + 1
        if self.loop.item:
            data[self.loop.item] = body.internal_data["items"][index]
        if self.loop.output_item and self.loop.output_item != self.loop.item:
            data.pop(self.loop.output_item, None)  # what an earlier round left there is not this one's output
        return data

    def _gather(self, body: Token, instance: Token) -> None:
        given = self._instance_data(body, instance.internal_data["index"])
        if self.loop.kind == "standard":
            body.data = dict(instance.data)
        elif self.output:
            item = self.loop.output_item
            value = instance.data[item] if item and item in instance.data else self._answers(instance, given)
            body.internal_data["out"] = [*body.internal_data["out"], [instance.internal_data["index"], value]]
        else:
            changed = {name: value for name, value in instance.data.items() if name not in self._own()}
            before = {name: value for name, value in body.data.items() if name not in self._own()}
            own = {name: body.data[name] for name in self._own() if name in body.data}
            past = self._past(body)
            body.data = {**merge(past, before, changed), **own}

    def _past(self, body: Token) -> dict[str, Any]:
        """The data all instances began with; sequential ones begin with what the last one left."""
        if self.loop.kind == "sequential":
            return body.data
        past: dict[str, Any] = body.internal_data.setdefault("past", dict(body.data))
        return past

    def _own(self) -> set[str]:
        return {"loopCounter", *(name for name in (self.loop.item, self.loop.output_item) if name)}

    def _answers(self, instance: Token, given: dict[str, Any]) -> dict[str, Any]:
        """What an instance gives without an output variable: its answers, else all that it changed."""
        if "answers" in instance.internal_data:
            answers: dict[str, Any] = instance.internal_data["answers"]
            return answers
        return {name: value for name, value in instance.data.items() if given.get(name, MISSING) is not value}

    def _goes_on(self, body: Token) -> bool:
        return self.condition is None or self.condition.true(body.data, body.case.now)

    def _enough(self, body: Token, instance: Token) -> bool:
        assert self.condition is not None
        noted = body.internal_data
        data = {
            **instance.data,
            **{name: value for name, value in body.data.items() if name not in instance.data},
            "numberOfInstances": noted["n"],
            "numberOfCompletedInstances": noted["done"],
            "numberOfActiveInstances": noted["next"] - noted["done"],
        }
        if self.output:
            data[self.output] = _in_order(noted["out"])
        return self.condition.true(data, body.case.now)

    def _finish(self, body: Token) -> None:
        case, noted = body.case, body.internal_data
        for token in body.workflow.tokens():
            if token.internal_data.get("of") == body.id:
                case.cancel_token(token)
        if self.output and "out" in noted:
            body.data = {**body.data, self.output: _in_order(noted["out"])}
        # Through the queue, not at once: a chain of empty collections must not recurse.
        body._set_state(TaskState.READY)
        case.ready.append(body)


def _in_order(out: list[list[Any]]) -> list[Any]:
    return [value for _, value in sorted(out, key=lambda pair: int(pair[0]))]


def _whole(value: Any) -> bool:
    try:
        return bool(value == int(value))
    except (TypeError, ValueError, OverflowError):
        return False
