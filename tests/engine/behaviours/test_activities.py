"""Tasks, calls, loops, multi-instance, ad hoc subprocesses and transactions."""

import pytest

from tests.engine.behaviours import Row, trace, walked
from tests.engine.behaviours.diagrams import (
    ALL_ERRORS,
    CANCEL,
    COMPENSATE,
    END,
    START,
    boundary,
    end,
    file,
    flows,
    gateway,
    loop,
    many,
    process,
    script,
    start,
    sub,
    task,
    throw,
    timer,
    undone_by,
    users,
)  # fmt: skip

LINE = flows("begin -> a -> end")
PLAIN = START + END + LINE
Q = process(users("b"), id="q")


def one(kind: str, inside: str = "", **attributes: str) -> str:
    return START + task("a", inside, kind, **attributes) + END + LINE


def ad_hoc(*content: str, done: str = "", **attributes: str) -> str:
    inside = f"<completionCondition>{done}</completionCondition>" if done else ""
    return (
        START
        + sub("sp", *content, inside, kind="adHocSubProcess", **attributes)
        + END
        + flows("begin -> sp -> end")
    )


def transaction(*content: str) -> str:
    return (
        START + sub("sp", start(id="s2"), *content, kind="transaction") + boundary("x", "sp", CANCEL)
        + users("h") + END + flows("begin -> sp -> end", "x -> h -> end")
    )  # fmt: skip


ROWS: list[Row] = [
    ("none task is passed through", one("task"), "", "a→completed"),
    ("manual task", one("manualTask"), "a", "a→completed"),
    ("receive task with its message", one("receiveTask", messageRef="M_1"), "m:surat", "a→completed"),
    ("receive task without message is refused", one("receiveTask"), "", "→refused"),
    ("receive task that instantiates", task("r", kind="receiveTask", messageRef="M_1", instantiate="true") + users("a")
     + END + flows("r -> a -> end"), "m:surat a", "a r→completed"),
    ("send task emits its message", one("sendTask", messageRef="M_1"), "", "a→completed; !surat"),
    ("service task that does nothing is refused", one("serviceTask"), "", "→refused"),
    ("business rule task without decision is refused", one("businessRuleTask"), "", "→refused"),
    ("script", START + script("a", "{ n: 2 + 3 }") + END + LINE, "", "a→completed; n=5"),
    ("script in JavaScript is refused", one("scriptTask", "<script>n = 1</script>", scriptFormat="javascript"), "", "→refused"),
    ("script in Python is refused", one("scriptTask", "<script>import os</script>", scriptFormat="python"), "", "→refused"),
    ("script with a syntax error is refused", START + script("a", "{ n: ") + END + LINE, "", "→refused"),
    ("script task without script is refused", one("scriptTask"), "", "→refused"),
    ("script that fails goes on at the error event", START + script("a", "{ n: 1 / 0 }") + boundary("x", "a", ALL_ERRORS)
     + users("h") + END + LINE + flows("x -> h -> end"), "h", "h x→completed"),
    ("script that fails, nothing catches it", START + script("a", "{ n: 1 / 0 }") + END + LINE, "", "→failed"),
    ("call activity", [file(process(START + task("c", kind="callActivity", calledElement="q") + END
                                    + flows("begin -> c -> end")) + Q)], "b", "b c→completed"),
    ("call activity to a process that does not exist is refused", one("callActivity", calledElement="nowhere"), "", "→refused"),
    ("call activity to a global user task",
     [file(process(START + task("c", kind="callActivity", calledElement="q") + END + flows("begin -> c -> end"))
           + '<globalUserTask id="q" name="q"/>')], "q", "c q→completed"),
    ("standard loop, test after", one("userTask", loop("again")), 'a{"again":true} a{"again":false}', "a a→completed"),
    ("standard loop, test before, never true", START + task("a", loop("x > 5", testBefore="true")) + END + LINE,
     '{"x":1}', "→completed"),
    ("loopMaximum=3", one("userTask", loop("true", loopMaximum="3")), "a a a", "a a a→completed"),
    ("loop marker only is refused", one("userTask", loop()), "", "→refused"),
    ("multi-instance, parallel, 3", one("userTask", many("3")), "a a a", "a a a→completed"),
    ("multi-instance, sequential, 3", one("userTask", many("3", sequential=True)), "a a a", "a a a→completed"),
    ("multi-instance: a condition withdraws the rest",
     START + task("a", many("3", condition="numberOfCompletedInstances = 2")) + users("z") + END + flows("begin -> a -> z -> end"),
     "a a z", "a a z→completed"),
    ("multi-instance: collection in, collection out",
     one("userTask", many(collection="list", item="it", output="out", output_item="r")),
     '{"list":[1,2]} a{"r":10} a{"r":20}', "a a→completed; out=[10,20]"),
    ("multi-instance: sequential over a collection that holds null",
     START + script("s", "{ list: [1, null] }") + task("a", many(collection="list", item="it", sequential=True)) + END
     + flows("begin -> s -> a -> end"), "a a", "a a s→completed"),
    ("multi-instance: an empty collection is done at once",
     START + script("s", "{ list: [] }") + task("a", many(collection="list", item="it")) + END + flows("begin -> s -> a -> end"),
     "", "s→completed"),
    ("multi-instance: a context's values", START + script("s", "{ list: { a: 1, b: 2 } }")
     + task("a", many(collection="list", item="it", output="out", output_item="it")) + END + flows("begin -> s -> a -> end"),
     "a a", "a a s→completed; out=[1,2]"),
    ("multi-instance: a number with an output list that exists",
     START + script("s", "{ out: [] }") + task("a", many("2", output="out", output_item="r")) + END
     + flows("begin -> s -> a -> end"), 'a{"r":1} a{"r":2}', "a a s→completed; out=[1,2]"),
    ("multi-instance: what one instance wrote", one("userTask", many("2")), 'a{"n":2} a', "a a→completed; n=2"),
    ("multi-instance subprocess, parallel 2", START + sub("sp", users("a"), many("2")) + END + flows("begin -> sp -> end"),
     "a a", "a a sp sp→completed"),
    ("multi-instance call activity, sequential 2",
     [file(process(START + task("c", many("2", sequential=True), "callActivity", calledElement="q") + END
                   + flows("begin -> c -> end")) + Q)], "b b", "b b c c→completed"),
    ("multi-instance marker only is refused", one("userTask", many()), "", "→refused"),
    ("a boundary timer ends all instances", START + task("a", many("3")) + boundary("x", "a", timer("PT1H")) + users("z")
     + END + LINE + flows("x -> z -> end"), "+PT2H z", "x z→completed"),
    ("ad hoc: done when the condition is met after both",
     ad_hoc(users("a", "b"), done="is defined(x) and is defined(y)"), 'a{"x":1} b{"y":1}', "a b sp→completed"),
    ("ad hoc: in any order", ad_hoc(users("a", "b"), done="is defined(x) and is defined(y)"), 'b{"y":1} a{"x":1}', "a b sp→completed"),
    ("ad hoc: the condition withdraws the rest", ad_hoc(users("a", "b"), done="x = 1"), 'a{"x":1} b', "a sp→completed"),
    ("ad hoc: what is open may still be done", ad_hoc(users("a", "b"), done="x = 1", cancelRemainingInstances="false"),
     'a{"x":1} b', "a b sp→completed"),
    ("ad hoc: not met, all is offered once more", ad_hoc(users("a", "b"), done="x = 1"), 'a b a{"x":1}', "a a b sp→completed"),
    ("ad hoc: without condition it is done when all is", ad_hoc(users("a", "b")), "a b", "a b sp→completed"),
    ("ad hoc: flows inside", ad_hoc(users("a", "b", "c"), flows("a -> b"), done="is defined(y)"), 'a b{"y":1}', "a b sp→completed"),
    ("ad hoc: sequential is refused", ad_hoc(users("a", "b"), done="x = 1", ordering="Sequential"), "", "→refused"),
    ("transaction: success", transaction(users("a"), end(id="e1"), flows("s2 -> a -> e1")), "a", "a sp→completed"),
    ("transaction: cancelled", transaction(users("a"), end(CANCEL, id="e2"), flows("s2 -> a -> e2")), "a h", "a e2 h x→completed"),
    ("transaction: what was done is undone when it is cancelled",
     transaction(users("a", "b"), boundary("c", "a", COMPENSATE), task("undo", isForCompensation="true"), undone_by("c", "undo"),
                 end(CANCEL, id="e2"), flows("s2 -> a -> b -> e2")), "a b undo h", "a b e2 h undo x→completed"),
    ("transaction: a cancel end outside of one is refused", START + users("a") + end(CANCEL) + LINE, "", "→refused"),
    ("compensation: a throw event runs the handler",
     START + users("a", "z") + boundary("c", "a", COMPENSATE) + task("undo", isForCompensation="true") + undone_by("c", "undo")
     + throw("t", COMPENSATE) + END + flows("begin -> a -> t -> z -> end"), "a undo z", "a t undo z→completed"),
    ("compensation: an end event runs the handler",
     START + users("a") + boundary("c", "a", COMPENSATE) + task("undo", isForCompensation="true") + undone_by("c", "undo")
     + end(COMPENSATE) + LINE, "a undo", "a end undo→completed"),
    ("compensation: the last is undone first, each once",
     START + users("a", "b") + boundary("ca", "a", COMPENSATE) + boundary("cb", "b", COMPENSATE)
     + script("ua", '{ n: n + "a" }').replace("<scriptTask", '<scriptTask isForCompensation="true"')
     + script("ub", '{ n: n + "b" }').replace("<scriptTask", '<scriptTask isForCompensation="true"')
     + undone_by("ca", "ua") + undone_by("cb", "ub") + throw("t", COMPENSATE) + throw("t2", COMPENSATE) + END
     + flows("begin -> a -> b -> t -> t2 -> end"), 'a{"n":""} b', 'a b t t2 ua ub→completed; n="ba"'),
    ("compensation: what was not done is not undone",
     START + gateway("exclusive", "g", default="g__t") + users("a", "z") + boundary("c", "a", COMPENSATE)
     + task("undo", isForCompensation="true") + undone_by("c", "undo") + throw("t", COMPENSATE) + END
     + flows("begin -> g ->[x = 1] a -> t -> z -> end", "g -> t"), '{"x":2} z', "t z→completed"),
    ("compensation of one activity by name",
     START + users("a", "b", "ua", "ub").replace('id="ua"', 'id="ua" isForCompensation="true"')
     .replace('id="ub"', 'id="ub" isForCompensation="true"')
     + boundary("ca", "a", COMPENSATE) + boundary("cb", "b", COMPENSATE) + undone_by("ca", "ua") + undone_by("cb", "ub")
     + throw("t", '<compensateEventDefinition activityRef="a"/>') + END + flows("begin -> a -> b -> t -> end"),
     "a b ua ub", "a b t ua→completed"),
    ("compensation reaches into a subprocess that is done",
     START + sub("sp", users("a"), boundary("c", "a", COMPENSATE), task("undo", isForCompensation="true"),
                 undone_by("c", "undo")) + users("z") + throw("t", COMPENSATE) + END + flows("begin -> sp -> t -> z -> end"),
     "a undo z", "a sp t undo z→completed"),
    ("compensation with nothing to undo is refused", START + users("a") + throw("t", COMPENSATE) + END
     + flows("begin -> a -> t -> end"), "", "→refused"),
    ("a handler nothing leads to is refused", PLAIN + users("a") + task("undo", isForCompensation="true"), "", "→refused"),
]  # fmt: skip


@pytest.mark.parametrize(("shows", "content", "actions", "wanted"), ROWS, ids=[row[0] for row in ROWS])
def test_behaviour(shows: str, content: str, actions: str, wanted: str) -> None:
    assert trace(walked(content, actions), wanted) == wanted
