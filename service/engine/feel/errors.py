"""What can be wrong with an expression."""

from __future__ import annotations

from service.domain.wording import Message

NESTED = Message("nested too deeply")


class FeelError(Exception):
    """An expression that cannot be evaluated: the reason, and where in its text (offset), when known."""

    def __init__(self, message: str, position: int | None = None) -> None:
        super().__init__(message, position)
        self.position = position

    @property
    def message(self) -> Message:
        """The reason; made a Message only now, as most errors of an evaluation are read by nobody."""
        reason: str = self.args[0]
        return reason if isinstance(reason, Message) else Message(reason)

    def __str__(self) -> str:
        return str(self.located)

    @property
    def located(self) -> Message:
        """The reason with its place."""
        if self.position is None:
            return self.message
        return Message("%(problem)s (at character %(place)s)", problem=self.message, place=self.position + 1)


class FeelSyntaxError(FeelError):
    """A text that is not a FEEL expression. Its writer is told, in the reader's language."""

    def __init__(self, message: Message, position: int | None = None) -> None:
        super().__init__(message, position)


class BudgetExceeded(FeelError):
    """The expression costs more steps or memory than it may."""


def unexpected(text: str, position: int) -> FeelSyntaxError:
    """The error where a text stands that cannot stand there."""
    return FeelSyntaxError(Message("unexpected %(text)s", text=repr(text)), position)
