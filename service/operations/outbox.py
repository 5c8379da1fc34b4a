"""Sending what the outbox holds: mail about tasks. At least once, with the same Message-ID each time."""

from __future__ import annotations

import secrets
import smtplib
import uuid
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service.db.accounts import Account, Grant
from service.db.cases import Case, Outbox, Task
from service.operations import clock
from service.operations.mail_route import MailRoute, connected
from service.operations.vault import Unsealable

if TYPE_CHECKING:
    from service.wiring import Services

BATCH = 20
LEASE = timedelta(minutes=10)
LONGEST_WAIT = timedelta(hours=1)
MAX_ATTEMPTS = 8

SUBJECTS = {
    "task_opened": "Tugas baru",
    "task_assigned": "Tugas diserahkan kepada Anda",
    "task_due_soon": "Tugas hampir jatuh tempo",
    "task_overdue": "Tugas melewati tenggat",
}


def send(services: Services) -> int:
    """Send what is pending; answers how many notices left. Nothing to do when no mail server is set."""
    route = services.mail_route()
    if route is None:
        return 0
    sent = 0
    for notice_id, token in _claim(services):
        sent += _send_one(services, route, notice_id, token)
    return sent


def _claim(services: Services) -> list[tuple[uuid.UUID, str]]:
    """Take what is to be sent. It is hidden from others for the lease, and comes back when this process dies."""
    token = secrets.token_hex(16)
    with services.sessions.begin() as session:
        now = clock.now(session)
        wanted = (
            select(Outbox.id)
            .where(Outbox.state == "pending", Outbox.next_at <= now)
            .order_by(Outbox.next_at)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        )
        ids = session.scalars(wanted).all()
        if ids:
            session.execute(
                update(Outbox)
                .where(Outbox.id.in_(ids))
                .values(lease_token=token, next_at=now + LEASE, attempts=Outbox.attempts + 1)
                .execution_options(synchronize_session=False)
            )
    return [(notice_id, token) for notice_id in ids]


def _send_one(services: Services, route: MailRoute, notice_id: uuid.UUID, token: str) -> int:
    with services.sessions() as session:
        row = session.get(Outbox, notice_id)
        if row is None or row.lease_token != token:
            return 0
        letters = _letters(services, route, session, row)
    try:
        if letters:
            _deliver(services, route, letters)
        outcome = {"state": "sent", "sent_at": datetime.now(UTC), "error": None}
    except (OSError, smtplib.SMTPException, Unsealable) as error:
        state = "dead" if row.attempts >= MAX_ATTEMPTS else "pending"
        wait = min(timedelta(minutes=2**row.attempts), LONGEST_WAIT)
        outcome = {"state": state, "error": str(error)[:500], "next_at": row.next_at - LEASE + wait}
    with services.sessions.begin() as session:
        session.execute(
            update(Outbox)
            .where(Outbox.id == notice_id, Outbox.lease_token == token)
            .values(lease_token=None, **outcome)
        )
    return int(outcome["state"] == "sent")


def _letters(services: Services, route: MailRoute, session: Session, row: Outbox) -> list[EmailMessage]:
    """One letter per recipient; no personal names, only the case number and a link."""
    task = session.get(Task, uuid.UUID(row.payload["task"]))
    case = session.get(Case, row.case_id) if row.case_id else None
    if task is None or case is None or task.state != "open":
        return []
    settings = services.settings
    base = settings.base_url or f"http://{settings.host}:{settings.port}"
    letters = []
    for account in _recipients(session, task):
        letter = EmailMessage()
        letter["From"] = route.sender
        letter["To"] = account.email
        letter["Subject"] = f"{SUBJECTS.get(row.kind, 'Pemberitahuan')}: {task.name} ({case.number})"
        letter["Date"] = format_datetime(row.created_at)
        letter["Message-ID"] = f"<{row.key.replace(':', '.')}.{account.id}@mutasi>"
        letter.set_content(f"{task.name}\nKasus {case.number}\n\n{base}/tasks/{task.id}\n")
        letters.append(letter)
    return letters


def _recipients(session: Session, task: Task) -> list[Account]:
    query = select(Account).where(Account.active, Account.email.is_not(None))
    if task.assignee_id is not None:
        query = query.where(Account.id == task.assignee_id)
    elif task.person_nip is not None:
        query = query.where(Account.nip == task.person_nip)
    else:
        held = Grant.role == task.role
        if task.unit_id is not None:
            held = held & ((Grant.unit_id == task.unit_id) | Grant.unit_id.is_(None))
        query = query.where(Account.id.in_(select(Grant.account_id).where(held)))
    found = list(session.scalars(query))
    if task.escalated_at is not None and task.escalate_to is not None:
        informed = {account.id for account in found}
        above = select(Grant.account_id).where(Grant.role == task.escalate_to)
        more = session.scalars(
            select(Account).where(Account.active, Account.email.is_not(None), Account.id.in_(above))
        )
        found += [account for account in more if account.id not in informed]
    return found


def _deliver(services: Services, route: MailRoute, letters: list[EmailMessage]) -> None:
    with connected(route, services.settings) as server:
        for letter in letters:
            server.send_message(letter)
