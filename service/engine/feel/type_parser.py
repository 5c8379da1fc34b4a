"""Types as they are written after `instance of` and in parameters (DMN 1.5, section 10.3.1.2, rule 54)."""

from __future__ import annotations

from collections.abc import Iterable

from service.domain.wording import Message
from service.engine.feel.cursor import Cursor, Node, index_of
from service.engine.feel.errors import NESTED, FeelSyntaxError
from service.engine.feel.types import NAMED

_NAMED = frozenset(NAMED)
MAX_TYPE_DEPTH = 30


class TypeParser(Cursor):
    """Reads types into nodes ("type", position, name, parts...)."""

    def __init__(self, text: str, names: Iterable[str], types: Iterable[str]) -> None:
        super().__init__(text, names)
        self.long_types = index_of(_NAMED | frozenset(types))
        self.type_depth = 0

    def type(self) -> Node:
        """One type. Raises FeelSyntaxError."""
        position = self._peek().position
        self.type_depth += 1
        if self.type_depth > MAX_TYPE_DEPTH:
            raise FeelSyntaxError(NESTED, position)
        name = self._type_name()
        node: Node = ("type", position, name)
        if name in ("list", "range") and self._accept("<"):
            node = (name, position, self.type())
            self._take(">")
        elif name == "context" and self._accept("<"):
            node = ("context", position, self._entries())
        elif name == "function" and self._accept("<"):
            parameters = self._type_list()
            self._take("->")
            node = ("function", position, parameters, self.type())
        self.type_depth -= 1
        return node

    def _type_name(self) -> str:
        long = self._long_name(self.long_types)
        if long is not None:
            return long
        token = self._next()
        if token.kind != "name":
            raise FeelSyntaxError(Message("a type is missing"), token.position)
        return token.text

    def _entries(self) -> list[tuple[str, Node]]:
        entries: list[tuple[str, Node]] = []
        while not self._is(">"):
            if entries:
                self._take(",")
            name = self._new_name({":", ">"})
            self._take(":")
            entries.append((name, self.type()))
        self._take(">")
        return entries

    def _type_list(self) -> list[Node]:
        types: list[Node] = []
        while not self._is(">"):
            if types:
                self._take(",")
            types.append(self.type())
        self._take(">")
        return types
