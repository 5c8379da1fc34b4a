"""Letters: one per row of the outbox, as text and HTML in the person's language.

Nobody is named in them, except in the text to a substitute the colleague for whom they stand in.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING

from markupsafe import Markup
from sqlalchemy.orm import Session

from service.db.accounts import Account
from service.db.cases import Outbox
from service.db.notices import NoticeSettings
from service.db.queries import notices as queries
from service.db.queries import substitutions as substitution_queries
from service.db.queries import tasks as task_queries
from service.domain.access import Actor
from service.domain.notice_words import moment, phrase, title
from service.domain.notices import OFFERED
from service.operations import accounts, acting
from service.operations.action import Action
from service.operations.mail_route import MailRoute, connected
from service.operations.notices import wishes_of
from service.settings import Settings

if TYPE_CHECKING:
    from service.wiring import Services

MOST_LISTED = 10
MOST_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class Line:
    """One thing in a letter: what happened, which task of which case, and where to go. `number`: of its case."""

    title: str
    subject: str
    link: str
    number: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits in one inbox: how much there is, and the most urgent of it."""

    heading: str
    count: int
    lines: list[Line]


def send(services: Services, route: MailRoute, row: Outbox) -> bool:
    """Send the letter of a row; False when there is nothing left to say. Raises OSError, SMTPException, Unsealable."""
    with services.reading() as action:
        letter = _letter(action, row)
    if letter is None:
        return False
    letter["From"] = route.sender
    with connected(route, services.settings) as server:
        server.send_message(letter)
    return True


def address_of(settings: Settings) -> str:
    """Where people reach the pages, without a slash at the end."""
    return (settings.base_url or f"http://{settings.host}:{settings.port}").rstrip("/")


def _letter(action: Action, row: Outbox) -> EmailMessage | None:
    account = action.session.get(Account, uuid.UUID(row.payload["account"]))
    if account is None or not account.active or not account.email:
        return None
    base, language = address_of(action.settings), account.locale
    carried = queries.carried(action.session, "mail", row.key, action.now)
    lines = [_line(notice, account, base) for notice in carried]
    collects = row.payload.get("collected") and _wants_offered(action.session, account)
    waiting = _waiting(action, account, base) if collects else []
    if not lines and not waiting:
        return None
    letter = EmailMessage()
    letter["To"] = account.email
    letter["Subject"] = _subject(lines, sum(inbox.count for inbox in waiting), language)
    letter["Date"] = format_datetime(row.created_at)
    letter["Message-ID"] = message_id(row.key)
    letter["Auto-Submitted"] = "auto-generated"
    letter["List-Unsubscribe"] = f"<{base}/account#notices>"
    letter.set_content(_text(lines, waiting, base, language))
    letter.add_alternative(_html(lines, waiting, base, language), subtype="html")
    return letter


def message_id(key: str) -> str:
    """The name of the letter of a row, the same however often it is sent; short enough for a header that is not folded."""
    return f"<{key.replace(':', '.').replace('-', '')}@mutasi>"


def _wants_offered(session: Session, account: Account) -> bool:
    return wishes_of(account.timezone, session.get(NoticeSettings, account.id)).wants(OFFERED, "mail")


def _waiting(action: Action, account: Account, base: str) -> list[Waiting]:
    """What the person can do now: of their own, and for each one they stand in for."""
    own = accounts.actor_of(action, account)
    inboxes = [_inbox(action, own, account, base, "waiting")]
    for row in substitution_queries.standing_in(action.session, account.id, action.now):
        theirs = acting.actor_for(action, account, row.id, action.now)
        if theirs is not None:
            inboxes.append(_inbox(action, theirs, account, base, "waiting_for", name=row.absent))
    return [inbox for inbox in inboxes if inbox.count]


def _inbox(action: Action, actor: Actor, account: Account, base: str, heading: str, **named: str) -> Waiting:
    """The most urgent tasks that somebody can do now, and how many there are."""
    rows = task_queries.inbox(action.session, actor, limit=MOST_LISTED).items
    count = task_queries.count_open(action.session, actor, most=MOST_COUNTED)
    lines = [
        Line(
            _name(row.name, row.name_en, account),
            _subject_of(row.case_number, row.due_at, account),
            f"{base}/tasks/{row.id}",
        )
        for row in rows
    ]
    return Waiting(phrase(heading, account.locale, count=count, **named), count, lines)


def _line(notice: queries.NoticeRow, account: Account, base: str) -> Line:
    said = title(notice.kind, account.locale)
    if notice.stands_in is not None:
        return Line(said, _stands_in(notice.stands_in, account), f"{base}/account/absence")
    name = _name(notice.task_name, notice.task_name_en, account)
    open_task = notice.task_id and not notice.over
    path = f"/tasks/{notice.task_id}" if open_task else f"/notices/{notice.id}/open"
    if notice.comment_id:
        path = f"/cases/{notice.case_id}#comment-{notice.comment_id}"
    due = notice.due_at if notice.kind not in ("comment", "mention") else None
    subject = _subject_of(notice.case_number, due, account)
    if notice.acting_for is not None:
        subject += f", {phrase('acting_for', account.locale, name=notice.acting_for)}"
    return Line(f"{said}: {name}" if name else said, subject, base + path, notice.case_number or "")


def _stands_in(row: queries.StandsIn, account: Account) -> str:
    days = {"first": f"{row.first:%d-%m-%Y}", "last": f"{row.last:%d-%m-%Y}"}
    return phrase("stands_in", account.locale, substitute=row.substitute, absent=row.absent, **days)


def _name(indonesian: str, english: str, account: Account) -> str:
    return english if account.locale == "en" and english else indonesian


def _subject_of(number: str | None, due: object, account: Account) -> str:
    parts = [f"{phrase('case', account.locale)} {number}"] if number else []
    if due is not None:
        parts.append(f"{phrase('due', account.locale)} {moment(due, account.timezone)}")  # type: ignore[arg-type]
    return ", ".join(parts)


def _subject(lines: list[Line], waiting: int, language: str) -> str:
    if len(lines) == 1:
        number = lines[0].number
        return f"{lines[0].title} ({phrase('case', language)} {number})" if number else lines[0].title
    if lines:
        return f"Mutasi: {phrase('many', language, count=len(lines))}"
    return f"Mutasi: {phrase('waiting_subject', language, count=waiting)}"


def _text(lines: list[Line], waiting: list[Waiting], base: str, language: str) -> str:
    parts = [_as_text(line) for line in lines]
    for inbox in waiting:
        parts.append(f"{inbox.heading}\n{base}/inbox")
        parts += [_as_text(line) for line in inbox.lines]
    foot = f"--\n{phrase('why', language)}\n{phrase('settings', language)}: {base}/account#notices"
    return "\n\n".join([*parts, foot]) + "\n"


def _as_text(line: Line) -> str:
    return "\n".join(part for part in (line.title, line.subject, line.link) if part)


ROW = Markup(
    '<p style="margin:0 0 16px"><strong>{title}</strong><br>'
    '<span style="color:#56616f">{subject}</span><br><a href="{link}" style="color:#1d5fae">{open}</a></p>'
)
PAGE = Markup(
    '<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>Mutasi</title></head>'
    '<body style="margin:0;background:#f4f6f9;font:15px/1.5 system-ui,Segoe UI,Arial,sans-serif;color:#1b2430">'
    '<div style="max-width:560px;margin:24px auto;padding:24px;background:#fff;border:1px solid #dfe4eb;'
    'border-radius:8px"><p style="margin:0 0 16px;font-weight:600;color:#1d5fae">Mutasi</p>'
    '<p style="margin:0 0 16px">{greeting}</p>{rows}{waiting}'
    '<hr style="border:0;border-top:1px solid #dfe4eb;margin:20px 0"><p style="margin:0;font-size:13px;color:#56616f">'
    '{why} <a href="{settings_link}" style="color:#1d5fae">{settings}</a></p></div></body></html>'
)
HEADING = Markup(
    '<p style="margin:20px 0 12px;font-weight:600">{heading} · <a href="{link}" style="color:#1d5fae">{inbox}</a></p>{rows}'
)


def _html(lines: list[Line], waiting: list[Waiting], base: str, language: str) -> str:
    more = Markup("").join(
        HEADING.format(
            heading=inbox.heading,
            link=f"{base}/inbox",
            inbox=phrase("inbox", language),
            rows=_as_html(inbox.lines, language),
        )
        for inbox in waiting
    )
    return str(
        PAGE.format(
            language=language,
            greeting=phrase("greeting", language),
            rows=_as_html(lines, language),
            waiting=more,
            why=phrase("why", language),
            settings=phrase("settings", language),
            settings_link=f"{base}/account#notices",
        )
    )


def _as_html(lines: list[Line], language: str) -> Markup:
    opening = phrase("open", language)
    return Markup("").join(
        ROW.format(title=line.title, subject=line.subject, link=line.link, open=opening) for line in lines
    )
