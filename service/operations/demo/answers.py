"""What the sample city's invented people answer at each task, and how long they take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from random import Random
from typing import Any

Answer = Callable[[Random, Mapping[str, Any], date], dict[str, Any]]

REASONS_FOR_NEED = (
    "Dua pegawai pensiun tahun ini dan belum ada pengganti.",
    "Antrean layanan bertambah, jam lembur naik sejak tiga bulan terakhir.",
    "Beban administrasi bergeser ke layanan daring; butuh tenaga analis.",
    "Pengaduan warga tentang lamanya layanan meningkat.",
)
REASONS_FOR_PLAN = (
    "Kompetensinya paling sesuai dengan standar jabatan dan unit asal tetap di atas rasio minimum.",
    "Pengalaman di bidang yang sama dan masa jabatan sudah lebih dari dua tahun.",
    "Beban unit asal ringan, unit tujuan kekurangan tenaga; domisili dekat.",
)
OPINIONS = (
    ("setuju", "Kami siap melepas setelah serah terima pekerjaan."),
    ("setuju", "Sangat membantu; tugas sudah kami siapkan."),
    ("setuju_bersyarat", "Setuju bila pengganti tersedia sebelum akhir triwulan."),
    ("tidak", "Beban kerja kami sedang tinggi; mohon dipertimbangkan waktunya."),
)


def _need(random: Random, data: Mapping[str, Any], today: date) -> dict[str, Any]:
    return {
        "jabatan": random.choice(
            ["Analis Kebijakan", "Pengadministrasi Perkantoran", "Penata Layanan Operasional"]
        ),
        "selisih": random.choice(["kurang", "kurang", "cukup", "lebih"]),
        "jumlah": random.randint(1, 3),
        "urgensi": random.randint(2, 5),
        "sebab": random.choice(REASONS_FOR_NEED),
        "bukti": "Rekap beban kerja triwulan terakhir.",
    }


def _analysis(random: Random, data: Mapping[str, Any], today: date) -> dict[str, Any]:
    choices = [choice["value"] for choice in data.get("pilihan_kebutuhan") or []]
    wanted = data.get("jabatan_tujuan") or (random.choice(choices[:4]) if choices else None)
    if data.get("peringkat") == [] and wanted in choices:  # nobody for it: the next one
        wanted = choices[(choices.index(wanted) + 1) % len(choices)]
    return {
        "periode": str(today.year),
        "prioritas": "tinggi",
        "jabatan_tujuan": wanted,
        "catatan_analisis": "Kekurangan terbesar menurut ABK; pengaduan searah dengan beban.",
    }


def _plan(random: Random, data: Mapping[str, Any], today: date) -> dict[str, Any]:
    choices = [choice["value"] for choice in data.get("pilihan_calon") or []]
    tried = {row.get("nip") for row in data.get("calon_ditolak") or []}
    free = [nip for nip in choices if nip not in tried] or choices
    return {
        "calon_nip": free[random.randrange(min(3, len(free)))] if free else None,
        "alasan_rencana": random.choice(REASONS_FOR_PLAN),
        "alasan_khusus": "Kebutuhan mendesak unit penerima; disetujui pimpinan.",
        "dasar_hukum": "PP 11/2017 Pasal 190",
    }


def _opinion(random: Random, data: Mapping[str, Any], today: date) -> dict[str, Any]:
    opinion, reason = random.choices(OPINIONS, weights=(5, 4, 2, 1))[0]
    return {
        "pendapat_pihak": opinion,
        "alasan_pendapat": reason,
        "pengganti": "",
        "tgl_konsultasi": today.isoformat(),
    }


def _authority(random: Random, data: Mapping[str, Any], today: date) -> dict[str, Any]:
    verdict = random.choices(["setuju", "kembalikan", "tolak"], weights=(90, 5, 5))[0]
    if verdict != "setuju":
        return {
            "putusan_ppk": verdict,
            "alasan_ppk": "Pertimbangkan calon lain dari unit yang lebih longgar.",
        }
    effective = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    return {
        "putusan_ppk": "setuju",
        "alasan_ppk": "Sesuai pertimbangan TPK.",
        "sk_tgl": today.isoformat(),
        "sk_tmt": effective.isoformat(),
    }


def _verdict(name: str, yes: str, others: tuple[str, ...], reason: str) -> Answer:
    def answer(random: Random, data: Mapping[str, Any], today: date) -> dict[str, Any]:
        verdict = random.choices([yes, *others], weights=[18, *[1] * len(others)])[0]
        return {
            name: verdict,
            reason: "Sesuai kebutuhan dan pemetaan." if verdict == yes else "Mohon dikaji kembali.",
        }

    return answer


def _team(random: Random, data: Mapping[str, Any], today: date) -> dict[str, Any]:
    return {
        "anggota_hadir": [],
        "konflik": "Tidak ada",
        **_verdict("putusan_tpk", "setuju", ("ubah", "tolak"), "alasan_tpk")(random, data, today),
    }


def _review_by_head(random: Random, data: Mapping[str, Any], today: date) -> dict[str, Any]:
    return {
        "predikat_kini": random.choice([1, 2, 2, 2, 3]),
        "capaian_target": random.randint(65, 110),
        "adaptasi_atasan": random.randint(3, 5),
        "catatan_atasan": "Cepat menyesuaikan diri dengan irama unit.",
    }


def _review_by_analyst(random: Random, data: Mapping[str, Any], today: date) -> dict[str, Any]:
    reached = random.random() < 0.8
    return {
        "kesimpulan": "Target tercapai." if reached else "Adaptasi baik, target layanan belum tercapai.",
        "target_tercapai": "ya" if reached else "tidak",
        "catatan_analis_evaluasi": "Dibandingkan dengan baseline saat SK ditandatangani.",
    }


ANSWERS: Mapping[str, Answer] = {
    "survei_kebutuhan": _need,
    "analisis_kebutuhan": _analysis,
    "pemetaan_kompetensi": lambda random, data, today: {
        "potensi_catatan": "Potensi merata; tiga orang siap dikembangkan.",
        "kekuatan": "Pelayanan publik, kerja sama",
        "kelemahan": "Pengolahan data",
        "catatan_pemetaan": "Data kompetensi dua tahun terakhir.",
    },
    "aspirasi": lambda random, data, today: {
        "bersedia": random.choice(["ya", "ya", "tidak"]),
        "tujuan_aspirasi": "Unit layanan yang dekat dengan domisili",
        "prioritas_aspirasi": random.randint(1, 3),
        "alasan_aspirasi": random.choice(["keluarga", "karier", "kompetensi"]),
        "bersedia_luar": "tidak",
        "pernyataan": True,
    },
    "susun_rencana": _plan,
    "konsultasi": _opinion,
    "tinjau_konsultasi": lambda random, data, today: {
        "tanggapan": "Masukan dicatat; jadwal serah terima disesuaikan.",
        "lanjut": random.choices(["lanjut", "revisi"], weights=(15, 1))[0],
    },
    "sosialisasi": lambda random, data, today: {
        "materi": "Tujuan mutasi, kriteria, dan jadwal",
        "tgl_sosialisasi": today.isoformat(),
        "media": random.choice(["forum", "lokakarya", "seminar"]),
        "hadir": random.randint(20, 80),
        "pertanyaan": "Bagaimana bila pegawai keberatan?",
        "skor_pemahaman": random.randint(3, 5),
    },
    "sidang_tpk": _team,
    "persetujuan_pyb": _verdict("putusan_pyb", "setuju", ("kembalikan",), "alasan_pyb"),
    "catat_izin": lambda random, data, today: {
        "jenis_izin": "imut",
        "nomor_izin": f"IMUT-{random.randint(10000, 99999)}",
        "tgl_kirim": (today - timedelta(days=10)).isoformat(),
        "tgl_terima": today.isoformat(),
        "hasil_izin": "disetujui",
    },
    "keputusan_ppk": _authority,
    "penyampaian_sk": lambda random, data, today: {
        "tgl_penyampaian": today.isoformat(),
        "bukti_terima": f"BA-{random.randint(100, 999)}",
    },
    "tanggapan_sk": lambda random, data, today: (
        {"tanggapan": "terima"}
        if random.random() < 0.93
        else {"tanggapan": "keberatan", "keberatan_teks": "Jarak dari rumah ke unit baru lebih dari 40 km."}
    ),
    "jawab_keberatan": lambda random, data, today: {
        "putusan_keberatan": "ditolak",
        "jawaban_keberatan": "Jarak dipertimbangkan; jam kerja fleksibel disediakan.",
    },
    "pelantikan": lambda random, data, today: {
        "tgl_pelantikan": today.isoformat(),
        "nomor_imut": f"IMUT-{random.randint(10000, 99999)}",
    },
    "serah_terima": lambda random, data, today: {
        "nomor_spmt": f"SPMT/{random.randint(100, 999)}/{today.year}",
        "tgl_spmt": today.isoformat(),
        "serah_terima_catatan": "Berkas dan akses aplikasi diserahkan.",
        "sinkron_siasn": "ya",
    },
    "orientasi": lambda random, data, today: {
        "tgl_mulai": today.isoformat(),
        "tgl_selesai": (today + timedelta(days=5)).isoformat(),
        "materi_orientasi": "Proses bisnis unit, aplikasi, tim",
        "catatan_orientasi": "Didampingi pegawai senior.",
    },
    "evaluasi_atasan": _review_by_head,
    "evaluasi_pegawai": lambda random, data, today: {
        "adaptasi_pegawai": random.randint(2, 5),
        "beban_dirasa": random.choice(["ringan", "sesuai", "sesuai", "berat"]),
        "catatan_pegawai": "Rekan kerja membantu.",
    },
    "evaluasi_analis": _review_by_analyst,
    "tindak_lanjut": lambda random, data, today: {
        "jenis_tindak_lanjut": random.choice(["pelatihan", "mentoring", "mentoring", "tutup"]),
        "pic": "Kepala bidang pengembangan",
        "tenggat": (today + timedelta(days=60)).isoformat(),
        "catatan_tindak_lanjut": "Fokus pada target layanan.",
    },
    "laksanakan_pembinaan": lambda random, data, today: {
        "hasil_pembinaan": "Selesai dengan baik.",
        "tgl_selesai_pembinaan": today.isoformat(),
    },
    "permohonan": lambda random, data, today: {
        "alasan_permohonan": "Mengikuti pasangan yang bertugas di kecamatan lain.",
        "dokumen": ["surat_permohonan", "sk_pangkat", "sk_jabatan", "skp"],
        "pernyataan": True,
    },
    "kebutuhan_mendesak": lambda random, data, today: {
        "mendesak": "ya",
        "bidang_mendesak": "Kesehatan masyarakat",
        "pendidikan_dicari": "D-III Keperawatan atau D-III Kebidanan",
        "alasan_mendesak": "Kunjungan puskesmas naik sepertiga sejak awal tahun.",
    },
    "pelaksanaan_rencana": lambda random, data, today: {
        "laksanakan": random.choice(["ya", "ya", "tidak"]),
        "catatan_pelaksanaan": "Anggaran perjalanan tersedia.",
    },
    "nilai_beban": lambda random, data, today: {
        "beban_timpang": "ya",
        "unit_terbeban": "Dinas Kependudukan dan Pencatatan Sipil",
        "alasan_beban": "Rasio beban di atas 1,2 selama dua triwulan.",
    },
    "kpi_penutup": lambda random, data, today: {
        "kpi_tercapai": random.choice(["ya", "ya", "tidak"]),
        "kpi_pengaduan": "Turun dari 14 menjadi 9 per bulan",
        "kpi_beban": "Rasio 1,31 menjadi 1,08",
        "catatan_kpi": "Dibandingkan dengan unit tanpa mutasi.",
    },
    "tinjau_kinerja": lambda random, data, today: {
        "periode": str(today.year),
        "jabatan_tujuan": _analysis(random, data, today)["jabatan_tujuan"],
        "dasar_kinerja": "Capaian unit perencanaan di bawah target dua triwulan.",
        "catatan_kinerja": "Dibahas bersama kepala unit.",
    },
    "forum_pegawai": lambda random, data, today: {
        "tgl_forum": today.isoformat(),
        "peserta_forum": random.randint(15, 60),
        "alasan_dijelaskan": "ya",
        "masukan_forum": "Pegawai meminta jadwal diumumkan lebih awal.",
    },
    "persetujuan_instansi": lambda random, data, today: {
        "instansi_asal": "Pemerintah Kabupaten tetangga",
        "nomor_persetujuan": f"824/{random.randint(100, 999)}/{today.year}",
        "tgl_persetujuan": today.isoformat(),
        "hasil_persetujuan": "disetujui",
    },
    "pelatihan_persiapan": lambda random, data, today: {
        "jenis_pelatihan": "Pengelolaan data layanan",
        "tgl_pelatihan_mulai": today.isoformat(),
        "tgl_pelatihan_selesai": (today + timedelta(days=5)).isoformat(),
        "hasil_pelatihan": "Lulus",
    },
    "program_mutasi": lambda random, data, today: {
        "nama_program": f"Penataan ASN {today.year}",
        "sasaran_program": "Rasio beban antarunit 0,8 sampai 1,2",
        "instansi_terlibat": "Seluruh dinas dan kecamatan",
        "kalender_program": "Triwulan I pemetaan, triwulan II pelaksanaan",
    },
    "mentor": lambda random, data, today: {
        "nama_mentor": "Pejabat fungsional senior",
        "rencana_mentoring": "Dua kali sebulan selama tiga bulan",
        "jadwal_mentoring": "Selasa, pekan pertama dan ketiga",
    },
}
