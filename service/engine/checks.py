"""What must be right before a definition is deployed: all that is wrong is found at once, by element."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from service.domain import forms
from service.domain.errors import InvalidDefinition
from service.domain.wording import Message
from service.engine import check_schema, decisions, feel
from service.engine.bundling import with_needed
from service.engine.check_flows import check_scope
from service.engine.check_nodes import check_node
from service.engine.definitions import Definition
from service.engine.model import Process
from service.engine.reading import Diagram, read
from service.engine.steps import Bundle, Finding, Limits, SourceFile
from service.engine.xml import UnsafeXml, parse

Functions = Mapping[str, Callable[..., Any]]

MAX_NODES = 5_000
MAX_INCLUSIVE = 100

logger = logging.getLogger(__name__)


@dataclass
class Checked:
    """What is known while files are checked together. `library`: what else they may refer to."""

    files: Sequence[SourceFile]
    library: Mapping[str, SourceFile]
    roles: set[str] | None
    functions: Functions
    limits: Limits
    diagrams: list[Diagram] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    decisions: set[str] = field(default_factory=set)
    called: dict[str, Process | None] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        return name in self.library or any(file.name == name for file in self.files)

    def knows_decision(self, name: str) -> bool:
        return name in self.decisions or self.has(f"{name}.dmn")

    def names_element(self, name: str) -> bool:
        """Whether any diagram at hand has an element of this id: the task may be one of the calling process."""
        if any(
            node.id == name
            for diagram in self.diagrams
            for process in diagram.processes
            for node in process.all_nodes()
        ):
            return True
        quoted = f'id="{name}"'.encode()
        return any(file.name.endswith(".bpmn") and quoted in file.content for file in self.library.values())

    def process(self, name: str) -> Process | None:
        """The called process, from the files or the library."""
        if name not in self.called:
            self.called[name] = self._find(name)
        return self.called[name]

    def _find(self, name: str) -> Process | None:
        own = (one for diagram in self.diagrams for one in diagram.processes if one.id == name)
        found = next(own, None)
        if found is not None or f"{name}.bpmn" not in self.library:
            return found
        file = self.library[f"{name}.bpmn"]
        try:
            diagram = read(parse(file.content, self.limits.diagram_bytes), file.name)
        except UnsafeXml:
            return None
        return next((one for one in diagram.processes if one.id == name), None)


def check(
    files: Sequence[SourceFile],
    library: Mapping[str, SourceFile],
    roles: set[str] | None,
    functions: Functions,
    limits: Limits,
) -> list[Finding]:
    """All findings of the files. Never raises on bad input."""
    checked = Checked(files, library, roles, functions, limits)
    try:
        for file in files:
            checked.findings += _file(checked, file)
        for diagram in checked.diagrams:
            checked.findings += _diagram(checked, diagram)
        checked.findings += _across(checked)
        if not any(finding.severity == "error" for finding in checked.findings):
            checked.findings += _dry_compile(checked)
    except Exception as error:
        # Any file must end in findings; a fault of the checks themselves is one, too, and is logged.
        logger.exception("a check failed")
        name = files[0].name if files else ""
        checked.findings.append(
            Finding(
                name,
                None,
                "check-failed",
                "error",
                Message("The check gave up: %(fault)s.", fault=type(error).__name__),
            )
        )
    return list(dict.fromkeys(checked.findings))


def _file(checked: Checked, file: SourceFile) -> Iterator[Finding]:
    if file.name.endswith(".bpmn"):
        try:
            root = parse(file.content, checked.limits.diagram_bytes)
        except UnsafeXml as error:
            yield Finding(
                file.name,
                None,
                error.rule,
                "error",
                error.message,
                Message("Save the diagram again as BPMN 2.0."),
            )
            return
        diagram = read(root, file.name)
        checked.diagrams.append(diagram)
        if diagram.processes:
            for element, message in check_schema.problems(root):
                yield Finding(
                    file.name,
                    element,
                    "schema",
                    "warning",
                    Message(message),
                    Message("Save it with a BPMN 2.0 editor."),
                )
    elif file.name.endswith(".dmn"):
        yield from _decision_file(checked, file)
    elif file.name.endswith(".json"):
        yield from _form_file(file)
    else:
        message = Message("Only diagrams (.bpmn), decisions (.dmn) and forms (.json) are read.")
        yield Finding(file.name, None, "file-kind", "error", message)


def _decision_file(checked: Checked, file: SourceFile) -> Iterator[Finding]:
    known = {**checked.library, **{other.name: other for other in checked.files}}
    others = [
        other.content for other in known.values() if other.name.endswith(".dmn") and other.name != file.name
    ]
    problems = decisions.check(file.content, others)
    for element, message, mend in problems:
        yield Finding(file.name, element, "decision", "error", message, mend)
    if not problems:
        loaded = decisions.load(file.content, *decisions.imported(file.content, others))
        checked.decisions.update(loaded.decisions)


def _form_file(file: SourceFile) -> Iterator[Finding]:
    try:
        form = orjson.loads(file.content)
    except orjson.JSONDecodeError as error:
        yield Finding(
            file.name,
            None,
            "form-json",
            "error",
            Message("Not readable as JSON: %(problem)s", problem=error),
        )
        return
    for problem in forms.problems(form):
        yield Finding(file.name, None, "form-schema", "error", problem)


def _diagram(checked: Checked, diagram: Diagram) -> Iterator[Finding]:
    for element, rule, message in diagram.notes:
        yield Finding(diagram.file, element, rule, "error", message)
    if diagram.processes and not any(process.executable for process in diagram.processes):
        message = Message("No process of the file is executable.")
        yield Finding(diagram.file, diagram.processes[0].id, "process-executable", "error", message)
    for process in diagram.processes:
        if not process.executable:
            continue
        if not process.id:
            yield Finding(diagram.file, None, "id-missing", "error", Message("The process has no id."))
        yield from _size(diagram, process)
        if not process.nodes:
            yield Finding(
                diagram.file,
                process.id,
                "process-empty",
                "error",
                Message("Nothing is drawn in the process."),
            )
        for severity, element, rule, message, mend in check_scope(process, checked.functions):
            yield Finding(diagram.file, element, rule, severity, message, mend)
        for node in process.all_nodes():
            for severity, rule, message, mend in check_node(checked, node):
                yield Finding(diagram.file, node.id, rule, severity, message, mend)


def _size(diagram: Diagram, process: Process) -> Iterator[Finding]:
    """What nobody can read, and what would cost more than its time to compile."""
    nodes = list(process.all_nodes())
    joins = sum(node.kind == "inclusiveGateway" for node in nodes)
    if len(nodes) > MAX_NODES:
        message = Message(
            "The process has %(count)s elements; %(most)s are the most.", count=len(nodes), most=MAX_NODES
        )
        yield Finding(
            diagram.file, process.id, "process-size", "error", message, Message("Call parts of it.")
        )
    if joins > MAX_INCLUSIVE:
        message = Message(
            "The process has %(count)s inclusive gateways; %(most)s are the most.",
            count=joins,
            most=MAX_INCLUSIVE,
        )
        yield Finding(
            diagram.file, process.id, "process-size", "error", message, Message("Call parts of it.")
        )


def _across(checked: Checked) -> Iterator[Finding]:
    """Processes that stand in two files, and processes that call each other in a circle."""
    seen: dict[str, str] = {}
    for diagram in checked.diagrams:
        for process in diagram.processes:
            if process.executable and process.id in seen and process.id:
                message = Message(
                    "The process %(id)s stands in %(other)s, too.", id=process.id, other=seen[process.id]
                )
                yield Finding(diagram.file, process.id, "process-duplicate", "error", message)
            seen[process.id] = diagram.file
    for diagram in checked.diagrams:
        for process in diagram.processes:
            if _calls_itself(checked, process):
                message = Message(
                    "The process %(id)s calls itself, directly or through others.", id=process.id
                )
                yield Finding(
                    diagram.file,
                    process.id,
                    "call-circle",
                    "error",
                    message,
                    Message("Draw a loop instead."),
                )


def _calls_itself(checked: Checked, start: Process) -> bool:
    todo, seen = [start], set()
    while todo:
        for node in todo.pop().all_nodes():
            if node.called == start.id:
                return True
            if node.called and node.called not in seen:
                seen.add(node.called)
                target = checked.process(node.called)
                if target is not None:
                    todo.append(target)
    return False


def _dry_compile(checked: Checked) -> Iterator[Finding]:
    sources = with_needed(checked.files, checked.library, checked.limits.diagram_bytes)
    for diagram in checked.diagrams:
        for process in diagram.processes:
            if not process.executable:
                continue
            try:
                Definition(Bundle(process.id, sources), checked.functions, checked.limits)
            except InvalidDefinition as error:
                yield from error.findings
            except feel.FeelError as error:
                yield Finding(diagram.file, process.id, "compile", "error", error.located)
