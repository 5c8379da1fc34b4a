"""Running cases: snapshot in, Step out."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from SpiffWorkflow.util.task import TaskState

from service.domain.errors import Conflict, Incident, Invalid, InvalidDefinition, MutasiError
from service.domain.wording import Message
from service.engine import checks, decisions, feel, firing, migration, moving, snapshots, throwing
from service.engine.case import Case, Token
from service.engine.definitions import Definition, entries, processes_of
from service.engine.events import Catching
from service.engine.expressions import Expression, Failed, budget
from service.engine.outcome import step_of, waits_of
from service.engine.specs import OpenActivity
from service.engine.steps import Bundle, Finding, Limits, SourceFile, Step, Timer, Wait
from service.engine.values import vetted

NEVER = datetime(1, 1, 1, tzinfo=UTC)
CACHED_DEFINITIONS = 64
CACHED_EXPRESSIONS = 1024

logger = logging.getLogger(__name__)


class Engine:
    """Runs compiled definitions. Holds only settings and caches keyed by content; threads may share it.

    Commands answer a Step and change nothing: the snapshot passed in stays valid. They raise Incident when
    something in the diagram fails, Conflict when the task is not open, Invalid when data cannot be stored.
    """

    def __init__(
        self, functions: Mapping[str, Callable[..., Any]] | None = None, limits: Limits | None = None
    ) -> None:
        self.functions = dict(functions or {})
        self.limits = limits or Limits()
        self.keep_history = False  # tests compare a case with its whole history to one without
        self._definitions: OrderedDict[str, Definition] = OrderedDict()
        self._expressions: OrderedDict[str, Expression] = OrderedDict()
        self._models: OrderedDict[bytes, Any] = OrderedDict()
        self._lock = threading.Lock()
        self._compiling = threading.Lock()

    # Definitions

    def check(
        self,
        files: Sequence[SourceFile],
        *,
        library: Mapping[str, SourceFile] | None = None,
        roles: Iterable[str] | None = None,
    ) -> list[Finding]:
        """All that is wrong with the files, at once; never raises on bad input.

        `library`: further files they may refer to, by name. `roles`: the role ids and lane names that
        exist (None: any will do)."""
        return checks.check(
            files, library or {}, None if roles is None else set(roles), self.functions, self.limits
        )

    def definition(self, bundle: Bundle) -> Definition:
        """The compiled bundle, from the cache when its content was seen before. Raises InvalidDefinition."""
        digest = bundle.digest
        if found := self._known(digest):
            return found
        with (
            self._compiling
        ):  # one at a time: two threads would take as long as both, often for the same bundle
            if found := self._known(digest):
                return found
            compiled = _compiled(bundle, self.functions, self.limits)
            with self._lock:
                self._definitions[digest] = compiled
                while len(self._definitions) > CACHED_DEFINITIONS:
                    self._definitions.popitem(last=False)
            return compiled

    def _known(self, digest: str) -> Definition | None:
        with self._lock:
            found = self._definitions.get(digest)
            if found is not None:
                self._definitions.move_to_end(digest)
            return found

    def processes(self, files: Sequence[SourceFile]) -> list[tuple[str, list[str]]]:
        """The executable processes of diagrams, each with the processes it calls."""
        found = processes_of(Bundle("", tuple(files)), self.limits)
        return [
            (process.id, [node.called for node in process.all_nodes() if node.called])
            for process in found.values()
            if process.executable
        ]

    # Commands

    def start(
        self, definition: Definition, data: Mapping[str, Any], now: datetime, *, element: str | None = None
    ) -> Step:
        """Begin a case at a start event: the named one, else the none start, else the only one."""
        case = Case(definition, now, keep_history=self.keep_history)
        model = definition.models[definition.key]
        if element is None:
            begin = entries(model)
        else:
            begin = [node for node in model.begins() if node.id == element]
            begin += model.implicit() if begin else []
        if not begin:
            raise Invalid(f"{definition.key} does not start at {element or 'anything'}.")
        with _step(case):
            given = vetted(data)
            nodes = definition.top.nodes
            if isinstance(nodes[begin[0].id], Catching):  # its trigger has come already
                case.open(case, given, [nodes[node.id] for node in begin[1:]])
                began = Token(case, nodes[begin[0].id], case.key(), given)
                case.act(began.task_spec, began.complete)
            else:
                case.open(case, given, [nodes[node.id] for node in begin])
        return step_of(case)

    def complete(
        self,
        definition: Definition,
        snapshot: bytes,
        task_key: str,
        answers: Mapping[str, Any],
        now: datetime,
    ) -> Step:
        """Complete an open task (a service task with its effect's result); the answers join the data."""
        case = self._load(definition, snapshot, now)
        token = _open(case, task_key)
        with _step(case):
            given = vetted(answers)
            token.data.update(given)
            if "of" in token.internal_data:
                token.internal_data["answers"] = given
            case.act(token.task_spec, token.run)
        return step_of(case)

    def fail(
        self,
        definition: Definition,
        snapshot: bytes,
        task_key: str,
        code: str,
        message: str,
        now: datetime,
    ) -> Step:
        """A BPMN error at an open task: goes on at the nearest error boundary event, else the case fails."""
        case = self._load(definition, snapshot, now)
        token = _open(case, task_key)
        with _step(case):
            data = {**token.data, "kesalahan": {"kode": code, "pesan": message}}
            if not throwing.caught(case, token, code, data):
                throwing.throw_error(case, token.workflow, code, data)
        return step_of(case)

    def wake(self, definition: Definition, snapshot: bytes, now: datetime) -> Step:
        """Fire every timer that is due at `now`; without one the case stays as it is."""
        case = self._load(definition, snapshot, now)
        with _step(case):
            firing.wake(case)
        return step_of(case)

    def postpone(
        self,
        definition: Definition,
        snapshot: bytes,
        by: timedelta,
        now: datetime,
    ) -> Step:
        """Move the timers that count from when they were entered; those that name a day stay. Nothing fires."""
        case = self._load(definition, snapshot, now)
        with _step(case):
            firing.postpone(case, by)
        return step_of(case)

    def message(
        self,
        definition: Definition,
        snapshot: bytes,
        name: str,
        data: Mapping[str, Any],
        now: datetime,
        *,
        correlation: str | None = None,
        keys: Collection[str] | None = None,
    ) -> Step:
        """Hand a message to the first that waits for its name, and for its correlation where it asks for one.

        `keys` narrows to these waits. When nobody waits for it the case stays as it is."""
        case = self._load(definition, snapshot, now)
        with _step(case):
            given = vetted(data)
            for token in firing.waiting(case, "message"):
                noted = token.internal_data
                asked = noted.get("corr")
                fits = noted.get("name") == name and (asked is None or asked == correlation)
                if fits and (keys is None or str(token.id) in keys):
                    case.act(token.task_spec, firing.fire, case, token, given)
                    break
        return step_of(case)

    def signal(
        self, definition: Definition, snapshot: bytes, name: str, data: Mapping[str, Any], now: datetime
    ) -> Step:
        """Tell everything in the case that waits for the signal."""
        case = self._load(definition, snapshot, now)
        with _step(case):
            firing.signal(case, name, vetted(data))
        return step_of(case)

    def assign(
        self, definition: Definition, snapshot: bytes, values: Mapping[str, Any], now: datetime
    ) -> Step:
        """Set variables for all branches of the case: a repair by hand. Raises Conflict when it has ended."""
        case = self._load(definition, snapshot, now)
        if case.status != "running":
            raise Conflict("The case has ended already.")
        with _step(case):
            case.share(vetted(values))
        return step_of(case)

    def move(self, definition: Definition, snapshot: bytes, key: str, element: str, now: datetime) -> Step:
        """Withdraw an open task or wait and begin at another element of its process, or of one that holds it.

        Raises Conflict when it is not open, Invalid when one cannot begin there."""
        case = self._load(definition, snapshot, now)
        token = case.token(int(key)) if key.isascii() and key.isdigit() and len(key) < 19 else None
        if token is None:
            raise Conflict(f"{key} is not open.")
        with _step(case):
            moving.move(case, token, element)
        return step_of(case)

    def skip(
        self, definition: Definition, snapshot: bytes, task_key: str, values: Mapping[str, Any], now: datetime
    ) -> Step:
        """Go on behind an open task without its work. Raises Conflict when it is not open."""
        case = self._load(definition, snapshot, now)
        token = _open(case, task_key)
        with _step(case):
            moving.skip(case, token, vetted(values))
        return step_of(case)

    def migrate(
        self,
        definition: Definition,
        snapshot: bytes,
        target: Definition,
        now: datetime,
        *,
        mapping: Mapping[str, str] | None = None,
        timers: migration.Timers = "keep",
    ) -> Step:
        """The case in another version of its definition. Raises migration.MigrationBlocked with every reason."""
        case = self._load(definition, snapshot, now)
        moved = migration.migrate(case, target, mapping or {}, timers)
        with _step(moved):
            pass
        return step_of(moved)

    def earlier_steps(self, definition: Definition, snapshot: bytes, key: str) -> list[str]:
        """The ids of the tasks for people that lead to an open task, nearest first: where it can be sent back to."""
        case = self._load(definition, snapshot, None)
        return [spec.node.id for spec in moving.targets(case, _open(case, key))]

    def reopened(self, definition: Definition, snapshot: bytes, now: datetime) -> Step:
        """A stored case as it stands, as a step in which nothing happened: to show it again after a failure."""
        return step_of(self._load(definition, snapshot, now))

    def cancel(self, definition: Definition, snapshot: bytes, now: datetime) -> Step:
        """Withdraw the case: nothing stays open. Raises Conflict when it has ended already."""
        case = self._load(definition, snapshot, now)
        if case.status != "running":
            raise Conflict("The case has ended already.")
        with _step(case):
            case.end_case("cancelled", case.present())
        return step_of(case)

    # Reading

    def task_data(self, definition: Definition, snapshot: bytes, task_key: str) -> dict[str, Any]:
        """What the case knows at an open task, as plain JSON. Raises Conflict when it is not open."""
        case = self._load(definition, snapshot, None)
        data: dict[str, Any] = feel.to_json(_open(case, task_key).data)
        return data

    def case_data(self, definition: Definition, snapshot: bytes) -> dict[str, Any]:
        """What the case knows at present, its branches merged, as plain JSON."""
        data: dict[str, Any] = feel.to_json(self._load(definition, snapshot, None).present())
        return data

    def waits_of(self, definition: Definition, snapshot: bytes) -> tuple[tuple[Timer, ...], tuple[Wait, ...]]:
        """What a stored case waits for: its timers, messages and signals."""
        return waits_of(self._load(definition, snapshot, None))

    def evaluate(self, expression: str, data: Mapping[str, Any], now: datetime) -> Any:
        """The value of a FEEL expression, as plain JSON. Raises Incident."""
        try:
            compiled = self._cached(
                self._expressions, expression, lambda: Expression(expression, self.functions, self.limits)
            )
            return feel.to_json(compiled.evaluate(data, now))
        except (Failed, feel.FeelError) as error:
            raise Incident(None, str(error)) from error

    def decide(
        self, model: bytes, decision: str, data: Mapping[str, Any], now: datetime
    ) -> decisions.DecisionResult:
        """The result of a decision of a DMN model given as its bytes. Raises Incident."""
        try:
            loaded = self._cached(self._models, model, lambda: decisions.load(model))
            result: decisions.DecisionResult = loaded.evaluate(
                decision, data, now=now, budget=budget(self.limits)
            )
            return result
        except (feel.FeelError, decisions.InvalidDecision) as error:
            raise Incident(decision, str(error)) from error

    def _load(self, definition: Definition, snapshot: bytes, now: datetime | None) -> Case:
        moment = now or NEVER  # reading needs no clock
        return snapshots.load(definition, snapshot, moment, keep_history=self.keep_history)

    def _cached(self, cache: OrderedDict[Any, Any], key: Any, make: Callable[[], Any]) -> Any:
        with self._lock:
            found = cache.get(key)
            if found is not None:
                cache.move_to_end(key)
                return found
        made = make()
        with self._lock:
            cache[key] = made
            while len(cache) > CACHED_EXPRESSIONS:
                cache.popitem(last=False)
        return made


@contextmanager
def _step(case: Case) -> Iterator[None]:
    """Do something, then run to rest. Whatever fails inside is an Incident; the stored case is untouched."""
    try:
        yield
        case.settle()
    except Incident as error:
        error.happened = tuple(case.happened)
        raise
    except MutasiError:
        raise
    except Failed as error:
        raise Incident(None, str(error)) from error
    except Exception as error:
        # A fault of ours must neither kill the worker nor half-move a case: it is shown like any incident.
        logger.exception("a step of %s failed", case.definition.key)
        raise Incident(None, f"internal error: {type(error).__name__}") from error


def _open(case: Case, task_key: str) -> Token:
    token = (
        case.token(int(task_key))
        if task_key.isascii() and task_key.isdigit() and len(task_key) < 19
        else None
    )
    is_open = (
        token is not None and token._state == TaskState.READY and isinstance(token.task_spec, OpenActivity)
    )
    if token is None or not is_open:
        raise Conflict(f"Task {task_key} is not open.")
    return token


def _compiled(bundle: Bundle, functions: Mapping[str, Callable[..., Any]], limits: Limits) -> Definition:
    try:
        return Definition(bundle, functions, limits)
    except InvalidDefinition:
        raise
    except (feel.FeelError, KeyError, ValueError, TypeError, AttributeError) as error:
        # Diagrams that were never checked (stored by hand) end here: refused, with the reason.
        finding = Finding(
            "",
            None,
            "compile",
            "error",
            Message("The definition cannot be compiled: %(problem)s", problem=error),
        )
        raise InvalidDefinition([finding]) from error
