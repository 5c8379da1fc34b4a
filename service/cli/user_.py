"""mutasi user: accounts and roles."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from service.cli.database import acting, reading
from service.operations import accounts


@click.group()
def command() -> None:
    """Create accounts, set passwords, give and take roles.

    The first administrator is made here: mutasi user create --username joko --name Joko --role administrator
    """


@command.command()
@click.option("--username", required=True, help="Small letters, digits, dots, dashes, underscores.")
@click.option("--name", required=True, help="As shown to others.")
@click.option("--email", help="For notices.")
@click.option("--nip", help="Ties the account to an employee.")
@click.option(
    "--role", "roles", multiple=True, help="A role of config/roles.toml; ROLE@UNIT for one unit. Repeatable."
)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def create(
    username: str, name: str, email: str | None, nip: str | None, roles: tuple[str, ...], password_stdin: bool
) -> None:
    """Make an account and set its password."""
    password = _password(password_stdin)
    with acting() as action:
        account = accounts.create(action, username, name, email=email, nip=nip, password=password)
        for role in roles:
            held, _, unit = role.partition("@")
            accounts.grant(action, account.username, held, unit or None)
    click.echo(f"{account.username} was made.")


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(as_json: bool) -> None:
    """All accounts with their roles."""
    with reading() as action:
        rows: list[dict[str, Any]] = [
            {
                "username": account.username,
                "name": account.name,
                "active": account.active,
                "roles": [
                    f"{held.role}@{held.unit_id}" if held.unit_id else held.role for held in account.grants
                ],
            }
            for account in accounts.everybody(action.session)
        ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        state = "" if row["active"] else "  (disabled)"
        click.echo(f"{row['username']:<28} {row['name']:<32} {', '.join(row['roles'])}{state}")


@command.command()
@click.argument("username")
@click.argument("role")
@click.option("--unit", help="Only for this unit.")
def grant(username: str, role: str, unit: str | None) -> None:
    """Give USERNAME a ROLE, everywhere or for one unit."""
    with acting() as action:
        accounts.grant(action, username, role, unit)
    click.echo(f"{username} holds {role}{f' for {unit}' if unit else ''}.")


@command.command()
@click.argument("username")
@click.argument("role")
@click.option("--unit", help="The role as held for this unit.")
def revoke(username: str, role: str, unit: str | None) -> None:
    """Take a ROLE from USERNAME; it is gone at the next request."""
    with acting() as action:
        accounts.revoke(action, username, role, unit)
    click.echo(f"{username} no longer holds {role}{f' for {unit}' if unit else ''}.")


@command.command()
@click.argument("username")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def password(username: str, password_stdin: bool) -> None:
    """Set the password of USERNAME and end its sessions."""
    given = _password(password_stdin)
    with acting() as action:
        accounts.set_password(action, username, given)
    click.echo(f"The password of {username} is set.")


@command.command()
@click.argument("username")
@click.option("--undo", is_flag=True, help="Let the account sign in again.")
def disable(username: str, undo: bool) -> None:
    """Stop USERNAME from signing in and end its sessions."""
    with acting() as action:
        accounts.set_active(action, username, undo)
    click.echo(f"{username} {'may sign in again' if undo else 'can no longer sign in'}.")


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    given: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return given
