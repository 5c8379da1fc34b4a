"""What the legal rules R01 to R22 said about a transfer, and what follows from it.

The rules themselves are decision tables (workflows/aturan_mutasi.dmn); here is only their order, their
titles, and how results add up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

TITLES: Mapping[str, tuple[str, str]] = {
    "R01": ("Status PNS aktif", "Active permanent servant"),
    "R02": ("Masa jabatan paling sedikit dua tahun", "At least two years in the post"),
    "R03": ("Lebih dari lima tahun wajib ditinjau", "Over five years must be reviewed"),
    "R04": ("Ikatan sepuluh tahun", "Ten-year pledge"),
    "R05": ("Tidak dalam perkara atau hukuman disiplin", "No open case or disciplinary sanction"),
    "R06": ("Kinerja dua tahun terakhir baik", "Good ratings in the last two years"),
    "R07": ("Bebas temuan dan tidak tugas belajar", "Audit clearance, not on study assignment"),
    "R08": ("Unit penerima kekurangan, unit asal tidak", "The target lacks staff, the origin does not"),
    "R09": ("Kompetensi sesuai standar jabatan", "Competence meets the standard"),
    "R10": ("Syarat jabatan struktural", "Requirements of structural posts"),
    "R11": ("Belum mencapai batas usia pensiun", "Below retirement age"),
    "R12": ("Penurunan jabatan dengan dasar", "A demotion has a ground"),
    "R13": ("Jendela Pilkada", "Regional election window"),
    "R14": ("Enam bulan sejak kepala daerah dilantik", "Six months after the head's inauguration"),
    "R15": ("Kepala daerah Plt atau Pj", "Acting head of region"),
    "R16": ("Bebas benturan kepentingan", "No conflict of interest"),
    "R17": ("Pertimbangan TPK sebelum SK", "The team's advice before the decree"),
    "R18": ("Uji kompetensi dan rekomendasi untuk JPT", "Competency test for senior executives"),
    "R19": ("Nomor I-MUT sebelum pelantikan", "I-MUT number before inauguration"),
    "R20": ("Dokumen lengkap", "Documents complete"),
    "R21": ("Tenggat keberatan", "Time for objections"),
    "R22": ("Tenggat pertek", "Time for the technical consideration"),
}
PASSED, FAILED, WARNING, NEEDS_PERMIT, NOT_APPLICABLE = (
    "lulus",
    "gagal",
    "peringatan",
    "perlu_izin",
    "tidak_berlaku",
)
ALL_MET = ("Semua aturan dipenuhi.", "All rules are met.")
OUTCOMES = frozenset({PASSED, FAILED, WARNING, NEEDS_PERMIT, NOT_APPLICABLE})


@dataclass(frozen=True, slots=True)
class RuleResult:
    """What one rule said. `severity`: B blocks, P needs a permit or a reason, W warns, timer is a deadline.

    `message_en` and `labels_en` (of the names of `inputs`) are empty where the table speaks Indonesian only.
    """

    id: str
    outcome: str
    severity: str
    message: str
    source: str
    row: str = ""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    message_en: str = ""
    labels_en: Mapping[str, str] = field(default_factory=dict)

    def as_data(self) -> dict[str, Any]:
        """The entry of the case variable `aturan`."""
        title, title_en = TITLES[self.id]
        return {
            "id": self.id,
            "judul": title,
            "judul_en": title_en,
            "hasil": self.outcome,
            "tingkat": self.severity,
            "pesan": self.message,
            "pesan_en": self.message_en,
            "dasar": self.source,
            "baris": self.row,
            "masukan": dict(self.inputs),
            "masukan_en": dict(self.labels_en),
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """What all rules together mean for the plan."""

    blocked: bool
    needs_permit: bool
    needs_reason: bool
    summary: str
    summary_en: str


def verdict(results: Sequence[RuleResult], special_reason: str | None) -> Verdict:
    """Blocked by any failed B rule; a failed P rule needs a special reason until one is given."""
    failed = [result for result in results if result.outcome == FAILED and result.severity == "B"]
    unreasoned = [result for result in results if result.outcome == FAILED and result.severity == "P"]
    permits = [result for result in results if result.outcome == NEEDS_PERMIT]
    warnings = [result for result in results if result.outcome == WARNING]
    needs_reason = bool(unreasoned) and not (special_reason or "").strip()
    parts = []
    if failed:
        parts.append((f"Terhalang oleh {_ids(failed)}.", f"Blocked by {_ids(failed)}."))
    if unreasoned and needs_reason:
        parts.append(
            (f"{_ids(unreasoned)} perlu alasan khusus.", f"Special reason needed: {_ids(unreasoned)}.")
        )
    elif unreasoned:
        parts.append(
            (
                f"{_ids(unreasoned)} dilewati dengan alasan khusus.",
                f"Passed over for a special reason: {_ids(unreasoned)}.",
            )
        )
    if permits:
        parts.append(
            (f"Perlu izin Mendagri ({_ids(permits)}).", f"Needs Mendagri's permit ({_ids(permits)}).")
        )
    if warnings:
        parts.append((f"Peringatan: {_ids(warnings)}.", f"Warnings: {_ids(warnings)}."))
    summary, summary_en = (" ".join(said) for said in zip(*(parts or [ALL_MET]), strict=True))
    return Verdict(bool(failed), bool(permits), needs_reason, summary, summary_en)


def badge(results: Sequence[RuleResult]) -> tuple[str, int] | None:
    """What lists say of all rules: how many block (bad), else are to be weighed (warn), else passed (good)."""
    tones = [tone for result in results if (tone := _tone(result))]
    worst = next((tone for tone in ("bad", "warn", "good") if tone in tones), None)
    return (worst, tones.count(worst)) if worst else None


def _tone(result: RuleResult) -> str | None:
    """A failed rule that does not block is to be weighed."""
    if result.outcome == FAILED:
        return "bad" if result.severity == "B" else "warn"
    return {PASSED: "good", WARNING: "warn", NEEDS_PERMIT: "warn"}.get(result.outcome)


def _ids(results: Sequence[RuleResult]) -> str:
    return ", ".join(result.id for result in results)
