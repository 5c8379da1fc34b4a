"""How a function declares itself: `"substring(string: string, start position: number, length?: number?)"`.

`name?` may be left out, `type?` may be null, `*name` takes all that follow. Types are joined by `or`. A function
whose first Python parameter is `run` is given the evaluation as well.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.engine.feel.errors import FeelError
from service.engine.feel.run import Run
from service.engine.feel.types import NAMED, Simple, Type, is_date, midnight
from service.engine.feel.values import Function, Range

BUILTINS: dict[str, Function] = {}

Test = Callable[[Any], bool]
_PARAMETER = re.compile(r"(\*?)([\w ]+?)(\??): ([\w ]+?)(\??)")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a function, and what it takes."""

    name: str
    test: Test
    optional: bool
    nullable: bool
    rest: bool
    takes_list: bool
    takes_moment: bool

    def fitted(self, value: Any) -> Any:
        """The value as the parameter takes it, converted where section 10.3.2.9.4 allows. Raises FeelError."""
        if value is None:
            if self.nullable:
                return None
        elif self.test(value):
            return value
        elif self.takes_list:
            return [value]
        elif isinstance(value, list) and len(value) == 1 and value[0] is not None and self.test(value[0]):
            return value[0]
        elif self.takes_moment and is_date(value):
            return midnight(value)
        raise FeelError(f"the argument {self.name} is not of its type")


class Signature:
    """One way to call a function."""

    def __init__(self, parameters: Sequence[Parameter], call: Callable[..., Any]) -> None:
        self.parameters = tuple(parameters)
        self.call = call
        self.needs_run = next(iter(inspect.signature(call).parameters), "") == "run"
        self.least = sum(not parameter.optional for parameter in parameters)
        self.most = None if any(parameter.rest for parameter in parameters) else len(parameters)
        self.names = frozenset(parameter.name for parameter in parameters)

    def takes(self, count: int, names: Sequence[str] | None) -> bool:
        """Whether it can be called with so many arguments, or with these names."""
        if names is None:
            return count >= self.least and (self.most is None or count <= self.most)
        given = set(names)
        return given <= self.names and all(
            parameter.name in given for parameter in self.parameters if not parameter.optional
        )

    def run(self, values: Sequence[Any], names: Sequence[str] | None, run: Run) -> Any:
        """Call it. Raises FeelError when an argument does not fit."""
        if names is not None:
            arguments = self._by_name(dict(zip(names, values, strict=True)))
        elif self.most is None:
            fixed = len(self.parameters) - 1
            arguments = [p.fitted(v) for p, v in zip(self.parameters[:fixed], values, strict=False)]
            arguments += [self.parameters[-1].fitted(value) for value in values[fixed:]]
        else:
            arguments = [p.fitted(value) for p, value in zip(self.parameters, values, strict=False)]
        return self.call(run, *arguments) if self.needs_run else self.call(*arguments)

    def _by_name(self, given: dict[str, Any]) -> list[Any]:
        arguments: list[Any] = []
        for parameter in self.parameters:
            missing = parameter.name not in given
            arguments.append(None if missing else parameter.fitted(given[parameter.name]))
        while arguments and arguments[-1] is None and self.parameters[len(arguments) - 1].optional:
            arguments.pop()
        return arguments


def builtin(*declarations: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a Python function under its FEEL signatures, the first that fits being the one that is called."""

    def register(call: Callable[..., Any]) -> Callable[..., Any]:
        for declaration in declarations:
            name, _, inside = declaration.removesuffix(")").partition("(")
            signature = Signature([_parameter(text) for text in inside.split(", ") if text], call)
            known = BUILTINS[name].signatures if name in BUILTINS else ()
            BUILTINS[name] = Function(call, name=name, signatures=(*known, signature))
        return call

    return register


def _parameter(text: str) -> Parameter:
    match = _PARAMETER.fullmatch(text)
    assert match is not None, text
    types = [NAMED[name] for name in match[4].split(" or ")]
    return Parameter(
        match[2],
        _test(types),
        optional=bool(match[3]),
        nullable=bool(match[5]) or NAMED["Any"] in types,
        rest=bool(match[1]),
        takes_list=types == [NAMED["list"]],
        takes_moment=types == [NAMED["date and time"]],
    )


def _test(types: Sequence[Type]) -> Test:
    tests = tuple(kind.test if isinstance(kind, Simple) else _SHAPES[id(kind)] for kind in types)
    return tests[0] if len(tests) == 1 else lambda value: any(test(value) for test in tests)


_SHAPES: dict[int, Test] = {
    id(NAMED["list"]): lambda value: isinstance(value, list),
    id(NAMED["context"]): lambda value: isinstance(value, Mapping),
    id(NAMED["range"]): lambda value: isinstance(value, Range),
}


def call_builtin(function: Function, values: Sequence[Any], names: Sequence[str] | None, run: Run) -> Any:
    """Call a function of FEEL by the first signature that fits. Raises FeelError."""
    problem: FeelError | None = None
    for signature in function.signatures:
        if signature.takes(len(values), names):
            try:
                result = signature.run(values, names, run)
            except FeelError as error:
                if type(error) is not FeelError or signature is function.signatures[-1]:
                    raise
                problem = error
                continue
            run.budget.hold_value(result)
            return result
    raise problem or FeelError(
        "has no such parameters" if names else f"does not take {len(values)} arguments"
    )
