"""Random structured diagrams: sequences, choices, parallel and inclusive branches, loops, subprocesses, instances, events."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from tests.engine.building import ESCALATION, MESSAGE, SIGNAL, process, timer

# A plan is ("kind", part, ...); parts are plans.
Plan = tuple[Any, ...]
LEAVES = st.sampled_from(
    [
        ("user",),
        ("user",),
        ("script",),
        ("task",),
        ("catch", "message"),
        ("catch", "timer"),
        ("many", False),
        ("many", True),
    ]
)
EVENTS = st.sampled_from(
    [
        (MESSAGE, True),
        (MESSAGE, False),
        (SIGNAL, False),
        (timer("P1D"), True),
        (timer("R2/P1D", "timeCycle"), False),
    ]
)


def _larger(parts: st.SearchStrategy[Plan]) -> st.SearchStrategy[Plan]:
    return st.one_of(
        st.tuples(st.just("sequence"), parts, parts),
        st.tuples(st.just("choice"), parts, parts),
        st.tuples(st.just("parallel"), parts, parts),
        st.tuples(st.just("inclusive"), parts, parts),
        st.tuples(st.just("loop"), parts),
        st.tuples(st.just("sub"), parts),
        st.tuples(st.just("guarded"), parts, parts),
        st.tuples(st.just("watched"), parts, EVENTS, st.just(("user",))),
        st.tuples(st.just("escalating"), parts, parts),
    )


PLANS: st.SearchStrategy[Plan] = st.recursive(LEAVES, _larger, max_leaves=8)


@dataclass
class _Drawer:
    """Draws a plan; `content` are the elements so far."""

    content: list[str] = field(default_factory=list)
    count: int = 0

    def id(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"

    def node(self, kind: str, inside: str = "", **attributes: str) -> str:
        name = self.id(kind[:3])
        written = "".join(f' {key}="{value}"' for key, value in attributes.items())
        self.content.append(f'<{kind} id="{name}"{written}>{inside}</{kind}>')
        return name

    def flow(self, source: str, target: str, condition: str = "") -> str:
        name = self.id("flow")
        inside = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
        self.content.append(
            f'<sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}">{inside}</sequenceFlow>'
        )
        return name

    def draw(self, plan: Plan) -> tuple[str, str]:
        """The first and the last element of what was drawn."""
        made: tuple[str, str] = getattr(self, f"_{plan[0]}")(*plan[1:])
        return made

    def _user(self) -> tuple[str, str]:
        return (name := self.node("userTask"), name)

    def _task(self) -> tuple[str, str]:
        return (name := self.node("task"), name)

    def _script(self) -> tuple[str, str]:
        name = self.node("scriptTask", "<script>{ k: k + 1, l: append(l, k) }</script>", scriptFormat="feel")
        return name, name

    def _catch(self, kind: str) -> tuple[str, str]:
        return (
            name := self.node("intermediateCatchEvent", MESSAGE if kind == "message" else timer("P1D")),
            name,
        )

    def _many(self, sequential: bool) -> tuple[str, str]:
        marker = (
            f'<multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}"><loopDataInputRef>unit</loopDataInputRef>'
            f"<loopDataOutputRef>hasil</loopDataOutputRef></multiInstanceLoopCharacteristics>"
        )
        return (name := self.node("userTask", marker), name)

    def _sequence(self, first: Plan, second: Plan) -> tuple[str, str]:
        (begin, middle), (then, end) = self.draw(first), self.draw(second)
        self.flow(middle, then)
        return begin, end

    def _choice(self, first: Plan, second: Plan) -> tuple[str, str]:
        return self._gateways("exclusive", first, second, "pilih")

    def _inclusive(self, first: Plan, second: Plan) -> tuple[str, str]:
        return self._gateways("inclusive", first, second, "pilih")

    def _parallel(self, first: Plan, second: Plan) -> tuple[str, str]:
        return self._gateways("parallel", first, second, "")

    def _gateways(self, kind: str, first: Plan, second: Plan, condition: str) -> tuple[str, str]:
        name, end = self.id("split"), self.node(f"{kind}Gateway")
        for number, part in enumerate((first, second)):
            begin, last = self.draw(part)
            flow = self.flow(name, begin, condition if number == 0 else "")
            self.flow(last, end)
        default = f' default="{flow}"' if condition else ""
        self.content.append(f'<{kind}Gateway id="{name}"{default}/>')
        return name, end

    def _loop(self, part: Plan) -> tuple[str, str]:
        merge, ask = self.node("exclusiveGateway"), self.node("userTask")
        begin, last = self.draw(part)
        self.flow(merge, begin)
        self.flow(last, ask)
        split, end = self.id("again"), self.node("task")
        self.flow(ask, split)
        self.flow(split, merge, "ulang")
        self.content.append(f'<exclusiveGateway id="{split}" default="{self.flow(split, end)}"/>')
        return merge, end

    def _inside(self, part: Plan, more: str = "", trigger: str = "") -> str:
        inner = _Drawer(count=self.count + 100)
        begin, last = inner.draw(part)
        beside = {"isInterrupting": "false"} if trigger else {}
        inner.flow(inner.node("startEvent", trigger, **beside), begin)
        inner.flow(last, inner.node("endEvent"))
        self.count = inner.count
        return "".join(inner.content) + more

    def _sub(self, part: Plan) -> tuple[str, str]:
        return (name := self.node("subProcess", self._inside(part)), name)

    def _guarded(self, part: Plan, handler: Plan) -> tuple[str, str]:
        """A subprocess with an event subprocess beside its path."""
        drawn = self._inside(handler, trigger=SIGNAL)
        guard = f'<subProcess id="{self.id("guard")}" triggeredByEvent="true">{drawn}</subProcess>'
        return (name := self.node("subProcess", self._inside(part, guard)), name)

    def _watched(self, part: Plan, event: tuple[str, bool], handler: Plan) -> tuple[str, str]:
        """A subprocess with an event on its border, whose way joins again or ends apart."""
        trigger, interrupting = event
        name, end = self.node("subProcess", self._inside(part)), self.node("exclusiveGateway")
        border = self.node(
            "boundaryEvent", trigger, attachedToRef=name, cancelActivity=str(interrupting).lower()
        )
        begin, last = self.draw(handler)
        self.flow(border, begin)
        self.flow(last, end if interrupting else self.node("endEvent"))
        self.flow(name, end)
        return name, end

    def _escalating(self, part: Plan, handler: Plan) -> tuple[str, str]:
        thrown = ("sequence", part, ("throw",))
        name = self.node("subProcess", self._inside(thrown))
        border = self.node("boundaryEvent", ESCALATION, attachedToRef=name, cancelActivity="false")
        begin, last = self.draw(handler)
        self.flow(border, begin)
        self.flow(last, self.node("endEvent"))
        return name, name

    def _throw(self) -> tuple[str, str]:
        return (name := self.node("intermediateThrowEvent", ESCALATION), name)


def drawn(plan: Plan, id: str = "p") -> str:
    """A process that follows the plan. Its variables: k, l, pilih, ulang, unit."""
    drawer = _Drawer()
    begin, last = drawer.draw(plan)
    drawer.flow(drawer.node("startEvent"), begin)
    drawer.flow(last, drawer.node("endEvent"))
    return process(*drawer.content, id=id)


DATA: dict[str, Any] = {"k": 0, "l": [], "pilih": True, "ulang": False, "unit": [1, 2]}
