"""What can go wrong, said in business words. HTTP status codes are mapped once, at the edge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class MutasiError(Exception):
    """Anything the application refuses, with a message a person can act on."""

    code = "error"


class NotFound(MutasiError):
    """It does not exist, or the actor may not know that it does."""

    code = "not_found"


class NotAllowed(MutasiError):
    """The actor may see it, but not do this."""

    code = "not_allowed"


class Conflict(MutasiError):
    """Somebody was first, or it changed since it was read. `by` and `at` say who and when, where known."""

    code = "conflict"

    def __init__(self, message: str, *, by: str | None = None, at: Any = None) -> None:
        super().__init__(message)
        self.by = by
        self.at = at


class Suspended(Conflict):
    """The case stands still: somebody with the right to do so suspended it, and nobody has resumed it."""

    code = "suspended"


class Stale(Conflict):
    """The version the client named with If-Match is not the present one."""

    code = "stale"


class Invalid(MutasiError):
    """Input that cannot be accepted: a message per field (field key -> message), and one in all."""

    code = "invalid"

    def __init__(self, message: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.fields = dict(fields or {})


class InvalidForm(Invalid):
    """Answers that do not fit the form; the messages stand beside the fields."""

    code = "invalid_form"


class InvalidDefinition(MutasiError):
    """A definition that must not be deployed; `findings` name the elements (engine.steps.Finding)."""

    code = "invalid_definition"

    def __init__(self, findings: Sequence[Any]) -> None:
        errors = sum(1 for finding in findings if finding.severity == "error")
        super().__init__(f"The definition has {errors} error(s) and was not deployed.")
        self.findings = list(findings)


class NoSpace(MutasiError):
    """There is no room to store it; nothing was stored."""

    code = "no_space"


class Incident(MutasiError):
    """A step of a case failed inside the diagram (an expression, a rule, an effect); the case stays as it was.

    `fields`: the messages, by variable, of an effect that refused what it was given.
    """

    code = "incident"

    def __init__(self, element: str | None, reason: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{element}: {reason}" if element else reason)
        self.element = element
        self.reason = reason
        self.fields = dict(fields or {})
        self.happened: tuple[Any, ...] = ()  # the engine's events up to there, which the step then undid
        self.attempt: object = None  # what was attempted, for whoever keeps the incident


class BadCredentials(MutasiError):
    """The name or the password is wrong; which of the two is not said."""

    code = "bad_credentials"


class TooManyAttempts(MutasiError):
    """Throttled; `retry_after` is in seconds."""

    code = "too_many_attempts"

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class NotReady(MutasiError):
    """This installation lacks something for it; the message says what, and how to get it."""

    code = "not_ready"
