"""Whether a letter is genuine, for anybody who holds its code. Guessing codes and numbers is slowed down."""

from __future__ import annotations

from service.db.queries import letters as queries
from service.domain.letters import same_number
from service.operations import signing_in
from service.operations.action import Action

GENUINE, WITHDRAWN, UNKNOWN = "genuine", "withdrawn", "unknown"


def check(action: Action, code: str, address: str) -> str:
    """What may be said about a code: genuine, withdrawn or unknown. Raises TooManyAttempts for an address that has
    guessed too much."""
    signing_in.check_guesses(action, _asked(address), action.settings.verify_attempts)
    return queries.check(action.session, code).verdict


def has_number(action: Action, code: str, number: str, address: str) -> bool:
    """Whether the genuine letter of this code bears this number: a code can be copied to another letter.

    Raises TooManyAttempts for an address that has tried too many numbers with this code. Others may go on: nobody can
    keep a letter's readers from comparing.
    """
    signing_in.check_guesses(action, _compared(code, address))
    found = queries.check(action.session, code)
    return found.verdict == GENUINE and same_number(found.number, number)


def note_unknown(action: Action, address: str) -> None:
    """Count an unknown code against the address; forgotten with the failed sign-ins."""
    signing_in.note_guess(action, _asked(address))


def note_other_number(action: Action, code: str, address: str) -> None:
    """Count a number that is not the letter's. The number itself is kept nowhere."""
    note_unknown(action, address)
    signing_in.note_guess(action, _compared(code, address))


def _asked(address: str) -> str:
    return f"verify@{address[:64]}"


def _compared(code: str, address: str) -> str:
    return f"number:{code[:64]}@{address[:64]}"
