"""Sample talk: what people say about some sample cases, and what they were told, read and unread."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import delete, select, update

from service.db.accounts import Account
from service.db.cases import Case, DueWork, Task
from service.db.notices import Notice
from service.db.queries.comments import Readers
from service.domain.errors import Invalid
from service.operations import comments, notices, telling
from service.operations.accounts import actor_of, named
from service.operations.action import Action

TALKED_ABOUT = 3
READ_BEFORE = timedelta(days=5)
THREADS = (
    (
        (
            52,
            "ani.analis",
            "workers",
            "Beban unit penerima sudah saya hitung ulang dengan data pengaduan bulan lalu.",
        ),
        (
            50,
            "citra.bkpsdm",
            "workers",
            "@ani.analis terima kasih. Apakah formasi jabatannya sudah terbuka di e-formasi?",
        ),
        (
            28,
            "ani.analis",
            "workers",
            "Sudah. Dasarnya https://peraturan.bpk.go.id/ (Permen PANRB tentang formasi).",
        ),
        (
            3,
            "dewi.tpk",
            "workers",
            "@ani.analis @citra.bkpsdm mohon lengkapi nilai kompetensi sebelum sidang Kamis.",
        ),
    ),
    (
        (30, "hadi.manajer", "everyone", "Kasus ini sudah lama pada tahap ini. Ada kendala?"),
        (26, "ani.analis", "everyone", "@hadi.manajer menunggu jawaban unit, sudah saya hubungi kembali."),
    ),
    ((8, "eko.sekda", "workers", "@ani.analis tolong siapkan ringkasan untuk rapat besok."),),
)
"""Per case: hours ago, who, for whom, what."""


def fill(action: Action) -> int:
    """Let people talk about running cases that they see; answers how many comments there are."""
    _tell_of_open_tasks(action)
    running = select(Case.id).where(Case.status == "running").order_by(Case.changed_at.desc(), Case.id)
    found = action.session.scalars(running.limit(TALKED_ABOUT)).all()
    said = [(*words, case_id) for case_id, thread in zip(found, THREADS, strict=False) for words in thread]
    written = sum(_say(action, *words) for words in sorted(said, reverse=True))
    _remind(action)
    action.session.execute(
        update(Notice)
        .where(Notice.created_at < action.now - READ_BEFORE)
        .values(read_at=action.now)
        .execution_options(synchronize_session=False)
    )
    return written


def _say(action: Action, hours: int, username: str, audience: str, body: str, case_id: uuid.UUID) -> int:
    account = action.session.scalar(select(Account).where(Account.username == username))
    if account is None:
        return 0
    speaking = replace(action, actor=actor_of(action, account), now=action.now - timedelta(hours=hours))
    case = action.session.get_one(Case, case_id)
    if not Readers(action.session, case).sees(speaking.actor):
        return 0
    try:
        comments.write(speaking, case.id, body, audience=audience)
    except Invalid:  # somebody named is not of this city's cast, or may not see this case
        return 0
    return 1


def _remind(action: Action) -> None:
    """The manager has reminded of what is latest."""
    late = select(Task.id).where(Task.state == "open", Task.due_order < action.now).order_by(Task.due_order)
    task_id = action.session.scalar(late.limit(1))
    if task_id is not None:
        hadi = actor_of(action, named(action.session, "hadi.manajer"))
        notices.remind(replace(action, actor=hadi), task_id, "Mohon diselesaikan minggu ini.")


def _tell_of_open_tasks(action: Action) -> None:
    """What the sample's past has left to tell: of tasks that are open still, and what cases came to."""
    still = set(map(str, action.session.scalars(select(Task.id).where(Task.state == "open"))))
    waiting = action.session.scalars(select(DueWork).where(DueWork.kind == notices.TELL)).all()
    for row in waiting:
        if row.payload["kind"] != "opened" or row.payload["task"] in still:
            telling.tell(action, row)
    action.session.flush()
    action.session.execute(
        delete(DueWork).where(DueWork.kind == notices.TELL).execution_options(synchronize_session=False)
    )
