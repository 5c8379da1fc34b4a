"""From tokens to a tree. The grammar is DMN 1.5, section 10.3.1.2; nodes are tuples (kind, position, ...)."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

from service.engine.feel.errors import FeelSyntaxError
from service.engine.feel.lexer import Token, tokens, unquoted

MAX_DEPTH = 60
Node = tuple[Any, ...]

_COMPARISONS = {"=", "!=", "<", "<=", ">", ">="}
_RESERVED = {"and", "or", "then", "else", "in", "return", "satisfies", "between", "instance"}
_KEYWORDS = {"if", "for", "some", "every", "function", "not", "null", "true", "false"}
_TYPES = (
    "days and time duration",
    "day time duration",
    "years and months duration",
    "year month duration",
    "date and time",
)


class Parser:
    """Parses one text. `names` are the names of several words (functions and variables) that it knows."""

    def __init__(self, text: str, names: Iterable[str] = ()) -> None:
        self.text = text
        self.tokens = tokens(text)
        self.at = 0
        self.depth = 0
        self.long_names: dict[str, list[tuple[str, ...]]] = {}
        for name in names:
            self.know(name)

    def know(self, name: str) -> None:
        """Make a name of several tokens readable."""
        parts = tuple(token.text for token in tokens(name)[:-1])
        if len(parts) > 1:
            known = self.long_names.setdefault(parts[0], [])
            if parts not in known:
                known.append(parts)
                known.sort(key=len, reverse=True)

    # -- entry points

    def expression_only(self) -> Node:
        node = self.expression()
        self._end()
        return node

    def unary_tests_only(self) -> Node:
        """`-`, or tests separated by commas, perhaps inside not(...)."""
        if self._is("-") and self.tokens[self.at + 1].kind == "end":
            return ("any", 0)
        if self._is_word("not") and self.tokens[self.at + 1].text == "(":
            start = self.at
            self.at += 2
            tests = self._tests()
            self._take(")")
            if self._peek().kind == "end":
                return ("tests", 0, tests, True)
            self.at = start
        tests = self._tests()
        self._end()
        return ("tests", 0, tests, False)

    def _tests(self) -> list[Node]:
        tests = [self._test()]
        while self._accept(","):
            tests.append(self._test())
        return tests

    def _test(self) -> Node:
        token = self._peek()
        if token.text in _COMPARISONS:
            self.at += 1
            return ("test", token.position, token.text, self._additive())
        return ("test", token.position, None, self.expression())

    # -- expressions, loosest first

    def expression(self) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise FeelSyntaxError("nested too deeply", self._peek().position)
        try:
            return self._textual()
        finally:
            self.depth -= 1

    def _textual(self) -> Node:
        token = self._peek()
        if token.kind == "name" and not self._long_name_ahead():
            if token.text == "for":
                return self._for()
            if token.text == "if":
                return self._if()
            if token.text in ("some", "every") and self.tokens[self.at + 1].kind == "name":
                return self._quantified()
        return self._or()

    def _for(self) -> Node:
        position = self._next().position
        iterators = [self._iterator()]
        while self._accept(","):
            iterators.append(self._iterator())
        self._word("return")
        return ("for", position, iterators, self.expression())

    def _iterator(self) -> tuple[str, Node, Node | None]:
        name = self._new_name({"in"})
        self._word("in")
        start = self.expression()
        end = self.expression() if self._accept("..") else None
        if end is None and start[0] == "dots":
            return name, start[2], start[3]
        return name, start, end

    def _if(self) -> Node:
        position = self._next().position
        condition = self.expression()
        self._word("then")
        then = self.expression()
        self._word("else")
        return ("if", position, condition, then, self.expression())

    def _quantified(self) -> Node:
        token = self._next()
        iterators = [self._iterator()]
        while self._accept(","):
            iterators.append(self._iterator())
        self._word("satisfies")
        return ("quantified", token.position, token.text, iterators, self.expression())

    def _or(self) -> Node:
        node = self._and()
        while self._is_word("or"):
            position = self._next().position
            node = ("or", position, node, self._and())
        return node

    def _and(self) -> Node:
        node = self._comparison()
        while self._is_word("and"):
            position = self._next().position
            node = ("and", position, node, self._comparison())
        return node

    def _comparison(self) -> Node:
        node = self._additive()
        while True:
            token = self._peek()
            if token.text in _COMPARISONS and token.kind == "op":
                self.at += 1
                node = ("compare", token.position, token.text, node, self._additive())
            elif self._is_word("between"):
                self.at += 1
                low = self._additive()
                self._word("and")
                node = ("between", token.position, node, low, self._additive())
            elif self._is_word("in"):
                self.at += 1
                node = ("in", token.position, node, self._in_tests())
            elif self._is_word("instance"):
                self.at += 1
                self._word("of")
                node = ("instance", token.position, node, self._type())
            else:
                return node

    def _in_tests(self) -> list[Node]:
        if self._is("("):
            start = self.at
            self.at += 1
            try:
                tests = self._tests()
                if self._accept(")") and self._peek().text != "..":
                    return tests
            except FeelSyntaxError:
                pass
            self.at = start
        token = self._peek()
        if token.text in _COMPARISONS:
            self.at += 1
            return [("test", token.position, token.text, self._additive())]
        return [("test", token.position, None, self._additive())]

    def _additive(self) -> Node:
        node = self._multiplicative()
        while self._is("+") or self._is("-"):
            token = self._next()
            node = ("arithmetic", token.position, token.text, node, self._multiplicative())
        return node

    def _multiplicative(self) -> Node:
        node = self._power()
        while self._is("*") or self._is("/"):
            token = self._next()
            node = ("arithmetic", token.position, token.text, node, self._power())
        return node

    def _power(self) -> Node:
        node = self._negation()
        while self._is("**"):
            token = self._next()
            node = ("arithmetic", token.position, "**", node, self._negation())
        return node

    def _negation(self) -> Node:
        negations = []
        while self._is("-"):
            negations.append(self._next().position)
            if len(negations) > MAX_DEPTH:
                raise FeelSyntaxError("nested too deeply", negations[0])
        node = self._postfix()
        for position in reversed(negations):
            node = ("negate", position, node)
        return node

    def _postfix(self) -> Node:
        node = self._primary()
        while True:
            token = self._peek()
            if token.text == "." and token.kind == "op":
                self.at += 1
                node = ("path", token.position, node, self._path_name())
            elif token.text == "[" and token.kind == "op":
                self.at += 1
                condition = self.expression()
                self._take("]")
                node = ("filter", token.position, node, condition)
            elif token.text == "(" and token.kind == "op" and node[0] in ("name", "path", "call", "function"):
                node = self._call(node)
            else:
                return node

    def _call(self, function: Node) -> Node:
        position = self._take("(").position
        arguments: list[Node] = []
        names: list[str] = []
        while not self._is(")"):
            if arguments:
                self._take(",")
            name = self._argument_name()
            if name is not None:
                names.append(name)
            arguments.append(self.expression())
            if names and len(names) != len(arguments):
                raise FeelSyntaxError("named and positional arguments cannot be mixed", self._peek().position)
        self._take(")")
        return ("call", position, function, arguments, names or None)

    def _argument_name(self) -> str | None:
        """The words before a colon, when an argument is named."""
        end = self.at
        while self.tokens[end].kind == "name":
            end += 1
        if end == self.at or self.tokens[end].text != ":":
            return None
        name = " ".join(token.text for token in self.tokens[self.at : end])
        self.at = end + 1
        return name

    # -- the smallest parts

    def _primary(self) -> Node:
        token = self._peek()
        if token.kind == "number":
            self.at += 1
            return ("number", token.position, token.text)
        if token.kind == "string":
            self.at += 1
            return ("literal", token.position, unquoted(token.text))
        if token.kind == "at":
            self.at += 1
            return ("at", token.position, unquoted(token.text))
        if token.kind == "name":
            return self._named()
        if token.text == "(":
            return self._parenthesis()
        if token.text in ("[", "]"):
            return self._list_or_range()
        if token.text == "{":
            return self._context()
        if token.text in _COMPARISONS:
            self.at += 1
            return ("unary_range", token.position, token.text, self._additive())
        raise FeelSyntaxError(
            f"unexpected {token.text!r}" if token.text else "unexpected end", token.position
        )

    def _named(self) -> Node:
        token = self._peek()
        long = self._long_name_ahead()
        if long:
            self.at += len(long)
            return ("name", token.position, _joined(long))
        if token.text in ("true", "false", "null"):
            self.at += 1
            return ("literal", token.position, {"true": True, "false": False, "null": None}[token.text])
        if token.text == "function" and self.tokens[self.at + 1].text == "(":
            return self._function()
        if token.text in ("if", "for") or (token.text in _RESERVED):
            raise FeelSyntaxError(f"unexpected {token.text!r}", token.position)
        self.at += 1
        return ("name", token.position, token.text)

    def _long_name_ahead(self) -> tuple[str, ...] | None:
        """The longest known name of several tokens that begins here."""
        for parts in self.long_names.get(self._peek().text, ()):
            ahead = self.tokens[self.at : self.at + len(parts)]
            if tuple(token.text for token in ahead) == parts:
                return parts
        return None

    def _parenthesis(self) -> Node:
        position = self._take("(").position
        start = self.expression()
        if self._accept(".."):
            end = self.expression()
            return ("range", position, False, start, end, self._closing())
        self._take(")")
        return ("group", position, start)

    def _list_or_range(self) -> Node:
        token = self._next()
        if token.text == "]":
            start = self.expression()
            self._take("..")
            end = self.expression()
            return ("range", token.position, False, start, end, self._closing())
        if self._accept("]"):
            return ("list", token.position, [])
        items = [self.expression()]
        if self._accept(".."):
            end = self.expression()
            return ("range", token.position, True, items[0], end, self._closing())
        while self._accept(","):
            items.append(self.expression())
        self._take("]")
        return ("list", token.position, items)

    def _closing(self) -> bool:
        """Whether a range includes its end: `]` does, `)` and `[` do not."""
        token = self._next()
        if token.text not in ("]", ")", "["):
            raise FeelSyntaxError("a range ends with ], ) or [", token.position)
        return token.text == "]"

    def _context(self) -> Node:
        position = self._take("{").position
        entries: list[tuple[str, Node]] = []
        added: list[str] = []
        while not self._is("}"):
            if entries:
                self._take(",")
            token = self._peek()
            if token.kind == "string":
                self.at += 1
                key = unquoted(token.text)
            else:
                key = self._new_name({":"})
            self._take(":")
            entries.append((key, self.expression()))
            added.append(key)
            if " " in key:
                self.know(key)
        self._take("}")
        return ("context", position, entries)

    def _function(self) -> Node:
        position = self._next().position
        self._take("(")
        parameters: list[str] = []
        while not self._is(")"):
            if parameters:
                self._take(",")
            name = self._new_name({",", ")", ":"})
            if self._accept(":"):
                self._type()
            parameters.append(name)
        self._take(")")
        if self._is_word("external"):
            raise FeelSyntaxError("external functions are not run", self._peek().position)
        return ("function", position, parameters, self.expression())

    def _type(self) -> str:
        words: list[str] = []
        while self._peek().kind == "name" and " ".join([*words, self._peek().text]) != "":
            candidate = " ".join([*words, self._peek().text])
            if (
                words
                and not any(known.startswith(candidate) for known in _TYPES)
                and words[-1] not in ("and",)
            ):
                break
            words.append(self._next().text)
        while self._accept("."):
            words[-1] += "." + self._next().text
        name = " ".join(words)
        if self._accept("<"):
            depth = 1
            while depth and self._peek().kind != "end":
                token = self._next()
                name += "<" if token.text == "<" else ""
                depth += {"<": 1, ">": -1}.get(token.text, 0)
        if self._accept("->"):
            self._type()
        if not name:
            raise FeelSyntaxError("a type is missing", self._peek().position)
        return name.split("<")[0]

    def _new_name(self, until: set[str]) -> str:
        """A name that is being introduced: all tokens up to one of `until`."""
        first = self._peek()
        parts: list[Token] = []
        while self._peek().text not in until and self._peek().kind in ("name", "op", "number"):
            parts.append(self._next())
        if not parts or parts[0].kind != "name":
            raise FeelSyntaxError("a name is missing", first.position)
        name = self.text[parts[0].position : parts[-1].end]
        name = " ".join(name.split())
        self.know(name)
        return name

    def _path_name(self) -> str:
        token = self._peek()
        if token.kind != "name":
            raise FeelSyntaxError("a name is missing after the dot", token.position)
        long = self._long_name_ahead()
        if long:
            self.at += len(long)
            return _joined(long)
        self.at += 1
        if token.text == "time" and self._peek().text == "offset":
            self.at += 1
            return "time offset"
        if token.text in ("start", "end") and self._peek().text == "included":
            self.at += 1
            return f"{token.text} included"
        return token.text

    # -- tokens

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
            raise FeelSyntaxError(f"{text!r} is missing", token.position)
        self.at += 1
        return token

    def _word(self, text: str) -> None:
        token = self._peek()
        if not self._is_word(text):
            raise FeelSyntaxError(f"{text!r} is missing", token.position)
        self.at += 1

    def _end(self) -> None:
        token = self._peek()
        if token.kind != "end":
            raise FeelSyntaxError(f"unexpected {token.text!r}", token.position)


def _joined(parts: tuple[str, ...]) -> str:
    """The name as written: words by one space, other signs without."""
    name = parts[0]
    for before, part in itertools.pairwise(parts):
        wordy = (before[-1].isalnum() or before[-1] == "_") and (part[0].isalnum() or part[0] == "_")
        name += (" " if wordy else "") + part
    return name
