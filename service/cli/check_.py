"""`mutasi check`: the findings of a deployment, without deploying."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import click

from service.domain.access import Role
from service.engine import confined
from service.engine.steps import Finding, SourceFile
from service.settings import load, shipped
from service.wiring import engine_with, limits_of, read_calendar, read_roles

KINDS = (".bpmn", ".dmn", ".json")


@click.command("check")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the findings as a JSON list.")
def command(files: tuple[Path, ...], as_json: bool) -> None:
    """Say all that is wrong with diagrams (.bpmn), decisions (.dmn) and forms (.json); deploy nothing.

    What the files refer to is looked for among them, beside them, and among the diagrams and forms that come
    with the application. Exit code 0: no errors (warnings may be left); 1: errors; 2: a file cannot be read.
    """
    settings = load()
    sources, unreadable = read_sources(files, settings.max_diagram_bytes)
    roles = read_roles(shipped("config") / "roles.toml")
    engine = engine_with(
        read_calendar(shipped("config") / "calendar.toml", settings.timezone), limits_of(settings)
    )
    findings = []
    if sources:
        findings = confined.check(
            sources,
            library=library_for(files),
            roles=_names(roles.values()),
            functions=engine.functions,
            limits=engine.limits,
            seconds=settings.check_seconds,
            megabytes=settings.check_megabytes,
        )
    findings = unreadable + findings
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        _print(findings, len(sources))
    if unreadable:
        raise click.exceptions.Exit(2)
    if any(finding.severity == "error" for finding in findings):
        raise click.exceptions.Exit(1)


def read_sources(files: Iterable[Path], most_bytes: int) -> tuple[list[SourceFile], list[Finding]]:
    """The files, and a finding for each that cannot be read."""
    sources, unreadable = [], []
    for path in files:
        try:
            with path.open("rb") as file:  # a little more than may be: enough to be found too large
                sources.append(SourceFile(path.name, file.read(most_bytes + 1)))
        except OSError as error:
            message = f"Cannot be read: {error.strerror}"
            unreadable.append(Finding(str(path), None, "file", "error", message))
    return sources, unreadable


def library_for(files: Iterable[Path]) -> dict[str, SourceFile]:
    """What the files may refer to, by name: what is shipped, and what lies beside them."""
    folders = [shipped("workflows"), shipped("forms"), *{path.parent for path in files}]
    found: dict[str, SourceFile] = {}
    for folder in folders:
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if path.suffix in KINDS and path.is_file() and path.stat().st_size < 5 * 1024 * 1024:
                found[path.name] = SourceFile(path.name, path.read_bytes())
    return found


def _names(roles: Iterable[Role]) -> set[str]:
    """Role ids and the lane names that mean them."""
    return {name for role in roles for name in (role.id, *role.lanes)}


def _print(findings: list[Finding], count: int) -> None:
    for finding in findings:
        place = f"{finding.file}: {finding.element}" if finding.element else finding.file
        click.echo(f"{place}: {finding.severity}: {finding.message} [{finding.rule}]")
        if finding.mend:
            click.echo(f"    {finding.mend}")
    errors = sum(finding.severity == "error" for finding in findings)
    click.echo(f"{count} file(s), {errors} error(s), {len(findings) - errors} warning(s).")
