"""A database ready to be measured: upgraded, with one account that may do everything in the measured process."""

from __future__ import annotations

from service import settings as settings_module
from service.bench.loopback import bundle
from service.db.cases import Fact
from service.db.migrate import upgrade
from service.domain.access import Actor
from service.operations import accounts, definitions, signing_in
from service.wiring import Services, wire

ROLES = ("pengelola_opd", "analis_sdm", "ppk", "pemilik_proses", "manajer")
USERNAME = "ukur"
NO_SECRET = "only for measuring"  # noqa: S105 - no browser ever sees it


def prepare(database_url: str, var_dir: str) -> tuple[Services, str]:
    """Services on a database that is set up, and the bearer token of the account that measures."""
    settings = settings_module.load({}, database_url=database_url, var_dir=var_dir, secret_key=NO_SECRET)
    services = wire(settings)
    upgrade(services.sessions.kw["bind"])
    with services.action() as action:
        action.session.add(Fact(name="sample", value="bench"))
        accounts.create(action, USERNAME, "Pengukur")
        for role in ROLES:
            accounts.grant(action, USERNAME, role)
        token = signing_in.create_token(action, USERNAME, "bench")
    with services.action(actor(services)) as action:
        definitions.deploy(action, bundle().files)
    return services, token


def actor(services: Services) -> Actor:
    """The account that measures, as an actor."""
    with services.reading() as action:
        return accounts.actor_of(action, accounts.named(action.session, USERNAME))
