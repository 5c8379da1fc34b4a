"""`mutasi migrate`: running cases to another version of their definition."""

from __future__ import annotations

import json
from typing import Any

import click
from sqlalchemy import select

from service.cli.database import acting, usable_database
from service.db.cases import Case
from service.db.incidents import MigrationJob
from service.domain.errors import Conflict, Incident
from service.engine.migration import MigrationBlocked, Timers
from service.operations import definitions, migrating
from service.operations.action import Action
from service.settings import load
from service.wiring import wire


@click.command("migrate")
@click.argument("key")
@click.option("--from", "source", type=int, required=True, help="The version the cases are on.")
@click.option("--to", "target", type=int, required=True, help="The version they are moved to.")
@click.option(
    "--map", "mapped", multiple=True, metavar="OLD=NEW", help="An element that is called otherwise there."
)
@click.option(
    "--timers", type=click.Choice(["keep", "anew"]), default="keep", help="Keep the time that has passed."
)
@click.option(
    "--apply", "do_it", is_flag=True, help="Move them; without this it is only said what would happen."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as a JSON object.")
def command(
    key: str, source: int, target: int, mapped: tuple[str, ...], timers: Timers, do_it: bool, as_json: bool
) -> None:
    """Move all running cases of a version of definition KEY to another version. Each moves whole or not at all.

    It may be stopped at any moment and goes on where it stood (a worker does that, too). Exit code 0: every case
    can be, or was, moved; 1: some are blocked.
    """
    mapping = dict(_pair(text) for text in mapped)
    if do_it:
        moved, blocked = _apply(key, source, target, mapping, timers, quiet=as_json)
    else:
        with acting() as action:
            moved, blocked = _try(action, key, source, target, mapping, timers)
            action.session.rollback()
    if as_json:
        click.echo(
            json.dumps({"moved": moved, "blocked": blocked, "applied": do_it}, ensure_ascii=False, indent=2)
        )
    else:
        for one in blocked:
            click.echo(f"{one['case']}: " + "; ".join(_said(reason) for reason in one["reasons"]))
        click.echo(f"{moved} case(s) {'moved' if do_it else 'can be moved'}, {len(blocked)} blocked.")
    if blocked:
        raise click.exceptions.Exit(1)


def _pair(text: str) -> tuple[str, str]:
    old, sign, new = text.partition("=")
    if not (old and sign and new):
        raise click.BadParameter(f"{text!r} is not OLD=NEW", param_hint="--map")
    return old, new


def _try(
    action: Action, key: str, source: int, target: int, mapping: dict[str, str], timers: Timers
) -> tuple[int, list[dict[str, Any]]]:
    version = definitions.numbered(action.session, key, source)
    running = select(Case.id).where(Case.definition_version_id == version.id, Case.status == "running")
    moved = 0
    blocked: list[dict[str, Any]] = []
    for case_id in action.session.scalars(running.order_by(Case.id)).all():
        try:
            migrating.plan(action, case_id, target, mapping, timers)
            moved += 1
        except MigrationBlocked as error:
            reasons = [{"element": one.element, "message": one.message} for one in error.reasons]
            blocked.append({"case": str(case_id), "reasons": reasons})
        except (Conflict, Incident) as error:
            blocked.append({"case": str(case_id), "reasons": [{"element": None, "message": str(error)}]})
    return moved, blocked


def _apply(
    key: str, source: int, target: int, mapping: dict[str, str], timers: Timers, *, quiet: bool
) -> tuple[int, list[dict[str, Any]]]:
    services = wire(load())
    with usable_database():
        with services.action() as action:
            job = migrating.begin_job(action, key, source, target, mapping, timers)
            total = migrating.left(action, job)
        with click.progressbar(length=total, label="Moving", hidden=quiet) as bar:
            for going in migrating.run_jobs(services):
                if going.id == job.id:
                    bar.update(going.moved + len(going.blocked) - bar.pos)
        with services.reading() as action:
            ended = action.session.get_one(MigrationJob, job.id)
            return ended.moved, list(ended.blocked)


def _said(reason: dict[str, Any]) -> str:
    return f"{reason['element']}: {reason['message']}" if reason["element"] else str(reason["message"])
