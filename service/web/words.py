"""Roles, numbers and the codes of a case's data in the reader's language."""

from __future__ import annotations

from flask_babel import gettext, ngettext

from service.web import context


def role_label(role: str | None) -> str:
    """A role by its name in the reader's language; an unknown one (a lane's name) as it is."""
    if not role:
        return ""
    found = context.services().roles.get(role)
    return context.in_language(found.label, found.label_en) if found else role


def number(value: float | None, digits: int = 2, *, exact: bool = False) -> str:
    """A number in the reader's notation with a true minus, without needless zeros unless `exact`; an en dash for None."""
    if value is None:
        return "–"
    text = f"{value:z.{digits}f}".replace("-", "−")
    text = text.rstrip("0").rstrip(".") if "." in text and not exact else text
    return text if context.language() == "en" else text.replace(".", ",")


def signed(value: float | None, digits: int = 1) -> str:
    """`+1,2`, `−0,4` or `0`; an en dash for None."""
    sign = "+" if value is not None and round(value, digits) > 0 else ""
    return f"{sign}{number(value, digits)}"


def word(code: str) -> str:
    """A code of the case's data in words: outcomes of rules, opinions, sides, measures of time."""
    return WORDS[code]() if code in WORDS else code.replace("_", " ")


def alike(code: str) -> tuple[str, ...]:
    """The codes with the words of this one, first the one that stands for all: variants have their own for the same."""
    return tuple(other for other in WORDS if word(other) == word(code)) or (code,)


WORDS = {
    "lulus": lambda: gettext("Passed"),
    "gagal": lambda: gettext("Not met"),
    "peringatan": lambda: gettext("Warning"),
    "perlu_izin": lambda: gettext("Needs a permit"),
    "tidak_berlaku": lambda: gettext("Does not apply"),
    "setuju": lambda: gettext("Agrees"),
    "setuju_bersyarat": lambda: gettext("Agrees on condition"),
    "tidak": lambda: gettext("Does not agree"),
    "tolak": lambda: gettext("Rejects"),
    "ubah": lambda: gettext("Change the plan"),
    "kembalikan": lambda: gettext("Sends it back"),
    "diam": lambda: gettext("No answer"),
    "unit_asal": lambda: gettext("Origin unit"),
    "unit_penerima": lambda: gettext("Receiving unit"),
    "pegawai": lambda: gettext("Employee"),
    "bersedia": lambda: gettext("Willing"),
    "tidak_bersedia": lambda: gettext("Not willing"),
    "kurang": lambda: gettext("Too few"),
    "cukup": lambda: gettext("Enough"),
    "lebih": lambda: gettext("Too many"),
    "keluarga": lambda: gettext("Family"),
    "kesehatan": lambda: gettext("Health"),
    "karier": lambda: gettext("Career"),
    "kompetensi": lambda: gettext("Competence"),
    "lain": lambda: gettext("Other"),
    "jenis_pemicu": lambda: gettext("Trigger"),
    "pemicu": lambda: gettext("Occasion"),
    "manual": lambda: gettext("Started by hand"),
    "permintaan_sendiri": lambda: gettext("Own request"),
    "reorganisasi": lambda: gettext("Reorganisation"),
    "hukdis_berat": lambda: gettext("Heavy disciplinary sanction"),
    "kinerja": lambda: gettext("Performance"),
    "rencana_tahunan": lambda: gettext("Yearly plan"),
    "rencana": lambda: gettext("Plan"),
    "program": lambda: gettext("Programme"),
    "lonjakan_pengaduan": lambda: gettext("Surge of complaints"),
    "evaluasi_kinerja": lambda: gettext("Decline in performance"),
    "lowongan": lambda: gettext("Vacancy"),
    "catatan_analisis": lambda: gettext("Note on the analysis"),
    "catatan_pemetaan": lambda: gettext("Note on the mapping"),
    "alasan_rencana": lambda: gettext("Reason for the plan"),
    "alasan_khusus": lambda: gettext("Special reason"),
    "dasar_hukum": lambda: gettext("Legal basis"),
    "nomor": lambda: gettext("Number"),
    "tgl": lambda: gettext("Dated"),
    "tmt": lambda: gettext("Effective from"),
    "pelatihan": lambda: gettext("Training"),
    "dibatalkan": lambda: gettext("Cancelled"),
    "selesai": lambda: gettext("Finished"),
    "ditolak": lambda: gettext("Rejected"),
    "disetujui": lambda: gettext("Approved"),
    "dihentikan": lambda: gettext("Stopped"),
    "ditutup_manajer": lambda: gettext("Closed by the manager"),
    "target_tercapai": lambda: gettext("Target reached"),
    "penempatan_ulang": lambda: gettext("Placed anew"),
    "rencana_disetujui": lambda: gettext("Plan approved"),
    "tanpa_mutasi": lambda: gettext("Without a transfer"),
    "kpi_tercapai": lambda: gettext("Target reached"),
    "kpi_belum_tercapai": lambda: gettext("Target not reached"),
    "sk_dicabut": lambda: gettext("Decree withdrawn"),
}


def review_label(month: int) -> str:
    """After how long a review is: `3 bulan`."""
    return ngettext("%(num)d month", "%(num)d months", month)
