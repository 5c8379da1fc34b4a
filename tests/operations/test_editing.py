"""Editing a definition: drafts are kept per person, checks store nothing, only the first of two deploys."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service.db.cases import Case
from service.domain.errors import Conflict, Invalid, InvalidDefinition, NotAllowed
from service.operations import cases, definitions, editing
from service.wiring import Services
from tests.operations.diagrams import branches
from tests.world import World

KEY = "cabang"


@pytest.fixture
def deployed(services: Services, world: World) -> str:
    """The text of a deployed diagram with two branches."""
    file = branches()
    with services.action(world.intan) as action:
        definitions.deploy(action, [file])
    return file.content.decode()


def renamed(text: str) -> str:
    assert 'name="Dua cabang"' in text
    return text.replace('name="Dua cabang"', 'name="Cabang dua"', 1)


def file_name(services: Services) -> str:
    with services.reading() as action:
        version = definitions.latest(action.session, KEY)
        return definitions.bundle(action.session, version.id).files[0].name


def test_a_draft_is_kept_for_its_owner_and_others_are_told(
    services: Services, world: World, deployed: str
) -> None:
    name = file_name(services)
    with services.action(world.intan) as action:
        editing.save(action, KEY, 1, {name: "<not even xml"})
    with services.reading(world.intan) as action:
        draft = editing.of(action, KEY)
        assert draft is not None
        assert draft.files == {name: "<not even xml"}
        assert editing.others(action, KEY) == []
    with services.reading(world.hadi) as action:
        assert editing.of(action, KEY) is None
        assert [other.name for other in editing.others(action, KEY)] == ["Intan"]


def test_only_diagrams_of_the_version_are_taken(services: Services, world: World, deployed: str) -> None:
    with services.action(world.intan) as action, pytest.raises(Invalid):
        editing.save(action, KEY, 1, {"lain.bpmn": deployed})
    with services.action(world.ani) as action, pytest.raises(NotAllowed):
        editing.save(action, KEY, 1, {file_name(services): deployed})


def test_a_check_finds_and_compares_and_stores_nothing(
    services: Services, world: World, deployed: str
) -> None:
    name = file_name(services)
    with services.reading(world.intan) as action:
        good = editing.check(action, KEY, 1, {name: renamed(deployed)})
        bad = editing.check(action, KEY, 1, {name: renamed(deployed).replace("<endEvent", "<nothing")})
        assert definitions.latest(action.session, KEY).version == 1
    assert good.deployable
    assert [change.how for change in good.changes] == ["changed"]
    assert not bad.deployable
    assert all(finding.message for finding in bad.findings)


def test_a_deployed_draft_is_the_next_version_and_running_cases_stay(
    services: Services, world: World, deployed: str
) -> None:
    with services.action(world.ani) as action:
        before = cases.start(action, KEY).definition_version_id
    with services.action(world.intan) as action:
        editing.save(action, KEY, 1, {file_name(services): renamed(deployed)})
    with services.action(world.intan) as action, pytest.raises(Invalid):
        editing.deploy(action, KEY, "  ")
    with services.action(world.intan) as action:
        version = editing.deploy(action, KEY, "Nama diperjelas")
        assert (version.version, version.note, version.deployed_by) == (2, "Nama diperjelas", world.intan.id)
    with services.reading(world.intan) as action:
        assert editing.of(action, KEY) is None
        assert action.session.scalars(select(Case.definition_version_id)).all() == [before]


def test_the_second_of_two_hears_who_was_first_and_keeps_the_draft(
    services: Services, world: World, deployed: str
) -> None:
    name = file_name(services)
    with services.action(world.intan) as action:
        editing.save(action, KEY, 1, {name: renamed(deployed)})
        definitions.deploy(action, [branches("Lebih dulu")], "lebih dulu")
    with services.action(world.intan) as action, pytest.raises(Conflict) as refused:
        editing.deploy(action, KEY, "terlambat")
    assert refused.value.by == "Intan"
    with services.reading(world.intan) as action:
        assert editing.of(action, KEY) is not None


def test_findings_keep_a_broken_draft_from_being_deployed(
    services: Services, world: World, deployed: str
) -> None:
    broken = renamed(deployed).replace("<endEvent", "<nothing")
    with services.action(world.intan) as action:
        editing.save(action, KEY, 1, {file_name(services): broken})
    with services.action(world.intan) as action, pytest.raises(InvalidDefinition):
        editing.deploy(action, KEY, "rusak")
    with services.reading(world.intan) as action:
        assert definitions.latest(action.session, KEY).version == 1
        assert editing.of(action, KEY) is not None
