"""Boundary, intermediate, start and end events; event subprocesses."""

import pytest

from tests.engine.behaviours import Row, trace, walked
from tests.engine.behaviours.diagrams import (
    ALL_ERRORS,
    END,
    ERROR,
    ESCALATION,
    MESSAGE,
    OTHER_ERROR,
    SIGNAL,
    START,
    TERMINATE,
    boundary,
    catch,
    condition,
    end,
    event_sub,
    file,
    flows,
    gateway,
    link,
    process,
    start,
    sub,
    task,
    throw,
    timer,
    users,
)  # fmt: skip

ON = flows("begin -> a -> end", "x -> h -> end")
BOTH = START + users("a", "h") + END + ON
BESIDE = START + gateway("parallel", "f") + END


def on_sub(trigger: str, interrupting: bool = True) -> str:
    return (
        START + sub("sp", users("a")) + boundary("x", "sp", trigger, interrupting) + users("h") + END
        + flows("begin -> sp -> end", "x -> h -> end")
    )  # fmt: skip


def thrown(inner: str, *after: str, code: str = ERROR) -> str:
    """A subprocess in which something is thrown, with an event on its border."""
    return (
        START
        + sub("sp", inner)
        + "".join(after)
        + users("h", "n")
        + END
        + flows("begin -> sp -> n -> end", "x -> h -> end")
    )


INNER = users("a") + start(id="s2") + end(ERROR, id="e2") + flows("s2 -> a -> e2")
CALLED = process(users("b") + start(id="s3") + end(ERROR, id="e3") + flows("s3 -> b -> e3"), id="q")


def with_sub(
    trigger: str, interrupting: bool = True, inner: str = "", first: str = "begin -> a -> end"
) -> str:
    """A process with an event subprocess beside its task."""
    more = {} if interrupting else {"isInterrupting": "false"}
    handler = event_sub("es", start(trigger, "s3", **more), users("h"), end(id="e3"), flows("s3 -> h -> e3"))
    return START + users("a") + inner + END + handler + flows(first)


BOUNDARY: list[Row] = [
    ("message, interrupting", BOTH + boundary("x", "a", MESSAGE), "m:surat h", "h x→completed"),
    ("message, non-interrupting", BOTH + boundary("x", "a", MESSAGE, False), "m:surat a h", "a h x→completed"),
    ("message, non-interrupting, twice", BOTH + boundary("x", "a", MESSAGE, False), "m:surat m:surat h h a", "a h h x x→completed"),
    ("message, interrupting, on a subprocess", on_sub(MESSAGE), "m:surat h", "h x→completed"),
    ("signal, interrupting", BOTH + boundary("x", "a", SIGNAL), "s:lonjakan h", "h x→completed"),
    ("signal, non-interrupting", BOTH + boundary("x", "a", SIGNAL, False), "s:lonjakan a h", "a h x→completed"),
    ("signal, interrupting, on a subprocess", on_sub(SIGNAL), "s:lonjakan h", "h x→completed"),
    ("timer, interrupting", BOTH + boundary("x", "a", timer("PT1H")), "+PT2H h", "h x→completed"),
    ("timer, non-interrupting", BOTH + boundary("x", "a", timer("PT1H"), False), "+PT2H a h", "a h x→completed"),
    ("timer, interrupting, on a subprocess", on_sub(timer("PT1H")), "+PT2H h", "h x→completed"),
    ("timer, three reminders", BOTH + boundary("x", "a", timer("R3/PT1H", "timeCycle"), False), "+PT9H h h h a",
     "a h h h x x x→completed"),
    ("error, the code matches", thrown(INNER, boundary("x", "sp", ERROR)), "a h", "a e2 h x→completed"),
    ("error, catch-all", thrown(INNER, boundary("x", "sp", ALL_ERRORS)), "a h", "a e2 h x→completed"),
    ("error, through two levels", thrown(sub("s1", INNER), boundary("x", "sp", ERROR)), "a h", "a e2 h x→completed"),
    ("error: parallel work in the subprocess is withdrawn",
     thrown(start(id="s2") + gateway("parallel", "f") + users("a", "b") + end(ERROR, id="e2")
            + flows("s2 -> f -> a -> e2", "f -> b"), boundary("x", "sp", ERROR)), "a b h", "a e2 h x→completed"),
    ("error, the code does not match: the case fails", thrown(INNER, boundary("x", "sp", OTHER_ERROR)), "a n", "a e2→failed"),
    ("error, nobody catches it: the case fails",
     START + sub("sp", INNER) + users("n") + END + flows("begin -> sp -> n -> end"), "a n", "a e2→failed"),
    ("error: nothing goes on when nobody catches it",
     START + sub("sp", start(id="s2") + gateway("parallel", "f") + users("a", "b") + end(ERROR, id="e2")
                 + flows("s2 -> f -> a -> e2", "f -> b")) + END + flows("begin -> sp -> end"), "a b", "a e2→failed"),
    ("escalation, interrupting (end event)",
     thrown(users("a") + start(id="s2") + end(ESCALATION, id="e2") + flows("s2 -> a -> e2"), boundary("x", "sp", ESCALATION)),
     "a h", "a e2 h x→completed"),
    ("escalation, non-interrupting (throw event)",
     thrown(users("a", "b") + start(id="s2") + throw("t", ESCALATION) + flows("s2 -> a -> t -> b"),
            boundary("x", "sp", ESCALATION, False)), "a b h n", "a b h n sp t x→completed"),
    ("conditional, becomes true while the task is open",
     BESIDE + users("a", "h", "w") + boundary("x", "a", condition("n > 1")) + flows("begin -> f -> a -> end", "f -> w -> end", "x -> h -> end"),
     'w{"n":2} h', "h w x→completed"),
    ("conditional, non-interrupting: each time it becomes true",
     BOTH + boundary("x", "a", condition("n > 1"), False), '{"n":2} {"n":3} {"n":0} {"n":5} h h a', "a h h x x→completed"),
    ("multiple: any of two triggers",
     BOTH + boundary("x", "a", MESSAGE + SIGNAL), "s:lonjakan h", "h x→completed"),
    ("parallel multiple: both triggers", BOTH + boundary("x", "a", MESSAGE + SIGNAL, parallelMultiple="true"),
     "m:surat s:lonjakan h", "h x→completed"),
    ("parallel multiple: one trigger is not enough", BOTH + boundary("x", "a", MESSAGE + SIGNAL, parallelMultiple="true"),
     "m:surat m:surat a", "a→completed"),
    ("conditional over a data object that another branch wrote",
     BESIDE + '<dataObject id="d"/><dataObjectReference id="dr" dataObjectRef="d"/>' + users("a", "h")
     + task("w", "<dataOutputAssociation><targetRef>dr</targetRef></dataOutputAssociation>")
     + boundary("x", "a", condition("d = 7")) + flows("begin -> f -> a -> end", "f -> w -> end", "x -> h -> end"),
     'w{"d":7} h', "h w x→completed"),
    ("error on a call activity",
     [file(process(START + task("c", kind="callActivity", calledElement="q") + boundary("x", "c", ERROR) + users("h") + END
                   + flows("begin -> c -> end", "x -> h -> end")) + CALLED)], "b h", "b e3 h x→completed"),
    ("timer on a call activity",
     [file(process(START + task("c", kind="callActivity", calledElement="q") + boundary("x", "c", timer("PT1H")) + users("h") + END
                   + flows("begin -> c -> end", "x -> h -> end")) + CALLED)], "+PT2H h", "h x→completed"),
    ("a boundary event without flow", START + users("a") + END + boundary("x", "a", MESSAGE, False) + flows("begin -> a -> end"),
     "m:surat a", "a x→completed"),
    ("two boundary events, the message first",
     BOTH + users("k") + boundary("x", "a", MESSAGE) + boundary("y", "a", timer("PT1H")) + flows("y -> k -> end"),
     "m:surat +PT2H h", "h x→completed"),
    ("in a loop, the second round interrupted",
     START + gateway("exclusive", "m") + gateway("exclusive", "g", default="g__end") + users("a", "h") + END
     + boundary("x", "a", MESSAGE) + flows("begin -> m -> a -> g -> end", "g ->[again] m", "x -> h -> end"),
     'a{"again":true} m:surat h', "a h x→completed"),
    ("an event attached to nothing is refused", START + users("a") + END + boundary("x", "gone", MESSAGE)
     + flows("begin -> a -> end", "x -> end"), "", "→refused"),
]  # fmt: skip
OTHERS: list[Row] = [
    ("catch message", START + catch("c", MESSAGE) + END + flows("begin -> c -> end"), "m:surat", "c→completed"),
    ("catch signal", START + catch("c", SIGNAL) + END + flows("begin -> c -> end"), "s:lonjakan", "c→completed"),
    ("catch timer, a duration as every tool writes it", START + catch("c", timer("PT5M")) + END + flows("begin -> c -> end"),
     "+PT5M", "c→completed"),
    ("catch timer, a date", START + catch("c", timer("2026-02-01T00:00:00Z", "timeDate")) + END + flows("begin -> c -> end"),
     "+P2D", "c→completed"),
    ("catch timer, FEEL", START + catch("c", timer('= duration("PT" + string(n) + "H")')) + END + flows("begin -> c -> end"),
     '{"n":3} +PT3H', "c→completed"),
    ("catch timer, garbage is refused", START + catch("c", timer("besok")) + END + flows("begin -> c -> end"), "", "→refused"),
    ("catch conditional, another branch makes it true",
     BESIDE + catch("c", condition("n = 1")) + users("w", "h") + flows("begin -> f -> c -> h -> end", "f -> w -> end"),
     'w{"n":1} h', "c h w→completed"),
    ("catch conditional, the variable is not there yet",
     START + catch("c", condition("n = 1")) + END + flows("begin -> c -> end"), "", "→waiting"),
    ("catch conditional, true already", START + users("a") + catch("c", condition("n = 1")) + END + flows("begin -> a -> c -> end"),
     'a{"n":1}', "a c→completed"),
    ("throw signal, caught in the same case",
     BESIDE + catch("c", SIGNAL) + users("w") + throw("t", SIGNAL) + flows("begin -> f -> c -> end", "f -> w -> t -> end"),
     "w", "c t w→completed"),
    ("throw message", START + throw("t", MESSAGE) + END + flows("begin -> t -> end"), "", "t→completed; !surat"),
    ("link", START + users("a", "c") + throw("t", link("k")) + catch("b", link("k")) + END + flows("begin -> a -> t", "b -> c -> end"),
     "a c", "a b c t→completed"),
    ("link that leads nowhere is refused", START + users("a") + throw("t", link("k")) + flows("begin -> a -> t"), "", "→refused"),
    ("link caught twice is refused", START + throw("t", link("k")) + catch("b", link("k")) + catch("c", link("k"))
     + flows("begin -> t"), "", "→refused"),
    ("catch parallel multiple", START + catch("c", MESSAGE + SIGNAL, parallelMultiple="true") + END + flows("begin -> c -> end"),
     "m:surat s:lonjakan", "c→completed"),
    ("catch multiple", START + catch("c", MESSAGE + timer("PT1H")) + END + flows("begin -> c -> end"), "+PT1H", "c→completed"),
    ("an unknown event definition is refused", START + catch("c", "<fooEventDefinition/>") + END + flows("begin -> c -> end"), "", "→refused"),
    ("message end event", START + users("a") + end(MESSAGE, "z") + flows("begin -> a -> z"), "a", "a z→completed; !surat"),
    ("signal end event", START + end(SIGNAL, "z") + flows("begin -> z"), "", "z→completed; !lonjakan"),
    ("multiple end event", START + end(MESSAGE + SIGNAL, "z") + flows("begin -> z"), "", "z→completed; !surat,lonjakan"),
    ("error end event at the top: the case has failed", START + end(ERROR, "z") + flows("begin -> z"), "", "z→failed; !E1"),
    ("terminate ends everything", BESIDE + users("a", "b") + end(TERMINATE, "t") + flows("begin -> f -> a -> t", "f -> b -> end"),
     "a b", "a t→completed"),
    ("terminate in a subprocess ends only that",
     START + sub("sp", start(id="s2") + gateway("parallel", "f") + users("a", "b") + end(TERMINATE, "t")
                 + flows("s2 -> f -> a -> t", "f -> b")) + users("n") + END + flows("begin -> sp -> n -> end"), "a b n", "a n sp t→completed"),
    ("message start", start(MESSAGE) + users("a") + END + flows("begin -> a -> end"), "m:surat a", "a→completed"),
    ("signal start", start(SIGNAL) + users("a") + END + flows("begin -> a -> end"), "s:lonjakan a", "a→completed"),
    ("timer start", start(timer("PT1H")) + users("a") + END + flows("begin -> a -> end"), "+PT1H a", "a→completed"),
    ("conditional start", start(condition("n = 1")) + users("a") + END + flows("begin -> a -> end"), '{"n":1} a', "a→completed"),
    ("message start waits", start(MESSAGE) + users("a") + END + flows("begin -> a -> end"), "a", "→waiting"),
    ("message start beside a plain one", START + start(MESSAGE, "b2") + users("a", "b") + END
     + flows("begin -> a -> end", "b2 -> b -> end"), "a", "a→completed"),
]  # fmt: skip
SUBPROCESSES: list[Row] = [
    ("message, interrupting: the rest is withdrawn", with_sub(MESSAGE), "m:surat a h", "h→completed"),
    ("message, non-interrupting: both run", with_sub(MESSAGE, False), "m:surat a h", "a h→completed"),
    ("message, non-interrupting, twice", with_sub(MESSAGE, False), "m:surat m:surat h a h", "a h h→completed"),
    ("message, never sent", with_sub(MESSAGE), "a", "a→completed"),
    ("signal, interrupting", with_sub(SIGNAL), "s:lonjakan a h", "h→completed"),
    ("signal, non-interrupting", with_sub(SIGNAL, False), "s:lonjakan a h", "a h→completed"),
    ("signal, never sent", with_sub(SIGNAL), "a", "a→completed"),
    ("timer, interrupting", with_sub(timer("PT1H")), "+PT1H a h", "h→completed"),
    ("timer, non-interrupting", with_sub(timer("PT1H"), False), "+PT1H +PT1H a h", "a h→completed"),
    ("timer, repeated", with_sub(timer("R2/PT1H", "timeCycle"), False), "+PT5H h a h", "a h h→completed"),
    ("timer, never due", with_sub(timer("PT1H")), "a", "a→completed"),
    ("error, thrown in its scope",
     with_sub(ERROR, inner=sub("sp", start(id="s2") + end(ERROR, id="e2") + flows("s2 -> e2")), first="begin -> a -> sp -> end"),
     "a h", "a e2 h→completed"),
    ("error end event in the same scope", START + users("a") + end(ERROR, "e2") + flows("begin -> a -> e2")
     + event_sub("es", start(ERROR, "s3"), users("h"), end(id="e3"), flows("s3 -> h -> e3")), "a h", "a e2 h→completed"),
    ("error thrown by the handler itself is not caught again", START + users("a") + end(ERROR, "e2") + flows("begin -> a -> e2")
     + event_sub("es", start(ERROR, "s3"), users("h"), end(ERROR, id="e3"), flows("s3 -> h -> e3")), "a h", "a e2 e3 h→failed"),
    ("error, never thrown", with_sub(ERROR), "a", "a→completed"),
    ("escalation, interrupting",
     with_sub(ESCALATION, inner=throw("t", ESCALATION) + users("b"), first="begin -> a -> t -> b -> end"), "a b h", "a h t→completed"),
    ("escalation, non-interrupting",
     with_sub(ESCALATION, False, throw("t", ESCALATION) + users("b"), "begin -> a -> t -> b -> end"), "a b h", "a b h t→completed"),
    ("conditional, becomes true",
     with_sub(condition("n = 1"), inner=users("b"), first="begin -> a -> b -> end"), 'a{"n":1} b h', "a h→completed"),
    ("conditional, non-interrupting",
     with_sub(condition("n = 1"), False, users("b"), "begin -> a -> b -> end"), 'a{"n":1} b h', "a b h→completed"),
    ("message or signal", with_sub(MESSAGE + SIGNAL), "s:lonjakan h", "h→completed"),
    ("message, inside an embedded subprocess",
     START + sub("sp", start(id="s2") + users("a") + end(id="e2") + flows("s2 -> a -> e2")
                 + event_sub("es", start(MESSAGE, "s3"), users("h"), end(id="e3"), flows("s3 -> h -> e3")))
     + END + flows("begin -> sp -> end"), "m:surat h", "h sp→completed"),
    ("it is over with its scope: the message comes too late",
     START + sub("sp", users("a") + event_sub("es", start(MESSAGE, "s3"), users("h"), flows("s3 -> h"))) + users("n") + END
     + flows("begin -> sp -> n -> end"), "a m:surat n", "a n sp→completed"),
    ("what it changes is known outside", with_sub(MESSAGE, False), 'm:surat h{"n":5} a', "a h→completed; n=5"),
    ("what was changed meanwhile is kept", with_sub(MESSAGE, False, users("b"), "begin -> a -> b -> end"),
     'm:surat a{"k":1} h{"n":5} b', "a b h→completed; n=5; k=1"),
    ("without a trigger it is refused", START + users("a") + END + flows("begin -> a -> end")
     + event_sub("es", start(id="s3"), users("h"), flows("s3 -> h")), "", "→refused"),
]  # fmt: skip
ROWS = BOUNDARY + OTHERS + [(f"event subprocess: {row[0]}", *row[1:]) for row in SUBPROCESSES]


@pytest.mark.parametrize(("shows", "content", "actions", "wanted"), ROWS, ids=[row[0] for row in ROWS])
def test_behaviour(shows: str, content: str, actions: str, wanted: str) -> None:
    assert trace(walked(content, actions), wanted) == wanted
