"""What an administrator of the sample city has set already: a day off of its own, and what a group gives."""

from __future__ import annotations

from datetime import date

from service.db.administration import GroupRole, OwnDay
from service.domain.ids import new_id
from service.operations import administered
from service.operations.action import Action


def fill(action: Action) -> None:
    """Write it. The day lies in the next year: no deadline of the sample cases depends on it."""
    day = date(action.now.year + 1, 6, 17)
    action.session.add_all(
        [
            OwnDay(
                day=day,
                kind="off",
                name="Hari jadi kota",
                note="Peraturan Wali Kota",
                source="",
                added_at=action.now,
            ),
            GroupRole(id=new_id(), group_name="/bkpsdm/analis", role="analis_sdm"),
        ]
    )
    administered.touch(action.session)
