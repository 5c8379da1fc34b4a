"""Deploying: versions by content, refusals with findings, running cases left alone."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from service.db.cases import Case, CaseEvent
from service.db.definitions import DefinitionVersion
from service.domain.errors import InvalidDefinition, NotAllowed
from service.engine.steps import SourceFile
from service.operations import cases, definitions, tasks
from service.settings import shipped
from service.wiring import Services
from tests.operations.diagrams import branches
from tests.operations.test_tasks import open_task, start
from tests.world import World


def test_the_same_content_is_the_same_version(services: Services, world: World) -> None:
    with services.action(world.intan) as action:
        first = definitions.deploy(action, [branches()])[0]
        again = definitions.deploy(action, [branches()])[0]
        changed = definitions.deploy(action, [branches("Nama baru")])[0]
    assert (first.version, again.id == first.id, changed.version) == (1, True, 2)


def test_a_case_stays_on_the_version_it_began_with(services: Services, world: World) -> None:
    with services.action(world.intan) as action:
        old = definitions.deploy(action, [branches()])[0].id
    case_id = start(services, world.ani)
    with services.action(world.intan) as action:
        new = definitions.deploy(action, [branches("Nama baru")])[0].id
    with services.action(world.ani) as action:
        tasks.complete(action, open_task(services, case_id, "periksa").id, {})
        assert action.session.get_one(Case, case_id).definition_version_id == old
        assert cases.start(action, "cabang").definition_version_id == new


def test_what_is_wrong_is_said_with_its_element_and_nothing_is_stored(
    services: Services, world: World
) -> None:
    broken = SourceFile(
        "cabang.bpmn", branches().content.replace(b'targetRef="selesai"', b'targetRef="tidak_ada"')
    )
    with pytest.raises(InvalidDefinition) as refused, services.action(world.intan) as action:
        definitions.deploy(action, [broken])
    assert all(finding.message for finding in refused.value.findings)
    with services.reading() as action:
        assert action.session.scalar(select(func.count()).select_from(DefinitionVersion)) == 0


def test_only_process_owners_deploy(services: Services, world: World) -> None:
    with pytest.raises(NotAllowed), services.action(world.ani) as action:
        definitions.deploy(action, [branches()])


def test_the_shipped_definitions_are_deployed_once(services: Services, world: World) -> None:
    with services.action() as action:
        first = definitions.deploy_shipped(action)
    with services.action() as action:
        again = definitions.deploy_shipped(action)
    assert [version.id for version in first] == [version.id for version in again]
    assert {"transfer_lifecycle", "plaju_distribution", "jambi_programme"} <= {
        version.key for version in first
    }


def test_an_upgrade_never_takes_a_citys_own_process_away(services: Services, world: World) -> None:
    with services.action() as action:
        definitions.deploy_shipped(action)
        shipped = definitions.bundle(action.session, definitions.latest(action.session, "umum_vacancy").id)
    diagram = next(file for file in shipped.files if file.name == "umum_vacancy.bpmn")
    with services.action(world.intan) as action:
        own = SourceFile(diagram.name, diagram.content + b"\n<!-- ours -->")
        mine = definitions.deploy(action, [own])[0].id
    with services.action() as action:
        again = {version.key: version.id for version in definitions.deploy_shipped(action)}
        assert definitions.latest(action.session, "umum_vacancy").id == mine
    assert again["umum_vacancy"] == mine


@pytest.mark.parametrize("statement", ["UPDATE event SET actor_name = 'x'", "DELETE FROM event"])
def test_the_log_cannot_be_rewritten(services: Services, world: World, statement: str) -> None:
    with services.action(world.intan) as action:
        definitions.deploy(action, [branches()])
    with pytest.raises(DBAPIError), services.sessions.begin() as session:
        session.execute(text(statement))
    with services.reading() as action:
        assert action.session.scalars(select(CaseEvent.kind)).all() == ["definition_deployed"]


def test_a_changed_rule_table_is_a_new_version_of_what_uses_it(services: Services, world: World) -> None:
    with services.action() as action:
        definitions.deploy_shipped(action)
    table = SourceFile(
        "aturan_mutasi.dmn",
        (shipped("workflows") / "aturan_mutasi.dmn")
        .read_bytes()
        .replace(b"Aturan mutasi R01", b"Aturan R01"),
    )
    with services.action(world.intan) as action:
        keys = {version.key: version.version for version in definitions.deploy(action, [table])}
        version = definitions.latest(action.session, "transfer_lifecycle")
        bundle = definitions.bundle(action.session, version.id)
    assert keys["transfer_lifecycle"] == 2
    assert table in bundle.files


def test_a_table_that_nothing_uses_is_refused(services: Services, world: World) -> None:
    table = SourceFile("lain.dmn", (shipped("workflows") / "bobot_penempatan.dmn").read_bytes())
    with pytest.raises(InvalidDefinition), services.action(world.intan) as action:
        definitions.deploy(action, [table])
