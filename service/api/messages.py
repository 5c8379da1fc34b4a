"""Messages from other programs."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from service.api.common import Problem, Strict, once, part
from service.operations import messages

blueprint = part("messages")


class MessageBody(Strict):
    """A message: its name in the diagram, which case is meant, and what it says."""

    name: str = Field(min_length=1, max_length=255, examples=["izin_eksternal"])
    correlation: str | None = Field(None, max_length=255, examples=["MUT-2026-000123"])
    data: dict[str, Any] = Field(
        default_factory=dict, examples=[{"nomor_izin": "123", "hasil_izin": "disetujui"}]
    )


class Delivered(BaseModel):
    """The cases that took the message, or began with it."""

    cases: list[str]


@blueprint.post("/messages", responses={200: Delivered, 404: Problem})
def send(body: MessageBody) -> Any:
    """Hand a message to the case that waits for it, or begin a case with it."""
    return once(
        200,
        lambda action: {
            "cases": [str(case) for case in messages.send(action, body.name, body.correlation, body.data)]
        },
    )
