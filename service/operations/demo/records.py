"""What is known of the sample city's employees and units: ratings, competencies, workload, complaints."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from math import ceil
from random import Random
from typing import Any

from service.domain.codes import KOMPETENSI, kotak_talenta
from service.operations.demo.workforce import Person, Row, Staffed

WORKING_MINUTES = 75_000
"""Effective working minutes of a person and year that the invented loads were made for."""
LEAST_LEVEL = {"JPT": 4, "Administrator": 3, "Pengawas": 2, "JF": 2, "Pelaksana": 1}
CHANNELS = (("SP4N-LAPOR", 0.55), ("Loket", 0.45))
WISHES = (
    ("Unit layanan yang dekat dengan domisili", "keluarga"),
    ("Unit dengan beban fisik lebih ringan", "kesehatan"),
    ("Jabatan dengan tanggung jawab lebih besar", "karier"),
    ("Unit yang sesuai dengan pendidikan terakhir", "kompetensi"),
    ("Suasana kerja baru setelah lama di unit yang sama", "lain"),
)
COMPLAINT_MONTHS = 18
SPIKE_MONTHS = 4


def standards(staffed: Iterable[Staffed]) -> Iterator[Row]:
    """The competency standard of each position: nine general competencies and a technical one."""
    for unit in staffed:
        for filled in unit.positions:
            jabatan_id, post = filled.position["id"], filled.post
            least = LEAST_LEVEL[post.jenis]
            for kode in KOMPETENSI:
                yield {
                    "jabatan_id": jabatan_id,
                    "kode": kode,
                    "jenis": "sosial_kultural" if kode == "perekat_bangsa" else "manajerial",
                    "level": least,
                    "wajib": kode == "integritas",
                }
            yield {
                "jabatan_id": jabatan_id,
                "kode": f"teknis_{post.teknis}",
                "jenis": "teknis",
                "level": min(4, least + 1),
                "wajib": True,
            }


def competencies(random: Random, everyone: Iterable[Person], today: date) -> Iterator[Row]:
    """Mostly as the position asks, some a level above, some below."""
    for person in everyone:
        least = LEAST_LEVEL[person.post.jenis]
        tested = today - timedelta(days=random.randrange(60, 700))
        lean = random.choices((-1, 0, 1), weights=(12, 66, 22))[0]
        for kode in (*KOMPETENSI, f"teknis_{person.post.teknis}"):
            technical = kode.startswith("teknis_")
            wanted = min(4, least + 1) if technical else least
            spread = random.choices((-1, 0, 1), weights=(10, 65, 25))[0]
            yield {
                "nip": person.row["nip"],
                "kode": kode,
                "jenis": "teknis"
                if technical
                else "sosial_kultural"
                if kode == "perekat_bangsa"
                else "manajerial",
                "level": max(1, min(5, wanted + (spread + lean if random.random() < 0.5 else spread))),
                "tgl": tested,
                "metode": "Asesmen" if least >= 3 else "Uji kompetensi",
                "berlaku_sampai": tested + timedelta(days=1095),
            }


def performance(random: Random, everyone: Iterable[Person], today: date) -> tuple[list[Row], list[Row]]:
    """Ratings of the last three full years, and the nine-box cell of the last one."""
    rated: list[Row] = []
    boxes: list[Row] = []
    for person in everyone:
        usual = random.choices((1, 2, 3, 4, 5), weights=(14, 73, 9, 3, 1))[0]
        for tahun in range(today.year - 3, today.year):
            if person.joined.year >= tahun:
                continue
            predikat = usual if random.random() < 0.7 else random.choices((1, 2, 3), weights=(15, 75, 10))[0]
            hasil, perilaku = {1: (1, 1), 2: (2, 2), 3: (3, 2), 4: (2, 3), 5: (3, 3)}[predikat]
            rated.append(
                {
                    "nip": person.row["nip"],
                    "tahun": tahun,
                    "periodik": 2,
                    "hasil": hasil,
                    "perilaku": perilaku,
                    "predikat": predikat,
                }
            )
        if rated and rated[-1]["nip"] == person.row["nip"]:
            kinerja = {1: 3, 2: 2}.get(rated[-1]["predikat"], 1)
            potensi = random.choices((1, 2, 3), weights=(20, 55, 25))[0]
            boxes.append(
                {
                    "nip": person.row["nip"],
                    "tahun": today.year - 1,
                    "kinerja": kinerja,
                    "potensi": potensi,
                    "kotak": kotak_talenta(potensi, kinerja),
                }
            )
    return rated, boxes


def workloads(staffed: Iterable[Staffed], today: date) -> Iterator[Row]:
    """Work of this year and the last: as much as each position's `need`, a little less the year before."""
    for unit in staffed:
        for filled in unit.positions:
            for tahun, share_of_now in ((today.year - 1, 0.96), (today.year, 1.0)):
                load = filled.need * WORKING_MINUTES * share_of_now
                for (tugas, minutes), share in zip(filled.post.tugas, (0.5, 0.3, 0.2), strict=True):
                    yield {
                        "jabatan_id": filled.position["id"],
                        "tahun": tahun,
                        "tugas": tugas,
                        "unor_id": unit.id,
                        "volume": float(ceil(load * share / minutes)),
                        "norma_waktu_menit": float(minutes),
                    }


def complaints(random: Random, staffed: Iterable[Staffed], today: date) -> Iterator[Row]:
    """The last 18 months; more where a unit is overloaded, and in every other such unit a recent spike."""
    overloaded = 0
    for unit in staffed:
        if unit.place.complaints is None:
            continue
        categories, monthly = unit.place.complaints
        spike = False
        if unit.busy > 1.2:
            overloaded += 1
            spike = overloaded % 2 == 1
        for age in range(COMPLAINT_MONTHS, 0, -1):
            usual = monthly * unit.busy**2 * (3.5 if spike and age <= SPIKE_MONTHS else 1)
            for kategori in categories:
                for kanal, share in CHANNELS:
                    jumlah = _poisson(random, usual * share / len(categories))
                    if jumlah:
                        yield {
                            "unor_id": unit.id,
                            "bulan": months_before(today, age),
                            "kanal": kanal,
                            "kategori": kategori,
                            "jumlah": jumlah,
                            "selesai": jumlah if age > 3 else random.randint(0, jumlah),
                        }


def satisfaction(random: Random, staffed: Iterable[Staffed], today: date) -> Iterator[Row]:
    """The public satisfaction index of three years; lower where a unit is overloaded."""
    for unit in staffed:
        if unit.place.complaints is None:
            continue
        for tahun in range(today.year - 3, today.year):
            nilai = random.gauss(86 - 8 * max(0.0, unit.busy - 1), 2.5)
            yield {"unor_id": unit.id, "tahun": tahun, "nilai": round(max(60.0, min(98.0, nilai)), 2)}


def aspirations(
    random: Random, everyone: Sequence[Person], staffed: Sequence[Staffed], today: date
) -> Iterator[Row]:
    """One in eight (in a small district one in three) has said where they would like to work."""
    for person in everyone:
        if random.random() > (0.125 if len(everyone) > 200 else 0.35):
            continue
        said = today - timedelta(days=random.randrange(20, 330))
        for prioritas in (1, 2) if random.random() < 0.3 else (1,):
            tujuan, alasan = random.choice(WISHES)
            wanted = random.choice(staffed[1:])
            alike = wanted.place.jenis == person.unit.place.jenis and wanted.id != person.unit.id
            yield {
                "nip": person.row["nip"],
                "tgl": said,
                "prioritas": prioritas,
                "tujuan": wanted.place.nama if alike else tujuan,
                "unor_id": wanted.id if alike else None,
                "alasan": alasan,
                "bersedia": True,
                "bersedia_luar": random.random() < 0.1,
            }


def history(random: Random, everyone: Sequence[Person], staffed: Sequence[Staffed]) -> Iterator[Row]:
    """The present position and up to two before it, without gaps; leaders rose through lower posts."""
    by_kind: dict[str, list[Staffed]] = {}
    for unit in staffed:
        by_kind.setdefault(unit.place.jenis, []).append(unit)
    for person in everyone:
        row, position = person.row, person.position
        yield _held(
            row["nip"], position["id"], position["nama"], person.unit, position, row["tmt_jabatan"], None
        )
        ends = row["tmt_jabatan"] - timedelta(days=1)
        lower = {
            "JPT": ("Administrator", "31"),
            "Administrator": ("Pengawas", "41"),
            "Pengawas": ("Pelaksana", "99"),
        }
        jenis, eselon = position["jenis"], position["eselon"]
        for _ in range(2):
            if (ends - person.joined).days < 400:
                break
            jenis, eselon = lower.get(jenis, (jenis, "99"))
            before = random.choice(by_kind[person.unit.place.jenis])
            begins = max(person.joined, ends - timedelta(days=random.randrange(900, 2600)))
            begins = begins.replace(day=1)
            nama = _earlier_post(jenis, position["nama"])
            post = {"jenis": jenis, "eselon": eselon}
            yield _held(row["nip"], None, nama, before, post, begins, ends)
            ends = begins - timedelta(days=1)


def _earlier_post(jenis: str, present: str) -> str:
    if jenis == "JF":
        return present.split(" (")[0]
    named = {"Administrator": "Kepala Bidang", "Pengawas": "Kepala Seksi"}
    return named.get(jenis, "Pengadministrasi Perkantoran")


def _held(
    nip: str, jabatan_id: str | None, nama: str, unit: Staffed, post: Row, begins: date, ends: date | None
) -> Row:
    structural = post["jenis"] in ("JPT", "Administrator", "Pengawas")
    return {
        "nip": nip,
        "jenis_mutasi": "MJ",
        "jabatan_id": jabatan_id,
        "jabatan": nama,
        "jenis_jabatan": post["jenis"],
        "eselon": post["eselon"],
        "unor_id": unit.id,
        "unor": unit.place.nama,
        "tmt": begins,
        "tmt_pelantikan": begins if structural else None,
        "nomor_sk": f"800.1.3.3/{int(nip[-3:]) + begins.month * 31:03d}/{begins.year}",
        "tgl_sk": begins - timedelta(days=6),
        "berakhir": ends,
    }


def discipline(random: Random, everyone: Sequence[Person], today: date) -> Iterator[Row]:
    """A few sanctions: most are over, some are in force, one in a while is still being heard."""
    for index, person in enumerate(everyone):
        if index % 170 != 23:
            continue
        tingkat, jenis, months = random.choice(
            (("R", None, 6), ("S", "23", 6), ("S", "25", 12), ("B", "27", 12))
        )
        mulai = months_before(today, random.choice((4, 9, 20, 34)))
        akhir = mulai + timedelta(days=months * 30)
        yield {
            "nip": person.row["nip"],
            "jenis": jenis,
            "tingkat": tingkat,
            "mulai": mulai,
            "akhir": akhir,
            "status_kasus": "selesai" if akhir < today else "berlaku",
            "nomor_sk": f"800.1.6.2/{index:03d}/{mulai.year}",
        }


def documents(random: Random, everyone: Sequence[Person], today: date) -> Iterator[Row]:
    """Decrees on grade and position, last year's SKP, and for three in four a letter of no audit findings."""
    for number, person in enumerate(everyone):
        row = person.row
        issued: list[tuple[str, Any, date | None]] = [
            ("sk_pangkat", row["tmt_golongan"], None),
            ("sk_jabatan", row["tmt_jabatan"], None),
            ("skp", date(today.year, 1, 15), None),
        ]
        if random.random() < 0.75:
            clear = today - timedelta(days=random.randrange(5, 200))
            issued.append(("bebas_temuan", clear, clear + timedelta(days=182)))
        for jenis, tgl, until in issued:
            nomor = f"{jenis}/{number + 1:05d}/{tgl.year}"
            yield {
                "nip": row["nip"],
                "jenis": jenis,
                "nomor": nomor,
                "tgl": tgl,
                "berkas": f"{jenis}_{row['nip']}.pdf",
                "sha256": hashlib.sha256(nomor.encode()).hexdigest(),
                "berlaku_sampai": until,
                "verifikator": "Pengelola kepegawaian",
                "status": "terverifikasi",
            }


def months_before(today: date, months: int) -> date:
    """The first day of the month that lies `months` before today's; 0 is this month."""
    month = today.year * 12 + today.month - 1 - months
    return date(month // 12, month % 12 + 1, 1)


def _poisson(random: Random, mean: float) -> int:
    """Knuth's method for small means, a rounded normal above."""
    if mean > 30:
        return max(0, round(random.gauss(mean, mean**0.5)))
    limit, count, product = 2.718281828459045**-mean, 0, random.random()
    while product > limit:
        count += 1
        product *= random.random()
    return count
