"""`mutasi check`: the findings of a deployment, without deploying."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import click

from service.domain.access import Role
from service.domain.wording import Message
from service.engine import confined
from service.engine.mending import mend
from service.engine.steps import Finding, SourceFile
from service.engine.xml import UnsafeXml
from service.settings import load, shipped
from service.wiring import engine_with, limits_of, read_calendar, read_roles

KINDS = (".bpmn", ".dmn", ".json")


@click.command("check")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the findings as a JSON list.")
@click.option(
    "--mend", "mended", is_flag=True, help="Repair what needs no decision, and check the repaired diagram."
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="With --mend: where to write the repaired diagram.",
)
def command(files: tuple[Path, ...], as_json: bool, mended: bool, output: Path | None) -> None:
    """Say all that is wrong with diagrams (.bpmn), decisions (.dmn) and forms (.json); deploy nothing.

    What the files refer to is looked for among them, beside them, and among the diagrams and forms that come
    with the application. Exit code 0: no errors (warnings may be left); 1: errors; 2: a file cannot be read.

    --mend FILE -o FILE gives elements ids, start and end events, gateways a default, and makes the labels on the
    flows out of a gateway conditions on a variable named by its question. Each repair is among the findings.
    """
    if mended != (output is not None) or (mended and len(files) != 1):
        raise click.UsageError("Mend one file at a time: mutasi check --mend FILE -o FILE")
    settings = load()
    sources, unreadable = read_sources(files, settings.max_diagram_bytes)
    roles = read_roles(shipped("config") / "roles.toml")
    engine = engine_with(
        read_calendar(shipped("config") / "calendar.toml", settings.timezone), limits_of(settings)
    )
    repairs: list[Finding] = []
    if sources and output is not None:
        sources, repairs = _mend(sources[0], output, settings.max_diagram_bytes)
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
    findings = unreadable + repairs + findings
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        _print(findings, len(sources))
    if unreadable:
        raise click.exceptions.Exit(2)
    if any(finding.severity == "error" for finding in findings):
        raise click.exceptions.Exit(1)


def _mend(source: SourceFile, output: Path, most_bytes: int) -> tuple[list[SourceFile], list[Finding]]:
    """The repaired file, written, and a finding for each repair. What cannot be read is left to the check."""
    try:
        mended = mend(source, most_bytes)
    except UnsafeXml:
        return [source], []
    try:
        output.write_bytes(mended.file.content)
    except OSError as error:
        raise click.FileError(str(output), error.strerror or "cannot be written") from error
    return [mended.file], [
        Finding(source.name, repair.element, f"mended-{repair.rule}", "warning", Message(repair.message))
        for repair in mended.repairs
    ]


def read_sources(files: Iterable[Path], most_bytes: int) -> tuple[list[SourceFile], list[Finding]]:
    """The files, and a finding for each that cannot be read."""
    sources, unreadable = [], []
    for path in files:
        try:
            with path.open("rb") as file:  # a little more than may be: enough to be found too large
                sources.append(SourceFile(path.name, file.read(most_bytes + 1)))
        except OSError as error:
            message = f"Cannot be read: {error.strerror}"
            unreadable.append(Finding(str(path), None, "file", "error", Message(message)))
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
