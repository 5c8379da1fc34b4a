"""The command palette: pages, actions, and what can be found by a few letters, of what the reader may see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user, login_required

from service.db.queries import case_list, people
from service.db.queries import saved_views as view_queries
from service.db.queries import tasks as task_queries
from service.db.queries.case_list import CaseFilter
from service.db.queries.task_filters import TaskFilter
from service.operations.action import Action
from service.web import common, context, saved_views, views
from service.web.admin import admin_places

blueprint = Blueprint("palette", __name__)

SHORTEST = 2
MOST = 6


@dataclass(frozen=True, slots=True)
class Entry:
    """Somewhere to go (`url`), or something to do: press a button that is on the page (`press`), send a form (`post`)."""

    label: str
    url: str = ""
    detail: str = ""
    press: str = ""
    post: tuple[str, str] | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "label": self.label,
            "url": self.url,
            "detail": self.detail,
            "press": self.press,
            "post": list(self.post) if self.post else None,
        }


@blueprint.app_template_global("single_keys")
def single_keys() -> str:
    """`yes` when single keys do something for who reads the page."""
    return "yes" if getattr(current_user, "single_keys", False) else "no"


@blueprint.get("/palette")
@login_required
def palette() -> ResponseReturnValue:
    """`{"groups": [{"label", "items": [...]}]}` for what was typed; without text where one can go and what one can do."""
    text = request.args.get("q", "").strip()[:100]
    groups = [
        (gettext("Go to"), _fitting(_places(), text)),
        (gettext("Do"), _fitting(_actions(), text)),
    ]
    if len(text) >= SHORTEST:
        with context.reading() as action:
            groups = [
                *groups,
                (gettext("Tasks"), list(_tasks(action, text))),
                (gettext("Cases"), list(_cases(action, text))),
                (gettext("People"), list(_people(action, text))),
            ]
    return jsonify(
        groups=[
            {"label": label, "items": [entry.as_json() for entry in found]}
            for label, found in groups
            if found
        ]
    )


def _fitting(entries: Iterable[Entry], text: str) -> list[Entry]:
    words = text.casefold().split()
    return [entry for entry in entries if all(word in entry.label.casefold() for word in words)]


def _places() -> Iterator[Entry]:
    for link in common.navigation():
        yield Entry(link.label, link.href)
    for place in admin_places():
        yield Entry(f"{gettext('Administration')}: {place.label}", place.href)
    if context.own().nip is not None:
        yield Entry(gettext("My wishes"), url_for("wishes.page"))
        yield Entry(gettext("My data"), url_for("own_data.page"))
    inbox = gettext("Inbox")
    yield Entry(f"{inbox}: {gettext('Mine')}", url_for("inbox.page", view="mine"))
    yield Entry(f"{inbox}: {gettext('Overdue')}", url_for("inbox.page", due="late"))
    yield Entry(f"{inbox}: {gettext('Done')}", url_for("inbox.page", view="done"))
    with context.reading() as action:
        for page, title in (("inbox", inbox), ("cases", gettext("Cases"))):
            for view in view_queries.of(action.session, action.actor, page):
                yield Entry(f"{title}: {view.name}", saved_views.view_url(page, view.query))
    yield Entry(gettext("Notices"), url_for("notices.page"))
    yield Entry(gettext("My account"), url_for("home.account"))


def _actions() -> Iterator[Entry]:
    yield Entry(gettext("Decide: approve"), press="approve")
    yield Entry(gettext("Take the open task"), press="claim")
    yield Entry(gettext("Comment on the open task"), press="comment")
    yield Entry(gettext("Delegate the open task"), press="delegate")
    yield Entry(gettext("Send the open task back"), press="send-back")
    yield Entry(gettext("Undo"), press="undo")
    yield Entry(gettext("Show the keys"), press="keys-help")
    if context.language() == "en":
        yield Entry("Bahasa Indonesia", post=(url_for("home.language"), "id"))
    else:
        yield Entry("English", post=(url_for("home.language"), "en"))


def _tasks(action: Action, text: str) -> Iterator[Entry]:
    found = task_queries.inbox(
        action.session, action.actor, scope="offered", wanted=TaskFilter(search=text), limit=MOST
    )
    for row in found.items:
        who = row.subject_name if row.subject_name and not row.names_hidden else views.case_title_of(row)
        yield Entry(
            f"{context.in_language(row.name, row.name_en)}: {who}",
            url_for("tasks.page", task_id=row.id),
            row.case_number,
        )


def _cases(action: Action, text: str) -> Iterator[Entry]:
    found = case_list.page(action.session, action.actor, CaseFilter(search=text), limit=MOST).items
    processes = views.process_names(action, found)
    for row in found:
        title = views.case_title(row, processes[row.definition_version_id])
        yield Entry(title, url_for("cases.case", case_id=row.id), row.number)


def _people(action: Action, text: str) -> Iterator[Entry]:
    """Employees, for those who may look people up: their cases."""
    actor = action.actor
    if not actor.may("case.start"):
        return
    units = None if actor.sees == "all" else sorted(actor.units)
    for row in people.search_employees(action.session, text, units=units, limit=MOST):
        yield Entry(row.nama, url_for("cases.page", q=row.nip), f"{row.nip} · {row.jabatan}")
