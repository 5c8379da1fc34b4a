"""The inbox: what must I do now? The list beside the open task, what is new in it, and what became of its tasks."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_login import login_required

from service.db.drafts import Draft
from service.db.queries import inbox as inbox_queries
from service.db.queries import tasks as queries
from service.db.queries.tasks import TaskRow
from service.domain import decisions, forms
from service.domain.decisions import Verdict
from service.operations import batches, drafts, tasks
from service.operations.action import Action
from service.web import context, inbox_filters, moments, views
from service.web.inbox_filters import Chosen
from service.web.step_names import Names
from service.web.words import role_label

blueprint = Blueprint("inbox", __name__, url_prefix="/inbox")

PAGE = 25
MOST_COUNTED = 1000
MOST_WATCHED = 100
OVERLAP = timedelta(seconds=10)
"""Tasks of transactions that were still open at the last look are younger than it by no more than this."""


@blueprint.app_template_global("my_id")
def my_id() -> uuid.UUID | None:
    return context.actor().holder


blueprint.app_template_global("case_title_of")(views.case_title_of)


@dataclass(frozen=True, slots=True)
class Card:
    """A task as the list shows it. `verdicts`: verdict -> label, when it is a plain decision that is this person's to take.

    `kind` is the same for tasks that can be decided together.
    """

    task: TaskRow
    stage: str
    kind: str
    verdicts: dict[Verdict, str]
    draft: Draft | None


@blueprint.get("")
@login_required
def page() -> ResponseReturnValue:
    """Open tasks, most urgent first, or those finished; the filters stand in the address."""
    wanted = inbox_filters.chosen(request.args)
    with context.reading() as action:
        found = queries.inbox(
            action.session,
            action.actor,
            scope=wanted.scope,
            state="completed" if wanted.done else "open",
            wanted=inbox_filters.meaning(action, wanted, context.zone()),
            limit=PAGE,
            cursor=request.args.get("cursor"),
        )
        shown = {
            "cards": _cards(action, found.items),
            "scopes": _scopes(action, wanted),
            **(_choices(action, wanted) if inbox_filters.summary(wanted) else {"choices": None}),
            "since": action.now.isoformat(),
        }
    kept = dict(wanted.values)
    return render_template(
        "inbox/page.html",
        **shown,
        wanted=wanted,
        filters=inbox_filters,
        kept=kept,
        open_task=_open_task(),
        next_url=context.here(".page", kept, found.next_cursor) if found.next_cursor else "",
        first_url=context.here(".page", kept) if request.args.get("cursor") else "",
    )


@blueprint.get("/fields")
@login_required
def fields() -> ResponseReturnValue:
    """The fields of the filters with what there is to choose, asked for when they are opened."""
    wanted = inbox_filters.chosen(request.args)
    with context.reading() as action:
        shown = _choices(action, wanted)
    return render_template("inbox/fields.html", wanted=wanted, filters=inbox_filters, **shown)


@blueprint.get("/scopes")
@login_required
def scopes() -> ResponseReturnValue:
    """How many tasks there are in each scope, anew after something was decided."""
    wanted = inbox_filters.chosen(request.args)
    with context.reading() as action:
        return render_template("inbox/scopes.html", scopes=_scopes(action, wanted))


@blueprint.get("/<uuid:task_id>/card")
@login_required
def card(task_id: uuid.UUID) -> ResponseReturnValue:
    """One card anew, after something was done with its task."""
    with context.reading() as action:
        row = queries.get(action.session, action.actor, task_id)
        (shown,) = _cards(action, [row])
    return render_template("inbox/one_card.html", card=shown)


@blueprint.get("/news")
@login_required
def news() -> ResponseReturnValue:
    """`{"new": how many tasks came, "said": ..., "tasks": {id: {"state": ..., "said": ...}}}` for a page that is open.

    Asked with the page's filters, `since` when it was made, and the ids of the tasks it shows.
    """
    wanted = inbox_filters.chosen(request.args)
    known = _ids(request.args.get("ids", ""))
    with context.reading() as action:
        since = _since(action)
        new = 0
        if not wanted.done and since is not None:
            meaning = inbox_filters.meaning(action, wanted, context.zone())
            new = inbox_queries.news(
                action.session, action.actor, wanted.scope, meaning, since - OVERLAP, known
            )
        changed = {} if wanted.done else _changed(action, known)
    said = ngettext("%(num)d new task", "%(num)d new tasks", new) if new else ""
    return jsonify(new=new, said=said, tasks=changed)


def _choices(action: Action, wanted: Chosen) -> dict[str, Any]:
    """What occurs among the tasks of the scope, for the fields of the filters."""
    choices = inbox_queries.choices(action.session, action.actor, wanted.scope)
    names = Names(action)
    return {
        "choices": choices,
        "kinds": [(kind.element, context.in_language(kind.name, kind.name_en)) for kind in choices.kinds],
        "stages": [(stage, names.stage(stage)) for stage in choices.stages],
        "processes": names.definitions(),
        "roles": [(role, role_label(role)) for role in sorted(action.actor.roles)],
    }


def _open_task() -> str:
    try:
        return str(uuid.UUID(request.args.get("task", "")))
    except ValueError:
        return ""


def _cards(action: Action, rows: Iterable[TaskRow]) -> list[Card]:
    rows = list(rows)
    stages = views.stage_names(action, rows)
    kinds = batches.kinds(
        action, [(row.definition_version_id, row.process, row.element, row.form) for row in rows]
    )
    own = drafts.at(action, [row.id for row in rows if row.state == "open"])
    return [
        Card(
            row,
            stages[row.definition_version_id, row.stage],
            kind,
            _verdicts(action, row),
            own.get(row.id),
        )
        for row, kind in zip(rows, kinds, strict=True)
    ]


def _verdicts(action: Action, row: TaskRow) -> dict[Verdict, str]:
    free = row.assignee_id is None or row.assignee_id == action.actor.holder
    if row.state != "open" or row.suspended or not row.offered or not free or row.form is None:
        return {}
    schema = tasks.form_of_version(action, row.definition_version_id, row.form)
    found = decisions.decision(forms.localized(schema, context.language()) if schema else None)
    return {verdict: label for verdict, (_, label) in found.answers.items()} if found else {}


def _scopes(action: Action, wanted: Chosen) -> list[dict[str, Any]]:
    """The scopes with their counts under the present filters, `1,000+` where there are more."""
    labels = {
        "": gettext("For my roles"),
        "mine": gettext("Mine"),
        "all": gettext("Everything"),
        "done": gettext("Done"),
    }
    shown = []
    for view, scope in inbox_filters.SCOPES.items():
        there = inbox_filters.chosen(wanted.narrowed | {"view": view})
        count = queries.count(
            action.session,
            action.actor,
            scope=scope,
            state="completed" if there.done else "open",
            wanted=inbox_filters.meaning(action, there, context.zone()),
            most=MOST_COUNTED + 1,
        )
        shown.append(
            {
                "label": labels[view],
                "count": str(count) if count <= MOST_COUNTED else gettext("1,000+"),
                "url": context.here(".page", dict(there.values)),
                "current": wanted["view"] == view,
            }
        )
    return shown


def _changed(action: Action, ids: list[uuid.UUID]) -> dict[str, dict[str, str]]:
    """What became of these tasks, of those that are no longer simply open, where the reader may see them."""
    actor = action.actor
    found = [
        row
        for row in inbox_queries.present(action.session, ids)
        if row.state != "open" or row.deciding or row.assignee_id not in (None, actor.holder)
    ]
    visible = {row.id for row in queries.these(action.session, actor, [row.id for row in found])}
    return {str(row.id): _became(row) for row in found if row.id in visible}


def _became(row: inbox_queries.Present) -> dict[str, str]:
    at = moments.clock(row.closed_at) if row.closed_at else ""
    if row.state == "completed" and row.closed_by:
        return {
            "state": "gone",
            "said": gettext("%(name)s completed it %(time)s", name=row.closed_by, time=at),
        }
    if row.state != "open":
        return {"state": "gone", "said": gettext("The case went on without it, %(time)s", time=at)}
    if row.deciding:
        return {
            "state": "held",
            "said": gettext("%(name)s is deciding it", name=row.assignee or gettext("Somebody")),
        }
    return {"state": "taken", "said": gettext("Taken by %(name)s", name=row.assignee or "")}


def _since(action: Action) -> datetime | None:
    try:
        since = datetime.fromisoformat(request.args.get("since", ""))
    except ValueError:
        return None
    if since.tzinfo is None:
        return None
    return max(since.astimezone(UTC), action.now - timedelta(days=7))


def _ids(text: str) -> list[uuid.UUID]:
    found = []
    for part in text.split(",")[:MOST_WATCHED]:
        try:
            found.append(uuid.UUID(part))
        except ValueError:
            continue
    return found
