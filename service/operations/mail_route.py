"""How mail leaves: as set on the page, else by the setting `mail_url`. One place for all that send."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parseaddr
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy.orm import Session

from service.db.administration import Setting
from service.domain.access import Actor
from service.domain.errors import Invalid, NotAllowed
from service.operations import vault
from service.operations.action import Action
from service.operations.recording import write_event
from service.settings import Settings

NAME = "mail"
SECURITIES = ("starttls", "tls", "none")
SECONDS = 20


@dataclass(frozen=True, slots=True)
class MailRoute:
    """A mail server. `security`: starttls, tls (from the first byte) or none.

    `password` is sealed when the server was set on the page (`administered`), plain when it comes from the setting.
    """

    host: str
    port: int
    security: str
    user: str
    password: str
    sender: str
    administered: bool = True

    def plain_password(self, settings: Settings) -> str:
        """Raises Unsealable when the secret key has changed since it was stored."""
        return vault.unseal(settings, self.password) if self.administered and self.password else self.password


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of a test letter: the step it came to, and the server's own words."""

    sent: bool
    step: str
    said: str


def stored_route(session: Session) -> MailRoute | None:
    """The mail server that was set on the page."""
    row = session.get(Setting, NAME)
    return MailRoute(**row.value) if row is not None else None


def configured_route(settings: Settings) -> MailRoute | None:
    """The mail server of the setting `mail_url`; None when it is empty: mail stays here."""
    if not settings.mail_url:
        return None
    address = urlsplit(settings.mail_url)
    secure = address.scheme == "smtps"
    user = unquote(address.username or "")
    security = "tls" if secure else "starttls" if user else "none"
    port = address.port or (465 if secure else 25)
    host, password = address.hostname or "localhost", unquote(address.password or "")
    return MailRoute(host, port, security, user, password, settings.mail_from, administered=False)


def save(action: Action, given: Mapping[str, Any]) -> None:
    """Use this mail server from now on. An empty password keeps the one that is stored, for the same host and user."""
    _check(action.actor)
    before = action.session.get(Setting, NAME)
    host, sender = str(given["host"]).strip(), str(given["sender"]).strip()
    user = str(given["user"]).strip()
    problems = {}
    if not host or any(character.isspace() or character in "/@" for character in host):
        problems["host"] = "The name of a host, such as mail.example.go.id."
    try:
        port = int(given["port"])
    except ValueError:
        port = 0
    if not 0 < port < 65536:
        problems["port"] = "A number from 1 to 65535."
    if "@" not in parseaddr(sender)[1] or any(character in "\r\n" for character in sender):
        problems["sender"] = "An address, such as mutasi@example.go.id."
    if given["security"] not in SECURITIES:
        problems["security"] = "This choice is not known."
    if user and given["security"] == "none":
        problems["security"] = "A password is not sent unprotected: choose STARTTLS or TLS."
    if problems:
        raise Invalid("Some settings cannot be used.", problems)
    password = str(given["password"])
    sealed = vault.seal(action.settings, password) if password else ""
    if not password and before is not None and (before.value["host"], before.value["user"]) == (host, user):
        sealed = before.value["password"]
    route = MailRoute(host, port, str(given["security"]), user, sealed if user else "", sender)
    action.session.merge(
        Setting(name=NAME, value=asdict(route), changed_at=action.now, changed_by=action.actor.id)
    )
    shown = {"host": host, "port": port, "security": route.security, "user": user, "from": sender}
    write_event(action, "mail_settings_changed", name=host, data=shown)


def forget(action: Action) -> None:
    """Use the setting `mail_url` again."""
    _check(action.actor)
    row = action.session.get(Setting, NAME)
    if row is not None:
        action.session.delete(row)
        write_event(action, "mail_settings_changed", name="mail_url")


@contextmanager
def connected(route: MailRoute, settings: Settings) -> Iterator[smtplib.SMTP]:
    """A connection on which letters can be sent. Raises OSError or SMTPException."""
    secure = ssl.create_default_context()
    if route.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(route.host, route.port, timeout=SECONDS, context=secure)
    else:
        server = smtplib.SMTP(route.host, route.port, timeout=SECONDS)
    with server:
        if route.security == "starttls":
            server.starttls(context=secure)
        if route.user:
            server.login(route.user, route.plain_password(settings))
        server.ehlo_or_helo_if_needed()
        yield server


def try_out(settings: Settings, actor: Actor, now: datetime, route: MailRoute, recipient: str) -> Attempt:
    """Send a test letter now, and tell what the server said. Nothing is queued, nothing is tried again.

    No transaction is open meanwhile: a server may take long to answer.
    """
    _check(actor)
    letter = EmailMessage()
    letter["From"], letter["To"] = route.sender, recipient
    letter["Subject"] = "Uji surel Mutasi"
    letter["Date"], letter["Message-ID"] = format_datetime(now), make_msgid(domain="mutasi")
    letter.set_content("Surel ini hanya untuk menguji pengaturan surel Mutasi.\n")
    step = "connect"
    try:
        with connected(route, settings) as server:
            for step, send in (
                ("from", lambda: server.mail(parseaddr(route.sender)[1])),
                ("to", lambda: server.rcpt(recipient)),
                ("data", lambda: server.data(letter.as_bytes())),
            ):
                code, said = send()
                if code >= 400:
                    return Attempt(False, step, f"{code} {said.decode(errors='replace')}")
        return Attempt(True, "sent", f"{code} {said.decode(errors='replace')}")
    except smtplib.SMTPResponseException as error:
        said_so = error.smtp_error
        text = said_so.decode(errors="replace") if isinstance(said_so, bytes) else str(said_so)
        return Attempt(False, step, f"{error.smtp_code} {text}")
    except (OSError, smtplib.SMTPException, vault.Unsealable) as error:
        return Attempt(False, step, f"{type(error).__name__}: {error}")


def note_attempt(action: Action, route: MailRoute, attempt: Attempt) -> None:
    """Write a test to the log."""
    write_event(
        action, "mail_tested", name=route.host, data={"sent": attempt.sent, "said": attempt.said[:500]}
    )


def _check(actor: Actor) -> None:
    if not actor.may("system.manage"):
        raise NotAllowed("Only an administrator may change how mail is sent.")
