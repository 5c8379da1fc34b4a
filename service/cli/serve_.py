"""mutasi serve: the pages, the API, and due work."""

from __future__ import annotations

from typing import Any

import click
from gunicorn.app.base import BaseApplication
from gunicorn.http import wsgi
from sqlalchemy import select

from service import scheduler, warming
from service.app import create_app
from service.db.cases import Fact
from service.db.migrate import is_current
from service.settings import Settings, load
from service.wiring import Services, wire


@click.command()
@click.option("--host", help="The address to listen on.")
@click.option("--port", type=int, help="The port to listen on.")
@click.option("--no-worker", is_flag=True, help="Leave due work to `mutasi worker`.")
def command(host: str | None, port: int | None, no_worker: bool) -> None:
    """Serve the pages and the API, and do what is due."""
    given: dict[str, Any] = {
        name: value for name, value in (("host", host), ("port", port)) if value is not None
    }
    settings = load(None, **given)
    services = wire(settings)
    _check_schema(services)
    _greet(services)
    _Server(settings, worker=not no_worker).run()


class _Server(BaseApplication):
    """gunicorn, configured from our settings. Each process wires its own services after the fork."""

    def __init__(self, settings: Settings, *, worker: bool) -> None:
        self.settings = settings
        self.worker = worker
        super().__init__()

    def load_config(self) -> None:
        wsgi.SERVER = "mutasi"  # what serves is nobody's business
        settings = self.settings
        options: dict[str, Any] = {
            "bind": f"{settings.host}:{settings.port}",
            "workers": 1 if settings.sqlite or not settings.database_url else settings.workers,
            "threads": settings.threads,
            "worker_class": "gthread",
            "timeout": 60,
            "graceful_timeout": 20,
            "keepalive": 30,
            "loglevel": "warning",
            "control_socket_disable": True,
        }
        for name, value in options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:
        services = wire(self.settings)
        if self.worker:
            scheduler.in_background(services)
        app = create_app(services)
        warming.in_background(services, app.jinja_env)
        return app


def _check_schema(services: Services) -> None:
    with services.sessions.kw["bind"].connect() as connection:
        if not is_current(connection):
            raise click.ClickException(
                "The database is not at this version's schema: run `mutasi db upgrade` first."
            )


def _greet(services: Services) -> None:
    """The address, and for a sample city the sign-ins."""
    settings = services.settings
    click.echo(f"Mutasi on http://{settings.host}:{settings.port}")
    with services.sessions() as session:
        sample = session.scalar(select(Fact.value).where(Fact.name == "sample"))
    if sample is None:
        return
    from service.operations.demo.cast import CAST, PASSWORD  # the generator's libraries are slow to import

    click.echo(f"Sample city ({sample}). Sign in with the password {PASSWORD} as")
    for member in CAST:
        click.echo(f"  {member.username:<22} {services.roles[member.role].label_en}")
