"""Moving a running case to another version of its definition: all of it, or nothing with the reasons.

Tokens keep their keys, so that open tasks stay the same tasks. A case is moved token by token, scope by scope; what
cannot be placed in the new version is said for all of it at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from SpiffWorkflow.util.task import TaskState

from service.domain.errors import MutasiError
from service.engine import timers
from service.engine.case import Case, Part, Scope, Token
from service.engine.definitions import Definition
from service.engine.events import Catching
from service.engine.expressions import Failed
from service.engine.model import EventDefinition
from service.engine.specs import NodeSpec, OpenActivity

Timers = Literal["keep", "anew"]
"""Whether timers that run keep the time that has passed, or begin anew with the new version."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """Why a token cannot be moved: the element it stands on, and what would help."""

    element: str
    message: str
    mend: str


class MigrationBlocked(MutasiError):
    """A case cannot be moved to the version; nothing was changed."""

    code = "migration_blocked"

    def __init__(self, reasons: list[Blocked]) -> None:
        super().__init__("; ".join(f"{reason.element}: {reason.message}" for reason in reasons))
        self.reasons = reasons


def migrate(case: Case, target: Definition, mapping: Mapping[str, str], how: Timers) -> Case:
    """The case as it stands in the target version. `mapping`: ids of elements that are called otherwise there.

    Raises MigrationBlocked with every reason.
    """
    moved = Case(target, case.now, keep_history=case.keep_history)
    moved.counter, moved.status, moved.forks, moved.stored = (
        case.counter,
        case.status,
        case.forks,
        case.stored,
    )
    moved.data = case.data
    mover = _Mover(case, moved, mapping, how)
    mover.scope(case, moved)
    if mover.blocked:
        raise MigrationBlocked(mover.blocked)
    mover.begin_new_waits()
    return moved


class _Mover:
    def __init__(self, old: Case, new: Case, mapping: Mapping[str, str], how: Timers) -> None:
        self.old = old
        self.new = new
        self.mapping = mapping
        self.how = how
        self.blocked: list[Blocked] = []
        self.left: set[int] = set()  # events that the new version no longer has

    def scope(self, old: Scope, new: Scope) -> None:
        """All tokens of a scope, then what they hold."""
        new.ended = old.ended
        new.done = [entry for entry in old.done if self._name(entry[0]) in new.spec.nodes]
        for entry in new.done:
            entry[0] = self._name(entry[0])
        for token in sorted(old.tokens(), key=lambda one: one.id):
            self._token(token, new)
        for token in sorted(old.tokens(), key=lambda one: one.id):
            part = self.old.subprocesses.get(token.id)
            host = new.tasks.get(token.id)
            if part is not None and host is not None:
                self.scope(part, Part(self.new.definition.specs[host.task_spec.inside], host, self.new))

    def _name(self, element: str) -> str:
        return self.mapping.get(element, element)

    def _token(self, token: Token, scope: Scope) -> None:
        noted = dict(token.internal_data)
        owner = next((noted[name] for name in ("host", "race", "arm") if name in noted), None)
        if owner in self.left:
            self.left.add(token.id)
            return
        spec = scope.spec.nodes.get(self._name(token.task_spec.node.id))
        beside = "host" in noted or "guard" in noted or "arm" in noted
        if beside and (spec is None or self._changed(token, spec, scope)):
            self.left.add(token.id)  # it happens no more; what the new version waits for instead begins below
            return
        if spec is None or not self._fits(token, spec):
            self._block(token, spec)
            return
        if "via" in noted and not self._via(token, spec, noted):
            message = "It waits at a join by a flow that the new version does not have."
            self._say(token, message, "Map the join, or let the case pass it first.")
            return
        made = Token(scope, spec, token.id, token.data, token.forks, noted, token._state)
        made.triggered = token.triggered
        self._wait(token, made)

    def _changed(self, token: Token, spec: NodeSpec, scope: Scope) -> bool:
        """Whether an event beside an activity or a scope is another one now."""
        if not isinstance(spec, Catching) or len(spec.wanted) != len(token.task_spec.wanted):
            return True
        kinds = [wanted.event.kind for wanted in spec.wanted]
        if kinds != [wanted.event.kind for wanted in token.task_spec.wanted]:
            return True
        host = scope.tasks.get(token.internal_data.get("host", -1))
        return host is not None and spec not in host.task_spec.boundaries

    def _fits(self, token: Token, spec: NodeSpec) -> bool:
        old, new = token.task_spec, spec
        if isinstance(old, OpenActivity) and isinstance(new, OpenActivity):
            same = old.kind == new.kind or {old.kind, new.kind} == {"user", "manual"}
        else:
            same = type(old) is type(new)
        loops = [None if one.node.loop is None else one.node.loop.kind for one in (old, new)]
        outputs = [None if one.node.loop is None else one.node.loop.output for one in (old, new)]
        return same and loops[0] == loops[1] and outputs[0] == outputs[1]

    def _via(self, token: Token, spec: NodeSpec, noted: dict[str, Any]) -> bool:
        """Find the flow a token came by: the same id, or the flow from the same element."""
        old = next((flow for flow in token.task_spec.node.incoming if flow.id == noted["via"]), None)
        wanted = self._name(noted["via"])
        for flow in spec.node.incoming:
            if flow.id == wanted or (old is not None and flow.source == self._name(old.source)):
                noted["via"] = flow.id
                return True
        return False

    def _wait(self, token: Token, made: Token) -> None:
        """What a token waits for, as the new version has it."""
        spec, noted = made.task_spec, made.internal_data
        if getattr(spec, "may_fire", None) and made._state == TaskState.WAITING:
            self.new.joins[made.id] = made
        if not isinstance(spec, Catching) or "on" not in noted:
            return
        wanted = spec.wanted[noted.get("number", 0)]
        if wanted.event.kind != noted["on"]:
            self._say(
                token, f"It waits for a {noted['on']}, there for a {wanted.event.kind}.", "Map it elsewhere."
            )
            return
        before = token.task_spec.wanted[noted.get("number", 0)]
        known = dict(noted)
        for name in ("due", "every", "left", "name", "corr", "met"):
            noted.pop(name, None)
        data = made.data or self._data_of(token)
        try:
            wanted.note(made, data)
        except Failed as error:
            self._say(token, str(error), "Repair the data, or map it elsewhere.")
            return
        if noted["on"] == "timer" and self.how == "keep":
            self._keep_elapsed(before.event, wanted.event, known, noted)
        if noted["on"] == "conditional":
            noted["met"] = known.get("met", False)

    def _keep_elapsed(
        self, old: EventDefinition, new: EventDefinition, known: dict[str, Any], noted: dict[str, Any]
    ) -> None:
        """The timer is due as if it had run in the new version from its beginning."""
        if (old.timer, old.text) == (new.timer, new.text):
            noted.update({name: known[name] for name in ("due", "every", "left") if name in known})
        elif old.timer == new.timer == "timeDuration" and "=" not in (old.text[:1], new.text[:1]):
            passed = timers.add(self.old.now, old.text) - datetime.fromisoformat(known["due"])
            noted["due"] = (timers.add(self.old.now, new.text) - passed).isoformat()

    def _data_of(self, token: Token) -> dict[str, Any]:
        """The data an event beside an activity or a scope sees."""
        noted = token.internal_data
        owner = next((noted[name] for name in ("host", "arm") if name in noted), None)
        above = None if owner is None else self.old.token(owner)
        if above is None:
            return self.old.present(token.workflow)
        return above.data if "host" in noted else self._data_of(above)

    def _block(self, token: Token, spec: NodeSpec | None) -> None:
        if spec is None:
            message = f"The new version has no element {self._name(token.task_spec.node.id)!r} in its place."
        else:
            message = f"It is a {token.task_spec.node.kind} here and a {spec.node.kind} there, or repeats otherwise."
        self._say(token, message, "Say in the mapping which element takes its place.")

    def _say(self, token: Token, message: str, mend: str) -> None:
        self.blocked.append(Blocked(token.task_spec.node.id, message, mend))

    def begin_new_waits(self) -> None:
        """Boundary events and event subprocesses that only the new version has wait from now on."""
        for scope in list(self.new.scopes()):
            here = scope.tokens()
            present = {(one.task_spec.node.id, one.internal_data.get("host")) for one in here}
            for spec in scope.spec.guards:
                if spec.waits and (spec.node.id, None) not in present:
                    guard = Token(scope, spec, self.new.key(), self.new.present(scope), (), {"guard": True})
                    self.new.act(spec, spec.wait, guard)
                    guard.data = {}
            for token in here:
                if not token.moving or token._state == TaskState.COMPLETED:
                    continue
                for boundary in token.task_spec.boundaries:
                    if boundary.waits and (boundary.node.id, token.id) not in present:
                        self.new.enter(scope, boundary, token.data, token.forks, {"host": token.id})
