"""What a step shows to the rest of the house: open tasks, timers, waits and the stage, as frozen values."""

from __future__ import annotations

from datetime import datetime

from SpiffWorkflow.util.task import TaskState

from service.engine.case import Case, Token
from service.engine.model import ACTIVITIES
from service.engine.snapshots import dump
from service.engine.specs import OpenActivity
from service.engine.steps import OpenTask, Step, Timer, Wait


def step_of(case: Case) -> Step:
    """The case as it now stands, with what happened."""
    tasks: list[OpenTask] = []
    timers: list[Timer] = []
    waits: list[Wait] = []
    if case.status == "running":
        tokens = [token for scope in case.scopes() for token in scope.tokens()]
        for token in sorted(tokens, key=lambda one: one.id):
            _show(token, tasks, timers, waits)
    stage = _stage(case)
    return Step(
        dump(case),
        case.status,
        tuple(tasks),
        tuple(timers),
        tuple(waits),
        tuple(case.happened),
        stage=stage.task_spec.node.name or stage.task_spec.node.id if stage else "",
        stage_element=stage.task_spec.node.id if stage else None,
    )


def waits_of(case: Case) -> tuple[tuple[Timer, ...], tuple[Wait, ...]]:
    """The timers of a case, and the messages and signals it waits for."""
    tasks: list[OpenTask] = []
    timers: list[Timer] = []
    waits: list[Wait] = []
    for scope in case.scopes() if case.status == "running" else ():
        for token in scope.tokens():
            _show(token, tasks, timers, waits)
    return tuple(timers), tuple(waits)


def _show(token: Token, tasks: list[OpenTask], timers: list[Timer], waits: list[Wait]) -> None:
    spec, noted = token.task_spec, token.internal_data
    if token._state == TaskState.READY and isinstance(spec, OpenActivity):
        tasks.append(_open_task(token, spec))
    elif noted.get("on") == "timer":
        timers.append(Timer(str(token.id), spec.node.id, datetime.fromisoformat(noted["due"])))
    elif noted.get("on") in {"message", "signal"}:
        waits.append(Wait(str(token.id), spec.node.id, noted["on"], noted["name"] or "", noted.get("corr")))


def _open_task(token: Token, spec: OpenActivity) -> OpenTask:
    node, mutasi = spec.node, spec.node.mutasi
    person_kind = spec.kind in {"user", "manual"}
    return OpenTask(
        str(token.id),
        node.id,
        token.workflow.process,
        node.name or node.id,
        spec.kind,  # type: ignore[arg-type]
        mutasi.get("nameEn", ""),
        token.workflow.path,
        role=(mutasi.get("role") or node.lane) if person_kind else None,
        unit=token.internal_data.get("unit"),
        person=token.internal_data.get("person"),
        form=mutasi.get("form"),
        effect=mutasi.get("effect"),
        topic=mutasi.get("topic") if spec.kind == "external" else None,
        due_working_days=_number(mutasi.get("due")),
        remind_working_days=_number(mutasi.get("remind", "1")) if mutasi.get("due") else None,
        escalate_to=mutasi.get("escalate"),
    )


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() else None


def _stage(case: Case) -> Token | None:
    """The oldest open activity of the top process; when there is none, the oldest event it waits for."""
    if case.status != "running":
        return None
    tokens = sorted(case.tokens(), key=lambda one: one.id)
    activities = [token for token in tokens if token.task_spec.node.kind in ACTIVITIES]
    waiting = [token for token in tokens if token.internal_data.get("on") and token.moving]
    return next(iter(activities + waiting), None)
