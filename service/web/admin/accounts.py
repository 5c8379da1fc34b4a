"""Accounts: who may sign in, how, and with which roles."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from service.db.queries import administration as queries
from service.db.queries import audit, people, signed_in
from service.domain.errors import Invalid, MutasiError, NotFound
from service.operations import account_details, accounts, identities, oidc, passwords, second_factor, sessions
from service.operations.action import Action
from service.web import context, wording
from service.web.admin import details, section, words
from service.web.devices import device
from service.web.sign_in_elsewhere import own_address

blueprint = section("admin_accounts", "/accounts", "account.manage")

PAGE = 50
MOST = 20
FIELDS = ("username", "name", "email", "nip")
STATES = ("active", "disabled", "without_role", "without_factor")


@blueprint.get("")
def page() -> ResponseReturnValue:
    """Accounts by user name, with search and filters."""
    names = ("q", "role", "unit", "unit_text", "state")
    chosen = {name: request.args.get(name, "").strip()[:100] for name in names}
    roles = context.services().roles
    filters = {
        "search": chosen["q"] or None,
        "role": chosen["role"] if chosen["role"] in roles else None,
        "unit": chosen["unit"] or None,
        "state": chosen["state"] if chosen["state"] in STATES else None,
    }
    with context.reading() as action:
        found = queries.page(action.session, **filters, limit=PAGE, cursor=request.args.get("cursor"))
        counted = queries.count(action.session, **filters)
        units = _unit_names(action, found.items)
    kept = {key: value for key, value in chosen.items() if value}
    return render_template(
        "admin/accounts.html",
        rows=found.items,
        counted=counted,
        cap=queries.CAP,
        units=units,
        chosen=chosen,
        kept=kept,
        roles=roles,
        states=STATES,
        next_url=context.here(".page", kept, found.next_cursor) if found.next_cursor else "",
        first_url=context.here(".page", kept) if request.args.get("cursor") else "",
    )


@blueprint.get("/new")
def new() -> ResponseReturnValue:
    """The form of a new account."""
    return _form({}, {})


@blueprint.post("/new")
def create() -> ResponseReturnValue:
    """Make an account; the way in (a link or a password) comes next, on its page."""
    given = _given()
    try:
        with context.services().action(context.actor()) as action:
            account = accounts.create(action, given["username"], given["name"])
            account_details.change(action, account.username, **_details(given))
            for role in request.form.getlist("role"):
                accounts.grant(action, account.username, role)
            account_id = account.id
    except MutasiError as refused:
        fields = refused.fields if isinstance(refused, Invalid) else {"username": wording.said(refused)}
        return _form(given, fields, 422)
    flash(gettext("The account was made. Now give its owner a way in."), "good")
    return redirect(url_for(".account", account_id=account_id), 303)


@blueprint.get("/<uuid:account_id>")
def account(account_id: uuid.UUID) -> ResponseReturnValue:
    """One account: details, roles, ways in, sessions, history."""
    return _account(account_id)


@blueprint.post("/<uuid:account_id>")
def change(account_id: uuid.UUID) -> ResponseReturnValue:
    """Change name, address and employee."""
    given = _given()
    try:
        with context.services().action(context.actor()) as action:
            row = queries.get(action.session, account_id)
            account_details.change(action, row.username, **_details(given))
    except Invalid as refused:
        return _account(account_id, given=given, problems=refused.fields, status=422)
    flash(gettext("Saved."), "good")
    return redirect(url_for(".account", account_id=account_id), 303)


@blueprint.post("/<uuid:account_id>/roles")
def grant(account_id: uuid.UUID) -> ResponseReturnValue:
    """Give a role, everywhere or for one unit."""
    role, unit = request.form.get("role", ""), request.form.get("unit", "") or None
    if unit is None and request.form.get("unit_text", "").strip():
        flash(gettext("Choose the unit from the list."), "bad")
        return redirect(url_for(".account", account_id=account_id) + "#roles", 303)
    return _done(
        account_id,
        lambda action, username: accounts.grant(action, username, role, unit),
        gettext("The role was given."),
    )


@blueprint.post("/<uuid:account_id>/roles/take")
def revoke(account_id: uuid.UUID) -> ResponseReturnValue:
    """Take a role away; it is gone at the next request."""
    role, unit = request.form.get("role", ""), request.form.get("unit", "") or None
    return _done(
        account_id,
        lambda action, username: accounts.revoke(action, username, role, unit),
        gettext("The role was taken away."),
    )


@blueprint.post("/<uuid:account_id>/link")
def link(account_id: uuid.UUID) -> ResponseReturnValue:
    """A link with which the owner sets a password, once."""
    try:
        with context.services().action(context.actor(), now=datetime.now(UTC)) as action:
            token = passwords.make_link(action, queries.get(action.session, account_id).username)
    except MutasiError as refused:
        return _refused(account_id, refused)
    address = own_address("sign_in.link", token=token)
    return _account(account_id, once=("link", address))


@blueprint.post("/<uuid:account_id>/password")
def temporary(account_id: uuid.UUID) -> ResponseReturnValue:
    """A password that has to be changed at the next sign-in."""
    try:
        with context.services().action(context.actor(), now=datetime.now(UTC)) as action:
            made = passwords.give_temporary(action, queries.get(action.session, account_id).username)
    except MutasiError as refused:
        return _refused(account_id, refused)
    return _account(account_id, once=("password", made))


@blueprint.post("/<uuid:account_id>/active")
def active(account_id: uuid.UUID) -> ResponseReturnValue:
    """Stop an account, or let it sign in again."""
    wanted = request.form.get("active") == "yes"
    said = (
        gettext("The account may sign in again.")
        if wanted
        else gettext("The account is disabled and signed out.")
    )
    return _done(account_id, lambda action, username: accounts.set_active(action, username, wanted), said)


@blueprint.post("/<uuid:account_id>/factor")
def factor(account_id: uuid.UUID) -> ResponseReturnValue:
    """Take a lost second factor away."""
    reason = request.form.get("reason", "")
    return _done(
        account_id,
        lambda action, username: second_factor.reset(action, username, reason),
        gettext("The second step was reset; the owner is signed out."),
    )


@blueprint.post("/<uuid:account_id>/unlink")
def unlink(account_id: uuid.UUID) -> ResponseReturnValue:
    """Forget who the account is at the identity provider."""
    return _done(
        account_id,
        identities.unlink,
        gettext("The link to the identity provider was removed."),
    )


@blueprint.post("/<uuid:account_id>/sessions")
def end_session(account_id: uuid.UUID) -> ResponseReturnValue:
    """End one of somebody's sessions, or all."""
    handle = request.form.get("session", "")[:64]
    if handle:
        return _done(
            account_id,
            lambda action, username: sessions.end(action, account_id, handle),
            gettext("That browser is signed out."),
        )
    return _done(account_id, sessions.end_all, gettext("The account is signed out everywhere."))


@blueprint.get("/lookup/employees")
def employees() -> ResponseReturnValue:
    """Employees by name or NIP, to tie an account to."""
    return _looked_up(
        lambda session, text: [
            {"value": row.nip, "label": row.nama, "detail": f"{row.nip} · {row.jabatan} · {row.unit}"}
            for row in people.search_employees(session, text, limit=MOST)
        ]
    )


@blueprint.get("/lookup/units")
def units() -> ResponseReturnValue:
    """Units by name, to hold a role for."""
    return _looked_up(
        lambda session, text: [
            {"value": row.id, "label": row.nama, "detail": row.induk or ""}
            for row in people.units(session, text, limit=MOST)
        ]
    )


@blueprint.get("/lookup/accounts")
def by_name() -> ResponseReturnValue:
    """Accounts by name, to make a token for."""
    return _looked_up(
        lambda session, text: [
            {"value": row.username, "label": row.name, "detail": row.username}
            for row in queries.page(session, search=text, state="active", limit=MOST).items
        ]
    )


def _looked_up(search: Callable[[Any, str], list[dict[str, str]]]) -> ResponseReturnValue:
    text = request.args.get("q", "").strip()[:100]
    if len(text) < 2:
        return jsonify(items=[])
    with context.reading() as action:
        return jsonify(items=search(action.session, text))


def _form(given: dict[str, str], problems: Any, status: int = 200) -> ResponseReturnValue:
    roles = context.services().roles
    return (
        render_template(
            "admin/account_new.html",
            given=given,
            problems={field: wording.said(text) for field, text in problems.items()},
            roles=roles,
            abilities=words.abilities,
            chosen_roles=request.form.getlist("role"),
        ),
        status,
    )


def _account(
    account_id: uuid.UUID,
    *,
    given: dict[str, str] | None = None,
    problems: Any = None,
    once: tuple[str, str] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    now, settings = datetime.now(UTC), context.services().settings
    with context.reading() as action:
        row = queries.get(action.session, account_id)
        employee = None
        if row.nip:
            try:
                employee = people.employee(action.session, row.nip)
            except NotFound:
                employee = None
        since = now - timedelta(minutes=settings.session_idle_minutes)
        open_sessions = signed_in.sessions(
            action.session, now, since, account_id=account_id, limit=MOST
        ).items
        history = audit.of_account(action.session, row.username, limit=30)
        units = _unit_names(action, [row])
        required = second_factor.required_roles(action)
    return (
        render_template(
            "admin/account.html",
            row=row,
            given=given or {"name": row.name, "email": row.email or "", "nip": row.nip or ""},
            problems={field: wording.said(text) for field, text in (problems or {}).items()},
            employee=employee,
            sessions=open_sessions,
            history=history,
            units=units,
            roles=context.services().roles,
            abilities=words.abilities,
            kind_words=words.kind_words,
            details=details.in_short,
            device=device,
            once=once,
            factor_required=bool(required & {role for role, _, _ in row.grants}),
            provider=settings.oidc_label if oidc.is_on(settings) else "",
            hours=int(passwords.LINK_LASTS.total_seconds() // 3600),
        ),
        status,
    )


def _done(account_id: uuid.UUID, do: Callable[[Action, str], Any], said: str) -> ResponseReturnValue:
    try:
        with context.services().action(context.actor(), now=datetime.now(UTC)) as action:
            do(action, queries.get(action.session, account_id).username)
    except MutasiError as refused:
        return _refused(account_id, refused)
    flash(said, "good")
    return redirect(url_for(".account", account_id=account_id), 303)


def _refused(account_id: uuid.UUID, refused: MutasiError) -> ResponseReturnValue:
    if str(refused) == "There is no such account.":
        raise refused
    flash(wording.said(refused), "bad")
    return redirect(url_for(".account", account_id=account_id), 303)


def _given() -> dict[str, str]:
    return {name: request.form.get(name, "").strip()[:300] for name in FIELDS} | {
        "nip_text": request.form.get("nip_text", "").strip()[:300]
    }


def _details(given: dict[str, str]) -> dict[str, str]:
    """A NIP may be chosen from the list or typed."""
    nip = given["nip"] or given["nip_text"]
    return {"name": given["name"], "email": given["email"], "nip": nip}


def _unit_names(action: Action, rows: Any) -> dict[str, str]:
    return queries.unit_names(action.session, {unit for row in rows for _, unit, _ in row.grants if unit})
