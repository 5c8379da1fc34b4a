"""The log of a case as a reader wants it: what people did and what the system did for them, newest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from textwrap import shorten
from typing import Any

from flask_babel import gettext, ngettext

from service.engine.definitions import Definition
from service.web import answers, context, document_kinds, moments, wording
from service.web.letter_names import letter_name
from service.web.words import role_label

LONGEST_WORDS = 280

SHOWN_KINDS = frozenset(
    {"callActivity", "serviceTask", "businessRuleTask", "intermediateCatchEvent", "boundaryEvent"}
)
UNSHOWN = frozenset(
    {
        "case_started",
        "element_cancelled",
        "message_thrown",
        "signal_thrown",
        "error_thrown",
        "escalation_thrown",
    }
)
STYLES = {
    "case_created": ("player-play", "note"),
    "case_cancelled": ("ban", "bad"),
    "case_completed": ("flag", "good"),
    "case_failed": ("alert-circle", "bad"),
    "document_attached": ("paperclip", "note"),
    "document_removed": ("trash", "warn"),
    "document_replaced": ("replace", "note"),
    "task_delegated": ("user-share", "note"),
    "task_assigned": ("user-share", "note"),
    "letter_issued": ("certificate", "good"),
    "letter_signed": ("signature", "good"),
    "letter_failed": ("alert-triangle", "bad"),
    "letter_void": ("file-off", "bad"),
    "task_claimed": ("hand-grab", "quiet"),
    "task_released": ("hand-grab", "quiet"),
    "task_completed": ("check", "good"),
    "task_due_soon": ("bell", "warn"),
    "commented": ("message", "note"),
    "comment_edited": ("pencil", "quiet"),
    "comment_deleted": ("trash", "quiet"),
    "task_overdue": ("alert-triangle", "warn"),
    "task_reminded": ("bell", "warn"),
    "task_sent_back": ("arrow-left", "warn"),
    "task_skipped": ("player-track-next", "warn"),
    "task_withdrawn": ("arrow-left", "warn"),
    "incident": ("alert-circle", "bad"),
    "incident_retried": ("refresh", "quiet"),
    "variables_changed": ("tool", "warn"),
    "case_suspended": ("player-pause", "warn"),
    "case_resumed": ("player-play", "note"),
    "task_extended": ("calendar-plus", "warn"),
    "cases_exported": ("download", "quiet"),
    "case_reopened": ("refresh", "note"),
    "case_migrated": ("versions", "note"),
    "migration_undone": ("versions", "note"),
    "deadline_moved": ("calendar-due", "note"),
    "work_retried": ("refresh", "quiet"),
    "work_discarded": ("ban", "warn"),
    "notice_retried": ("refresh", "quiet"),
    "notice_discarded": ("ban", "warn"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline. `details` are answers in words; `words` a reason or a comment, `link` where it stands."""

    at: datetime
    who: str
    text: str
    icon: str
    tone: str
    details: tuple[tuple[str, str], ...] = ()
    id: int = 0
    words: str = ""
    link: str = ""


def entries(
    events: Iterable[Any],
    definition: Definition,
    data: Mapping[str, Any],
    *,
    answered: bool,
    comments: Mapping[str, str] | None = None,
) -> list[Entry]:
    """Events as entries; those that say nothing to a reader (gateways, tokens) are left out.

    `data` is the case's, for the labels of choices. `answered`: what people answered may be shown. `comments`: the words
    of those that the reader may read.
    """
    schemas = answers.schemas(definition.bundle) if answered else {}
    found = (_entry(event, definition, schemas, data, answered, comments or {}) for event in events)
    return [entry for entry in found if entry is not None]


def name_of(definition: Definition, process: str | None, element: str | None, fallback: str = "") -> str:
    """An element's name in the reader's language."""
    found = definition.elements.get((process or "", element or ""))
    if found is None:
        return fallback or element or ""
    return context.in_language(found.name, found.name_en) or fallback or found.id


def name_anywhere(definition: Definition, element: str | None) -> str:
    """The name of an element of any of the definition's processes."""
    process = next((process for process, found in definition.elements if found == element), None)
    return name_of(definition, process, element)


def _entry(
    event: Any,
    definition: Definition,
    schemas: Mapping[str, Any],
    data: Mapping[str, Any],
    answered: bool,
    comments: Mapping[str, str],
) -> Entry | None:
    if event.kind == "element_completed" and not _worth_showing(event, definition):
        return None
    if event.kind in UNSHOWN:
        return None
    name = name_of(definition, event.process, event.element, event.name)
    icon, tone = STYLES.get(event.kind, ("circle-check", "quiet"))
    details: list[tuple[str, str]] = []
    if event.kind == "task_completed" and answered:
        element = definition.elements.get((event.process or "", event.element or ""))
        schema = schemas.get(element.form) if element and element.form else None
        details = answers.in_words(schema, event.data.get("answers") or {}, data)
    who = wording.actor_name(event.actor or "")
    if event.acting_for:
        who = gettext("%(actor)s, acting for %(absent)s", actor=who, absent=event.acting_for)
    words, link = _words(event, comments)
    number = getattr(event, "id", 0)
    return Entry(event.at, who, _text(event, name), icon, tone, tuple(details), number, words, link)


def _words(event: Any, comments: Mapping[str, str]) -> tuple[str, str]:
    """What somebody wrote, and where on the page it stands."""
    if event.kind == "commented":
        comment = str(event.data.get("comment"))
        words = comments.get(comment, "")
        return shorten(words, LONGEST_WORDS, placeholder=" …"), f"#comment-{comment}" if words else ""
    reason = event.data.get("reason")
    return (str(gettext("Reason: %(reason)s", reason=reason)), "") if reason else ("", "")


def _worth_showing(event: Any, definition: Definition) -> bool:
    element = definition.elements.get((event.process or "", event.element or ""))
    return element is not None and element.kind in SHOWN_KINDS


def _text(event: Any, name: str) -> str:
    texts = {
        "case_created": lambda: gettext("The case was started"),
        "case_cancelled": lambda: gettext("The case was cancelled"),
        "case_completed": lambda: gettext("The case is finished"),
        "case_failed": lambda: gettext("The case failed"),
        "document_attached": lambda: gettext(
            "Document attached: %(name)s", name=document_kinds.label(event.name)
        ),
        "document_removed": lambda: gettext(
            "Document removed: %(name)s", name=document_kinds.label(event.name)
        ),
        "document_replaced": lambda: gettext(
            "Document replaced: %(name)s", name=document_kinds.label(event.name)
        ),
        "task_delegated": lambda: gettext(
            "%(task)s: delegated to %(name)s", task=name, name=event.data.get("to", "")
        ),
        "task_assigned": lambda: gettext(
            "%(task)s: assigned to %(name)s", task=name, name=event.data.get("to", "")
        ),
        "letter_issued": lambda: gettext(
            "Letter issued: %(kind)s, number %(number)s",
            kind=letter_name(event.name),
            number=event.data.get("number"),
        ),
        "letter_signed": lambda: gettext("Letter signed: number %(number)s", number=event.data.get("number")),
        "letter_failed": lambda: gettext(
            "Letter not signed: number %(number)s", number=event.data.get("number")
        ),
        "letter_void": lambda: gettext(
            "Letter withdrawn: number %(number)s", number=event.data.get("number")
        ),
        "task_claimed": lambda: gettext("%(task)s: taken", task=name),
        "task_released": lambda: gettext("%(task)s: given back", task=name),
        "task_completed": lambda: gettext("%(task)s: completed", task=name),
        "task_due_soon": lambda: gettext("%(task)s: reminded", task=name),
        "task_overdue": lambda: _overdue(event, name),
        "commented": lambda: gettext("Commented"),
        "comment_edited": lambda: gettext("Changed a comment"),
        "comment_deleted": lambda: gettext("Took a comment back"),
        "task_reminded": lambda: gettext("%(task)s: reminded by hand", task=name),
        "task_sent_back": lambda: gettext("%(task)s: sent back", task=name),
        "task_skipped": lambda: gettext("%(task)s: skipped", task=name),
        "task_withdrawn": lambda: gettext("%(task)s: decision taken back", task=name),
        "incident": lambda: gettext("A step failed: %(element)s", element=name),
        "incident_retried": lambda: gettext("The failed step was tried again"),
        "variables_changed": lambda: gettext(
            "Variables changed: %(names)s", names=", ".join(event.data.get("after", {}))
        ),
        "cases_exported": lambda: gettext("Cases were exported"),
        "case_suspended": lambda: gettext("The case was suspended"),
        "case_resumed": lambda: _resumed(event),
        "task_extended": lambda: gettext(
            "%(task)s: more time, until %(day)s", task=name, day=_day(event.data.get("to"))
        ),
        "case_reopened": lambda: gettext("The failed case goes on from before the error"),
        "case_migrated": lambda: gettext(
            "Moved to version %(number)s of the definition", number=event.data.get("to")
        ),
        "migration_undone": lambda: gettext("Moved back to the earlier version"),
        "deadline_moved": lambda: gettext(
            "%(task)s: now due on %(day)s, as the calendar of holidays has changed",
            task=name,
            day=moments.day(event.data.get("to")),
        ),
        "work_retried": lambda: gettext("Background work tried again"),
        "work_discarded": lambda: gettext("Background work given up"),
        "notice_retried": lambda: gettext("Notice tried again"),
        "notice_discarded": lambda: gettext("Notice given up"),
    }
    make = texts.get(event.kind)
    return str(make()) if make else name or event.kind.replace("_", " ")


def _overdue(event: Any, name: str) -> str:
    role = event.data.get("role")
    if role:
        text = gettext("%(task)s: overdue, also offered to %(role)s", task=name, role=role_label(role))
        return str(text)
    return str(gettext("%(task)s: overdue", task=name))


def _resumed(event: Any) -> str:
    days = int(event.data.get("working_days") or 0)
    if days:
        text = ngettext(
            "The case goes on; deadlines moved by %(num)d working day",
            "The case goes on; deadlines moved by %(num)d working days",
            days,
        )
        return str(text)
    return str(gettext("The case goes on"))


def _day(moment: Any) -> str:
    """The day of a moment in ISO 8601, in the reader's zone."""
    try:
        return moments.day(datetime.fromisoformat(str(moment)))
    except ValueError:
        return "–"
