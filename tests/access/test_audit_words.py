"""The audit log as people read it: names as they are typed, and every line in the reader's language."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from sqlalchemy import select

import service
from service.db.cases import CaseEvent
from service.operations import accounts, second_factor
from service.operations.recording import write_event
from service.web.admin import details, words
from service.wiring import Services
from tests.asking import Asking
from tests.world import World

WRITING = {"_log", "_note", "_write", "event_row", "log", "record", "write", "write_event"}
"""The functions by which lines come into the log."""


def test_the_audit_takes_a_name_as_it_is_typed(asking: Asking, services: Services, world: World) -> None:
    with services.action(world.joko) as action:
        accounts.grant(action, "gita", "tpk")
        accounts.create(action, "ani.dua", "Ani Kedua")
    joko = asking.as_person("joko")
    typed = joko.get("/admin/audit", query_string={"who_text": "Joko", "kind": "role_granted"})
    assert (typed.status_code, "Peran diberikan" in typed.text) == (200, True)
    unknown = joko.get("/admin/audit", query_string={"who_text": "Antah", "case": "MUT-1"})
    assert unknown.status_code == 422
    assert "Tidak ada akun Antah." in unknown.text
    assert 'value="MUT-1"' in unknown.text, "the other filters stay"
    several = joko.get("/admin/audit", query_string={"for_text": "an"})
    assert "Beberapa orang cocok" in several.text


def test_the_log_is_said_in_the_readers_language(asking: Asking, services: Services, world: World) -> None:
    with services.action(world.joko) as action:
        second_factor.require(action, ["tpk", "ppk"])
        for kind, data in (
            ("task_extended", {"from": "2026-09-23T09:00:00+00:00", "to": None, "reason": "Data terlambat."}),
            ("correction_asked", {"request": "x", "kind": "employee", "field": "domisili"}),
            ("sign_in_refused", {"address": "192.0.2.1", "reason": "the state is too old"}),
            ("signed_in", {"method": "password"}),
            ("letter_signed", {"slots": ["paraf", "ttd"], "sha256": "07df"}),
            (
                "holidays_changed",
                {"removed": ["2026-12-31 off Hari jadi", "2026-12-24 worked Natal"], "working_days": 1},
            ),
        ):
            write_event(action, kind, data=data)
    joko = asking.as_person("joko")
    page = re.sub(r"<[^>]+>", "|", joko.get("/admin/audit?lang=id").text)
    for said in (
        "Dari: Rabu, 23 September 2026 16:00 WIB",
        "Data: Profil: Domisili",
        "Alasan: tanda permintaannya terlalu lama",
        "Cara: kata sandi",
        "Tanda tangan: paraf, tanda tangan",
        "Dihapus: 31 Des 2026 Hari jadi, 24 Des 2026 Natal (Masuk kerja)",
        "Hari kerja: 1",
    ):
        assert f"|{said}|" in page, said
    assert "07df" not in page, "what only a program can follow is on the line's own page"
    with services.reading() as action:
        lines = dict(action.session.execute(select(CaseEvent.kind, CaseEvent.id)).all())
    said = joko.get(f"/admin/audit/{lines['second_factor_required']}?lang=en").text
    assert "<dt>After</dt><dd>Appointing authority, Performance appraisal team</dd>" in said
    assert "07df" in joko.get(f"/admin/audit/{lines['letter_signed']}").text


def test_every_kind_of_line_and_every_key_has_words() -> None:
    kinds, keys = set[str](), set[str]()
    for path in Path(service.__file__).parent.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call):
                continue
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            if name in WRITING:
                said = [part for part in call.args[:3] if isinstance(part, ast.Constant)]
                kinds |= {part.value for part in said if isinstance(part.value, str)}
                held = [part.value for part in call.keywords if part.arg == "data"] + call.args[3:]
                keys |= {
                    key.value
                    for part in held
                    if isinstance(part, ast.Dict)
                    for key in part.keys
                    if isinstance(key, ast.Constant)
                }
    assert {kind for kind in kinds if "_" in kind} - set(words.KINDS) == set()
    assert keys - set(details.LABELS) == set()
