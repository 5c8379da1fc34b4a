"""Functions of ranges and points (DMN 1.5, section 10.3.4.11, table 78)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from service.engine.feel.cursor import Node
from service.engine.feel.errors import FeelError, FeelSyntaxError
from service.engine.feel.operators import instant, kind, ordered, whole
from service.engine.feel.parser import Parser
from service.engine.feel.registry import BUILTINS, builtin, call_builtin
from service.engine.feel.run import Run
from service.engine.feel.temporal import parse_at
from service.engine.feel.values import Range, number

End = tuple[Any, bool]


def _start(value: Any) -> End:
    return (value.start, value.start_included) if isinstance(value, Range) else (value, True)


def _end(value: Any) -> End:
    return (value.end, value.end_included) if isinstance(value, Range) else (value, True)


def _order(left: Any, right: Any) -> int:
    """-1, 0 or 1: how one end stands to the other."""
    if not ordered(left, right):
        raise FeelError(f"{kind(left)} and {kind(right)} cannot be compared")
    a, b = instant(left), instant(right)
    return (a > b) - (a < b)


def _starts_before(a: End, b: End) -> bool:
    """Whether one start lies before another, an included one before an excluded one."""
    order = _order(a[0], b[0])
    return order < 0 or (order == 0 and a[1] and not b[1])


def _ends_before(a: End, b: End) -> bool:
    """Whether one end lies before another, an excluded one before an included one."""
    order = _order(a[0], b[0])
    return order < 0 or (order == 0 and not a[1] and b[1])


def _reaches(end: End, start: End) -> bool:
    """Whether what ends there has a point with what starts here."""
    order = _order(end[0], start[0])
    return order > 0 or (order == 0 and end[1] and start[1])


def _same(a: End, b: End) -> bool:
    return a[1] == b[1] and _order(a[0], b[0]) == 0


def _before(a: Any, b: Any) -> bool:
    return not _reaches(_end(a), _start(b))


def _meets(a: Range, b: Range) -> bool:
    return a.end_included and b.start_included and _order(a.end, b.start) == 0


def _overlaps(a: Range, b: Range) -> bool:
    return _reaches(_end(a), _start(b)) and _reaches(_end(b), _start(a))


def _overlaps_before(a: Range, b: Range) -> bool:
    return (
        _starts_before(_start(a), _start(b))
        and _reaches(_end(a), _start(b))
        and not _ends_before(_end(b), _end(a))
    )


def _finishes(a: Any, b: Range) -> bool:
    if not isinstance(a, Range):
        return b.end_included and _order(a, b.end) == 0
    return _same(_end(a), _end(b)) and not _starts_before(_start(a), _start(b))


def _includes(a: Range, b: Any) -> bool:
    return not _starts_before(_start(b), _start(a)) and not _ends_before(_end(a), _end(b))


def _starts(a: Any, b: Range) -> bool:
    if not isinstance(a, Range):
        return b.start_included and _order(a, b.start) == 0
    return _same(_start(a), _start(b)) and not _ends_before(_end(b), _end(a))


def _coincides(a: Any, b: Any) -> bool:
    return _same(_start(a), _start(b)) and _same(_end(a), _end(b))


def _swapped(function: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    return lambda a, b: function(b, a)


_POINT = (
    "number or string or date or time or date and time or days and time duration or years and months duration"
)
_SHAPES = {
    "point point": f"point1: {_POINT}, point2: {_POINT}",
    "point range": f"point: {_POINT}, range: range",
    "range point": f"range: range, point: {_POINT}",
    "range range": "range1: range, range2: range",
}


def _register(name: str, call: Callable[[Any, Any], bool], *shapes: str) -> None:
    builtin(*(f"{name}({_SHAPES[shape]})" for shape in shapes))(call)


_register("before", _before, *_SHAPES)
_register("after", _swapped(_before), *_SHAPES)
_register("meets", _meets, "range range")
_register("met by", _swapped(_meets), "range range")
_register("overlaps", _overlaps, "range range")
_register("overlaps before", _overlaps_before, "range range")
_register("overlaps after", _swapped(_overlaps_before), "range range")
_register("finishes", _finishes, "point range", "range range")
_register("finished by", _swapped(_finishes), "range point", "range range")
_register("includes", _includes, "range point", "range range")
_register("during", _swapped(_includes), "point range", "range range")
_register("starts", _starts, "point range", "range range")
_register("started by", _swapped(_starts), "range point", "range range")
_register("coincides", _coincides, "point point", "range range")


_CONVERSIONS = ("date", "time", "date and time", "duration")


@builtin("range(from: string)")
def _range(run: Run, source: str) -> Range:
    try:
        node = Parser(source, _CONVERSIONS).expression_only()
    except FeelSyntaxError as error:
        raise FeelError(error.message) from error
    if node[0] != "range":
        raise FeelError("not the text of a range")
    _, _, start_included, start, end, end_included = node
    low, high = _literal(start, run), _literal(end, run)
    if low is None and high is None:
        raise FeelError("a range has an end")
    if low is not None and high is not None and _order(low, high) > 0:
        raise FeelError("the range goes backwards")
    return Range(low, high, start_included, end_included)


def _literal(node: Node, run: Run) -> Any:
    """The value of an end that is written out; nothing is computed. Raises FeelError."""
    name, _, *parts = node
    if name == "literal" and not isinstance(parts[0], bool):
        return parts[0]
    if name == "number":
        return whole(number(Decimal(parts[0])))
    if name == "negate" and parts[0][0] == "number":
        return -_literal(parts[0], run)
    if name == "at":
        return parse_at(parts[0])
    if (
        name == "call"
        and parts[0][0] == "name"
        and parts[0][2] in _CONVERSIONS
        and all(argument[0] in ("literal", "number") for argument in parts[1])
    ):
        values = [_literal(argument, run) for argument in parts[1]]
        return call_builtin(BUILTINS[parts[0][2]], values, parts[2], run)
    raise FeelError("an end of the range is not written out")
