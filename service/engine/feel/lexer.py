"""Tokens of FEEL (DMN 1.5, section 10.3.1.2). Names with spaces are put together by the parser."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from service.domain.wording import Message
from service.engine.feel.errors import FeelSyntaxError, unexpected

MAX_LENGTH = 20_000

_TOKEN = re.compile(
    r"""
    (?P<space>(?:\s|\ufeff|//[^\n]*|/\*.*?\*/)+)
  | (?P<number>(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<string>"(?:[^"\\]|\\.)*")
  | (?P<at>@"(?:[^"\\]|\\.)*")
  | (?P<name>(?:[^\W\d]|[\u2070-\u218f\U00010000-\U000effff])[\w\u200c\u200d\u2070-\u218f\U00010000-\U000effff]*|\?)
  | (?P<op>\*\*|<=|>=|!=|\.\.|->|[-+*/=<>()\[\]{},:.|'])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{6}|.)", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "'": "'", "/": "/", "b": "\b", "f": "\f"}
_SURROGATE = re.compile("[\ud800-\udfff]")


class Token(NamedTuple):
    """`kind`: number, string, at, name, op or end. `position` and `end` are offsets into the text."""

    kind: str
    text: str
    position: int
    end: int


def tokens(text: str) -> list[Token]:
    """All tokens of a text, with an end token last. Raises FeelSyntaxError at a character that begins none."""
    if len(text) > MAX_LENGTH:
        raise FeelSyntaxError(Message("longer than %(most)s characters", most=MAX_LENGTH), 0)
    found: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise unexpected(text[position], position)
        kind = match.lastgroup or ""
        if kind != "space":
            found.append(Token(kind, match.group(), position, match.end()))
        position = match.end()
    found.append(Token("end", "", len(text), len(text)))
    return found


@lru_cache(maxsize=8192)
def parts_of(name: str) -> tuple[str, ...]:
    """The tokens of a name."""
    return tuple(token.text for token in tokens(name)[:-1])


def unquoted(text: str) -> str:
    """The value of a string literal, its quotes and escapes taken off; two surrogates make one character."""
    plain = _ESCAPE.sub(_unescaped, text[text.index('"') + 1 : -1])
    if _SURROGATE.search(plain):
        plain = plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return plain


def _unescaped(match: re.Match[str]) -> str:
    code = match.group(1)
    if code[0] in "uU" and len(code) > 1:
        number = int(code[1:], 16)
        return chr(number) if number < 0x110000 else match.group()
    return _ESCAPES.get(code, match.group())
