"""From one engine step to the next: run the effects it names, until only people, timers and messages are waited for."""

from __future__ import annotations

from collections.abc import Sequence

from service.db.cases import Case
from service.domain.errors import Incident, Invalid, MutasiError, Suspended
from service.engine.definitions import Definition
from service.engine.steps import Event, OpenTask, Step
from service.operations.action import Action
from service.operations.attempts import Attempt, open_again
from service.operations.effects import EFFECTS
from service.operations.recording import EventRow, Waits, record

MAX_EFFECTS = 100


def check_not_suspended(case: Case) -> None:
    if case.suspended_at is not None:
        raise Suspended(
            "The case is suspended: nothing in it can be done until it is resumed.", at=case.suspended_at
        )


def advance(
    action: Action,
    case: Case,
    definition: Definition,
    step: Step,
    *,
    said: Sequence[EventRow] = (),
    stood: Definition | None = None,
) -> Step:
    """Run the effects of a step, record everything, and answer the last step.

    `said`: rows of the log that come before the step's. `stood`: the definition the stored case stands in, when the step
    is of another one. An effect that fails is an Incident: the transaction is rolled back and the case stays as it was.
    """
    check_not_suspended(case)
    before: Waits = ((), ())
    if case.version:  # else it has only just begun
        before = action.engine.waits_of(stood or definition, case.snapshot)
    events: list[Event] = list(step.events)
    for _ in range(MAX_EFFECTS):
        service = next((task for task in step.open if task.kind == "service"), None)
        if service is None:
            record(action, case, before, step, events, said)
            if step.status == "failed":
                _keep_failure(action, case, events)
            return step
        step = _run(action, case, definition, step, service)
        events += step.events
    raise Incident(None, f"more than {MAX_EFFECTS} effects in one step")


def _run(action: Action, case: Case, definition: Definition, step: Step, service: OpenTask) -> Step:
    effect = EFFECTS.get(service.effect or "")
    if effect is None:
        raise Incident(service.element, f"the effect {service.effect!r} does not exist")
    data = action.engine.task_data(definition, step.snapshot, service.key)
    try:
        answers = effect(action, case, data)
    except Incident:
        raise
    except MutasiError as error:
        fields = error.fields if isinstance(error, Invalid) else None
        raise Incident(service.element, str(error), fields) from error
    return action.engine.complete(definition, step.snapshot, service.key, answers, action.now)


def _keep_failure(action: Action, case: Case, events: list[Event]) -> None:
    """An error that nobody caught has ended the case: it is shown, and can be begun again from before."""
    code = next((event.name for event in events if event.kind == "case_failed"), "")
    thrown = next((event.element for event in reversed(events) if event.kind == "error_thrown"), None)
    open_again(
        action, case, Attempt(case.id, "failed", "failed", {}), thrown, f"the error {code!r} was not caught"
    )
