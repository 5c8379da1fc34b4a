"""One answer of a form: from untrusted JSON to a value of the field's kind, or a message.

Nothing here trusts its input: a value is of the right kind, storable (no NUL, no lone surrogate, no NaN)
and of bounded size, or `Refused` is raised.
"""

from __future__ import annotations

import math
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from service.domain.wording import N_, Message

MAX_TEXT = 20_000
MAX_LINE = 2_000
MAX_CHOICES = 200
MAX_NUMBER = 10**15
MAX_PATTERN = 200
MAX_MATCHED = 200
MAX_UNBOUNDED = 3

Component = Mapping[str, Any]


class Refused(Exception):
    """The value cannot be accepted; the argument is the Message that says why."""

    @property
    def message(self) -> Message:
        return self.args[0]


REQUIRED = Message(N_("This field is required."))
NOT_TEXT = Message(N_("This must be text."))
NOT_NUMBER = Message(N_("This must be a number."))
NOT_YES_NO = Message(N_("This must be yes or no."))
NOT_CHOICE = Message(N_("This is not one of the choices."))
NOT_DATE = Message(N_("This must be a date, such as 2026-01-31."))
NOT_TIME = Message(N_("This must be a time, such as 14:30."))
NOT_MOMENT = Message(N_("This must be a date and time, such as 2026-01-31T14:30."))
NOT_LIST = Message(N_("This must be a list."))
NOT_DOCUMENTS = Message(N_("This must name attached documents."))
NOT_EMAIL = Message(N_("This must be an e-mail address."))
UNSTORABLE = Message(N_("This text holds a character that cannot be stored."))
TOO_BIG = Message(N_("This is too long."))
WRONG_PATTERN = Message(N_("This does not have the expected form."))
NO_EMPLOYEE = Message(N_("There is no employee with this NIP. Choose one from the list."))
NO_POSITION = Message(N_("There is no such position. Choose one from the list."))
NO_UNIT = Message(N_("There is no such unit. Choose one from the list."))
PASSED = Message(N_("This date has passed."))

_NUMBER = re.compile(r"-?[0-9]{1,15}(?:[.,][0-9]{1,9})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CLOCK = re.compile(r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})?")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]{1,63}(?:\.[^@\s.]{1,63}){1,8}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_GROUP_WITH_CHOICE = re.compile(r"[*+?{|]")


def read(component: Component, raw: Any, choices: Sequence[Any]) -> Any:
    """The value of a component's kind, None (or an empty list) when left empty; Refused otherwise.

    `choices` are the values a choosing component offers.
    """
    return _READERS[component["type"]](component, raw, choices)


def is_empty(value: Any) -> bool:
    """Whether a field was left empty. An unticked box is: form-js demands a tick when required."""
    return value is None or value is False or value == [] or value == ""


def _line(component: Component, raw: Any, choices: Sequence[Any]) -> str | None:
    return _text(raw, MAX_LINE)


def _lines(component: Component, raw: Any, choices: Sequence[Any]) -> str | None:
    return _text(raw, MAX_TEXT)


def _text(raw: Any, longest: int) -> str | None:
    if raw is None:
        return None
    if not isinstance(raw, str):
        raise Refused(NOT_TEXT)
    if len(raw) > longest:
        raise Refused(TOO_BIG)
    if _CONTROL.search(raw):
        raise Refused(UNSTORABLE)
    return raw.replace("\r\n", "\n").replace("\r", "\n").strip() or None


def _number(component: Component, raw: Any, choices: Sequence[Any]) -> Any:
    if raw is None or raw == "":
        return None
    if isinstance(raw, str):
        if not _NUMBER.fullmatch(raw.strip()):
            raise Refused(NOT_NUMBER)
        raw = float(raw.strip().replace(",", "."))
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise Refused(NOT_NUMBER)
    if isinstance(raw, float) and not math.isfinite(raw):
        raise Refused(NOT_NUMBER)
    if abs(raw) > MAX_NUMBER:
        raise Refused(NOT_NUMBER)
    value = int(raw) if raw == int(raw) else raw
    digits = component.get("decimalDigits")
    bounded = isinstance(digits, int) and not isinstance(digits, bool) and 0 <= digits <= 12
    if bounded and round(value, digits) != value:
        raise Refused(Message(N_("At most %(digits)s digits after the comma."), digits=digits))
    return str(value) if component.get("serializeToString") is True else value


def _tick(component: Component, raw: Any, choices: Sequence[Any]) -> bool:
    if raw is None:
        return False
    if not isinstance(raw, bool):
        raise Refused(NOT_YES_NO)
    return raw


def _choice(component: Component, raw: Any, choices: Sequence[Any]) -> Any:
    """One of the choices. A browser without script sends text, so "2" stands for the choice 2."""
    if raw is None or raw == "":
        return None
    for choice in choices:
        if type(choice) is type(raw) and choice == raw:
            return choice
    if isinstance(raw, str):
        for choice in choices:
            if isinstance(choice, int | float) and not isinstance(choice, bool) and str(choice) == raw:
                return choice
    raise Refused(NOT_CHOICE)


def _choices(component: Component, raw: Any, choices: Sequence[Any]) -> list[Any]:
    if raw is None:
        return []
    if not isinstance(raw, list):
        raise Refused(NOT_LIST)
    if len(raw) > MAX_CHOICES:
        raise Refused(TOO_BIG)
    taken: list[Any] = []
    for entry in raw:
        value = _choice(component, entry, choices)
        if value is not None and value not in taken:
            taken.append(value)
    return taken


def _moment(component: Component, raw: Any, choices: Sequence[Any]) -> str | None:
    """ISO 8601 text of the component's subtype: date, time or datetime."""
    if raw is None or raw == "":
        return None
    subtype = component.get("subtype", "date")
    parse, message = _MOMENTS.get(subtype, _MOMENTS["date"])
    if not isinstance(raw, str) or len(raw) > 40:
        raise Refused(message)
    try:
        parse(raw)
    except ValueError:
        raise Refused(message) from None
    return raw


def _day_text(text: str) -> None:
    if not _DAY.fullmatch(text) or not 1900 <= date.fromisoformat(text).year <= 2199:
        raise ValueError(text)


def _clock_text(text: str) -> None:
    if not _CLOCK.fullmatch(text):
        raise ValueError(text)
    time.fromisoformat(text)


def _moment_text(text: str) -> None:
    _day_text(text[:10])
    if text[10:11] != "T":
        raise ValueError(text)
    _clock_text(text[11:])
    datetime.fromisoformat(text)


_MOMENTS: Mapping[str, tuple[Callable[[str], None], Message]] = {
    "date": (_day_text, NOT_DATE),
    "time": (_clock_text, NOT_TIME),
    "datetime": (_moment_text, NOT_MOMENT),
}


def _documents(component: Component, raw: Any, choices: Sequence[Any]) -> list[str]:
    """Ids of documents of the case; that they exist is for the caller to see."""
    if raw is None or raw == "":
        return []
    if not isinstance(raw, list):
        raise Refused(NOT_LIST)
    if len(raw) > MAX_CHOICES or (len(raw) > 1 and component.get("multiple") is not True):
        raise Refused(TOO_BIG)
    try:
        return [str(uuid.UUID(entry)) for entry in raw]
    except (ValueError, AttributeError, TypeError):
        raise Refused(NOT_DOCUMENTS) from None


_READERS: Mapping[str, Callable[[Component, Any, Sequence[Any]], Any]] = {
    "textfield": _line,
    "textarea": _lines,
    "number": _number,
    "checkbox": _tick,
    "radio": _choice,
    "select": _choice,
    "checklist": _choices,
    "taglist": _choices,
    "datetime": _moment,
    "filepicker": _documents,
}

FIELD_TYPES = frozenset(_READERS)


def validate(component: Component, value: Any, rules: Mapping[str, Any]) -> Message | None:
    """What is wrong with a value of the right kind, by `rules` (expressions worked out already)."""
    if is_empty(value):
        return REQUIRED if rules.get("required") is True else None
    if component["type"] == "number":
        return _out_of_range(float(value), rules)
    if component["type"] in ("textfield", "textarea"):
        return _wrong_length(value, rules) or _wrong_form(value, rules)
    return None


def _out_of_range(value: float, rules: Mapping[str, Any]) -> Message | None:
    least, most = _limit(rules.get("min")), _limit(rules.get("max"))
    if least is not None and value < least:
        return Message(N_("This must be at least %(least)s."), least=rules["min"])
    if most is not None and value > most:
        return Message(N_("This must be at most %(most)s."), most=rules["max"])
    return None


def _wrong_length(value: str, rules: Mapping[str, Any]) -> Message | None:
    least, most = _limit(rules.get("minLength")), _limit(rules.get("maxLength"))
    if least is not None and len(value) < least:
        return Message(N_("This needs at least %(least)s characters."), least=rules["minLength"])
    if most is not None and len(value) > most:
        return Message(N_("This may have at most %(most)s characters."), most=rules["maxLength"])
    return None


def _limit(value: Any) -> float | None:
    """A limit as a number. form-js writes limits as numbers or as text of a number."""
    try:
        number = None if value is None or isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if number is not None and math.isfinite(number) else None


def _wrong_form(value: str, rules: Mapping[str, Any]) -> Message | None:
    if rules.get("validationType") == "email" and not _EMAIL.fullmatch(value):
        return NOT_EMAIL
    pattern = rules.get("pattern")
    if not isinstance(pattern, str) or not pattern:
        return None
    expression = bounded_pattern(pattern)
    if expression is None or len(value) > MAX_MATCHED or not expression.search(value):
        return WRONG_PATTERN
    return None


def bounded_pattern(pattern: str) -> re.Pattern[str] | None:
    """The pattern compiled, or None when it is broken or could run for long.

    Python's `re` has no time limit, so a pattern is taken only without look-around, back references and
    quantified groups that themselves choose or repeat, and with few unbounded repeats.
    """
    if len(pattern) > MAX_PATTERN or re.search(r"\(\?(?!:)|\\[1-9]|[{][0-9]*,?[0-9]{3,}[}]", pattern):
        return None
    plain = re.sub(r"\[\^?\]?(?:\\.|[^\]\\])*\]", "a", re.sub(r"\\.", "a", pattern))
    if len(re.findall(r"[*+]|[{][0-9]*,[}]", plain)) > MAX_UNBOUNDED:
        return None
    if _repeats_a_choice(plain):
        return None
    try:
        return re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return None


def _repeats_a_choice(plain: str) -> bool:
    starts: list[int] = []
    for at, sign in enumerate(plain):
        if sign == "(":
            starts.append(at + 1)
        elif sign == ")" and starts:
            inner = plain[starts.pop() : at].removeprefix("?:")
            if plain[at + 1 : at + 2] in ("*", "+", "{") and _GROUP_WITH_CHOICE.search(inner):
                return True
    return False
