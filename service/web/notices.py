"""The bell, and the list of what one was told."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import login_required

from service.db.cases import Case, Task
from service.db.notices import Notice
from service.db.queries import comments as comment_queries
from service.db.queries import notices as queries
from service.db.queries import tasks as task_queries
from service.db.queries.notices import MOST_COUNTED, NoticeRow
from service.domain import notice_words
from service.domain.errors import NotFound
from service.domain.notices import ABOUT_SUBSTITUTIONS
from service.operations import notices
from service.operations.action import Action
from service.web import context
from service.web.comments import named_in

blueprint = Blueprint("notices", __name__, url_prefix="/notices")

PAGE = 30
LONGEST_EXCERPT = 160
MOST_WAITING = 1000
STYLES = {
    "assigned": ("user-check", "note"),
    "due_soon": ("clock", "warn"),
    "overdue": ("alert-triangle", "bad"),
    "reminder": ("bell", "warn"),
    "mention": ("at", "note"),
    "comment": ("message", "note"),
    "sent_back": ("arrow-back-up", "warn"),
    "withdrawn": ("arrow-back-up", "quiet"),
    "decision": ("gavel", "good"),
    "review": ("calendar-event", "note"),
    "incident": ("bug", "bad"),
    "stand_in": ("user-share", "note"),
    "stand_in_over": ("user-share", "quiet"),
}
"""Kind -> icon and tone."""


@blueprint.app_context_processor
def helpers() -> dict[str, Any]:
    return {"unread_notices": unread_notices, "notice_title": notice_title, "notice_style": STYLES.get}


def unread_notices() -> str:
    """How many unread notices the bell shows: `7`, `99+`, or nothing."""
    with context.services().reading(context.actor(), once=True) as action:
        return _shown(queries.unread(action.session, action.actor))


def notice_title(kind: str) -> str:
    """What a notice of this kind is called, in the reader's language."""
    return notice_words.title(kind, context.language())


@blueprint.get("")
@login_required
def page() -> ResponseReturnValue:
    """What I was told, latest first; or only what I have not read."""
    unread = request.args.get("view") == "unread"
    with context.reading() as action:
        found = queries.page(
            action.session, action.actor, unread=unread, limit=PAGE, cursor=request.args.get("cursor")
        )
        excerpts = _excerpts(action, found.items)
        waiting = task_queries.count_open(action.session, action.actor, most=MOST_WAITING)
        count = queries.unread(action.session, action.actor)
    kept = {"view": "unread"} if unread else {}
    return render_template(
        "notices/page.html",
        notices=found.items,
        excerpts=excerpts,
        waiting=waiting,
        most_waiting=MOST_WAITING,
        unread=unread,
        count=_shown(count),
        next_url=context.here(".page", kept, found.next_cursor) if found.next_cursor else "",
        first_url=context.here(".page", kept) if request.args.get("cursor") else "",
    )


@blueprint.get("/count")
@login_required
def count() -> ResponseReturnValue:
    """What the bell shows now, for a page that was looked at again."""
    shown = unread_notices()
    return jsonify(count=shown, label=bell_label(shown))


@blueprint.get("/<uuid:notice_id>/open")
@login_required
def open_(notice_id: uuid.UUID) -> ResponseReturnValue:
    """To what a notice is about; it is read then."""
    with context.services().action(context.actor()) as action:
        found = notices.mark_read(action, notice_id)
        target = _target(action, found)
    return redirect(target, 303)


@blueprint.post("/<uuid:notice_id>/read")
@login_required
def read(notice_id: uuid.UUID) -> ResponseReturnValue:
    """Read, without going there."""
    with context.services().action(context.actor()) as action:
        notices.mark_read(action, notice_id)
    return redirect(url_for(".page", view=_view()), 303)


@blueprint.post("/read")
@login_required
def read_all() -> ResponseReturnValue:
    """Everything is read."""
    with context.services().action(context.actor()) as action:
        notices.mark_all_read(action)
    return redirect(url_for(".page"), 303)


@blueprint.app_template_global()
def bell_label(shown: str) -> str:
    """What the bell says to those who do not see it."""
    return gettext("Notices: %(count)s unread", count=shown) if shown else gettext("Notices")


def _view() -> str | None:
    return "unread" if request.form.get("view") == "unread" else None


def _shown(count: int) -> str:
    return f"{MOST_COUNTED - 1}+" if count >= MOST_COUNTED else str(count or "")


def _target(action: Action, notice: Notice) -> str:
    """The task as long as there is something to do for this person, else the case (their own transfer in plain words); a
    comment in its place there.

    What was told in somebody's place leads to the same page, which offers to act for them.
    """
    place = f"comment-{notice.comment_id}" if notice.comment_id else None
    if notice.kind in ABOUT_SUBSTITUTIONS:
        return url_for("absence.page")
    if notice.task_id is not None and _waits(action, notice):
        return url_for("tasks.page", task_id=notice.task_id, _anchor=place)
    if notice.case_id is None:
        return url_for(".page")
    if place is None and _is_about_reader(action, notice.case_id):
        return url_for("my.case", case_id=notice.case_id)
    return url_for("cases.case", case_id=notice.case_id, _anchor=place)


def _is_about_reader(action: Action, case_id: uuid.UUID) -> bool:
    nip = context.own().nip
    return nip is not None and action.session.get_one(Case, case_id).subject_nip == nip


def _waits(action: Action, notice: Notice) -> bool:
    """Whether the notice's task is open, for this person or for whom it was told."""
    task = action.session.get_one(Task, notice.task_id)
    if task.state != "open" or notice.substitution_id is not None:
        return task.state == "open"
    try:
        return task_queries.get(action.session, action.actor, task.id).offered
    except NotFound:
        return False


def _excerpts(action: Action, rows: tuple[NoticeRow, ...]) -> dict[uuid.UUID, str]:
    """Comment id -> how it begins, of the comments that this person may still read."""
    found = queries.comments_of(action.session, [row.comment_id for row in rows if row.comment_id])
    readers: dict[uuid.UUID, comment_queries.Readers] = {}
    shown = {}
    for comment in found.values():
        if comment.case_id not in readers:
            case = action.session.get_one(Case, comment.case_id)
            readers[comment.case_id] = comment_queries.Readers(action.session, case)
        if readers[comment.case_id].may_read(action.actor, comment.audience):
            text = " ".join(named_in(comment.body, comment.mentions).split())
            shown[comment.id] = text if len(text) <= LONGEST_EXCERPT else f"{text[:LONGEST_EXCERPT]} …"
    return shown
