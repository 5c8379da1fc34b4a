"""mutasi token: bearer tokens for programs."""

from __future__ import annotations

import json

import click

from service.cli.database import acting, reading
from service.operations import signing_in


@click.group()
def command() -> None:
    """Create, list and revoke tokens for the API."""


@command.command()
@click.option("--user", "username", required=True, help="The account the token acts as.")
@click.option("--name", default="cli", show_default=True, help="What the token is for.")
@click.option("--days", type=click.IntRange(1, 3650), help="How long it is valid; without it for ever.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def create(username: str, name: str, days: int | None, as_json: bool) -> None:
    """Make a token and print it: this is the only time it can be read."""
    with acting() as action:
        token = signing_in.create_token(action, username, name, days)
    click.echo(json.dumps({"token": token}) if as_json else token)


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(as_json: bool) -> None:
    """All tokens: how they begin, whose they are, until when they are valid."""
    with reading() as action:
        rows = [
            {
                "begins": token.prefix,
                "user": username,
                "name": token.name,
                "created_at": token.created_at.isoformat(),
                "expires_at": token.expires_at.isoformat() if token.expires_at else None,
                "revoked": token.ended_at is not None,
            }
            for token, username in signing_in.tokens(action.session)
        ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        state = "revoked" if row["revoked"] else f"until {row['expires_at'] or 'revoked'}"
        click.echo(f"{row['begins']:<14} {row['user']:<28} {row['name']:<20} {state}")


@command.command()
@click.argument("begins")
def revoke(begins: str) -> None:
    """Revoke the token that begins so; it stops working at once."""
    with acting() as action:
        signing_in.end_token(action, begins)
    click.echo("The token is revoked.")
