"""Where a parser stands in its tokens, and the names of several words that it knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from service.domain.wording import Message
from service.engine.feel.errors import FeelSyntaxError, unexpected
from service.engine.feel.lexer import Token, parts_of, tokens

Node = tuple[Any, ...]
Known = tuple[tuple[str, ...], str]  # the tokens of a name, and the name as it was introduced
Names = Mapping[str, tuple[Known, ...]]


@lru_cache(maxsize=512)
def index_of(names: frozenset[str]) -> Names:
    """Names of several tokens by their first token, the longest first."""
    found: dict[str, list[Known]] = {}
    for name in sorted(names):
        parts = parts_of(name)
        if len(parts) > 1:
            found.setdefault(parts[0], []).append((parts, name))
    return {first: _longest_first(known) for first, known in found.items()}


def _longest_first(known: Iterable[Known]) -> tuple[Known, ...]:
    return tuple(sorted(known, key=lambda entry: len(entry[0]), reverse=True))


class Cursor:
    """Tokens with a place among them."""

    def __init__(self, text: str, names: Iterable[str]) -> None:
        self.text = text
        self.tokens = tokens(text)
        self.at = 0
        self.long_names: dict[str, tuple[Known, ...]] = dict(index_of(frozenset(names)))

    def know(self, name: str) -> None:
        """Make a name of several tokens readable."""
        parts = parts_of(name)
        known = self.long_names.get(parts[0], ()) if parts else ()
        if len(parts) > 1 and (parts, name) not in known:
            self.long_names[parts[0]] = _longest_first(((parts, name), *known))

    def _long_name(self, names: Names | None = None) -> str | None:
        """The longest known name of several tokens that begins here; the cursor goes past it."""
        known = self._long_name_ahead(names)
        if known is None:
            return None
        self.at += len(known[0])
        return known[1]

    def _long_name_ahead(self, names: Names | None = None) -> Known | None:
        for known in (self.long_names if names is None else names).get(self._peek().text, ()):
            ahead = self.tokens[self.at : self.at + len(known[0])]
            if tuple(token.text for token in ahead) == known[0]:
                return known
        return None

    def _new_name(self, until: set[str]) -> str:
        """A name that is being introduced: all tokens up to one of `until`."""
        first = self._peek()
        parts: list[Token] = []
        while self._peek().text not in until and self._peek().kind in ("name", "op", "number"):
            parts.append(self._next())
        if not parts or parts[0].kind != "name":
            raise FeelSyntaxError(Message("a name is missing"), first.position)
        name = self.text[parts[0].position : parts[-1].end]
        name = " ".join(name.split())
        self.know(name)
        return name

    def _peek(self) -> Token:
        return self.tokens[self.at]

    def _next(self) -> Token:
        token = self.tokens[self.at]
        if token.kind != "end":
            self.at += 1
        return token

    def _is(self, text: str) -> bool:
        token = self.tokens[self.at]
        return token.kind == "op" and token.text == text

    def _is_word(self, text: str) -> bool:
        token = self.tokens[self.at]
        return token.kind == "name" and token.text == text

    def _accept(self, text: str) -> bool:
        if self._is(text):
            self.at += 1
            return True
        return False

    def _take(self, text: str) -> Token:
        token = self._peek()
        if not self._is(text):
            raise _missing(text, token)
        self.at += 1
        return token

    def _word(self, text: str) -> None:
        token = self._peek()
        if not self._is_word(text):
            raise _missing(text, token)
        self.at += 1

    def _end(self) -> None:
        token = self._peek()
        if token.kind != "end":
            raise unexpected(token.text, token.position)


def _missing(text: str, token: Token) -> FeelSyntaxError:
    return FeelSyntaxError(Message("%(text)s is missing", text=repr(text)), token.position)
