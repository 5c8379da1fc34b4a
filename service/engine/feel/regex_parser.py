"""From the text of an XPath regular expression to a tree (XML Schema 1.1 part 2, appendix G, and XPath's additions)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from service.engine.feel.errors import FeelError

FLAGS = frozenset("smixq")
MAX_PATTERN = 2_000
MAX_COUNT = 1_000
MAX_DEPTH = 50

Node = tuple[Any, ...]
Test = Callable[[str], bool]

_QUANTIFIER = re.compile(r"\{(\d{1,9})(,(\d{1,9})?)?\}")
_PROPERTY = re.compile(r"\{([A-Za-z0-9-]+)\}")
_CATEGORY = re.compile(r"[LMNPZSC][a-z]?")
_PLAIN = {"n": "\n", "r": "\r", "t": "\t"}
_ESCAPABLE = "\\|.?*+(){}-[]^$"
_BLOCKS = {
    "BasicLatin": (0x0, 0x7F),
    "Latin-1Supplement": (0x80, 0xFF),
    "LatinExtended-A": (0x100, 0x17F),
    "LatinExtended-B": (0x180, 0x24F),
    "Greek": (0x370, 0x3FF),
    "GreekandCoptic": (0x370, 0x3FF),
    "Cyrillic": (0x400, 0x4FF),
    "Hebrew": (0x590, 0x5FF),
    "Arabic": (0x600, 0x6FF),
    "Thai": (0xE00, 0xE7F),
    "Hiragana": (0x3040, 0x309F),
    "Katakana": (0x30A0, 0x30FF),
    "CJKUnifiedIdeographs": (0x4E00, 0x9FFF),
}


def parse(pattern: str, flags: str) -> tuple[Node, int]:
    """The tree and the number of groups. Raises FeelError."""
    if len(pattern) > MAX_PATTERN:
        raise FeelError(f"a pattern of more than {MAX_PATTERN} characters")
    if "q" in flags:
        return ("sequence", [("char", _same(sign, "i" in flags)) for sign in pattern]), 0
    reader = _Reader(_without_space(pattern) if "x" in flags else pattern, flags)
    tree = reader.choice(0)
    if reader.at < len(reader.text):
        raise FeelError(f"unexpected {reader.text[reader.at]!r} in the pattern")
    return tree, reader.groups


def _without_space(pattern: str) -> str:
    """What the flag x leaves: no white space outside of character classes."""
    kept, depth, escaped = [], 0, False
    for sign in pattern:
        if depth == 0 and sign in " \t\r\n":
            continue
        if not escaped:
            depth += {"[": 1, "]": -1 if depth else 0}.get(sign, 0)
        escaped = sign == "\\" and not escaped
        kept.append(sign)
    return "".join(kept)


class _Reader:
    def __init__(self, text: str, flags: str) -> None:
        self.text = text
        self.flags = flags
        self.at = 0
        self.groups = 0
        self.closed: set[int] = set()

    def choice(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise FeelError("the pattern is nested too deeply")
        options = [self._sequence(depth)]
        while self._accept("|"):
            options.append(self._sequence(depth))
        return options[0] if len(options) == 1 else ("choice", options)

    def _sequence(self, depth: int) -> Node:
        parts = []
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            parts.append(self._quantified(self._atom(depth)))
        return ("sequence", parts)

    def _quantified(self, atom: Node) -> Node:
        sign = self._peek()
        if sign in ("*", "+", "?"):
            self.at += 1
            least, most = {"*": (0, None), "+": (1, None), "?": (0, 1)}[sign]
        elif sign == "{":
            match = _QUANTIFIER.match(self.text, self.at)
            if match is None:
                raise FeelError("the pattern has a { that begins no count")
            self.at = match.end()
            least = int(match[1])
            most = least if match[2] is None else int(match[3]) if match[3] else None
            if max(least, most or 0) > MAX_COUNT or (most is not None and most < least):
                raise FeelError("a count in the pattern is out of range")
        else:
            return atom
        return ("repeat", atom, least, most, not self._accept("?"))

    def _atom(self, depth: int) -> Node:
        sign = self._take()
        if sign == "(":
            return self._group(depth)
        if sign == "[":
            return ("char", self._class(0))
        if sign == "\\":
            return self._escape()
        if sign == ".":
            return ("char", _anything if "s" in self.flags else _on_one_line)
        if sign == "^":
            return ("start",)
        if sign == "$":
            return ("end",)
        if sign in "*+?{}]":
            raise FeelError(f"unexpected {sign!r} in the pattern")
        return ("char", _same(sign, "i" in self.flags))

    def _group(self, depth: int) -> Node:
        number = 0
        if self._accept("?"):
            if not self._accept(":"):
                raise FeelError("the pattern has a group of an unknown kind")
        else:
            self.groups += 1
            number = self.groups
        inner = self.choice(depth + 1)
        if not self._accept(")"):
            raise FeelError("the pattern has an open group")
        if not number:
            return inner
        self.closed.add(number)
        return ("group", number, inner)

    def _escape(self) -> Node:
        sign = self._peek()
        if sign.isdecimal():
            number = 0
            while self._peek().isdecimal() and (
                number == 0 or number * 10 + int(self._peek()) <= self.groups
            ):
                number = number * 10 + int(self._take())
            if number not in self.closed:
                raise FeelError(f"the pattern has no group {number} there")
            return ("back", number)
        test = self._escaped_class()
        return ("char", test if test else _same(self._escaped_sign(), "i" in self.flags))

    def _escaped_sign(self) -> str:
        sign = self._take()
        if sign in _PLAIN:
            return _PLAIN[sign]
        if sign not in _ESCAPABLE:
            raise FeelError(f"the pattern has an unknown \\{sign}")
        return sign

    def _escaped_class(self) -> Test | None:
        """The set that a backslash and a letter name, or None when they name a single character."""
        sign = self._peek()
        if sign in ("p", "P"):
            self.at += 1
            match = _PROPERTY.match(self.text, self.at)
            if match is None:
                raise FeelError("the pattern has a \\p without its {}")
            self.at = match.end()
            test = _property(match[1])
        elif sign and sign.lower() in _CLASSES:
            self.at += 1
            test = _CLASSES[sign.lower()]
        else:
            return None
        return _negated(test) if sign.isupper() else test

    def _class(self, depth: int) -> Test:
        """The rest of [...]; a class may end with -[...], which is taken away from it."""
        if depth > MAX_DEPTH:
            raise FeelError("the pattern is nested too deeply")
        negative = self._accept("^")
        tests: list[Test] = []
        without: Test | None = None
        while not self._accept("]"):
            if self.text.startswith("-[", self.at) and tests:
                self.at += 2
                without = self._class(depth + 1)
                if self._peek() != "]":
                    raise FeelError("the pattern has a class that goes on after what is taken away")
                continue
            tests.append(self._class_part(not tests))
        if not tests:
            raise FeelError("the pattern has an empty class")
        return _united(tuple(tests), negative, without)

    def _class_part(self, first: bool) -> Test:
        if self._peek() == "\\":
            self.at += 1
            test = self._escaped_class()
            if test:
                return test
            low = self._escaped_sign()
        else:
            low = self._take()
            if low == "[" or (low == "-" and not first and self._peek() not in ("]", "")):
                raise FeelError(f"the pattern has a {low} inside a class")
        ahead = self.text[self.at : self.at + 2]
        if ahead[:1] != "-" or ahead in ("-]", "-["):
            return _same(low, "i" in self.flags)
        self.at += 1
        high = self._take()
        if high == "\\":
            high = self._escaped_sign()
        if high < low:
            raise FeelError("the pattern has a range that goes backwards")
        return _between(low, high, "i" in self.flags)

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _take(self) -> str:
        if self.at >= len(self.text):
            raise FeelError("the pattern ends too early")
        self.at += 1
        return self.text[self.at - 1]

    def _accept(self, sign: str) -> bool:
        if self._peek() != sign:
            return False
        self.at += 1
        return True


def _variants(sign: str) -> set[str]:
    """The character in all its cases."""
    return {sign, sign.lower(), sign.upper(), sign.lower().upper(), sign.upper().lower()}


def _same(sign: str, any_case: bool) -> Test:
    if not any_case:
        return sign.__eq__
    wanted = _variants(sign)
    return lambda given: not wanted.isdisjoint(_variants(given))


def _between(low: str, high: str, any_case: bool) -> Test:
    if not any_case:
        return lambda given: low <= given <= high
    return lambda given: any(low <= sign <= high for sign in _variants(given))


def _united(tests: tuple[Test, ...], negative: bool, without: Test | None) -> Test:
    def test(given: str) -> bool:
        inside = any(one(given) for one in tests)
        return inside is not negative and not (without is not None and without(given))

    return test


def _negated(test: Test) -> Test:
    return lambda given: not test(given)


def _anything(given: str) -> bool:
    return True


def _on_one_line(given: str) -> bool:
    return given not in "\n\r"


def _property(name: str) -> Test:
    if name.startswith("Is"):
        if name[2:] not in _BLOCKS:
            raise FeelError(f"the block {name[2:]} is not known")
        low, high = _BLOCKS[name[2:]]
        return lambda given: low <= ord(given) <= high
    if not _CATEGORY.fullmatch(name):
        raise FeelError(f"the category {name} is not known")
    return lambda given: unicodedata.category(given).startswith(name)


def _name_start(given: str) -> bool:
    return given.isalpha() or given in "_:"


_CLASSES: dict[str, Test] = {
    "s": lambda given: given in " \t\n\r",
    "d": lambda given: unicodedata.category(given) == "Nd",
    "w": lambda given: unicodedata.category(given)[0] not in "PZC",
    "i": _name_start,
    "c": lambda given: _name_start(given) or given.isalnum() or given in "-.\u00b7",
}
