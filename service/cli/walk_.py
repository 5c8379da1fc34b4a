"""`mutasi walk`: go through a diagram in memory, by the engine that cases use."""

from __future__ import annotations

import json
import resource
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from service.cli.check_ import library_for, read_sources
from service.domain.wording import Message
from service.engine.steps import Finding
from service.engine.walking import Walked, walk
from service.settings import load, shipped
from service.wiring import engine_with, limits_of, read_calendar


@click.command("walk")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--process", help="Which process to begin; by default the one that no other calls.")
@click.option(
    "--actions",
    type=click.File("r", encoding="utf-8"),
    required=True,
    help="A JSON list of actions (- reads standard input).",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as a JSON object.")
def command(files: tuple[Path, ...], process: str | None, actions: Any, as_json: bool) -> None:
    """Begin a case of the diagrams in memory and do the actions in order. Nothing is stored or deployed.

    \b
    Actions: {"complete": "<task id>", "data": {...}}
             {"message": "<name>", "data": {...}, "correlation": "..."}
             {"signal": "<name>"}
             {"advance": "PT1H"}      moves the clock
             {"set": {...}}           changes variables

    An action that cannot be done is reported as rejected and does not stop the walk. Exit code 0: the diagram
    was walked; 1: it is refused; 2: a file cannot be read.
    """
    settings = load()
    sources, unreadable = read_sources(files, settings.max_diagram_bytes)
    if unreadable:
        raise click.UsageError(f"{unreadable[0].file}: {unreadable[0].message}")
    most = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (settings.check_megabytes * 1024 * 1024, most))
    calendar = read_calendar(shipped("config") / "calendar.toml", settings.timezone)
    engine = engine_with(calendar, limits_of(settings))
    try:
        walked = walk(
            engine, sources, _actions(actions), datetime.now(UTC), process=process, library=library_for(files)
        )
    except MemoryError:
        resource.setrlimit(resource.RLIMIT_AS, (most, most))  # room to say so
        walked = Walked("refused", [asdict(_too_large(sources[0].name, settings.check_megabytes))])
    if as_json:
        click.echo(json.dumps(asdict(walked), ensure_ascii=False, indent=2))
    else:
        _print(walked)
    if walked.outcome == "refused":
        raise click.exceptions.Exit(1)


def _too_large(file: str, megabytes: int) -> Finding:
    message = f"The walk needs more than {megabytes} MiB and was stopped."
    return Finding(
        file, None, "check-limit", "error", Message(message), Message("Make it smaller: call parts of it.")
    )


def _actions(file: Any) -> list[Mapping[str, Any]]:
    try:
        found = json.load(file)
    except (ValueError, RecursionError) as error:
        raise click.UsageError(f"The actions are not JSON: {error}") from error
    listed = found if isinstance(found, list) else [found]
    if not all(isinstance(action, dict) for action in listed):
        raise click.UsageError('The actions are a JSON list of objects such as {"complete": "task_1"}.')
    for action in listed:
        for name in ("data", "set"):
            if not isinstance(action.get(name, {}), dict | None):
                raise click.UsageError(f"{name!r} holds variables: a JSON object.")
    return listed


def _print(walked: Walked) -> None:
    for finding in walked.findings:
        click.echo(f"{finding['element'] or finding['file']}: {finding['severity']}: {finding['message']}")
    click.echo(f"Outcome: {walked.outcome}")
    click.echo(f"Completed: {', '.join(walked.completed) or '-'}")
    click.echo(f"Open: {', '.join(one['element'] for one in walked.open) or '-'}")
    for event in walked.events:
        click.echo(f"Thrown: {event['type']} {event['name']}")
    for rejected in walked.rejected:
        click.echo(f"Rejected: {json.dumps(rejected['action'], ensure_ascii=False)}: {rejected['reason']}")
    click.echo(f"Data: {json.dumps(walked.data, ensure_ascii=False)}")
