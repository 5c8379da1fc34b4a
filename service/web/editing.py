"""Editing a definition in the browser: what would change if I deploy this?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import login_required

from service.db.queries import definitions as queries
from service.domain.errors import Conflict, Invalid, InvalidDefinition
from service.engine.comparing import Change
from service.engine.definitions import Definition
from service.engine.steps import Finding
from service.operations import definitions, editing, effects
from service.operations.action import Action
from service.web import context, moments, wording
from service.web.definitions import check_may_deploy, finding_words, kind_label

blueprint = Blueprint("editing", __name__, url_prefix="/definitions")


@blueprint.get("/<key>/edit")
@login_required
def page(key: str) -> ResponseReturnValue:
    """The editor: one's own draft, else the latest version."""
    check_may_deploy()
    with context.reading() as action:
        return _page(action, key)


@blueprint.put("/<key>/edit")
@login_required
def save(key: str) -> ResponseReturnValue:
    """Keep the drawing as a draft: `{"base": 3, "files": {"approval.bpmn": "<xml>"}}` -> when it was kept."""
    try:
        base, files = _drawn()
        with context.services().action(context.actor()) as action:
            editing.save(action, key, base, files)
            saved = gettext("Draft saved at %(time)s", time=moments.clock(action.now))
            return jsonify(saved=saved, beside=_beside(action, key, base))
    except Invalid as refused:
        return jsonify(said=wording.said(refused)), 422


@blueprint.post("/<key>/edit/check")
@login_required
def check(key: str) -> ResponseReturnValue:
    """What a deployment would find and change, in words. Nothing is stored."""
    try:
        base, files = _drawn()
        with context.reading() as action:
            checked = editing.check(action, key, base, files)
            others = [_name(action, other) for other in checked.others]
    except Invalid as refused:
        return jsonify(said=wording.said(refused)), 422
    return jsonify(
        findings=[finding_words(finding) for finding in checked.findings],
        changes=[change_words(change) for change in checked.changes],
        others=others,
        deployable=checked.deployable and bool(checked.changes),
    )


@blueprint.post("/<key>/edit/deploy")
@login_required
def deploy(key: str) -> ResponseReturnValue:
    """Deploy the draft: 303 to the new version, 422 with the findings, 409 when somebody deployed meanwhile."""
    note = request.form.get("note", "")
    try:
        with context.services().action(context.actor()) as action:
            version = editing.deploy(action, key, note)
            number = version.version
    except InvalidDefinition as refused:
        with context.reading() as action:
            return _page(action, key, findings=refused.findings, note=note), 422
    except Invalid as refused:
        flash(wording.said(refused), "bad")
        with context.reading() as action:
            return _page(action, key, note=note), 422
    except Conflict as conflict:
        flash(_overtaken(conflict), "bad")
        with context.reading() as action:
            return _page(action, key, note=note), 409
    flash(
        gettext("%(key)s version %(number)s is deployed. New cases begin on it.", key=key, number=number),
        "good",
    )
    return redirect(url_for("definitions.version", key=key, number=number), 303)


@blueprint.post("/<key>/edit/discard")
@login_required
def discard(key: str) -> ResponseReturnValue:
    """Throw one's draft away."""
    check_may_deploy()
    with context.services().action(context.actor()) as action:
        editing.discard(action, key)
    flash(gettext("The draft is gone. You see the version as it is deployed."), "note")
    return redirect(url_for("definitions.latest", key=key), 303)


def _page(
    action: Action,
    key: str,
    findings: Iterable[Finding] = (),
    note: str = "",
) -> str:
    draft = editing.of(action, key)
    shown = queries.get(action.session, key, draft.base if draft else None)
    compiled = definitions.compiled(action.session, action.engine, shown.id)
    found = [finding_words(finding) for finding in findings]
    return render_template(
        "definitions/edit.html",
        version=shown,
        latest=definitions.latest(action.session, key),
        name=context.in_language(compiled.name, compiled.name_en) or key,
        draft=draft,
        beside=_beside(action, key, shown.version),
        note=note,
        content={
            "base": shown.version,
            "files": _files(compiled, draft.files if draft else {}),
            "first": next(iter(_diagrams(compiled))),
            "drafted": sorted(draft.files) if draft else [],
            "findings": found,
            "choices": _choices(action, compiled),
        },
        tabs=[(name, _title(compiled, processes)) for name, processes in _diagrams(compiled).items()],
    )


def _beside(action: Action, key: str, base: int) -> str:
    """What else goes on with the definition: a later version than the drawing began from, and who else draws."""
    latest = definitions.latest(action.session, key)
    return render_template(
        "definitions/beside.html", latest=latest.version, base=base, others=editing.others(action, key)
    )


def _name(action: Action, key: str) -> str:
    latest = definitions.latest(action.session, key)
    compiled = definitions.compiled(action.session, action.engine, latest.id)
    return context.in_language(compiled.name, compiled.name_en) or key


def _diagrams(compiled: Definition) -> dict[str, list[str]]:
    """Diagram -> the processes in it, the definition's own first and those it calls in their order."""
    order = {process: place for place, process in enumerate(compiled.processes)}
    found = {file.name: definitions.executable_processes(file) for file in compiled.bundle.files}
    drawn = {name: processes for name, processes in found.items() if processes}
    return dict(sorted(drawn.items(), key=lambda item: min(order.get(one, len(order)) for one in item[1])))


def _files(compiled: Definition, drawn: Mapping[str, str]) -> dict[str, str]:
    stored = {file.name: file.content.decode("utf-8", "replace") for file in compiled.bundle.files}
    return {name: drawn.get(name, stored[name]) for name in _diagrams(compiled)}


def _title(compiled: Definition, processes: Sequence[str]) -> str:
    model = compiled.models.get(processes[0])
    return (context.in_language(model.name, model.name_en) if model else "") or processes[0]


def _choices(action: Action, compiled: Definition) -> dict[str, list[dict[str, str]]]:
    """What the properties panel offers: roles, forms, decisions and effects."""
    names = [file.name for file in compiled.bundle.files]
    return {
        "roles": [
            {"value": role.id, "label": context.in_language(role.label, role.label_en)}
            for role in action.roles.values()
        ],
        "forms": _named(name.removesuffix(".json") for name in names if name.endswith(".json")),
        "decisions": _named(name.removesuffix(".dmn") for name in names if name.endswith(".dmn")),
        "effects": _named(sorted(effects.EFFECTS)),
    }


def _named(values: Iterable[str]) -> list[dict[str, str]]:
    return [{"value": value, "label": value} for value in values]


def _drawn() -> tuple[int, dict[str, str]]:
    given = request.get_json(silent=True)
    files = given.get("files") if isinstance(given, dict) else None
    base = given.get("base") if isinstance(given, dict) else None
    if not isinstance(base, int) or not isinstance(files, dict):
        raise Invalid("The drawing was not understood.")
    if not all(isinstance(name, str) and isinstance(text, str) for name, text in files.items()):
        raise Invalid("The drawing was not understood.")
    return base, files


def change_words(change: Change) -> dict[str, Any]:
    """A change of a diagram as a page shows it."""
    name = change.name or change.element
    kind = kind_label(change.kind)
    texts = {
        "added": lambda: gettext("%(kind)s “%(name)s” is new", kind=kind, name=name),
        "removed": lambda: gettext("%(kind)s “%(name)s” is gone", kind=kind, name=name),
        "changed": lambda: gettext("%(kind)s “%(name)s” is changed", kind=kind, name=name),
        "layout": lambda: gettext("The drawing was rearranged"),
    }
    return {
        "file": change.file,
        "how": change.how,
        "element": change.element,
        "text": texts[change.how](),
        "details": [
            asdict(difference) | {"what": _property(difference.what)} for difference in change.differences
        ],
    }


def _property(name: str) -> str:
    """What an element says of itself, in words; what only programs read keeps its name."""
    words = {
        "kind": lambda: gettext("Kind"),
        "name": lambda: gettext("Name"),
        "nameEn": lambda: gettext("Name in English"),
        "documentationEn": lambda: gettext("Description in English"),
        "documentation": lambda: gettext("Description"),
        "lane": lambda: gettext("Lane"),
        "form": lambda: gettext("Form"),
        "role": lambda: gettext("Role"),
        "unit": lambda: gettext("Only for this unit"),
        "person": lambda: gettext("Only this person"),
        "due": lambda: gettext("Due in working days"),
        "remind": lambda: gettext("Remind working days before"),
        "escalate": lambda: gettext("When overdue, also offered to"),
        "differentFrom": lambda: gettext("Not by who completed"),
        "effect": lambda: gettext("Effect"),
        "topic": lambda: gettext("Topic of a program outside"),
        "decision": lambda: gettext("Decision table"),
        "result": lambda: gettext("Result goes into variable"),
        "correlation": lambda: gettext("Which message is meant"),
        "calledElement": lambda: gettext("Process that is called"),
        "script": lambda: gettext("Script"),
        "conditionExpression": lambda: gettext("Condition"),
        "sourceRef": lambda: gettext("Comes from"),
        "targetRef": lambda: gettext("Leads to"),
        "default": lambda: gettext("Default flow"),
        "attachedToRef": lambda: gettext("On the border of"),
        "cancelActivity": lambda: gettext("Interrupts"),
        "isInterrupting": lambda: gettext("Interrupts"),
        "timerEventDefinition.timeDuration": lambda: gettext("Timer, after"),
        "timerEventDefinition.timeDate": lambda: gettext("Timer, on"),
        "timerEventDefinition.timeCycle": lambda: gettext("Timer, again and again"),
    }
    return str(words[name]()) if name in words else name


def _overtaken(conflict: Conflict) -> str:
    if conflict.by:
        return gettext(
            "%(name)s deployed a later version at %(time)s. Your draft is kept: look at what is new before you go on.",
            name=conflict.by,
            time=moments.exact(conflict.at),
        )
    return gettext("A later version was deployed meanwhile. Your draft is kept.")
