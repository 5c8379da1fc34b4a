"""No expression runs away: each ends in a value of bounded size or in a FeelError, whatever it says."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.engine import feel
from service.engine.feel import Budget, BudgetExceeded, FeelError

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def value(text: str, *, strict: bool = True, budget: Budget | None = None, **context: Any) -> Any:
    expression = feel.compile_expression(text, strict=strict)
    return expression.evaluate(context, now=NOW, budget=budget or Budget(seconds=60))


def doubled(rounds: int, step: str, then: str) -> str:
    """x0 = [1, 2]; every x is made of the one before, twice; then something is done with the last."""
    steps = [f"x{n + 1}: {step.format(f'x{n}')}" for n in range(rounds)]
    return f"{{x0: [1, 2], {', '.join(steps)}, r: {then.format(f'x{rounds}', f'x{rounds - 1}')}}}.r"


SHARED = "[{0}, {0}]"

RUNAWAYS = [
    "for i in 1..1000000000 return i",
    "for i in 1..9999, j in 1..9999, k in 1..9999 return i",
    "count(for i in 1..99999, j in 1..99999 return 1)",
    "for i in 1..100000 return for j in 1..100000 return j",
    "some x in 1..9000000 satisfies some y in 1..9000000 satisfies false",
    "every i in 1..100000, j in 1..100000 satisfies true",
    "10 ** 6143 * 10 ** 6143",
    "1e7000",
    "exp(1e30)",
    "(" * 5000 + "1" + ")" * 5000,
    "[" * 3000 + "]" * 3000,
    "{a:" * 1000 + "1" + "}" * 1000,
    "not(" * 1000 + "true" + ")" * 1000,
    "-" * 5000 + "1",
    "1 in (" * 40,
    "[1.." * 40,
    "if true then " * 2000 + "1" + " else 2" * 2000,
    "{f: function(n) f(n + 1), r: f(1)}.r",
    "{f: function(n) f(n + 1) + f(n + 1), r: f(1)}.r",
    "{f: function(n) if n > 20 then 1 else f(n + 1) + f(n + 1), r: f(1)}.r",
    "{f: function(f, n) f(f, n), r: f(f, 1)}.r",
    "is defined({f: function(n) f(n + 1), r: f(1)}.r)",
    "get or else({f: function(n) f(n + 1), r: f(1)}.r, 2)",
    '"a"' + ' + "a"' * 6000,
    'string join(for i in 1..90000 return "aaaaaaaaaaaaaaaaaaaa")',
    "x" * 30000,
    doubled(40, "concatenate({0}, {0})", "count({0})"),
    '{s0: "aaaaaaaa", ' + ", ".join(f"s{n + 1}: s{n} + s{n}" for n in range(40)) + "}",
    doubled(40, SHARED, "{0}"),
    doubled(40, SHARED, "[{0}] = [{0}]"),
    doubled(40, SHARED, "string({0})"),
    doubled(40, SHARED, "flatten({0})"),
    doubled(40, SHARED, "distinct values([{0}, {0}, {0}])"),
    doubled(40, SHARED, "index of([{0}, {0}], {0})"),
    doubled(40, SHARED, "list contains({0}, {1})"),
    doubled(40, SHARED, "{0}.a"),
    "for i in 1..1000 return partial",
    "for i in 1..5000 return [partial[-1]]",
    "distinct values(for i in 1..90000 return [i])",
    "union(for i in 1..9000 return [i], for i in 1..9000 return {a: i})",
    "count(for i in 1..300 return index of(for j in 1..90000 return j, i))",
    "count(for i in 1..90000 return {a: 1, b: 2, c: 3, d: 4, e: 5})",
    "sort(for i in 1..90000 return 90000 - i, function(a, b) a < b)",
    f'replace("{"a" * 5000}", "a", "{"b" * 5000}")',
    f'matches("{"a" * 60}", "(a+a+)+\\\\1b")',
    f'matches("{"a" * 60}", "(a*)*\\\\1b")',
    'matches("a", "((a{1000}){1000}){1000}")',
    f'matches("a", "{"(" * 500}{")" * 500}")',
    'date("9999-12-31") + duration("P1D")',
    'duration("P999999999D") * 1e30',
    'date and time("0001-01-01T00:00:00+14:00") < date and time("0001-01-01T00:00:00Z")',
]


@pytest.mark.parametrize("text", RUNAWAYS, ids=range(len(RUNAWAYS)))
def test_nothing_runs_away(text: str) -> None:
    with pytest.raises(FeelError):
        value(text)
    with contextlib.suppress(FeelError):
        json.dumps(feel.to_json(value(text, strict=False)))


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a|a)*b", "(a*)*b", "(a?){50}a{50}b", "(.*)*(.*)*(.*)*c"], ids=range(5)
)
def test_patterns_that_hang_elsewhere_are_answered(pattern: str) -> None:
    assert value(f'matches("{"a" * 50}!", "{pattern}")') is False


def test_steps_time_and_memory_are_each_limited() -> None:
    loop = "count(for i in 1..1000 return [i, i, i])"
    assert value(loop, budget=Budget()) == 1000
    for budget in (Budget(steps=500), Budget(memory=10_000), Budget(seconds=-1)):
        with pytest.raises(BudgetExceeded):
            value(loop, budget=budget)


def test_a_cell_of_a_table_is_limited_as_well() -> None:
    cell = feel.compile_unary_tests("{f: function(n) f(n + 1), r: f(?)}.r")
    with pytest.raises(BudgetExceeded):
        cell.matches(1, {}, now=NOW)


@given(st.text(alphabet="abx01 .,+-*/()[]{}<>=\"'?:@andorifthenelsefor\n", max_size=60))
@settings(max_examples=400, deadline=None)
def test_any_text_is_a_value_or_a_feel_error(text: str) -> None:
    with contextlib.suppress(FeelError):
        value(text, a=1, b="x", x=[1, 2])


NUMBERS = ["0", "1", "-7", "2.5", "1e300", "1e-300", "1e6000", "100000"]
SCALARS = [
    *("null", "true", "false", '""', '"a"', '"(a*)*"', '"2026-02-30"', '"P1D"', "x", "y", "unknown"),
    *('date("2026-11-23")', '@"9999-12-31"', '@"0001-01-01T00:00:00+14:00"', '@"10:00:00@Asia/Jakarta"'),
    *(
        '@"99999-12-31"',
        '@"-0001-01-01T00:00:00Z"',
        '@"P999999999D"',
        '@"-P1Y2M"',
        '@"PT0.5S"',
        "now()",
        "[1..3]",
        "(< 5)",
        "(function(a) a)",
        "count",
        "abs",
    ),
]
FUNCTIONS = sorted(feel.BUILTINS)
OPERATORS = ["+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">=", " and ", " or ", " in "]
SHAPES = [
    "[{0}, {1}]",
    "{{a: {0}, b: {1}}}",
    "({0})[{1}]",
    "({0}).a",
    "for i in {0} return {1}",
    "for i in {0}..{1} return i",
    "some i in {0} satisfies {1}",
    "if {0} then {1} else {0}",
    "{0} between {1} and {0}",
    "{0} instance of list<number>",
    "({0})({1})",
    "-({0})",
]


@st.composite
def expressions(draw: st.DrawFn, depth: int = 3) -> str:
    kind = draw(st.integers(0, 3)) if depth else 0
    if kind == 0:
        return draw(st.sampled_from(NUMBERS + SCALARS))
    first, second = draw(expressions(depth - 1)), draw(expressions(depth - 1))
    if kind == 1:
        return f"({first}){draw(st.sampled_from(OPERATORS))}({second})"
    if kind == 2:
        return draw(st.sampled_from(SHAPES)).format(first, second)
    count = draw(st.integers(0, 4))
    return f"{draw(st.sampled_from(FUNCTIONS))}({', '.join([first, second, first, second][:count])})"


@given(expressions(), st.booleans())
@settings(max_examples=600, deadline=None)
def test_any_expression_is_a_value_or_a_feel_error(text: str, strict: bool) -> None:
    context = {"x": [1, "a", {"a": 2}], "y": {"a": [1, 2], "b": timedelta(days=1)}}
    try:
        found = value(text, strict=strict, **context)
    except FeelError:
        return
    json.dumps(feel.to_json(found))
    feel.text(found)
    with contextlib.suppress(FeelError):  # functions are not stored
        assert feel.load_value(json.loads(json.dumps(feel.dump_value(found)))) == found
