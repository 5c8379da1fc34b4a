"""Talking about a case: the panel on its page and on those of its tasks, and whom one can name."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import login_required
from markupsafe import Markup, escape

from service.db.cases import Case, Task
from service.db.queries import comments as queries
from service.db.queries.comments import CommentRow
from service.domain.errors import Conflict, Invalid, NotFound
from service.operations import comments
from service.web import context, wording

blueprint = Blueprint("comments", __name__)

LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]}]")


@dataclass(frozen=True, slots=True)
class Talk:
    """What a reader sees of what was said about a case. `open`: something can still be said."""

    case_id: uuid.UUID
    task_id: uuid.UUID | None
    rows: Sequence[CommentRow]
    open: bool
    secret: bool


@blueprint.app_context_processor
def helpers() -> dict[str, Any]:
    return {"talk_about": talk_about, "comment_text": rendered}


def talk_about(case_id: uuid.UUID, task_id: uuid.UUID | None = None) -> Talk | None:
    """The talk about a case as the person signed in may read it; None for who may not see the case."""
    with context.reading() as action:
        case = action.session.get(Case, case_id)
        if case is None or not queries.Readers(action.session, case).sees(action.actor):
            return None
        task = action.session.get(Task, task_id) if task_id else None
        rows = queries.of_case(action.session, action.actor, case, action.now)
        return Talk(
            case_id,
            task.id if task is not None and task.case_id == case.id else None,
            rows,
            case.ended_at is None,
            case.decided_at is None,
        )


def named_in(body: str, mentions: Sequence[Mapping[str, Any]]) -> str:
    """Plain text with the people named in it by their names, not their user names."""
    names = {mention["username"]: mention["name"] for mention in mentions}
    return comments.MENTION.sub(lambda found: f"@{names.get(found[1].lower(), found[1])}", body)


def rendered(body: str, mentions: Sequence[Mapping[str, Any]]) -> Markup:
    """Plain text as HTML: lines, links, and the people named in it by their names. Nothing else has a meaning."""
    names = {mention["username"]: mention["name"] for mention in mentions}
    found = Markup("<br>").join(_line(line, names) for line in body.split("\n"))
    return found


def _line(line: str, names: Mapping[str, str]) -> Markup:
    parts: list[Markup] = []
    last = 0
    for link in LINK.finditer(line):
        parts.append(_people(line[last : link.start()], names))
        parts.append(
            Markup('<a href="{0}" rel="noopener noreferrer nofollow" target="_blank">{0}</a>').format(link[0])
        )
        last = link.end()
    parts.append(_people(line[last:], names))
    return Markup("").join(parts)


def _people(text: str, names: Mapping[str, str]) -> Markup:
    parts: list[Markup] = []
    last = 0
    for found in comments.MENTION.finditer(text):
        name = names.get(found[1].lower())
        if name is not None:
            parts += [
                escape(text[last : found.start()]),
                Markup('<span class="mention">@{}</span>').format(name),
            ]
            last = found.end()
    return Markup("").join([*parts, escape(text[last:])])


@blueprint.post("/cases/<uuid:case_id>/comments")
@login_required
def write(case_id: uuid.UUID) -> ResponseReturnValue:
    """Say something about a case."""
    task_id = _task_id()
    typed = {"body": request.form.get("body", ""), "audience": request.form.get("audience", "workers")}
    try:
        with context.services().action(context.actor()) as action:
            comments.write(action, case_id, typed["body"], audience=typed["audience"], task_id=task_id)
    except (Invalid, Conflict) as refused:
        return _answer(case_id, task_id, typed=typed, refused=wording.said(refused))
    return _answer(case_id, task_id, said=gettext("Your comment is there."))


@blueprint.post("/cases/<uuid:case_id>/comments/<uuid:comment_id>/edit")
@login_required
def edit(case_id: uuid.UUID, comment_id: uuid.UUID) -> ResponseReturnValue:
    """Change one's own comment."""
    try:
        with context.services().action(context.actor()) as action:
            comments.edit(action, comment_id, request.form.get("body", ""))
    except (Invalid, Conflict) as refused:
        return _answer(case_id, _task_id(), refused=wording.said(refused))
    return _answer(case_id, _task_id(), said=gettext("Your comment was changed."))


@blueprint.post("/cases/<uuid:case_id>/comments/<uuid:comment_id>/delete")
@login_required
def delete(case_id: uuid.UUID, comment_id: uuid.UUID) -> ResponseReturnValue:
    """Take one's own comment back."""
    try:
        with context.services().action(context.actor()) as action:
            comments.delete(action, comment_id)
    except Conflict as refused:
        return _answer(case_id, _task_id(), refused=wording.said(refused))
    return _answer(case_id, _task_id(), said=gettext("Your comment was taken back."))


@blueprint.get("/cases/<uuid:case_id>/mentionable")
@login_required
def mentionable(case_id: uuid.UUID) -> ResponseReturnValue:
    """Whom one can name in a comment for this audience, by the first letters."""
    text = request.args.get("q", "").strip()[:64]
    audience = "everyone" if request.args.get("audience") == "everyone" else "workers"
    with context.reading() as action:
        found = comments.mentionable(action, case_id, text, audience)
    return jsonify(
        items=[{"value": row.username, "label": row.name, "detail": f"@{row.username}"} for row in found]
    )


def _task_id() -> uuid.UUID | None:
    try:
        return uuid.UUID(request.form["task"]) if request.form.get("task") else None
    except ValueError:
        raise NotFound("There is no such task.") from None


def _answer(
    case_id: uuid.UUID,
    task_id: uuid.UUID | None,
    *,
    said: str = "",
    refused: str = "",
    typed: Mapping[str, str] | None = None,
) -> ResponseReturnValue:
    """The panel anew for a script; without one the page it stands on, or the panel alone when something was refused."""
    if request.headers.get("HX-Request"):
        return render_template(
            "comments/fragment.html",
            case_id=case_id,
            task_id=task_id,
            said=said,
            refused=refused,
            typed=typed,
        )
    if refused:
        page = render_template(
            "comments/page.html", case_id=case_id, task_id=task_id, refused=refused, typed=typed
        )
        return page, 422
    flash(said, "good")
    back = url_for("tasks.page", task_id=task_id) if task_id else url_for("cases.case", case_id=case_id)
    return redirect(f"{back}#comments", 303)
