"""What people are told, in English, such that the pages can say it in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Message(str):
    """A sentence with values in it. `msgid` and `values` let the pages translate it: gettext(msgid) % values."""

    msgid: str
    values: Mapping[str, Any]

    def __new__(cls, msgid: str, **values: Any) -> Message:
        message = super().__new__(cls, msgid % values if values else msgid)
        message.msgid = msgid
        message.values = values
        return message

    def packed(self) -> list[Any]:
        """As JSON: [msgid, values], values that are messages in the same way."""
        values = {
            name: value.packed() if isinstance(value, Message) else str(value)
            for name, value in self.values.items()
        }
        return [self.msgid, values]

    @classmethod
    def unpacked(cls, packed: list[Any]) -> Message:
        """What `packed` made."""
        msgid, values = packed
        return cls(
            msgid,
            **{
                name: cls.unpacked(value) if isinstance(value, list) else value
                for name, value in values.items()
            },
        )


def N_(msgid: str) -> str:
    """Marks a message for translation without translating it."""
    return msgid
