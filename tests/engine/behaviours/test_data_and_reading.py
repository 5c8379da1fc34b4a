"""Data of branches and data objects, lanes, and what is refused while a diagram is read."""

import pytest

from tests.engine.behaviours import Row, trace, walked
from tests.engine.behaviours.diagrams import (
    END,
    START,
    boundary,
    catch,
    condition,
    end,
    file,
    flows,
    gateway,
    many,
    node,
    process,
    reads,
    script,
    stores,
    sub,
    task,
    users,
    writes,
)  # fmt: skip

FORK = START + gateway("parallel", "f", "j") + END
OBJECT = '<dataObject id="d"/><dataObjectReference id="dr" dataObjectRef="d"/>'
LINE = flows("begin -> a -> end")
BRANCHES = flows("begin -> f -> a -> j -> end", "f -> b -> j")
ROWS: list[Row] = [
    ("branches append to a list of their common past",
     START + script("s", "{ list: [0] }") + gateway("parallel", "f", "j") + script("a", "{ list: append(list, 1) }")
     + script("b", "{ list: append(list, 2) }") + END + flows("begin -> s -> f -> a -> j -> end", "f -> b -> j"),
     "", "a b s→completed; list=[0,1,2]"),
    ("branches write the same variable: the last to arrive", FORK + users("a", "b") + BRANCHES, 'a{"n":1} b{"n":2}',
     "a b→completed; n=2"),
    ("a variable that one branch changed", FORK + users("a", "b") + BRANCHES, '{"n":0} a{"n":1} b', "a b→completed; n=1"),
    ("data of a subprocess comes back", START + sub("sp", users("a")) + END + flows("begin -> sp -> end"), 'a{"n":5}',
     "a sp→completed; n=5"),
    ("a data object is written and read", START + OBJECT + task("a", stores("dr")) + task("b", reads("dr")) + END
     + flows("begin -> a -> b -> end"), 'a{"d":7} b', "a b→completed; d=7"),
    ("a data output goes to a data object", START + OBJECT + task("a", writes("hasil", "dr")) + END + LINE, 'a{"hasil":7}',
     "a→completed; d=7"),
    ("a data object that the task never set", START + OBJECT + task("a", stores("dr")) + END + LINE, "a", "a→completed"),
    ("an assignment computes it",
     START + OBJECT + task("a", "<dataOutputAssociation><targetRef>dr</targetRef><assignment><from>n * 2</from><to>dr</to>"
                           "</assignment></dataOutputAssociation>") + END + LINE, 'a{"n":4}', "a→completed; d=8"),
    ("a data store is only drawn",
     START + '<dataStoreReference id="ds" dataStoreRef="customers"/>' + task("a", reads("ds")) + END + LINE, "a", "a→completed"),
    ("a data object of the process, two subprocesses down",
     START + OBJECT + sub("o", sub("sp", task("a", stores("dr")))) + END + flows("begin -> o -> end"), 'a{"d":7}',
     "a o sp→completed; d=7"),
    ("a reference to a data object that points nowhere is refused",
     START + sub("sp", task("a", reads("dr")), '<dataObjectReference id="dr" dataObjectRef="gone"/>') + END
     + flows("begin -> sp -> end"), "", "→refused"),
    ("a loop over a data object, into another one",
     START + OBJECT + '<dataObject id="o"/><dataObjectReference id="or" dataObjectRef="o"/>' + task("w", stores("dr"))
     + task("a", many(collection="dr", item="it", output="or", output_item="it")) + END + flows("begin -> w -> a -> end"),
     'w{"d":[1,2]} a a', "a a w→completed; o=[1,2]"),
    ("an association to nothing is refused", START + task("a", reads("gone")) + END + LINE, "", "→refused"),
    ("a data object written in one branch wakes a condition in another",
     START + OBJECT + gateway("parallel", "f") + catch("c", condition("d = 1")) + task("w", stores("dr")) + users("h") + END
     + flows("begin -> f -> c -> h -> end", "f -> w -> end"), 'w{"d":1} h', "c h w→completed"),
    ("duplicate ids are refused", START + users("a", "a") + END + LINE, "", "→refused"),
    ("a misspelt element is refused", START + node("userTsak", "a") + END + LINE, "", "→refused"),
    ("an unsupported element in a branch no flow leads to is refused",
     START + users("a") + gateway("complex", "g") + users("b") + END + LINE + flows("g -> b"), "", "→refused"),
    ("a cycle no flow leads to is refused", START + users("a", "b", "c") + END + LINE + flows("b -> c", "c -> b"), "", "→refused"),
    ("two files with the same subprocess id",
     [file(process(START + sub("Sub_1", users("a")) + task("c", kind="callActivity", calledElement="q") + END
                   + flows("begin -> Sub_1 -> c -> end"))),
      file(process(sub("Sub_1", users("b")), id="q"), name="q.bpmn")], "a b", "Sub_1 Sub_1 a b c→completed"),
]  # fmt: skip


@pytest.mark.parametrize(("shows", "content", "actions", "wanted"), ROWS, ids=[row[0] for row in ROWS])
def test_behaviour(shows: str, content: str, actions: str, wanted: str) -> None:
    assert trace(walked(content, actions), wanted) == wanted


LANES = '<laneSet id="ls"><lane id="l1" name="Bos"><flowNodeRef>sp</flowNodeRef></lane>'
LANES += '<lane id="l2" name="Pegawai"><flowNodeRef>b</flowNodeRef><childLaneSet id="cl">'
LANES += '<lane id="l3" name="Juru tulis"><flowNodeRef>b</flowNodeRef></lane></childLaneSet></lane></laneSet>'
OWNER = (
    '<potentialOwner id="po"><resourceAssignmentExpression><formalExpression>managers</formalExpression>'
    "</resourceAssignmentExpression></potentialOwner>"
)


def test_lanes_and_owners_reach_the_task() -> None:
    from tests.engine.building import Walk

    walk = Walk(
        START,
        LANES,
        sub("sp", users("a")),
        users("b"),
        task("c", OWNER),
        END,
        flows("begin -> sp -> b -> c -> end"),
    )
    roles = [walk.task("a").role, walk.do("a").task("b").role, walk.do("b").task("c").role]
    assert roles == ["Bos", "Juru tulis", "managers"]


def test_a_boundary_event_on_a_gateway_is_refused() -> None:
    content = (
        START + gateway("exclusive", "g") + users("a") + boundary("x", "g", condition("true")) + end(id="e2")
    )
    result = walked(content + flows("begin -> g -> a", "x -> e2"), "")
    assert ("x", "boundary-host") in {(one["element"], one["rule"]) for one in result.findings}
