"""Four eyes: who prepared something does not also approve it (row 16 of the plan)."""

from __future__ import annotations

import pytest

from service.db.accounts import Grant
from service.db.cases import Task
from service.domain.access import Actor, make_actor
from service.domain.errors import NotAllowed
from service.domain.ids import new_id
from service.engine.steps import SourceFile
from service.operations import cases, definitions, tasks
from service.wiring import Services
from tests.operations.diagrams import HEAD
from tests.operations.test_tasks import complete, open_task
from tests.world import World

TWO = (
    f'{HEAD}<process id="dua_mata" name="Dua" isExecutable="true"><startEvent id="s"/><endEvent id="e"/>'
    '<userTask id="susun" name="Susun" mutasi:role="analis_sdm"/>'
    '<userTask id="setujui" name="Setujui" mutasi:role="kepala_bkpsdm" mutasi:differentFrom="susun"/>'
    '<sequenceFlow id="f0" sourceRef="s" targetRef="susun"/>'
    '<sequenceFlow id="f1" sourceRef="susun" targetRef="setujui"/>'
    '<sequenceFlow id="f2" sourceRef="setujui" targetRef="e"/></process></definitions>'
)


@pytest.fixture
def waiting(services: Services, world: World) -> Task:
    """An approval in a case whose draft Ani, who also leads the agency for a while, has made."""
    with services.action(world.intan) as action:
        definitions.deploy(action, [SourceFile("dua_mata.bpmn", TWO.encode())])
    with services.action() as action:
        action.session.add(Grant(id=new_id(), account_id=world.ani.id, role="kepala_bkpsdm", unit_id=None))
    with services.action(world.ani) as action:
        case = cases.start(action, "dua_mata").id
    complete(services, world.ani, open_task(services, case, "susun").id)
    return open_task(services, case, "setujui")


def in_both_roles(services: Services, person: Actor) -> Actor:
    everywhere: frozenset[str] = frozenset()
    grants = {"analis_sdm": everywhere, "kepala_bkpsdm": everywhere}
    return make_actor(person.id, person.name, None, grants, services.roles)


@pytest.mark.parametrize("way", ["claim", "complete"])
def test_who_prepared_it_does_not_approve_it(
    way: str, services: Services, world: World, waiting: Task
) -> None:
    arguments = ({},) if way == "complete" else ()
    ani = in_both_roles(services, world.ani)
    with (
        pytest.raises(NotAllowed, match="You completed “Susun” in this case"),
        services.action(ani) as action,
    ):
        getattr(tasks, way)(action, waiting.id, *arguments)
    assert open_task(services, waiting.case_id, "setujui").assignee_id is None
    complete(services, world.citra, waiting.id)


def test_a_name_that_keeps_nobody_apart_is_not_deployed(services: Services) -> None:
    wrong = TWO.replace('differentFrom="susun"', 'differentFrom="susum"')
    found = services.engine.check([SourceFile("dua_mata.bpmn", wrong.encode())])
    assert [(finding.rule, finding.element) for finding in found if finding.severity == "error"] == [
        ("different-from-unknown", "setujui")
    ]
