"""From tokens to a tree. The grammar is DMN 1.5, section 10.3.1.2; nodes are tuples (kind, position, ...)."""

from __future__ import annotations

from collections.abc import Iterable

from service.domain.wording import Message
from service.engine.feel.cursor import Node
from service.engine.feel.errors import NESTED, FeelSyntaxError, unexpected
from service.engine.feel.lexer import unquoted
from service.engine.feel.type_parser import TypeParser

MAX_DEPTH = 60
MAX_WORK = 20_000

_COMPARISONS = {"=", "!=", "<", "<=", ">", ">="}
_CALLABLE = {"name", "path", "call", "function", "group", "filter"}
_RESERVED = {"and", "or", "then", "else", "in", "return", "satisfies", "between", "instance"}


class Parser(TypeParser):
    """Parses one text. `names` and `types` are the names of several words that it knows."""

    def __init__(self, text: str, names: Iterable[str] = (), types: Iterable[str] = ()) -> None:
        super().__init__(text, names, types)
        self.depth = 0
        self.work = 0
        self.range_ends = 0  # how many ranges wait for their closing sign

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
        self.work += 1
        if self.depth > MAX_DEPTH:
            raise FeelSyntaxError(NESTED, self._peek().position)
        if self.work > MAX_WORK:
            raise FeelSyntaxError(Message("too complex"), self._peek().position)
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
                node = ("instance", token.position, node, self.type())
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
                raise FeelSyntaxError(NESTED, negations[0])
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
                condition = self._filter_condition()
                if condition is None:
                    return node
                node = ("filter", token.position, node, condition)
            elif token.text == "(" and token.kind == "op" and node[0] in _CALLABLE:
                node = self._call(node)
            else:
                return node

    def _filter_condition(self) -> Node | None:
        """What stands between brackets; None where the bracket closes a range instead, as in [1..10[."""
        start = self.at
        self.at += 1
        try:
            condition = self.expression()
            self._take("]")
            return condition
        except FeelSyntaxError:
            if not self.range_ends:
                raise
            self.at = start
            return None

    def _range_end(self) -> Node:
        self.range_ends += 1
        try:
            return self.expression()
        finally:
            self.range_ends -= 1

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
                raise FeelSyntaxError(
                    Message("named and positional arguments cannot be mixed"), self._peek().position
                )
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
        if not token.text:
            raise FeelSyntaxError(Message("unexpected end"), token.position)
        raise unexpected(token.text, token.position)

    def _named(self) -> Node:
        token = self._peek()
        long = self._long_name()
        if long is not None:
            return ("name", token.position, long)
        if token.text in ("true", "false", "null"):
            self.at += 1
            return ("literal", token.position, {"true": True, "false": False, "null": None}[token.text])
        if token.text == "function" and self.tokens[self.at + 1].text == "(":
            return self._function()
        if token.text in ("if", "for") or (token.text in _RESERVED):
            raise unexpected(token.text, token.position)
        self.at += 1
        return ("name", token.position, token.text)

    def _parenthesis(self) -> Node:
        position = self._take("(").position
        start = self.expression()
        if self._accept(".."):
            return ("range", position, False, start, self._range_end(), self._closing())
        self._take(")")
        return ("group", position, start)

    def _list_or_range(self) -> Node:
        token = self._next()
        if token.text == "]":
            start = self.expression()
            self._take("..")
            return ("range", token.position, False, start, self._range_end(), self._closing())
        if self._accept("]"):
            return ("list", token.position, [])
        items = [self.expression()]
        if self._accept(".."):
            return ("range", token.position, True, items[0], self._range_end(), self._closing())
        while self._accept(","):
            items.append(self.expression())
        self._take("]")
        return ("list", token.position, items)

    def _closing(self) -> bool:
        """Whether a range includes its end: `]` does, `)` and `[` do not."""
        token = self._next()
        if token.text not in ("]", ")", "["):
            raise FeelSyntaxError(Message("a range ends with ], ) or ["), token.position)
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
        parameters: list[tuple[str, Node | None]] = []
        while not self._is(")"):
            if parameters:
                self._take(",")
            name = self._new_name({",", ")", ":"})
            parameters.append((name, self.type() if self._accept(":") else None))
        self._take(")")
        external = self._is_word("external")
        if external:
            self.at += 1
        return ("function", position, parameters, self.expression(), external)

    def _path_name(self) -> str:
        token = self._peek()
        if token.kind != "name":
            raise FeelSyntaxError(Message("a name is missing after the dot"), token.position)
        long = self._long_name()
        if long is not None:
            return long
        self.at += 1
        if token.text == "time" and self._peek().text == "offset":
            self.at += 1
            return "time offset"
        if token.text in ("start", "end") and self._peek().text == "included":
            self.at += 1
            return f"{token.text} included"
        return token.text
