"""Gateways, sequence flows, implicit starts and ends."""

import pytest

from tests.engine.behaviours import Row, trace, walked
from tests.engine.behaviours.diagrams import (
    END,
    MESSAGE,
    SIGNAL,
    START,
    boundary,
    catch,
    condition,
    end,
    file,
    flows,
    gateway,
    process,
    start,
    sub,
    task,
    timer,
    users,
)  # fmt: skip

X = gateway("exclusive", "g", default="g__b")
SPLIT_JOIN = START + gateway("parallel", "f", "j") + END
INCLUSIVE = (
    START
    + gateway("inclusive", "f", default="f__c")
    + gateway("inclusive", "j")
    + users("a", "b", "c", "z")
    + END
)
OR = flows(
    "begin -> f ->[x > 1] a -> j -> z -> end", "f ->[x > 2] b -> j", "f -> c -> j"
)  # fmt: skip
EVENTS = START + gateway("eventBased", "g") + users("a", "b") + END
ROWS: list[Row] = [
    ("exclusive: condition, else default", START + X + users("a", "b") + flows("begin -> g ->[x = 1] a", "g -> b"),
     '{"x":2} b', "b→completed"),
    ("exclusive: two conditions true, the first in the order of the model",
     START + gateway("exclusive", "g") + users("a", "b") + flows("begin -> g ->[x > 0] a", "g ->[x > 0] b"),
     '{"x":1} a', "a→completed"),
    ("exclusive: nothing matches and no default is an error",
     START + gateway("exclusive", "g") + users("a", "b") + flows("begin -> g ->[x > 5] a", "g ->[x > 6] b"),
     '{"x":1} a', "→failed"),
    ("exclusive: a condition of another language is refused",
     START + gateway("exclusive", "g") + users("a", "b") + flows("begin -> g ->[${x}] a", "g ->[x > 6] b"), "", "→refused"),
    ("exclusive: a syntax error is refused",
     START + gateway("exclusive", "g") + users("a", "b") + flows("begin -> g ->[x > >] a", "g ->[x > 6] b"), "", "→refused"),
    ("exclusive merge of two parallel tokens: what follows runs twice",
     START + gateway("parallel", "f") + users("a", "b", "z") + gateway("exclusive", "m") + END
     + flows("begin -> f -> a -> m -> z -> end", "f -> b -> m"), "a b z z", "a b z z→completed"),
    ("parallel split and join", SPLIT_JOIN + users("a", "b") + flows("begin -> f -> a -> j -> end", "f -> b -> j"),
     "a b", "a b→completed"),
    ("parallel join: two flows from one source both count",
     START + users("a") + gateway("exclusive", "k") + gateway("parallel", "j") + END
     + flows("begin -> a -> j -> end") + '<sequenceFlow id="second" sourceRef="a" targetRef="j"/>'
     + flows("k -> end"), "a", "a→completed"),
    ("parallel join: two tokens over the same flow do not fire it",
     START + gateway("parallel", "f", "f2", "j") + users("a", "b", "c", "d") + gateway("exclusive", "m") + END
     + flows("begin -> f -> f2 -> a -> m -> j -> end", "f2 -> b -> m", "f -> c -> d -> j"),
     "a b", "a b→waiting"),
    ("parallel join: an excess token waits for its own round",
     START + gateway("parallel", "f", "j") + gateway("exclusive", "m", "n") + users("a", "b", "c", "d", "z") + END
     + flows("begin -> f -> a -> m -> j -> z -> end", "f -> b -> m", "f -> c -> n -> j", "f -> d -> n"),
     "a b c d z z", "a b c d z z→completed"),
    ("parallel join reached by one branch only waits for ever",
     START + gateway("exclusive", "g", default="g__b") + users("a", "b") + gateway("parallel", "j") + END
     + flows("begin -> g ->[x = 1] a -> j -> end", "g -> b -> j"), '{"x":1} a', "a→waiting"),
    ("two tokens into one task without gateway: it runs twice",
     START + gateway("parallel", "f") + users("a", "b", "z") + END
     + flows("begin -> f -> a -> z -> end", "f -> b -> z"), "a b z z", "a b z z→completed"),
    ("parallel join inside a loop, two rounds",
     START + gateway("exclusive", "m") + gateway("exclusive", "g", default="g__end") + gateway("parallel", "f", "j") + users("a", "b", "k") + END
     + flows("begin -> m -> f -> a -> j -> k -> g -> end", "f -> b -> j", "g ->[again] m"),
     'a b k{"again":true} a b k{"again":false}', "a a b b k k→completed"),
    ("inclusive: two of three", INCLUSIVE + OR, '{"x":3} a b z', "a b z→completed"),
    ("inclusive: none, the default", INCLUSIVE + OR, '{"x":1} c z', "c z→completed"),
    ("inclusive join in a loop, two rounds",
     START + gateway("exclusive", "m") + gateway("exclusive", "g", default="g__end") + gateway("inclusive", "f", "j") + users("a", "b", "k")
     + END + flows("begin -> m -> f ->[true] a -> j -> k -> g -> end", "f ->[true] b -> j", "g ->[again] m"),
     'a b k{"again":true} a b k{"again":false}', "a a b b k k→completed"),
    ("complex gateway is refused", START + gateway("complex", "g") + users("a") + flows("begin -> g -> a"), "", "→refused"),
    ("event-based: message wins, the timer is withdrawn",
     EVENTS + catch("m", MESSAGE) + catch("t", timer("PT1H")) + flows("begin -> g -> m -> a -> end", "g -> t -> b -> end"),
     "m:surat +PT2H a", "a m→completed"),
    ("event-based: timer wins",
     EVENTS + catch("m", MESSAGE) + catch("t", timer("PT1H")) + flows("begin -> g -> m -> a -> end", "g -> t -> b -> end"),
     "+PT2H m:surat b", "b t→completed"),
    ("event-based: signal",
     EVENTS + catch("m", SIGNAL) + catch("t", timer("PT1H")) + flows("begin -> g -> m -> a -> end", "g -> t -> b -> end"),
     "s:lonjakan a", "a m→completed"),
    ("event-based: a receive task",
     EVENTS + task("m", kind="receiveTask", messageRef="M_1") + catch("t", timer("PT1H"))
     + flows("begin -> g -> m -> a -> end", "g -> t -> b -> end"), "m:surat a", "a m→completed"),
    ("event-based: a condition becomes true",
     START + gateway("parallel", "f") + gateway("eventBased", "g") + users("a", "b", "w") + END
     + catch("m", condition("x > 1")) + catch("t", timer("PT1H"))
     + flows("begin -> f -> g -> m -> a -> end", "g -> t -> b -> end", "f -> w -> end"),
     'w{"x":2} a', "a m w→completed"),
    ("event-based gateway that instantiates",
     gateway("eventBased", "g", instantiate="true") + catch("m", MESSAGE) + catch("s", SIGNAL) + users("a", "b")
     + flows("g -> m -> a", "g -> s -> b"), "m:surat a", "a m→completed"),
    ("a flow without id", START + users("a") + END + '<sequenceFlow sourceRef="begin" targetRef="a"/>'
     '<sequenceFlow sourceRef="a" targetRef="end"/>', "a", "a→completed"),
    ("no end event", START + users("a") + flows("begin -> a"), "a", "a→completed"),
    ("a start event with two flows", START + users("b", "c") + END + flows("begin -> b -> end", "begin -> c -> end"),
     "b c", "b c→completed"),
    ("an activity without flow into it starts with the process",
     START + users("a", "iso") + END + flows("begin -> a -> end", "iso -> end"), "a iso", "a iso→completed"),
    ("no start event", users("a") + END + flows("a -> end"), "a", "a→completed"),
    ("loop back through an exclusive gateway",
     START + gateway("exclusive", "m") + gateway("exclusive", "g", default="g__end") + users("a") + END
     + flows("begin -> m -> a -> g -> end", "g ->[again] m"), 'a{"again":true} a{"again":false}', "a a→completed"),
    ("loop through a parallel gateway waits",
     START + gateway("parallel", "j", "f") + users("a", "b") + END + flows("begin -> j -> a -> f -> b -> end", "f -> j"),
     "a", "→waiting"),
    ("a task with two flows out of it", START + users("a", "b", "c") + END + flows("begin -> a -> b -> end", "a -> c -> end"),
     "a b c", "a b c→completed"),
    ("a false condition on the only flow out of a task is an error",
     START + users("a", "b") + END + flows("begin -> a ->[false] b -> end"), "a", "a→failed"),
    ("conditions and a default on the flows out of a task",
     START + task("a", default="a__c") + users("b", "c") + END + flows("begin -> a ->[x = 1] b -> end", "a -> c -> end"),
     'a{"x":2} c', "a c→completed"),
    ("a loop without gateway, left by a boundary event",
     START + users("a", "b") + boundary("x", "b", MESSAGE) + END + flows("begin -> a -> b -> a", "x -> end"),
     "a b a m:surat", "a a b x→completed"),
    ("a flow into a subprocess is refused",
     START + sub("sp", users("b")) + END + flows("begin -> b", "sp -> end"), "", "→refused"),
    ("a flow out of an end event is refused", START + END + users("a") + flows("begin -> end -> a"), "", "→refused"),
    ("subprocess: one path ends without an end event",
     START + sub("sp", start(id="s2") + gateway("parallel", "f") + users("a") + task("n", kind="task") + end(id="e2")
                 + flows("s2 -> f -> a", "f -> n -> e2")) + END + flows("begin -> sp -> end"), "a", "a n sp→completed"),
    ("subprocess without start and end", START + sub("sp", users("a")) + END + flows("begin -> sp -> end"), "a", "a sp→completed"),
    ("two start events without trigger: a case begins at one",
     START + start(id="b2") + users("a", "b") + END + flows("begin -> a -> end", "b2 -> b -> end"), "a", "a→completed"),
    ("collaboration with a black box pool",
     [file('<collaboration id="co"><participant id="pa" processRef="p"/><participant id="pb"/>'
           '<messageFlow id="mf" sourceRef="a" targetRef="pb"/></collaboration>'
           + process(START + users("a") + END + flows("begin -> a -> end")))], "a", "a→completed"),
    ("startQuantity: two tokens begin it once",
     START + gateway("parallel", "f") + users("a", "b") + task("z", startQuantity="2") + END
     + flows("begin -> f -> a -> z -> end", "f -> b -> z"), "a b z", "a b z→completed"),
    ("completionQuantity: two tokens leave it",
     START + task("a", completionQuantity="2") + users("z") + END + flows("begin -> a -> z -> end"), "a z z", "a z z→completed"),
    ("a condition out of a parallel gateway is refused",
     START + gateway("parallel", "f") + users("a", "b") + flows("begin -> f ->[true] a", "f -> b"), "", "→refused"),
]  # fmt: skip


@pytest.mark.parametrize(("shows", "content", "actions", "wanted"), ROWS, ids=[row[0] for row in ROWS])
def test_behaviour(shows: str, content: str, actions: str, wanted: str) -> None:
    assert trace(walked(content, actions), wanted) == wanted
