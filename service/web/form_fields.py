"""What a form's fields ask the server for while somebody fills them in: people, posts and units by a few letters, and
a place for files. Only who is offered the task may ask, and only for fields that its form has."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, BinaryIO, cast

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import login_required

from service.db.cases import Case, Task
from service.db.queries import tasks as queries
from service.domain import forms
from service.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from service.operations import documents, tasks
from service.operations.action import Action
from service.web import context, lookup, wording

blueprint = Blueprint("form_fields", __name__, url_prefix="/tasks")


@blueprint.get("/<uuid:task_id>/look-up")
@login_required
def search(task_id: uuid.UUID) -> ResponseReturnValue:
    """Up to twelve of what the field looks up, as `{"items": [{value, label, detail}]}`.

    Who sees only the cases of their units finds the employees of those units; nothing says who is a candidate.
    """
    with context.reading() as action:
        component = _field(action, task_id, request.args.get("field", "")[:255])
        kind = forms.lookup_of(component)
        if kind is None:
            raise NotFound("There is no such field.")
        return jsonify(items=lookup.found(action, kind, request.args.get("q", "")))


@blueprint.post("/<uuid:task_id>/files")
@login_required
def attach(task_id: uuid.UUID) -> ResponseReturnValue:
    """Store a file that a field of the form asks for, as a document of the case: `{id, name, size}`."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return jsonify(said=gettext("Choose a file first.")), 422
    name = request.form.get("field", "")[:255]
    try:
        with context.services().action(context.actor()) as action:
            component = _field(action, task_id, name)
            if component["type"] != "filepicker":
                raise NotFound("There is no such field.")
            task = action.session.get_one(Task, task_id)
            kind = name.rpartition(".")[2]
            document = documents.attach(
                action, task.case_id, kind, file.filename, cast("BinaryIO", file.stream)
            )
            return jsonify(id=str(document.id), name=document.filename, size=document.size)
    except (Invalid, Conflict) as refused:
        return jsonify(said=wording.said(refused)), 422


def _field(action: Action, task_id: uuid.UUID, name: str) -> Mapping[str, Any]:
    """The field of the task's form. Raises NotFound, NotAllowed; Conflict when the task is no longer open."""
    row = queries.get(action.session, action.actor, task_id)
    if not row.offered:
        raise NotAllowed("This task is not offered to you.")
    task = action.session.get_one(Task, task_id)
    if task.state != "open":
        raise tasks.too_late(action, task)
    schema = tasks.form(action, task, action.session.get_one(Case, task.case_id))
    component = forms.field_named(schema, name) if schema else None
    if component is None:
        raise NotFound("There is no such field.")
    return component
