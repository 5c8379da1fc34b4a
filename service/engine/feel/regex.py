"""Regular expressions of XPath (XQuery and XPath Functions 3.1, section 5.6), which FEEL's matches, replace and split use.

An own matcher, because Python's may run for ever on a pattern that someone else wrote: every step is spent from
the budget, and without back-references no place is tried twice, so that the cost grows with pattern times text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from service.engine.feel.errors import FeelError
from service.engine.feel.regex_parser import FLAGS, Node, parse
from service.engine.feel.run import Budget

MAX_PROGRAM = 5_000

CHAR, SPLIT, JUMP, SAVE, START, END, BACK, MARK, MOVED, MATCH = range(10)
Captures = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """Where a pattern was found; `captures` holds start and end of every group, -1 where one took no part."""

    start: int
    end: int
    captures: Captures

    def group(self, text: str, number: int) -> str:
        """The text of a group; empty when it took no part."""
        at = 2 * number
        if at + 1 >= len(self.captures) or self.captures[at] < 0 or self.captures[at + 1] < 0:
            return ""
        return text[self.captures[at] : self.captures[at + 1]]


class Pattern:
    """A compiled pattern."""

    def __init__(self, tree: Node, groups: int, flags: str) -> None:
        self.groups = groups
        self.flags = flags
        self._program: list[tuple[Any, ...]] = []
        self._marks = 0
        self._backs = False
        self._width = 2 * (groups + 1)
        self._emit(("group", 0, tree))
        self._add(MATCH)

    def find(self, text: str, start: int, budget: Budget) -> Match | None:
        """The first match at or after a place. Raises BudgetExceeded."""
        seen: set[int] | None = None if self._backs else set()
        for at in range(start, len(text) + 1):
            found = self._match(text, at, seen, budget)
            if found is not None:
                return found
        return None

    def find_all(self, text: str, budget: Budget) -> Iterator[Match]:
        """All matches from left to right, none overlapping. Raises FeelError when nothing at all matches too."""
        if self.find("", 0, budget) is not None:
            raise FeelError("the pattern matches the empty text")
        at = 0
        while (found := self.find(text, at, budget)) is not None:
            yield found
            at = found.end if found.end > found.start else found.end + 1

    def _match(self, text: str, start: int, seen: set[int] | None, budget: Budget) -> Match | None:
        program, length = self._program, len(text)
        empty = (-1,) * (self._width + self._marks)
        waiting: list[tuple[int, int, Captures]] = [(0, start, empty)]
        while waiting:
            place, at, saved = waiting.pop()
            while True:
                budget.spend()
                if seen is not None:
                    state = place * (length + 1) + at
                    if state in seen:
                        break
                    seen.add(state)
                instruction = program[place]
                code = instruction[0]
                if code == CHAR:
                    if at >= length or not instruction[1](text[at]):
                        break
                    at += 1
                    place += 1
                elif code == SPLIT:
                    waiting.append((instruction[2], at, saved))
                    place = instruction[1]
                elif code == JUMP:
                    place = instruction[1]
                elif code in (SAVE, MARK):
                    slot = instruction[1]
                    saved = (*saved[:slot], at, *saved[slot + 1 :])
                    place += 1
                elif code == MATCH:
                    return Match(saved[0], at, saved[: self._width])
                elif code == MOVED:
                    if saved[instruction[1]] == at:
                        break
                    place += 1
                elif code == BACK:
                    begun, ended = saved[2 * instruction[1]], saved[2 * instruction[1] + 1]
                    wanted = text[begun:ended] if begun >= 0 and ended >= 0 else ""
                    given = text[at : at + len(wanted)]
                    if given != wanted and not ("i" in self.flags and given.casefold() == wanted.casefold()):
                        break
                    at += len(wanted)
                    place += 1
                else:
                    if not self._at_edge(code, text, at):
                        break
                    place += 1
            budget.spend()
        return None

    def _at_edge(self, code: int, text: str, at: int) -> bool:
        lines = "m" in self.flags
        if code == START:
            return at == 0 or (lines and text[at - 1] == "\n" and at < len(text))
        return at == len(text) or (lines and text[at] == "\n")

    # -- from the tree to instructions

    def _add(self, *instruction: Any) -> int:
        if len(self._program) >= MAX_PROGRAM:
            raise FeelError("the pattern is too large")
        self._program.append(instruction)
        return len(self._program) - 1

    def _emit(self, node: Node) -> None:
        kind = node[0]
        if kind == "char":
            self._add(CHAR, node[1])
        elif kind == "sequence":
            for part in node[1]:
                self._emit(part)
        elif kind == "choice":
            self._choice(node[1])
        elif kind == "group":
            self._add(SAVE, 2 * node[1])
            self._emit(node[2])
            self._add(SAVE, 2 * node[1] + 1)
        elif kind == "repeat":
            self._repeat(*node[1:])
        elif kind == "back":
            self._backs = True
            self._add(BACK, node[1])
        else:
            self._add(START if kind == "start" else END)

    def _choice(self, options: list[Node]) -> None:
        jumps = []
        for option in options[:-1]:
            split = self._add(SPLIT, 0, 0)
            self._emit(option)
            jumps.append(self._add(JUMP, 0))
            self._program[split] = (SPLIT, split + 1, len(self._program))
        self._emit(options[-1])
        for jump in jumps:
            self._program[jump] = (JUMP, len(self._program))

    def _repeat(self, body: Node, least: int, most: int | None, greedy: bool) -> None:
        for _ in range(least):
            self._emit(body)
        if most is None:
            self._loop(body, greedy)
            return
        splits = []
        for _ in range(most - least):
            splits.append(self._add(SPLIT, 0, 0))
            self._emit(body)
        for split in splits:
            self._aim(split, greedy)

    def _loop(self, body: Node, greedy: bool) -> None:
        split = self._add(SPLIT, 0, 0)
        slot = self._width + self._marks
        self._marks += 1
        self._add(MARK, slot)
        self._emit(body)
        self._add(MOVED, slot)
        self._add(JUMP, split)
        self._aim(split, greedy)

    def _aim(self, split: int, greedy: bool) -> None:
        inside, after = split + 1, len(self._program)
        self._program[split] = (SPLIT, inside, after) if greedy else (SPLIT, after, inside)


@lru_cache(maxsize=128)
def compiled(pattern: str, flags: str) -> Pattern:
    """The compiled pattern. Raises FeelError when it is none, or a flag is not known."""
    unknown = set(flags) - FLAGS
    if unknown:
        raise FeelError(f"the flag {min(unknown)!r} is not known")
    tree, groups = parse(pattern, flags)
    return Pattern(tree, groups, flags)


def replacement_of(source: str, pattern: Pattern) -> list[str | int]:
    """The pieces of a replacement: texts and numbers of groups. Raises FeelError."""
    if "q" in pattern.flags:
        return [source]
    pieces: list[str | int] = []
    at = 0
    while at < len(source):
        sign, after = source[at], source[at + 1 : at + 2]
        if sign == "$" and after.isdecimal():
            end = at + 2
            while source[end : end + 1].isdecimal() and int(source[at + 1 : end + 1]) <= pattern.groups:
                end += 1
            pieces.append(int(source[at + 1 : end]))
            at = end
        elif sign == "\\" and after in ("\\", "$"):
            pieces.append(after)
            at += 2
        elif sign in "$\\":
            raise FeelError(f"the replacement has a single {sign}")
        else:
            pieces.append(sign)
            at += 1
    return pieces
