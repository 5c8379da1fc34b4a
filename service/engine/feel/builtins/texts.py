"""Functions of strings (DMN 1.5, section 10.3.4.3)."""

from __future__ import annotations

from typing import Any

from service.engine.feel import regex
from service.engine.feel.errors import FeelError
from service.engine.feel.registry import builtin
from service.engine.feel.run import MAX_LIST, MAX_TEXT, Run


@builtin("substring(string: string, start position: number, length?: number?)")
def _substring(value: str, start: Any, length: Any = None) -> str:
    if start == 0 or abs(start) > len(value) or (length is not None and length < 1):
        raise FeelError("there is no such part of the text")
    begin = int(start) - 1 if start > 0 else len(value) + int(start)
    return value[begin:] if length is None else value[begin : begin + int(length)]


@builtin("string length(string: string)")
def _string_length(value: str) -> int:
    return len(value)


@builtin("upper case(string: string)")
def _upper(value: str) -> str:
    return value.upper()


@builtin("lower case(string: string)")
def _lower(value: str) -> str:
    return value.lower()


@builtin("trim(string: string)")
def _trim(value: str) -> str:
    return value.strip()


@builtin("substring before(string: string, match: string)")
def _before(value: str, match: str) -> str:
    return value.partition(match)[0] if match and match in value else ""


@builtin("substring after(string: string, match: string)")
def _after(value: str, match: str) -> str:
    return value.partition(match)[2] if match else value


@builtin("contains(string: string, match: string)")
def _contains(value: str, match: str) -> bool:
    return match in value


@builtin("starts with(string: string, match: string)")
def _starts(value: str, match: str) -> bool:
    return value.startswith(match)


@builtin("ends with(string: string, match: string)")
def _ends(value: str, match: str) -> bool:
    return value.endswith(match)


@builtin("string join(list: list, delimiter?: string?)")
def _join(run: Run, values: list[Any], delimiter: str | None = None) -> str:
    texts = [value for value in values if value is not None]
    run.budget.spend(len(values))
    if not all(isinstance(value, str) for value in texts):
        raise FeelError("not all items are texts")
    between = delimiter or ""
    _check_length(sum(map(len, texts)) + len(between) * len(texts))
    return between.join(texts)


@builtin("matches(input: string, pattern: string, flags?: string?)")
def _matches(run: Run, value: str, pattern: str, flags: str | None = None) -> bool:
    return regex.compiled(pattern, flags or "").find(value, 0, run.budget) is not None


@builtin("replace(input: string, pattern: string, replacement: string, flags?: string?)")
def _replace(run: Run, value: str, pattern: str, replacement: str, flags: str | None = None) -> str:
    wanted = regex.compiled(pattern, flags or "")
    pieces = regex.replacement_of(replacement, wanted)
    made: list[str] = []
    length = at = 0
    for match in wanted.find_all(value, run.budget):
        made.append(value[at : match.start])
        made += [piece if isinstance(piece, str) else match.group(value, piece) for piece in pieces]
        length += sum(map(len, made[-len(pieces) - 1 :]))
        run.budget.spend(len(pieces))
        _check_length(length)
        at = match.end
    return "".join([*made, value[at:]])


@builtin("split(string: string, delimiter: string)")
def _split(run: Run, value: str, delimiter: str) -> list[str]:
    parts: list[str] = []
    at = 0
    for match in regex.compiled(delimiter, "").find_all(value, run.budget):
        parts.append(value[at : match.start])
        at = match.end
        if len(parts) >= MAX_LIST:
            raise FeelError(f"a list of more than {MAX_LIST} items")
    return [*parts, value[at:]]


def _check_length(length: int) -> None:
    if length > MAX_TEXT:
        raise FeelError("the text grows too long")
