"""Patterns of matches, replace and split: XPath's, and the same as Python's where both mean the same."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.engine import feel
from service.engine.feel import FeelError

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def value(text: str, **context: Any) -> Any:
    return feel.compile_expression(text).evaluate(context, now=NOW)


@pytest.mark.parametrize(
    ("text", "pattern", "flags", "expected"),
    [
        ("199001012015031002", "^\\d{18}$", "", True),
        ("Golongan III/d", "^golongan [ivx]+/[a-e]$", "i", True),
        ("abracadabra", "bra", "", True),
        ("abracadabra", "^a.*a$", "", True),
        ("a\nb", "a.b", "", False),
        ("a\nb", "a.b", "s", True),
        ("a\nb", "^b$", "", False),
        ("a\nb", "^b$", "m", True),
        ("helloworld", "hello world", "x", True),
        ("a.b", "a.b", "q", True),
        ("axb", "a.b", "q", False),
        ("abab", "^(ab)\\1$", "", True),
        ("O", "[A-Z-[OI]]", "", False),
        ("o", "[A-Z-[OI]]", "i", False),
        ("é", "^\\p{Ll}$", "", True),
        ("é", "^\\p{IsBasicLatin}$", "", False),
        ("a_1", "^\\i\\c*$", "", True),
        ("-", "[a-]", "", True),
        ("aaa", "^a{2}$", "", False),
        ("aaa", "^a{2,}$", "", True),
        ("ab", "^(?:a|ab)$", "", True),
    ],
)
def test_matches(text: str, pattern: str, flags: str, expected: bool) -> None:
    assert value("matches(t, p, f)", t=text, p=pattern, f=flags) is expected


@pytest.mark.parametrize(
    "pattern",
    ["(", ")", "[", "[]", "a**", "*", "a{2", "a{3,2}", "\\1", "(a)\\2", "\\q", "\\p{Xx}", "(?<a>b)", "a\\"],
)
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(FeelError):
        value("matches(t, p)", t="a", p=pattern)


def test_unknown_flags_are_refused() -> None:
    with pytest.raises(FeelError):
        value('matches("a", "a", "z")')


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ('replace("abracadabra", "a(.)", "a$1$1")', "abbraccaddabbra"),
        ('replace("abracadabra", "a.*?a", "*")', "*c*bra"),
        ('replace("0123456789", "(\\d{3})(\\d{3})(\\d{4})", "($1) $2-$3")', "(012) 345-6789"),
        ('replace("abcd", "(ab)|(x)", "[1=$1][2=$2]")', "[1=ab][2=]cd"),
        ('replace("a.b", ".", "$1", "q")', "a$1b"),
        ('replace("5", "5", "\\\\$")', "$"),
        ('split("John Doe", "\\s")', ["John", "Doe"]),
        ('split("a;b;c;;", ";")', ["a", "b", "c", "", ""]),
        ('split("", ";")', [""]),
    ],
)
def test_replace_and_split(call: str, expected: Any) -> None:
    assert value(call) == expected


@pytest.mark.parametrize("call", ['replace("a", "x*", "b")', 'replace("a", "a", "$")', 'split("ab", "")'])
def test_nothing_is_replaced_everywhere(call: str) -> None:
    with pytest.raises(FeelError):
        value(call)


patterns = st.recursive(
    st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "\\d", "$", "^", "(?:)"]),
    lambda inner: (
        st.builds(lambda x, y: x + y, inner, inner)
        | st.builds(lambda x, y: f"(?:{x}|{y})", inner, inner)
        | st.builds(lambda x, sign: f"(?:{x}){sign}", inner, st.sampled_from(["*", "+", "?", "*?", "{1,2}"]))
    ),
    max_leaves=6,
)


@given(patterns, st.text(alphabet="ab1", max_size=8))
@settings(max_examples=500, deadline=None)
def test_it_finds_what_python_finds(pattern: str, text: str) -> None:
    expected = re.search(pattern.replace("$", r"\Z"), text) is not None
    assert value("matches(t, p)", t=text, p=pattern) is expected
