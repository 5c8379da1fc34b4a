"""What service tasks do to a small town: need, ranking, rules, decree, move and reviews."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import event, func, select

from service.db.accounts import Account, Grant
from service.db.cases import Case
from service.db.definitions import Definition, DefinitionFile, DefinitionVersion, SourceContent
from service.db.people import Employee, EmployeeDocument, PositionHistory, RecordChange, Unit
from service.domain.ids import new_id
from service.engine.steps import SourceFile
from service.operations.action import Action
from service.operations.effects import EFFECTS
from service.settings import shipped
from service.wiring import Services
from tests.operations import city
from tests.operations.city import GITA, HANA, INDRA, JOKO, NOW

Data = dict[str, Any]


def open_case(action: Action, **more: Any) -> Case:
    """A running case of a definition that has no files."""
    session = action.session
    if session.get(Definition, "transfer_lifecycle") is None:
        session.add(Definition(key="transfer_lifecycle", name="Siklus mutasi", latest=1))
        session.flush()
    version = DefinitionVersion(
        id=new_id(), key="transfer_lifecycle", name="Siklus", version=1, digest="0" * 64, deployed_at=NOW
    )
    known = session.scalar(select(DefinitionVersion).where(DefinitionVersion.key == "transfer_lifecycle"))
    if known is None:
        session.add(version)
        session.flush()
    case = Case(
        id=new_id(),
        number=f"MUT-2026-{session.scalar(select(func.count()).select_from(Case)) or 0:04d}",
        definition_key="transfer_lifecycle",
        definition_version_id=(known or version).id,
        title="Siklus mutasi",
        status="running",
        started_at=NOW,
        changed_at=NOW,
        snapshot=b"",
        **more,
    )
    session.add(case)
    session.flush()
    return case


def run(action: Action, case: Case, data: Data, *effects: str) -> Data:
    """Run effects one after the other on the case's data."""
    for effect in effects:
        data = {**data, **EFFECTS[effect](action, case, data)}
    return data


def planned(action: Action, case: Case, **more: Any) -> Data:
    """A case for the nurses of U1 with Gita chosen."""
    return run(
        action, case, {"jabatan_tujuan": "J1", "calon_nip": GITA, **more}, "tetapkan_calon", "periksa_aturan"
    )


def rule(data: Mapping[str, Any], id_: str) -> Mapping[str, Any]:
    return next(entry for entry in data["aturan"] if entry["id"] == id_)


def test_a_case_is_prepared_with_the_units_that_carry_least_and_most(town: Services) -> None:
    with town.action(now=NOW) as action:
        case = open_case(action)
        data = run(action, case, {"unit_tujuan": "U1"}, "siapkan_kasus")
    assert data["nomor_kasus"] == case.number
    assert (data["periode"], data["jenis_mutasi"], data["wke_menit"]) == ("2026", "M1", 75_000)
    assert (data["unit_tujuan"], data["jabatan_tujuan"]) == ("U1", None)
    assert [unit["unit"] for unit in data["survei"]] == ["U1", "U2", "U3"]
    assert data["survei"][0] == {"unit": "U1", "nama": "Puskesmas Plaju", "kepala_nip": city.HEAD_OF_TARGET}


def test_a_request_in_words_is_looked_up(town: Services) -> None:
    with town.action(now=NOW) as action:
        case = open_case(action)
        asked = {
            "unit_tujuan": "puskesmas plaju ",
            "jabatan_tujuan": "Perawat",
            "pegawai_nip": GITA,
            "jenis_mutasi": "M7",
        }
        data = run(action, case, asked, "siapkan_kasus")
        unknown = run(
            action,
            open_case(action),
            {"unit_tujuan": "Dinas Khayalan", "pegawai_nip": "0" * 18},
            "siapkan_kasus",
        )
    assert (data["unit_tujuan"], data["jabatan_tujuan"], data["pegawai_nip"]) == ("U1", "J1", GITA)
    assert (case.subject_nip, case.transfer_kind, case.target_unit) == (GITA, "M7", "U1")
    assert (unknown["unit_tujuan"], unknown["pegawai_nip"]) == (None, None)
    assert unknown["tujuan_permohonan"] == "Dinas Khayalan"


def test_needs_are_listed_worst_first_with_what_is_missing(town: Services) -> None:
    with town.action(now=NOW) as action:
        data = run(action, open_case(action), {}, "hitung_kebutuhan")
        narrowed = run(action, open_case(action), {"unit_tujuan": "U0"}, "hitung_kebutuhan")
        wanted = run(
            action, open_case(action), {"unit_tujuan": "U1", "jabatan_tujuan": "S1"}, "hitung_kebutuhan"
        )
    first = data["kebutuhan"][0]
    assert first["jabatan_id"] == "J1"
    assert (first["formasi"], first["bezetting"], first["kebutuhan"], first["gap"]) == (5, 0, 4.6, -4.6)
    assert first["pengaduan_6_bulan"] == 20 + 5 * 4
    assert data["pilihan_kebutuhan"][0] == {
        "label": "Perawat, Puskesmas Plaju (kurang 4,6)",
        "label_en": "Perawat, Puskesmas Plaju (4.6 short)",
        "value": "J1",
    }
    assert [need["jabatan_id"] for need in narrowed["kebutuhan"]][:2] == ["J1", "S1"]
    assert wanted["kebutuhan"][0]["jabatan_id"] == "S1"


def test_profiles_show_strengths_and_whom_to_ask(town: Services) -> None:
    with town.action(now=NOW) as action:
        data = run(action, open_case(action), {"jabatan_tujuan": "J1"}, "petakan_kompetensi")
    assert data["jabatan_dituju"]["eselon"] == "99"
    assert [profile["nip"] for profile in data["profil_talenta"]] == [GITA, HANA]
    gita, hana = data["profil_talenta"]
    assert (gita["jpm"], gita["kotak"], gita["predikat"], gita["kelemahan"]) == (100.0, 9, [1, 1], [])
    assert (hana["kelemahan"], hana["kelemahan_en"]) == (["Pelayanan publik"], ["Public service"])
    assert data["responden"][0] == {"nip": GITA, "nama": "Gita"}


def test_the_ranking_explains_itself_and_leaves_out_who_misses_a_mandatory_competency(town: Services) -> None:
    with town.action(now=NOW) as action:
        data = run(action, open_case(action), {"jabatan_tujuan": "J1"}, "peringkat_calon")
    assert [entry["nip"] for entry in data["peringkat"]] == [GITA, HANA]
    assert INDRA not in {choice["value"] for choice in data["pilihan_calon"]}
    best = data["peringkat"][0]
    assert len(best["rincian"]) == 8
    assert best["skor"] == pytest.approx(
        sum(part["bobot"] * (part["nilai"] or 0) for part in best["rincian"]) / 100, abs=0.1
    )
    assert all(part["alasan"] for part in best["rincian"])
    assert all(part["aspek_en"] and part["alasan_en"] for part in best["rincian"])
    assert all(entry["pesan_en"] for entry in data["peringkat"][1]["aturan"])
    assert {entry["id"] for entry in data["peringkat"][1]["aturan"]} >= {"R02"}


def test_an_answered_aspiration_moves_the_ranking(town: Services) -> None:
    with town.action(now=NOW) as action:
        case = open_case(action)
        before = run(action, case, {"jabatan_tujuan": "J1"}, "peringkat_calon")["peringkat"]
        answered = {
            "jabatan_tujuan": "J1",
            "aspirasi": [{"nip": HANA, "bersedia": "ya"}, {"nip": INDRA, "bersedia": None}],
        }
        after = run(action, case, answered, "peringkat_calon")["peringkat"]
    assert after[1]["skor"] > before[1]["skor"]


def test_an_own_request_ranks_the_applicant_alone(town: Services) -> None:
    with town.action(now=NOW) as action:
        asked = {"jabatan_tujuan": "J1", "pegawai_nip": INDRA, "jenis_mutasi": "M7"}
        data = run(action, open_case(action), asked, "peringkat_calon")
    assert [choice["value"] for choice in data["pilihan_calon"]] == [INDRA]


def test_nobody_is_proposed_whom_another_running_case_is_about(town: Services) -> None:
    with town.action(now=NOW) as action:
        other = open_case(action, subject_nip=GITA)
        case = open_case(action)
        while_running = run(action, case, {"jabatan_tujuan": "J1"}, "peringkat_calon")
        other.status = "cancelled"
        afterwards = run(action, case, {"jabatan_tujuan": "J1"}, "peringkat_calon")
    assert [entry["nip"] for entry in while_running["peringkat"]] == [HANA]
    assert [entry["nip"] for entry in afterwards["peringkat"]] == [GITA, HANA]


def test_a_blocked_candidate_comes_last(town: Services) -> None:
    with town.action(now=NOW) as action:
        decider = Account(id=new_id(), username="ppk", name="PPK", nip="196001011990011001", created_at=NOW)
        decider.grants = [Grant(id=new_id(), role="ppk")]
        action.session.add(decider)
        action.session.get_one(Employee, GITA).pasangan_nip = "196001011990011001"
        data = run(action, open_case(action), {"jabatan_tujuan": "J1"}, "peringkat_calon")
    assert [entry["nip"] for entry in data["peringkat"]] == [HANA, GITA]
    assert ("R16", "gagal") in {(entry["id"], entry["hasil"]) for entry in data["peringkat"][1]["aturan"]}


def test_the_choice_files_the_case_without_telling_the_name(town: Services) -> None:
    with town.action(now=NOW) as action:
        case = open_case(action)
        data = run(action, case, {"jabatan_tujuan": "J1", "calon_nip": GITA}, "tetapkan_calon")
    assert (case.subject_nip, case.origin_unit, case.target_unit, case.target_position) == (
        GITA,
        "U2",
        "U1",
        "J1",
    )
    assert "Gita" not in case.title
    assert data["calon"]["golongan"] == "III/c"
    assert data["asal"]["rasio_sebelum"] == pytest.approx(1 / 3, abs=0.001)
    assert data["asal"]["rasio_sesudah"] == pytest.approx(1 / 2, abs=0.001)
    assert data["tujuan"]["rasio_sesudah"] < data["tujuan"]["rasio_sebelum"]
    assert [party["peran"] for party in data["pihak"]] == ["unit_asal", "unit_penerima", "pegawai"]
    assert [party["nip"] for party in data["pihak"]] == [city.HEAD_OF_ORIGIN, city.HEAD_OF_TARGET, GITA]


def test_a_move_within_a_unit_consults_one_head(town: Services) -> None:
    with town.action(now=NOW) as action:
        data = run(action, open_case(action), {"jabatan_tujuan": "S1", "calon_nip": JOKO}, "tetapkan_calon")
    assert [party["peran"] for party in data["pihak"]] == ["unit_penerima", "pegawai"]
    assert data["asal"]["rasio_sebelum"] == data["asal"]["rasio_sesudah"]


def test_all_rules_are_checked_in_order_and_say_what_is_missing(town: Services) -> None:
    with town.action(now=NOW) as action:
        data = planned(action, open_case(action))
    assert [entry["id"] for entry in data["aturan"]] == [f"R{number:02d}" for number in range(1, 23)]
    assert (data["terblokir"], data["perlu_alasan"], data["perlu_izin_mendagri"]) == (False, False, False)
    assert rule(data, "R02")["hasil"] == "lulus"
    assert rule(data, "R02")["masukan"]["Masa jabatan (bulan)"] == 80
    assert rule(data, "R02")["masukan_en"]["Masa jabatan (bulan)"] == "Months in the post"
    assert rule(data, "R03")["hasil"] == "peringatan"
    assert rule(data, "R07")["pesan"].startswith("Data belum ada")
    assert rule(data, "R08")["hasil"] == "lulus"
    assert rule(data, "R09")["hasil"] == "lulus"
    assert rule(data, "R20")["pesan"] == "3 dokumen wajib belum dilampirkan."
    assert rule(data, "R20")["pesan_en"] == "Required documents not attached yet: 3."
    assert data["kejelasan"].startswith("Peringatan: R03")
    assert data["kejelasan_en"].startswith("Warnings: R03")


def test_a_short_tenure_needs_a_reason_until_it_is_given(town: Services) -> None:
    with town.action(now=NOW) as action:
        case = open_case(action)
        without = planned(action, case, calon_nip=HANA)
        given = planned(action, case, calon_nip=HANA, alasan_khusus="Wabah: perawat dibutuhkan segera.")
    assert (without["perlu_alasan"], without["terblokir"]) == (True, False)
    assert given["perlu_alasan"] is False


def test_election_window_and_new_head_need_a_permit(town: Services) -> None:
    with town.action(now=datetime(2024, 10, 1, 3, 0, tzinfo=UTC)) as action:
        data = run(
            action,
            open_case(action),
            {"jabatan_tujuan": "S1", "calon_nip": JOKO},
            "tetapkan_calon",
            "periksa_aturan",
        )
        permitted = run(
            action,
            open_case(action),
            {**data, "jenis_izin": "mendagri", "hasil_izin": "disetujui"},
            "periksa_aturan",
        )
    assert data["perlu_izin_mendagri"] is True
    assert rule(data, "R13")["hasil"] == "perlu_izin"
    assert permitted["perlu_izin_mendagri"] is False


def test_documents_of_the_employee_and_of_the_case_count(town: Services) -> None:
    with town.action(now=NOW) as action:
        for kind in ("sk_pangkat", "skp"):
            action.session.add(EmployeeDocument(nip=GITA, jenis=kind, nomor="1", tgl=date(2026, 1, 1)))
        action.session.add(
            EmployeeDocument(
                nip=GITA, jenis="bebas_temuan", nomor="2", tgl=date(2026, 9, 1), status="terverifikasi"
            )
        )
        data = planned(action, open_case(action))
        complete = planned(action, open_case(action), dokumen=["sk_jabatan"])
    assert rule(data, "R07")["hasil"] == "lulus"
    assert rule(data, "R20")["pesan"] == "1 dokumen wajib belum dilampirkan."
    assert rule(complete, "R20")["hasil"] == "lulus"


def test_the_decree_is_recorded_and_the_baseline_frozen(town: Services) -> None:
    with town.action(now=NOW) as action:
        case = open_case(action)
        signed = {"sk_nomor": "800.1.3.3/048/2026", "sk_tgl": "2026-11-23", "sk_tmt": "2026-12-01"}
        data = run(action, case, {**planned(action, case), **signed}, "catat_sk")
    assert data["sk"] == {"nomor": "800.1.3.3/048/2026", "tgl": "2026-11-23", "tmt": "2026-12-01"}
    assert case.decided_at == NOW
    assert case.effective_on == datetime(2026, 11, 30, 17, 0, tzinfo=UTC)
    baseline = data["baseline"]
    assert baseline["tujuan"] == {"unit": "U1", "rasio": 4.6, "pengaduan_6_bulan": 40}
    assert (baseline["asal"]["pengaduan_6_bulan"], baseline["predikat"]) == (5, 1)
    assert baseline["cv_rasio"] > 0


def test_the_move_is_written_once_with_its_history(town: Services) -> None:
    with town.action(now=NOW) as action:
        case = open_case(action)
        decree = {"sk": {"nomor": "800/1", "tgl": "2026-11-23", "tmt": "2026-12-01"}, "tgl_pelantikan": None}
        data = {**planned(action, case), **decree}
        first = run(action, case, data, "perbarui_riwayat")
        second = run(action, case, data, "perbarui_riwayat")
    assert first["riwayat_id"] == second["riwayat_id"]
    with town.reading() as action:
        gita = action.session.get_one(Employee, GITA)
        entries = action.session.scalars(
            select(PositionHistory).where(PositionHistory.nip == GITA).order_by(PositionHistory.tmt)
        ).all()
        change = action.session.scalars(select(RecordChange)).one()
    assert (gita.unor_id, gita.jabatan_id, gita.tmt_jabatan) == ("U1", "J1", date(2026, 12, 1))
    assert [(entry.jabatan_id, entry.tmt, entry.berakhir) for entry in entries] == [
        ("J2", date(2020, 3, 1), date(2026, 11, 30)),
        ("J1", date(2026, 12, 1), None),
    ]
    assert entries[1].case_id == case.id
    assert change.changes == {
        "unor_id": ["U2", "U1"],
        "jabatan_id": ["J2", "J1"],
        "tmt_jabatan": ["2020-03-01", "2026-12-01"],
    }


def test_a_post_that_leads_a_unit_changes_its_head(town: Services) -> None:
    with town.action(now=NOW) as action:
        action.session.get_one(Unit, "U2").kepala_nip = GITA
        case = open_case(action)
        data = run(action, case, {"jabatan_tujuan": "K1", "calon_nip": GITA}, "tetapkan_calon")
        run(action, case, {**data, "sk": {"tmt": "2026-12-01"}}, "perbarui_riwayat")
    with town.reading() as action:
        assert action.session.get_one(Unit, "U1").kepala_nip == GITA
        assert action.session.get_one(Unit, "U2").kepala_nip is None


def test_reviews_compare_with_the_baseline(town: Services) -> None:
    with town.action(now=NOW) as action:
        case = open_case(action)
        data = run(
            action, case, {**planned(action, case), "sk_tmt": "2026-12-01"}, "catat_sk", "perbarui_riwayat"
        )
        for month in range(12, 18):
            city.complaints(action.session, "U1", date(2026 + (month - 1) // 12, (month - 1) % 12 + 1, 1), 2)
    with town.action(now=datetime(2027, 6, 1, 3, 0, tzinfo=UTC)) as action:
        case = action.session.get_one(Case, case.id)
        measured = run(action, case, {**data, "bulan": 6}, "hitung_evaluasi")["ukuran"]
    assert measured["bulan"] == 6
    assert (measured["pengaduan_tujuan"], measured["predikat"]) == (12, 1)
    compared = {entry["kunci"]: entry for entry in measured["dibanding"]}
    assert compared["pengaduan_tujuan"]["perubahan"] == -28
    assert compared["pengaduan_tujuan"]["tercapai"] is True
    assert (compared["rasio_tujuan"]["sebelum"], compared["rasio_tujuan"]["sesudah"]) == (4.6, 2.3)
    assert 0 <= measured["capaian_persen"] <= 100


def test_an_upheld_objection_withdraws_the_decree(town: Services) -> None:
    with town.action(now=NOW) as action:
        case = open_case(action)
        data = run(action, case, {**planned(action, case), "sk_nomor": "800/1"}, "catat_sk", "batalkan_sk")
    assert (case.decided_at, case.effective_on, case.outcome) == (None, None, "sk_dicabut")
    assert (data["sk"], data["sk_dicabut"]["nomor"]) == (None, "800/1")


@pytest.mark.parametrize(("given", "outcome"), [("target_tercapai", "target_tercapai"), (None, "selesai")])
def test_closing_names_the_outcome(town: Services, given: str | None, outcome: str) -> None:
    with town.action(now=NOW) as action:
        case = open_case(action)
        run(action, case, {"hasil_akhir": given}, "tutup_kasus")
    assert case.outcome == outcome


@pytest.mark.parametrize("effect", EFFECTS)
def test_a_stage_started_alone_needs_nothing(services: Services, effect: str) -> None:
    with services.action(now=NOW) as action:
        answers = EFFECTS[effect](action, open_case(action), {})
    assert isinstance(answers, Mapping)


def test_effects_do_not_ask_the_database_once_per_candidate(town: Services) -> None:
    def statements(people: int) -> int:
        with town.action(now=NOW) as action:
            for number in range(people):
                nip = f"199001012015011{people}{number:02d}"
                action.session.add(city.employee(nip, f"Perawat {number}", "J2", "U2", date(2022, 1, 1)))
            case = open_case(action)
            action.session.flush()
            with counted(action) as count:
                run(action, case, {"jabatan_tujuan": "J1"}, "peringkat_calon")
        return count()

    assert statements(2) == statements(9)


@contextmanager
def counted(action: Action) -> Iterator[Callable[[], int]]:
    """How many statements the block sent."""
    seen: list[str] = []
    bind = action.session.get_bind()

    def notice(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        seen.append(statement)

    event.listen(bind, "before_cursor_execute", notice)
    try:
        yield lambda: len(seen)
    finally:
        event.remove(bind, "before_cursor_execute", notice)


def with_own_table(action: Action, name: str, content: bytes) -> Case:
    """A case of a version that brought this decision table with it."""
    case, own = open_case(action), SourceFile(name, content)
    action.session.add(SourceContent(sha256=own.sha256, content=own.content))
    action.session.flush()
    action.session.add(
        DefinitionFile(version_id=case.definition_version_id, name=own.name, sha256=own.sha256)
    )
    return case


def shipped_table(name: str) -> bytes:
    return (shipped("workflows") / name).read_bytes()


def test_a_case_keeps_the_rules_of_its_own_version(town: Services) -> None:
    """A process owner changes a number in the table; only cases of that version follow it."""
    content = shipped_table("aturan_mutasi.dmn")
    changed = content.replace(b"<text>&gt;= 24</text>", b"<text>&gt;= 99</text>")
    with town.action(now=NOW) as action:
        data = planned(action, with_own_table(action, "aturan_mutasi.dmn", changed))
    assert rule(data, "R02")["hasil"] != "lulus"


@pytest.mark.parametrize("name", ["aturan_mutasi.dmn", "bobot_penempatan.dmn"])
def test_a_table_of_ones_own_need_not_speak_english(town: Services, name: str) -> None:
    """A city's own tables have no English columns: what they say is then said in Indonesian only."""
    content = re.sub(rb'<output(Entry)? id="\w+_en".*\n', b"", shipped_table(name))
    content = re.sub(rb' mutasi:labelEn="[^"]*"', b"", content)
    with town.action(now=NOW) as action:
        case = with_own_table(action, name, content)
        data = run(action, case, planned(action, case), "peringkat_calon")
    said, part = rule(data, "R02"), data["peringkat"][0]["rincian"][0]
    assert (bool(said["pesan"]), bool(part["aspek"])) == (True, True)
    rules_speak = name != "aturan_mutasi.dmn"
    assert (bool(said["pesan_en"]), bool(said["masukan_en"])) == (rules_speak, rules_speak)
    assert bool(part["aspek_en"]) is not rules_speak
