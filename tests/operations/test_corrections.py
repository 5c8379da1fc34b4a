"""Corrections: asked by the employee of their own data, answered by somebody else in time, with the history kept."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from service.db.corrections import CorrectionRequest
from service.db.people import Employee, Performance, RecordChange, Talent
from service.domain.access import Actor
from service.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from service.operations import corrections, documents, exporting_own
from service.wiring import Services
from tests.operations.test_wishes import actor, city, gita  # noqa: F401 - fixtures


@pytest.fixture
def ani(city: Services) -> Actor:  # noqa: F811
    return actor(city, "ani.analis")


def clear(services: Services) -> None:
    with services.action() as action:
        for request in action.session.scalars(select(CorrectionRequest)):
            action.session.delete(request)


def year_of(services: Services, nip: str | None) -> int:
    with services.reading() as action:
        found = action.session.scalar(
            select(Performance.tahun).where(Performance.nip == nip).order_by(Performance.tahun.desc())
        )
    assert found is not None
    return found


def test_an_accepted_correction_changes_the_datum_and_leaves_its_history(
    city: Services,  # noqa: F811
    gita: Actor,  # noqa: F811
    ani: Actor,
) -> None:
    clear(city)
    assert gita.nip is not None
    with city.action(gita) as action:
        asked = corrections.ask(
            action, "employee", gita.nip, "jurusan", "Ilmu Administrasi Negara, lihat ijazah"
        )
        assert asked.due_at - action.now == timedelta(hours=72)
        request = asked.id
    with pytest.raises(Conflict), city.action(gita) as action:
        corrections.ask(action, "employee", gita.nip, "jurusan", "Sekali lagi")
    with city.action(ani) as action:
        corrections.accept(action, request, "Ilmu Administrasi Negara", "Sudah diperbaiki")
    with city.reading() as action:
        assert action.session.get_one(Employee, gita.nip).jurusan == "Ilmu Administrasi Negara"
        change = action.session.scalars(
            select(RecordChange).where(RecordChange.source == f"koreksi {request}")
        ).one()
        assert (change.actor_name, change.changes["jurusan"][1]) == (ani.name, "Ilmu Administrasi Negara")
        row = action.session.get_one(CorrectionRequest, request)
        assert (row.state, row.answer, row.answered_by) == ("accepted", "Sudah diperbaiki", ani.id)
    with pytest.raises(Conflict), city.action(ani) as action:
        corrections.decline(action, request, "Terlambat")


def test_a_declined_one_leaves_the_datum_and_says_why(city: Services, gita: Actor, ani: Actor) -> None:  # noqa: F811
    clear(city)
    year = year_of(city, gita.nip)
    with city.action(gita) as action:
        asked = corrections.ask(action, "performance", f"{gita.nip}|{year}", "predikat", "Sangat Baik").id
        before = action.session.get_one(Performance, (gita.nip, year)).predikat
    with pytest.raises(Invalid), city.action(ani) as action:
        corrections.decline(action, asked, " ")
    with city.action(ani) as action:
        corrections.decline(action, asked, "SKP yang ditandatangani menyebut Baik.")
    with city.reading() as action:
        assert action.session.get_one(Performance, (gita.nip, year)).predikat == before


def test_values_are_checked_like_the_data_themselves(city: Services, gita: Actor, ani: Actor) -> None:  # noqa: F811
    clear(city)
    assert gita.nip is not None
    with city.action(gita) as action:
        born = corrections.ask(action, "employee", gita.nip, "tgl_lahir", "Salah tahun").id
        grade = corrections.ask(action, "employee", gita.nip, "golongan", "III/c").id
        post = corrections.ask(action, "employee", gita.nip, "jabatan_id", "Saya kepala").id
    for request, value in ((born, "kemarin"), (born, ""), (grade, "99")):
        with pytest.raises(Invalid) as refused, city.action(ani) as action:
            corrections.accept(action, request, value)
        assert "value" in refused.value.fields
    with pytest.raises(NotAllowed, match="decree"), city.action(ani) as action:
        corrections.accept(action, post, "kepala")


def test_the_talent_box_follows_its_axes(city: Services, gita: Actor, ani: Actor) -> None:  # noqa: F811
    clear(city)
    with city.action() as action:
        row = action.session.scalars(select(Talent).where(Talent.nip == gita.nip)).first()
        if row is None:
            row = Talent(nip=gita.nip, tahun=2025, kinerja=1, potensi=1, kotak=1)
            action.session.add(row)
        row.kinerja, row.potensi, row.kotak = 1, 1, 1
        key = f"{row.nip}|{row.tahun}"
    with city.action(gita) as action:
        asked = corrections.ask(action, "talent", key, "potensi", "Hasil asesmen: tinggi").id
    with city.action(ani) as action:
        changed = corrections.accept(action, asked, "3").changes
    assert changed == {"potensi": [1, 3], "kotak": [1, 6]}


def test_only_ones_own_data_and_never_ones_own_answer(city: Services, gita: Actor, ani: Actor) -> None:  # noqa: F811
    clear(city)
    assert gita.nip is not None
    budi = replace(actor(city, "budi.kepala"), permissions=frozenset({corrections.CORRECT}))
    assert budi.nip is not None
    for kind, key, field in (
        ("employee", budi.nip, "jurusan"),
        ("employee", gita.nip, "nik"),
        ("performance", f"{budi.nip}|2025", "predikat"),
        ("performance", "x", "predikat"),
        ("account", gita.nip, "name"),
    ):
        with pytest.raises(NotFound), city.action(gita) as action:
            corrections.ask(action, kind, key, field, "Salah")
    with city.action(budi) as action:
        own = corrections.ask(action, "employee", budi.nip, "jurusan", "Salah").id
    with pytest.raises(NotAllowed, match="himself"), city.action(budi) as action:
        corrections.accept(action, own, "Hukum")
    with pytest.raises(NotAllowed), city.action(gita) as action:
        corrections.accept(action, own, "Hukum")


def test_evidence_is_kept_and_checked(city: Services, gita: Actor) -> None:  # noqa: F811
    clear(city)
    with city.action(gita) as action:
        asked = corrections.ask(
            action,
            corrections.ANYTHING,
            "",
            "",
            "Sertifikat belum tercatat",
            ("s.pdf", io.BytesIO(b"%PDF-1.4 x")),
        )
        assert asked.evidence_type == "application/pdf"
        assert documents.kept_path(action, asked.evidence_sha256 or "").read_bytes() == b"%PDF-1.4 x"
    clear(city)
    with pytest.raises(Invalid), city.action(gita) as action:
        corrections.ask(action, corrections.ANYTHING, "", "", "x", ("s.html", io.BytesIO(b"<script>")))


def test_the_export_holds_every_table_about_the_employee_and_nobody_else(
    city: Services,  # noqa: F811
    gita: Actor,  # noqa: F811
) -> None:
    with city.action(gita) as action:
        found = exporting_own.export(action)
    assert set(exporting_own.ABOUT) <= set(found)
    assert found["pegawai"][0]["nip"] == gita.nip
    rows = [row for name in exporting_own.ABOUT for row in found[name]]
    assert rows
    assert {row["nip"] for row in rows} == {gita.nip}
    with pytest.raises(NotAllowed), city.action(actor(city, "joko.admin")) as action:
        exporting_own.export(action)
