"""What several operations are tried with: the small town, a mail server, people who want to hear of everything."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from service.operations import definitions, notices
from service.wiring import Services
from tests.clocks import mark_sample
from tests.operations import city
from tests.operations.diagrams import branches
from tests.operations.mail import AT_ONCE, Server, mail_server
from tests.world import World


@pytest.fixture
def town(services: Services) -> Services:
    """The services on a database that holds the small town."""
    with services.action(now=city.NOW) as action:
        city.build(action.session)
    return services


@pytest.fixture
def server() -> Iterator[Server]:
    with mail_server() as running:
        yield running


@pytest.fixture
def eager(services: Services, world: World) -> Services:
    """People who want to hear of everything at once, and a definition whose cases they are told of."""
    with services.action(world.intan) as action:
        definitions.deploy(action, [branches()])
    mark_sample(services)
    for actor in world.actors.values():
        with services.action(actor) as action:
            notices.choose(action, AT_ONCE, {})
    return services


@pytest.fixture
def mailing(eager: Services, server: Server, with_settings: Callable[..., Services]) -> Services:
    """Those people, and a mail server."""
    return with_settings(mail_url=server.url, mail_from="mutasi@contoh.test")
