"""What the templates are told: taken from the case's data, the records and its log when the letter is issued."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from service.db.accounts import Account
from service.db.cases import Case, CaseEvent, Task
from service.db.people import Employee, Position
from service.domain.codes import pangkat_label
from service.domain.letters import LetterKind, LetterRules, Signatory, day_in_words
from service.operations.action import Action

OUTCOMES = {
    "lulus": "Dipenuhi",
    "gagal": "Tidak dipenuhi",
    "peringatan": "Dengan catatan",
    "perlu_izin": "Dengan izin",
    "tidak_berlaku": "Tidak berlaku",
}
PERMITS = {
    "mendagri": "izin tertulis Menteri Dalam Negeri",
    "bkn": "pertimbangan teknis Badan Kepegawaian Negara",
}
Data = Mapping[str, Any]


def context_of(
    action: Action, case: Case, data: Data, rules: LetterRules, kind: LetterKind, day: date | None
) -> dict[str, Any]:
    """The context that docs/process-owners.md describes, as plain JSON, without number and address.

    Nobody but the employee and those who sign is named. `day` is the letter's date; without one it is a draft's.
    """
    office = _office(action, rules)
    chosen, origin, target = (_mapping(data.get(name)) for name in ("calon", "asal", "tujuan"))
    position = action.session.get(Position, target.get("jabatan_id") or "")
    old = {
        "jabatan": chosen.get("jabatan"),
        "unit": origin.get("unit_nama") or chosen.get("unit_nama") or "–",
    }
    new: dict[str, Any] = {
        "jabatan": target.get("jabatan") or "–",
        "unit": target.get("unit_nama") or "–",
        "kelas": position.kelas if position else None,
        "jenis": position.jenis if position else None,
    }
    decree = _mapping(data.get("sk"))
    return {
        "kantor": office,
        "surat": {
            "jenis": kind.id,
            "judul": kind.label,
            "nomor": None,
            "tanggal": day.isoformat() if day else None,
            "draf": day is None,
            "uji": False,
            "tautan": None,
            "tembusan": [_copy(text, office, str(old["unit"]), str(new["unit"])) for text in kind.copies],
        },
        "pegawai": _employee(action, chosen),
        "lama": old,
        "baru": new,
        "tmt": decree.get("tmt") or data.get("sk_tmt"),
        "sk": {name: decree.get(name) for name in ("nomor", "tgl", "tmt")},
        "dasar": rules.law_on(day or action.calendar.local_date(action.now)),
        "memperhatikan": _considered(action, case, data),
        "alasan": [text for text in (data.get("alasan_rencana"), data.get("alasan_khusus")) if text],
        "beban": _loads(origin, target),
        "kriteria": _criteria(chosen.get("nip"), data),
        "skor": _ranked(chosen.get("nip"), data).get("skor"),
        "aturan": _rules(data),
        "alternatif": _alternatives(chosen.get("nip"), data),
        "keberatan": {
            "teks": data.get("keberatan_teks"),
            "putusan": data.get("putusan_keberatan"),
            "jawaban": data.get("jawaban_keberatan"),
        },
        "penanda_tangan": [_signer(action, case, office, slot) for slot in kind.signatories],
    }


def _employee(action: Action, chosen: Data) -> dict[str, Any]:
    known = action.session.get(Employee, chosen.get("nip") or "")
    return {
        "nama": chosen.get("nama") or "–",
        "nip": chosen.get("nip") or "–",
        "golongan": chosen.get("golongan"),
        "pangkat": pangkat_label(known.golongan) if known else chosen.get("golongan"),
    }


def signer_account(action: Action, case: Case, slot: Signatory) -> Account | None:
    """Who signs a slot: who completed the task it names, the actor where it is theirs, else the one who holds the role.

    A substitute decides, yet does not sign: that stays with the one they act for.
    """
    done = _decision(action, case, slot)
    if done is not None:
        decider = done.closed_for or done.closed_by
        return action.session.get(Account, decider) if decider else None
    if action.actor.holder is not None and action.actor.holds(slot.role):
        return action.session.get(Account, action.actor.holder)
    holders = select(Account).where(Account.active, Account.grants.any(role=slot.role)).limit(2)
    found = action.session.scalars(holders).all()
    return found[0] if len(found) == 1 else None


def decided_in_person(action: Action, case: Case, slot: Signatory) -> bool:
    """Whether the signatory agreed by deciding the slot's task; a substitute's decision is no agreement to sign."""
    done = _decision(action, case, slot)
    return done is not None and done.closed_for is None


def _decision(action: Action, case: Case, slot: Signatory) -> Task | None:
    """The latest completion of the task that a slot names."""
    if not slot.task:
        return None
    done = select(Task).where(Task.case_id == case.id, Task.element == slot.task, Task.state == "completed")
    return action.session.scalar(done.order_by(Task.closed_at.desc()).limit(1))


def _signer(action: Action, case: Case, office: Data, slot: Signatory) -> dict[str, Any]:
    account = signer_account(action, case, slot)
    employee = action.session.get(Employee, account.nip) if account and account.nip else None
    return {
        "slot": slot.slot,
        "jenis": slot.kind,
        "jabatan": slot.title or office["pejabat"],
        "nama": account.name if account else "",
        "nip": employee.nip if employee else None,
        "pangkat": pangkat_label(employee.golongan) if employee else None,
    }


def _office(action: Action, rules: LetterRules) -> dict[str, str]:
    given = rules.office
    government = given.get("government") or action.settings.city
    place = given.get("place") or government.split()[-1].title()
    region = government.upper()
    for word in ("PEMERINTAH", "PEMDA", "KOTA", "KABUPATEN", "PROVINSI"):
        region = region.removeprefix(word).strip()
    return {
        "pemerintah": government,
        "kepala": given.get("head", "WALI KOTA"),
        "daerah": region,
        "pejabat": f"{given.get('head', 'WALI KOTA')} {region}".strip(),
        "instansi": given.get("agency", ""),
        "alamat": given.get("address", ""),
        "tempat": place,
    }


def _copy(text: str, office: Data, old: str, new: str) -> str:
    places = {
        "{government}": office["pemerintah"],
        "{head}": office["pejabat"].title(),
        "{unit_lama}": old,
        "{unit_baru}": new,
    }
    for place, word in places.items():
        text = text.replace(place, word)
    return text


def _considered(action: Action, case: Case, data: Data) -> list[str]:
    """What the decree takes note of: the team's minutes, the consultation, a permit from outside."""
    found = []
    met = action.session.scalar(
        select(CaseEvent.at)
        .where(
            CaseEvent.case_id == case.id,
            CaseEvent.kind == "task_completed",
            CaseEvent.element == "sidang_tpk",
        )
        .order_by(CaseEvent.id.desc())
        .limit(1)
    )
    if data.get("putusan_tpk"):
        on_day = f" tanggal {day_in_words(action.calendar.local_date(met))}" if met else ""
        found.append(f"Berita acara sidang Tim Penilai Kinerja PNS{on_day} untuk kasus {case.number}")
    opinions = [row for row in _rows(data.get("pendapat")) if not row.get("diam")]
    if opinions:
        found.append(f"Hasil konsultasi dengan pihak terkait ({len(opinions)} tanggapan)")
    if data.get("hasil_izin") == "disetujui":
        permit = PERMITS.get(str(data.get("jenis_izin")), "persetujuan instansi yang berwenang")
        number = f" nomor {data['nomor_izin']}" if data.get("nomor_izin") else ""
        found.append(f"{permit[0].upper()}{permit[1:]}{number}")
    return found


def _loads(origin: Data, target: Data) -> list[dict[str, Any]]:
    ends = [origin] if origin.get("unit") == target.get("unit") else [origin, target]
    return [
        {"unit": end["unit_nama"], "sebelum": end.get("rasio_sebelum"), "sesudah": end.get("rasio_sesudah")}
        for end in ends
        if end.get("unit_nama")
        and (end.get("rasio_sebelum") is not None or end.get("rasio_sesudah") is not None)
    ]


def _ranked(nip: Any, data: Data) -> Data:
    return next((row for row in _rows(data.get("peringkat")) if nip and row.get("nip") == nip), {})


def _criteria(nip: Any, data: Data) -> list[dict[str, Any]]:
    return [
        {name: row.get(name) for name in ("aspek", "bobot", "nilai", "alasan")}
        for row in _rows(_ranked(nip, data).get("rincian"))
    ]


def _rules(data: Data) -> list[dict[str, Any]]:
    """The rules that were looked at and apply, with their articles."""
    return [
        {
            "judul": row.get("judul") or row.get("id"),
            "hasil": OUTCOMES.get(str(row.get("hasil")), str(row.get("hasil"))),
            "pesan": row.get("pesan") or "",
            "dasar": row.get("dasar") or "",
        }
        for row in _rows(data.get("aturan"))
        if row.get("hasil") != "tidak_berlaku"
    ]


def _alternatives(nip: Any, data: Data) -> list[dict[str, Any]]:
    """The other candidates of the ranking, by their place in it and never by name."""
    chosen = _ranked(nip, data)
    found = []
    for place, row in enumerate(_rows(data.get("peringkat")), 1):
        if row.get("nip") == nip:
            continue
        blocked = [
            str(rule.get("id"))
            for rule in _rows(row.get("aturan"))
            if rule.get("hasil") == "gagal" and rule.get("tingkat") == "B"
        ]
        if blocked:
            reason = f"Tidak memenuhi ketentuan {', '.join(blocked)}."
        elif (row.get("skor") or 0) < (chosen.get("skor") or 0):
            reason = "Nilai akhir lebih rendah."
        else:
            reason = "Pertimbangan pejabat yang berwenang; lihat alasan mutasi."
        found.append({"sebutan": f"Calon peringkat {place}", "skor": row.get("skor"), "alasan": reason})
    return found


def _mapping(value: Any) -> Data:
    return value if isinstance(value, Mapping) else {}


def _rows(value: Any) -> Sequence[Data]:
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []
