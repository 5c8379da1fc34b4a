"""mutasi bench: figures, for SQLite and PostgreSQL."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from service import settings as settings_module
from service.db.migrate import upgrade
from service.wiring import wire

PARTS = (
    "loopback",
    "rules",
    "completions",
    "statements",
    "inbox",
    "storage",
    "waiting",
    "migrations",
    "import",
    "pages",
)


@click.command()
@click.option(
    "--only", type=click.Choice(PARTS), multiple=True, help="Measure these parts alone. Repeatable."
)
@click.option(
    "--database", type=click.Choice(["sqlite", "postgresql"]), multiple=True, help="On these databases alone."
)
@click.option("--completions", default=2000, show_default=True, help="Completions per run.")
@click.option("--most-tasks", default=1_000_000, show_default=True, help="Open tasks of the largest inbox.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(
    only: tuple[str, ...], database: tuple[str, ...], completions: int, most_tasks: int, as_json: bool
) -> None:
    """Measure and print figures. Nothing of yours is touched: every database is made for it and dropped.

    PostgreSQL is the server of MUTASI_TEST_DATABASE_URL, else the one on 127.0.0.1:5432. Needs the development
    dependencies (make setup-test).
    """
    try:
        from service.bench import databases, loopback, report, rules
    except ImportError as error:
        raise click.ClickException(f"{error.name} is missing: pip install 'mutasi[dev]'") from error
    wanted = set(only or PARTS)
    kinds = [
        kind
        for kind in (database or ("sqlite", "postgresql"))
        if kind == "sqlite" or databases.postgresql_server()
    ]
    results: dict[str, list[dict[str, Any]]] = {}
    if "loopback" in wanted:
        _say("A case's history: one completion in the engine after n loop-backs", as_json)
        results["loopback"] = loopback.measure()
        _show(report.table, "Engine: load, complete, save", results["loopback"], as_json)
    if "rules" in wanted:
        _say("Conditions and decision tables, compiled", as_json)
        results["rules"] = rules.measure()
        _show(report.table, "FEEL and DMN", results["rules"], as_json)
    for kind in kinds:
        for part, rows in _measure(kind, wanted, completions, most_tasks, as_json):
            results.setdefault(part, []).extend(rows)
            _show(report.table, f"{part}, {kind}", rows, as_json)
    if as_json:
        click.echo(json.dumps(results, indent=2))


def _measure(kind: str, wanted: set[str], completions: int, most_tasks: int, quiet: bool) -> Any:
    from service.bench import completions as http
    from service.bench import databases, migrations, storage, waiting
    from service.bench.server import serving
    from service.bench.world import prepare

    with tempfile.TemporaryDirectory(prefix="mutasi-bench-") as folder, databases.fresh(kind) as url:
        services, token = prepare(url, folder)
        if "statements" in wanted:
            yield "statements", [storage.statements_per_completion(services)]
        if "completions" in wanted:
            _say(f"Completions over HTTP, {kind}", quiet)
            with serving(url, token) as server:
                rows = [http.measure(server, kind, clients, completions) for clients in (1, 8)]
                start_up = [{"database": kind, "seconds_to_first_answer": server.started_in}]
            yield "completions", rows
            yield "start-up", start_up
        if "storage" in wanted:
            _say(f"Finished cases, {kind}", quiet)
        services.sessions.kw["bind"].dispose()
    if "storage" in wanted:
        with tempfile.TemporaryDirectory(prefix="mutasi-bench-") as folder, databases.fresh(kind) as url:
            services, _ = prepare(url, folder)
            yield "storage", [storage.bytes_per_finished_case(services, 200)]
            services.sessions.kw["bind"].dispose()
    if "migrations" in wanted:
        _say(f"All running cases to the next version, {kind}", quiet)
        with tempfile.TemporaryDirectory(prefix="mutasi-bench-") as folder, databases.fresh(kind) as url:
            services, _ = prepare(url, folder)
            yield "migrations", [migrations.measure(services)]
            services.sessions.kw["bind"].dispose()
    if "inbox" in wanted or "waiting" in wanted:
        with tempfile.TemporaryDirectory(prefix="mutasi-bench-") as folder, databases.fresh(kind) as url:
            services, token = prepare(url, folder)
            if "waiting" in wanted:
                yield "waiting", [waiting.measure(services)]
            if "inbox" in wanted:
                yield "inbox", list(_inbox(services, token, kind, most_tasks, quiet))
            services.sessions.kw["bind"].dispose()
    if "import" in wanted:
        _say(f"Import of 50,000 employees, {kind}", quiet)
        yield "import", _import(kind)
    if "pages" in wanted:
        _say(f"Pages over 100,000 cases and 1,000,000 finished tasks, {kind}", quiet)
        yield "pages", _pages(kind, quiet)


def _inbox(services: Any, token: str, kind: str, most: int, quiet: bool) -> Any:
    from service.bench import inbox

    present = 0
    for wanted in (1_000, 10_000, 100_000, 1_000_000):
        if wanted > most:
            return
        _say(f"Inbox with {wanted:,} open tasks, {kind}", quiet)
        inbox.grow(services, present, wanted)
        present = wanted
        yield {"database": kind, "open_tasks": wanted, **inbox.measure(services, token)}


def _pages(kind: str, quiet: bool) -> list[dict[str, Any]]:
    from service.bench import databases, large, pages
    from service.bench.world import NO_SECRET
    from service.operations import figures

    with tempfile.TemporaryDirectory(prefix="mutasi-bench-") as folder, databases.fresh(kind) as url:
        services = wire(settings_module.load({}, database_url=url, var_dir=folder, secret_key=NO_SECRET))
        upgrade(services.sessions.kw["bind"])
        large.fill(services, said=lambda what: _say(what, quiet))
        _say("Counting the figures of managers", quiet)
        figures.rebuild(services)
        rows = list(pages.measure(services))
        services.sessions.kw["bind"].dispose()
    return rows


def _import(kind: str) -> list[dict[str, Any]]:
    from service.bench import databases, imports
    from service.bench.world import NO_SECRET

    with tempfile.TemporaryDirectory(prefix="mutasi-bench-") as folder:
        with databases.fresh("sqlite") as url:
            services = wire(settings_module.load({}, database_url=url, var_dir=folder, secret_key=NO_SECRET))
            upgrade(services.sessions.kw["bind"])
            files = imports.write_files(services, Path(folder), "provinsi")
            services.sessions.kw["bind"].dispose()
        return imports.measure(files, kind, folder)


def _say(what: str, quiet: bool) -> None:
    if not quiet:
        click.echo(f"... {what}", err=True)


def _show(table: Callable[..., None], title: str, rows: list[dict[str, Any]], quiet: bool) -> None:
    if not quiet:
        table(title, rows)
