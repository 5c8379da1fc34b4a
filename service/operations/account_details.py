"""Changing what is known about an account."""

from __future__ import annotations

from email.utils import parseaddr

from sqlalchemy import select

from service.db.accounts import Account
from service.db.people import Employee
from service.domain.errors import Invalid
from service.operations import accounts
from service.operations.action import Action
from service.operations.recording import write_event


def change(action: Action, username: str, *, name: str, email: str, nip: str) -> None:
    """Change name, e-mail and employee. Raises Invalid with a message per field."""
    accounts.check_may_manage(action)
    account = accounts.named(action.session, username)
    nip = nip.replace(" ", "")
    wanted = {"name": name.strip(), "email": email.strip() or None, "nip": nip or None}
    problems = {}
    if not 0 < len(name.strip()) <= 200:
        problems["name"] = "This field is required."
    if email.strip() and ("@" not in parseaddr(email.strip())[1] or len(email.strip()) > 254):
        problems["email"] = "This is no e-mail address."
    if nip and nip != account.nip:
        if action.session.get(Employee, nip) is None:
            problems["nip"] = "No employee has this NIP."
        elif action.session.scalar(select(Account.id).where(Account.nip == nip, Account.id != account.id)):
            problems["nip"] = "Another account belongs to this employee."
    if problems:
        raise Invalid("Some fields cannot be used.", problems)
    before = {field: getattr(account, field) for field in wanted}
    changed = {field: value for field, value in wanted.items() if value != before[field]}
    if not changed:
        return
    for field, value in changed.items():
        setattr(account, field, value)
    data = {"changes": {field: [before[field], value] for field, value in changed.items()}}
    write_event(action, "account_changed", name=account.username, data=data)
