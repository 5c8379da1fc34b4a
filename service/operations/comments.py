"""Saying something about a case: to those who decide and work on it, or to everyone who may see it; naming people in it.

A mention tells somebody, and never lets anybody see what they may not see anyhow.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select, update

from service.db.accounts import Account
from service.db.cases import Case, Task
from service.db.comments import Comment
from service.db.notices import Notice
from service.db.people import Employee
from service.db.queries import cases as case_queries
from service.db.queries.comments import AUDIENCES, EDITABLE, MOST_SHOWN, Readers, by_name
from service.domain.access import CANDIDATE_VARIABLES, SUBJECT_VARIABLES
from service.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from service.domain.ids import new_id
from service.operations import cases, notices
from service.operations.accounts import actor_of
from service.operations.action import Action
from service.operations.recording import write_event

LONGEST = 4000
MOST_MENTIONS = 20
MOST_SUGGESTED = 8
MENTION = re.compile(r"(?<![\w@.])@([a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?)", re.IGNORECASE)
NIP = re.compile(r"(?<!\d)\d{8} ?\d{6} ?\d ?\d{3}(?!\d)")
SHORTEST_NAME = 4
"""Words of names with fewer letters (and titles) are too common to give somebody away."""


def write(
    action: Action,
    case_id: uuid.UUID,
    body: str,
    *,
    audience: str = "workers",
    task_id: uuid.UUID | None = None,
) -> Comment:
    """Comment on a running case that the actor may see. Raises NotFound, Conflict, Invalid."""
    case, readers = _case(action, case_id)
    if case.ended_at is not None:
        raise Conflict("The case has ended already.")
    task = action.session.get(Task, task_id) if task_id else None
    if task_id is not None and (task is None or task.case_id != case.id):
        raise NotFound("There is no such task.")
    assert action.actor.id is not None
    text = _clean(action, case, body, audience)
    comment = Comment(
        id=new_id(),
        case_id=case.id,
        task_id=task_id,
        author_id=action.actor.id,
        audience=audience,
        body=text,
        mentions=_mentions(action, readers, text, audience),
        created_at=action.now,
    )
    action.session.add(comment)
    action.session.flush()
    _log(action, "commented", case, comment, task)
    _tell(action, readers, comment, task)
    return comment


def edit(action: Action, comment_id: uuid.UUID, body: str) -> Comment:
    """Change one's own comment within some minutes; that it was changed stays to be seen."""
    comment, case, readers = _own(action, comment_id)
    text = _clean(action, case, body, comment.audience)
    if text == comment.body:
        return comment
    comment.body = text
    comment.mentions = _mentions(action, readers, text, comment.audience)
    comment.edited_at = action.now
    task = action.session.get(Task, comment.task_id) if comment.task_id else None
    _log(action, "comment_edited", case, comment, task)
    _tell(action, readers, comment, task, mentions_only=True)
    return comment


def delete(action: Action, comment_id: uuid.UUID) -> Comment:
    """Take one's own comment back within some minutes: its words are gone, its place in the talk stays."""
    comment, case, _ = _own(action, comment_id)
    comment.body, comment.mentions, comment.deleted_at = "", [], action.now
    action.session.execute(
        update(Notice)
        .where(Notice.comment_id == comment.id, Notice.read_at.is_(None))
        .values(read_at=action.now)
        .execution_options(synchronize_session=False)
    )
    _log(action, "comment_deleted", case, comment, None)
    return comment


def mentionable(action: Action, case_id: uuid.UUID, text: str, audience: str = "workers") -> list[Account]:
    """Whom the actor may name in a comment: people who may read it, by the first letters of a name."""
    _, readers = _case(action, case_id)
    found = (
        account
        for account in by_name(action.session, text)
        if account.id != action.actor.id and readers.may_read(actor_of(action, account), audience)
    )
    return [account for account, _ in zip(found, range(MOST_SUGGESTED), strict=False)]


def _case(action: Action, case_id: uuid.UUID) -> tuple[Case, Readers]:
    case_queries.get(action.session, action.actor, case_id)
    case = action.session.get_one(Case, case_id)
    return case, Readers(action.session, case)


def _own(action: Action, comment_id: uuid.UUID) -> tuple[Comment, Case, Readers]:
    comment = action.session.get(Comment, comment_id, with_for_update=True)
    if comment is None:
        raise NotFound("There is no such comment.")
    case, readers = _case(action, comment.case_id)
    if comment.author_id != action.actor.id:
        if not readers.may_read(action.actor, comment.audience):
            raise NotFound("There is no such comment.")
        raise NotAllowed("Only who wrote a comment can change it.")
    if comment.deleted_at is not None or action.now - comment.created_at >= EDITABLE:
        raise Conflict("A comment can be changed for a few minutes only. Write another one.")
    return comment, case, readers


def _clean(action: Action, case: Case, body: str, audience: str) -> str:
    text = body.replace("\r\n", "\n").strip()
    if audience not in AUDIENCES:
        raise Invalid("The audience is not known.", {"audience": ", ".join(AUDIENCES)})
    if not text:
        raise Invalid("Write something first.", {"body": "This field is required."})
    if len(text) > LONGEST:
        raise Invalid("A comment has up to 4,000 characters.", {"body": "Too long."})
    if audience == "everyone" and case.decided_at is None and _names_somebody(action, case, text):
        raise Invalid(
            "Names are secret until the decision: leave the name out, or choose those who decide and work on it.",
            {"body": "A name of a candidate."},
        )
    return text


def _names_somebody(action: Action, case: Case, text: str) -> bool:
    """Whether a text for everyone would give away a candidate of an undecided case: by NIP, or by a word of a name."""
    if NIP.search(text):
        return True
    data = cases.data(action, case)
    secret = {key: value for key, value in data.items() if key in CANDIDATE_VARIABLES | SUBJECT_VARIABLES}
    names = {word for name in [*_subject(action, case), *_names(secret)] for word in _words(name)}
    return bool(names & set(_words(text)))


def _subject(action: Action, case: Case) -> list[str]:
    """The names by which the one whom the case is about is known."""
    if case.subject_nip is None:
        return []
    known = select(Employee.nama).where(Employee.nip == case.subject_nip)
    signed_in = select(Account.name).where(Account.nip == case.subject_nip)
    return [name.split(",")[0] for name in action.session.scalars(known.union(signed_in))]


def _names(value: Any, key: str = "") -> Iterator[str]:
    """The names of people anywhere in the data: of entries that have a NIP beside the name."""
    if isinstance(value, Mapping):
        if "nip" in value and isinstance(value.get("nama"), str):
            yield value["nama"].split(",")[0]  # without the academic titles behind it
        for name, item in value.items():
            yield from _names(item, name)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _names(item, key)


def _words(text: str) -> Iterator[str]:
    words = re.findall(r"[^\W\d_]+", text)
    yield from (word.casefold() for word in words if len(word) >= SHORTEST_NAME)


def _mentions(action: Action, readers: Readers, text: str, audience: str) -> list[dict[str, Any]]:
    named = list(dict.fromkeys(found.lower() for found in MENTION.findall(text)))
    if len(named) > MOST_MENTIONS:
        raise Invalid("These are too many people at once.", {"body": "Up to 20 people."})
    accounts = action.session.scalars(select(Account).where(Account.username.in_(named), Account.active))
    known = {
        account.username: account
        for account in accounts
        if account.id == action.actor.id or readers.may_read(actor_of(action, account), audience)
    }
    for username in named:
        if username not in known:
            raise Invalid(
                "Somebody named in it cannot read this comment: choose from the list that opens at @.",
                {"body": f"@{username}"},
            )
    return [{"id": str(known[name].id), "username": name, "name": known[name].name} for name in named]


def _tell(
    action: Action, readers: Readers, comment: Comment, task: Task | None, *, mentions_only: bool = False
) -> None:
    """The people named hear of it, and those who are at work on the case or have spoken about it."""
    mentioned = {uuid.UUID(mention["id"]) for mention in comment.mentions}
    about: dict[str, Any] = {
        "case_id": comment.case_id,
        "task": task,
        "comment": comment,
        "by": action.actor.name,
    }
    notices.tell(action, "mention", mentioned, key=f"mention:{comment.id}", **about)
    if not mentions_only:
        others = _concerned(action, readers, comment) - mentioned
        notices.tell(action, "comment", others, key=f"comment:{comment.id}", **about)


def _concerned(action: Action, readers: Readers, comment: Comment) -> set[uuid.UUID]:
    """Whose task or whose talk it is, of those who may read the comment."""
    case = readers.case
    open_tasks = select(Task.assignee_id, Task.person_nip).where(
        Task.case_id == case.id, Task.state == "open"
    )
    held = action.session.execute(open_tasks).all()
    spoken = select(Comment.author_id).where(Comment.case_id == case.id).distinct().limit(MOST_SHOWN)
    ids = {row.assignee_id for row in held} | set(action.session.scalars(spoken)) | {case.started_by}
    nips = [row.person_nip for row in held if row.person_nip]
    found = action.session.scalars(
        select(Account).where(
            Account.active, Account.id.in_([one for one in ids if one]) | Account.nip.in_(nips)
        )
    )
    return {account.id for account in found if readers.may_read(actor_of(action, account), comment.audience)}


def _log(action: Action, kind: str, case: Case, comment: Comment, task: Task | None) -> None:
    """That something was said, by whom and when; the words themselves stay out of the log, which cannot forget."""
    place = (
        {"task_id": task.id, "element": task.element, "process": task.process, "name": task.name}
        if task
        else {}
    )
    data = {"comment": str(comment.id), "audience": comment.audience}
    write_event(action, kind, case=case, data=data, **place)
