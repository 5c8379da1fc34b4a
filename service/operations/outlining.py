"""A definition's outline for programs, with where a case was and is: the same that the case page tells in words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from service.db.cases import Case
from service.db.queries import cases as queries
from service.engine.definitions import Definition
from service.engine.outline import Branch, Outline, Step
from service.operations import definitions
from service.operations.action import Action

Place = tuple[str, str]


def stands_at(definition: Definition, elements: Iterable[str], stage_element: str | None) -> list[Place]:
    """(process, element) of elements that wait: in the present stage's process, else wherever they are."""
    stage = definition.elements.get((definition.key, stage_element or ""))
    first = (stage.called,) if stage is not None and stage.called else ()
    order = [*first, definition.key, *definition.processes]
    found = (
        next(((name, one) for name in order if (name, one) in definition.elements), None) for one in elements
    )
    return [place for place in found if place is not None]


def of_case(action: Action, case: Case) -> dict[str, Any]:
    """The outline as JSON. States: done, current, ahead. The reader must be one who may see the case."""
    definition = definitions.compiled(action.session, action.engine, case.definition_version_id)
    turns = queries.turns(action.session, [case.id]).get(case.id, ())
    waits = queries.waits(action.session, case.id)
    here = {(turn.process, turn.element) for turn in turns}
    here.update(stands_at(definition, [wait.element for wait in waits], case.stage_element))
    if case.status == "running" and case.stage_element:
        here.add((definition.key, case.stage_element))
    walked = queries.walked(action.session, case.id)
    done = {(process, one): times for process, found in walked.items() for one, times in found.items()}
    return _Told(done, here).process(definition.outline)


class _Told:
    def __init__(self, done: Mapping[Place, int], here: Collection[Place]) -> None:
        self.done, self.here = done, here

    def process(self, found: Outline) -> dict[str, Any]:
        return {
            "process": found.process.id,
            "name": found.process.name or found.process.id,
            "name_en": found.process.name_en or None,
            "steps": self._steps(found.steps),
            "besides": self._steps(found.besides),
        }

    def _steps(self, steps: Sequence[Step]) -> list[dict[str, Any]]:
        return [self._step(step) for step in steps]

    def _step(self, step: Step) -> dict[str, Any]:
        node, place = step.node, (step.process, step.node.id)
        times = self.done.get(place, 0)
        return {
            "process": step.process,
            "element": node.id,
            "kind": node.kind,
            "name": node.name or None,
            "name_en": node.mutasi.get("nameEn") or None,
            "lane": node.lane or None,
            "state": "current" if place in self.here else "done" if times else "ahead",
            "times": times,
            "events": [
                {"kind": event.kind, "text": event.name or event.text or None} for event in node.events
            ],
            "loop": node.loop.kind if node.loop else None,
            "branches": [self._branch(branch) for branch in step.branches],
            "borders": self._steps(step.borders),
            "inside": self._steps(step.inside),
            "called": self.process(step.called) if step.called is not None else None,
            "goes_to": step.goes_to.id if step.goes_to else None,
        }

    def _branch(self, branch: Branch) -> dict[str, Any]:
        flow = branch.flow
        return {
            "why": branch.why,
            "name": (flow.name or None) if flow else None,
            "name_en": (flow.name_en or None) if flow else None,
            "condition": (flow.condition or None) if flow else None,
            "steps": self._steps(branch.steps),
            "goes_to": branch.goes_to.id if branch.goes_to else None,
        }
