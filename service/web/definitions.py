"""Definitions: what is deployed, in which versions, and uploading another."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import login_required

from service.db.queries import definitions as queries
from service.db.queries import doing
from service.domain.errors import Invalid, InvalidDefinition, NotAllowed, NotFound
from service.engine.definitions import Definition
from service.engine.steps import Finding, SourceFile
from service.operations import definitions, editing
from service.operations.action import Action
from service.web import answers, context, diagrams, timeline, wording
from service.web.step_names import Names

blueprint = Blueprint("definitions", __name__, url_prefix="/definitions")

SUFFIXES = (".bpmn", ".dmn", ".json")
MOST_FILES = 60
SHOWN_KINDS = {
    "startEvent",
    "userTask",
    "manualTask",
    "serviceTask",
    "sendTask",
    "receiveTask",
    "businessRuleTask",
    "callActivity",
    "intermediateCatchEvent",
    "boundaryEvent",
    "endEvent",
}


@blueprint.get("")
@login_required
def page() -> ResponseReturnValue:
    """All definitions with their latest version: those that cases begin with, and the stages that they share."""
    _check_may_view()
    with context.reading() as action:
        found = queries.page(action.session, limit=100, cursor=None).items
        running = queries.running(action.session)
        names = Names(action)
    users = {row.key: [names.definition(key) for key in _users(row.key, found)] for row in found}
    return render_template(
        "definitions/page.html",
        beginnings=[row for row in found if not users[row.key]],
        stages=[row for row in found if users[row.key]],
        users=users,
        running=running,
        name_of=names.definition,
        may_deploy=_may_deploy(),
    )


@blueprint.get("/<key>")
@login_required
def latest(key: str) -> ResponseReturnValue:
    """The latest version of a definition."""
    _check_may_view()
    with context.reading() as action:
        version = definitions.latest(action.session, key)
    return redirect(url_for(".version", key=key, number=version.version), 303)


@blueprint.get("/<key>/<int:number>")
@login_required
def version(key: str, number: int) -> ResponseReturnValue:
    """One version: diagrams, elements, forms, findings, files."""
    _check_may_view()
    with context.reading() as action:
        shown = queries.get(action.session, key, number)
        compiled = definitions.compiled(action.session, action.engine, shown.id)
        holding = doing.holding(action.session, shown.id, key)
        at_tasks = doing.at_tasks(action.session, [shown.id, *holding], compiled.processes, action.now)
        stages = doing.at_stages(action.session, shown.id)
        return render_template(
            "definitions/version.html",
            version=shown,
            doing=at_tasks,
            in_stage=_in_stage(action, key, holding) if holding else None,
            name_of=lambda row: timeline.name_of(compiled, row.process, row.element),
            stages=[
                (timeline.name_of(compiled, compiled.key, element), count)
                for element, count in stages.items()
            ],
            draft=editing.of(action, key),
            versions=queries.versions(action.session, key),
            name=context.in_language(compiled.name, compiled.name_en) or key,
            diagrams=diagrams.of_version(
                compiled,
                shown.id,
                waiting=_waiting(compiled, at_tasks, stages, doing.at_events(action.session, shown.id)),
            ),
            elements=_elements(compiled),
            forms=_forms(compiled),
            files=[file.name for file in compiled.bundle.files],
            kind_label=kind_label,
            may_deploy=_may_deploy(),
        )


@blueprint.get("/<key>/<int:number>/files/<name>")
@login_required
def file(key: str, number: int, name: str) -> ResponseReturnValue:
    """A file of a version, as a download."""
    _check_may_view()
    with context.reading() as action:
        bundle = definitions.bundle(action.session, queries.get(action.session, key, number).id)
    found = next((file for file in bundle.files if file.name == name), None)
    if found is None:
        raise NotFound("There is no such file.")
    return _as_download(found)


@blueprint.get("/diagrams/<uuid:version_id>/<process>.bpmn")
@login_required
def diagram(version_id: uuid.UUID, process: str) -> ResponseReturnValue:
    """The diagram that holds a process of a version: for the viewer. A diagram names roles, never people."""
    with context.reading() as action:
        bundle = definitions.bundle(action.session, version_id)
    for found in bundle.files:
        if process in definitions.executable_processes(found):
            return _as_download(found)
    raise NotFound("There is no such diagram.")


@blueprint.get("/upload")
@login_required
def upload_form() -> ResponseReturnValue:
    """Choose files."""
    check_may_deploy()
    return render_template("definitions/upload.html", findings=(), files=(), drawn=None, note="")


@blueprint.post("/upload")
@login_required
def upload() -> ResponseReturnValue:
    """Deploy what was chosen, or show every finding on its element: 422."""
    check_may_deploy()
    note = request.form.get("note", "").strip()[:500]
    try:
        files = _chosen()
        with context.services().action(context.actor()) as action:
            deployed = definitions.deploy(action, files, note)
            key, number = deployed[0].key, deployed[0].version
    except InvalidDefinition as refused:
        findings = [finding_words(finding) for finding in refused.findings]
        return _refused(files, findings, note), 422
    except Invalid as refused:
        flash(wording.said(refused), "bad")
        return render_template("definitions/upload.html", findings=(), files=(), drawn=None, note=note), 422
    flash(
        gettext("%(key)s version %(number)s is deployed. New cases begin on it.", key=key, number=number),
        "good",
    )
    return redirect(url_for(".version", key=key, number=number), 303)


def _users(key: str, rows: Sequence[queries.VersionRow]) -> list[str]:
    """The other definitions whose latest version holds the diagram of this one."""
    return [row.key for row in rows if row.key != key and f"{key}.bpmn" in row.files]


def _in_stage(action: Action, key: str, holding: Sequence[uuid.UUID]) -> int:
    """How many running cases of these versions are in the stage that calls this definition."""
    count = 0
    for version_id in holding:
        outer = definitions.compiled(action.session, action.engine, version_id)
        calls = {element for (_, element), node in outer.elements.items() if node.called == key}
        at_stages = doing.at_stages(action.session, version_id)
        count += sum(cases for stage, cases in at_stages.items() if stage in calls)
    return count


def _waiting(
    compiled: Definition, tasks: Sequence[doing.Doing], stages: Mapping[str, int], events: Mapping[str, int]
) -> dict[str, dict[str, int]]:
    """Process -> element -> how many wait there, for the tokens on the diagrams."""
    found: dict[str, dict[str, int]] = {process: {} for process in compiled.processes}
    for row in tasks:
        found.setdefault(row.process, {})[row.element] = row.waiting
    found[compiled.key] = {**stages, **found.get(compiled.key, {})}
    for process, element in compiled.elements:
        if element in events:
            found.setdefault(process, {}).setdefault(element, events[element])
    return found


def _refused(files: Sequence[SourceFile], findings: Sequence[Mapping[str, Any]], note: str) -> str:
    """The upload page with its findings, on the uploaded diagrams as far as they can be drawn."""
    marked: dict[str, list[str]] = {}
    for finding in findings:
        if finding["element"]:
            marked.setdefault(finding["element"], []).append(finding["severity"])
    processes = {
        process: {"xml": found.content.decode("utf-8", "replace"), "findings": marked}
        for found in files
        for process in definitions.executable_processes(found)[:1]
        if b"BPMNDiagram" in found.content
    }
    drawn = diagrams.Diagrams(
        {"first": next(iter(processes), ""), "processes": processes},
        tuple((name, name) for name in processes),
    )
    return render_template(
        "definitions/upload.html",
        findings=findings,
        files=files,
        drawn=drawn if processes else None,
        note=note,
    )


def _chosen() -> list[SourceFile]:
    uploads = [upload for upload in request.files.getlist("files") if upload.filename]
    if not uploads:
        raise Invalid("Choose at least one diagram.")
    if len(uploads) > MOST_FILES:
        raise Invalid("Too many files at once.")
    files = []
    for upload in uploads:
        name = (upload.filename or "").replace("\\", "/").rpartition("/")[2]
        if not name.endswith(SUFFIXES):
            raise Invalid("Only .bpmn, .dmn and .json files are taken.")
        files.append(SourceFile(name, upload.stream.read()))
    return files


def _elements(compiled: Definition) -> list[tuple[str, list[dict[str, Any]]]]:
    """Per diagram its name and the elements a reader asks about, in the diagram's order."""
    return [
        (
            diagrams.process_name(compiled, process),
            [row for row in _rows(compiled) if row["process"] == process],
        )
        for process in compiled.processes
    ]


def _rows(compiled: Definition) -> list[dict[str, Any]]:
    return [
        {
            "process": process,
            "id": element.id,
            "kind": element.kind,
            "name": context.in_language(element.name, element.name_en) or element.id,
            "lane": context.in_language(element.lane or "", element.lane_en),
            "role": element.role or "",
            "form": element.form or "",
            "called": element.called or "",
            "about": context.in_language(element.documentation, element.documentation_en),
        }
        for (process, _), element in compiled.elements.items()
        if element.kind in SHOWN_KINDS
    ]


def _forms(compiled: Definition) -> list[dict[str, Any]]:
    """Every form with an empty drawing of it."""
    titles = {
        element.form: context.in_language(element.name, element.name_en)
        for element in compiled.elements.values()
        if element.form
    }
    return [
        {"id": form_id, "title": titles.get(form_id, form_id), "schema": schema}
        for form_id, schema in answers.schemas(compiled.bundle).items()
    ]


def _as_download(found: SourceFile) -> Response:
    """Stored sources are never pages of ours: a download, in a sandbox, of the type they claim to be."""
    media_type = "application/json" if found.name.endswith(".json") else "application/xml"
    answer = Response(found.content, mimetype=media_type)
    answer.headers.set("Content-Disposition", "attachment", filename=found.name)
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


def finding_words(finding: Finding) -> dict[str, Any]:
    """A finding as a page shows it, in the reader's language."""
    return asdict(finding) | {"message": wording.said(finding.message), "mend": wording.said(finding.mend)}


def kind_label(kind: str) -> str:
    """A BPMN element's kind in words."""
    labels = {
        "startEvent": gettext("start"),
        "userTask": gettext("task"),
        "manualTask": gettext("task without a form"),
        "serviceTask": gettext("done by the system"),
        "sendTask": gettext("sent by the system"),
        "receiveTask": gettext("waits for a message"),
        "scriptTask": gettext("computed"),
        "businessRuleTask": gettext("decision table"),
        "callActivity": gettext("stage"),
        "intermediateCatchEvent": gettext("waits"),
        "boundaryEvent": gettext("interrupts or reminds"),
        "intermediateThrowEvent": gettext("sends"),
        "exclusiveGateway": gettext("either or"),
        "inclusiveGateway": gettext("one or more"),
        "parallelGateway": gettext("side by side"),
        "eventBasedGateway": gettext("what comes first"),
        "sequenceFlow": gettext("flow"),
        "subProcess": gettext("subprocess"),
        "participant": gettext("pool"),
        "lane": gettext("lane"),
        "process": gettext("process"),
        "textAnnotation": gettext("note"),
        "association": gettext("association"),
        "endEvent": gettext("end"),
    }
    return labels.get(kind, kind)


def _may_deploy() -> bool:
    return context.actor().may("definition.deploy")


def check_may_deploy() -> None:
    if not _may_deploy():
        raise NotAllowed("Only a process owner may deploy definitions.")


def _check_may_view() -> None:
    actor = context.actor()
    if not (actor.may("definition.view") or actor.may("definition.deploy")):
        raise NotAllowed("Your roles do not allow you to see definitions.")
