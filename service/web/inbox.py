"""The inbox: what must I do now?"""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import login_required

from service.db.queries import definitions as definition_queries
from service.db.queries import tasks as queries
from service.db.queries.task_filters import TaskFilter
from service.web import context, views

blueprint = Blueprint("inbox", __name__, url_prefix="/inbox")

PAGE = 25


@blueprint.get("")
@login_required
def page() -> ResponseReturnValue:
    """Open tasks offered to the person, most urgent first; or those finished."""
    actor = context.actor()
    chosen = {
        "view": request.args.get("view", "all"),
        "q": request.args.get("q", "").strip()[:100],
        "role": request.args.get("role", ""),
        "definition": request.args.get("definition", ""),
        "overdue": request.args.get("overdue", ""),
    }
    done = chosen["view"] == "done"
    with context.reading() as action:
        found = queries.inbox(
            action.session,
            actor,
            scope="mine" if chosen["view"] == "mine" else "offered",
            state="completed" if done else "open",
            wanted=TaskFilter(
                role=chosen["role"] if chosen["role"] in actor.roles else None,
                definition=chosen["definition"] or None,
                search=chosen["q"] or None,
                due_before=action.now if chosen["overdue"] and not done else None,
            ),
            limit=PAGE,
            cursor=request.args.get("cursor"),
        )
        stage_names = views.stage_names(action, found.items)
        badges = views.badges(action, found.items)
        known = definition_queries.page(action.session, limit=100, cursor=None).items
    kept = {key: value for key, value in chosen.items() if value and (key, value) != ("view", "all")}
    return render_template(
        "inbox/page.html",
        tasks=found.items,
        badges=badges,
        stage_names=stage_names,
        definitions=known,
        chosen=chosen,
        roles=sorted(actor.roles),
        kept=kept,
        actor=actor,
        next_url=context.here(".page", kept, found.next_cursor) if found.next_cursor else "",
        first_url=context.here(".page", kept) if request.args.get("cursor") else "",
    )
