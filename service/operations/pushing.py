"""Web push: to each browser in which a person asked for it, encrypted for that browser. Nothing personal in it."""

from __future__ import annotations

import hashlib
import json
import secrets
import uuid
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import requests
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02, b64urlencode
from pywebpush import WebPushException, webpush
from sqlalchemy import delete, select, update

from service.db.accounts import Account
from service.db.cases import Outbox
from service.db.notices import PushSubscription
from service.db.queries import notices as queries
from service.db.queries import substitutions as substitution_queries
from service.domain.errors import Invalid, NotFound
from service.domain.ids import new_id
from service.domain.notice_words import phrase, title
from service.operations.action import Action
from service.settings import Settings

if TYPE_CHECKING:
    from service.wiring import Services

TIMEOUT = 15
KEPT_FOR = 24 * 3600
"""Seconds for which a push service keeps a message for a browser that is off."""
GONE = (404, 410)
MOST_DEVICES = 10


class PushFailed(OSError):
    """A push service did not take a message; to be tried again."""


def public_key(settings: Settings) -> str:
    """The key by which browsers know this server, as the Push API wants it (base64url of the point)."""
    key = _vapid(settings).public_key
    return str(b64urlencode(key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)))


def subscribe(action: Action, endpoint: str, p256dh: str, auth: str, device: str) -> PushSubscription:
    """A browser of the actor takes pushes from now on; again for the same browser changes nothing but whose it is.

    Raises Invalid for an address that is no known push service: this server must not be sent to other places.
    """
    if not _is_push_service(action.settings, endpoint) or len(endpoint) > 2000:
        raise Invalid("This browser's push service is not known here. Tell the administrator.")
    if not (0 < len(p256dh) <= 120 and 0 < len(auth) <= 60):
        raise Invalid("The browser's keys cannot be used.")
    assert action.actor.id is not None
    digest = hashlib.sha256(endpoint.encode()).hexdigest()
    found = action.session.scalar(select(PushSubscription).where(PushSubscription.endpoint_hash == digest))
    if found is None:
        own = select(PushSubscription.id).where(PushSubscription.account_id == action.actor.id)
        if len(action.session.scalars(own).all()) >= MOST_DEVICES:
            raise Invalid("There are many devices: remove one first.")
        found = PushSubscription(id=new_id(), endpoint=endpoint, endpoint_hash=digest, created_at=action.now)
        action.session.add(found)
    found.account_id, found.p256dh, found.auth = action.actor.id, p256dh, auth
    found.device = device[:120] or "Browser"
    return found


def unsubscribe(action: Action, subscription_id: uuid.UUID) -> None:
    """A browser of the actor takes no more pushes. Raises NotFound for those of others."""
    found = action.session.get(PushSubscription, subscription_id)
    if found is None or found.account_id != action.actor.id:
        raise NotFound("There is no such device.")
    action.session.delete(found)


def devices(action: Action) -> list[PushSubscription]:
    """The browsers in which the actor takes pushes, latest first."""
    own = select(PushSubscription).where(PushSubscription.account_id == action.actor.id)
    return list(action.session.scalars(own.order_by(PushSubscription.created_at.desc())))


def send(services: Services, row: Outbox) -> bool:
    """Push a row to every browser of its person; those that took it are not asked again when others failed."""
    account_id = uuid.UUID(row.payload["account"])
    with services.reading() as action:
        account = action.session.get(Account, account_id)
        notices = queries.carried(action.session, "push", row.key, action.now)
        stands_in = bool(substitution_queries.standing_in(action.session, account_id, action.now))
        owned = select(PushSubscription).where(PushSubscription.account_id == account_id)
        found = action.session.scalars(owned).all()
        browsers = [one for one in found if str(one.id) not in row.payload.get("done", ())]
    if account is None or not account.active or not browsers:
        return False
    if not notices and not row.payload.get("collected"):
        return False
    message = json.dumps(_message(notices, account, row.key, stands_in=stands_in), ensure_ascii=False)
    outcomes = {browser.id: _push(services.settings, browser, message, row.key) for browser in browsers}
    _note(services, row, outcomes)
    if failed := [outcome for outcome in outcomes.values() if outcome not in ("taken", "gone")]:
        raise PushFailed("; ".join(failed)[:500])
    return "taken" in outcomes.values()


def _message(
    notices: Sequence[queries.NoticeRow], account: Account, key: str, *, stands_in: bool
) -> dict[str, str]:
    """What the screen shows: kind, task and case number; no names, no words of people."""
    language = account.locale
    if len(notices) == 1:
        (notice,) = notices
        name = notice.task_name_en if language == "en" and notice.task_name_en else notice.task_name
        body = " · ".join(part for part in (name, notice.case_number) if part)
        said = title(notice.kind, language)
        return {
            "title": phrase("as_substitute", language, title=said) if notice.acting_for else said,
            "body": body,
            "url": f"/notices/{notice.id}/open",
            "tag": key,
        }
    if notices:
        said = phrase("many", language, count=len(notices))
        return {"title": "Mutasi", "body": said, "url": "/notices", "tag": key}
    said = phrase("offered_or_lent", language) if stands_in else title("offered", language)
    return {"title": "Mutasi", "body": said, "url": "/inbox", "tag": key}


def _push(settings: Settings, browser: PushSubscription, message: str, key: str) -> str:
    """`taken`, `gone` (the browser no longer takes pushes), or what went wrong."""
    topic = b64urlencode(hashlib.sha256(key.encode()).digest())[:32]
    with requests.Session() as session:
        session.max_redirects = 0
        session.trust_env = True
        try:
            webpush(
                {"endpoint": browser.endpoint, "keys": {"p256dh": browser.p256dh, "auth": browser.auth}},
                message,
                vapid_private_key=_vapid(settings),
                vapid_claims={"sub": f"mailto:{settings.mail_from}"},
                ttl=KEPT_FOR,
                timeout=TIMEOUT,
                headers={"Topic": str(topic), "Urgency": "normal"},
                requests_session=session,
            )
        except WebPushException as error:
            status = error.response.status_code if error.response is not None else None
            return "gone" if status in GONE else f"{urlsplit(browser.endpoint).hostname}: {status}"
        except (requests.RequestException, ValueError) as error:
            return f"{urlsplit(browser.endpoint).hostname}: {type(error).__name__}"
    return "taken"


def _note(services: Services, row: Outbox, outcomes: dict[uuid.UUID, str]) -> None:
    """Forget browsers that are gone, and which have taken this message."""
    taken = [found for found, outcome in outcomes.items() if outcome == "taken"]
    gone = [found for found, outcome in outcomes.items() if outcome == "gone"]
    with services.action() as action:
        action.session.execute(delete(PushSubscription).where(PushSubscription.id.in_(gone)))
        action.session.execute(
            update(PushSubscription).where(PushSubscription.id.in_(taken)).values(used_at=action.now)
        )
        done = [*row.payload.get("done", ()), *map(str, taken)]
        action.session.execute(
            update(Outbox).where(Outbox.id == row.id).values(payload=dict(row.payload) | {"done": done})
        )


def _is_push_service(settings: Settings, endpoint: str) -> bool:
    """Whether an address belongs to one of the push services that are let through (`push_hosts`)."""
    try:
        address = urlsplit(endpoint)
        place = f"{address.hostname}:{address.port}" if address.port else address.hostname or ""
    except ValueError:
        return False
    if address.username or address.password:
        return False
    for host in settings.push_hosts.split():
        if host.startswith("http://"):  # a push service of one's own, on the machine's own network
            if address.scheme == "http" and place == host.removeprefix("http://"):
                return True
        elif address.scheme == "https" and (place == host or place.endswith(f".{host}")):
            return True
    return False


def _vapid(settings: Settings) -> Vapid02:
    return _read_vapid(Path(settings.var_dir, "push_key.pem"))


@lru_cache(maxsize=8)
def _read_vapid(path: Path) -> Vapid02:
    """The server's key pair for pushes, made once and kept readable by this user only."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        key = Vapid02()
        key.generate_keys()
        own = path.with_name(f"push_key.{secrets.token_hex(8)}")
        own.touch(mode=0o600)
        own.write_bytes(key.private_pem())
        with suppress(FileExistsError):  # of several processes that begin at once, the first one's key holds
            path.hardlink_to(own)
        own.unlink()
    return Vapid02.from_pem(path.read_bytes())
