"""Who fits a post: a score on the eight aspects of Peraturan BKN 5/2019 Pasal 3, each with its reason.

An aspect without data scores nothing and says so: it is never guessed. Weights are a dated table
(workflows/bobot_penempatan.dmn).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from service.domain.codes import PREDIKAT, Said

NO_DATA = ("Data belum ada.", "No data yet.")
LEVELS = {"Pelaksana": 1, "Pengawas": 2, "Administrator": 3, "JPT": 4}
JF_LEVELS = {
    "Pemula": 1, "Terampil": 1, "Mahir": 1, "Penyelia": 2,
    "Ahli Pertama": 2, "Ahli Muda": 2, "Ahli Madya": 3, "Ahli Utama": 4,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Weight:
    """The weight of an aspect, in percent of the whole score."""

    aspect: str
    title: str
    percent: float
    title_en: str = ""


@dataclass(frozen=True, slots=True)
class Post:
    """The position to fill. `level` as in `level_of`; `education` 1 (primary school) to 8 (doctorate)."""

    id: str
    name: str
    kind: str
    level: int | None
    unit: str
    education: int | None = None
    fields_of_study: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is known of a candidate. None means that there are no data.

    `jpm` is the job person match in percent; `box` the nine-box cell 1 to 9; `ratings` the predikat of the
    last two years, latest first (1 is best, 5 worst); `surplus` is staff less need at the present post.
    """

    nip: str
    name: str
    unit: str
    kind: str | None = None
    level: int | None = None
    jpm: float | None = None
    box: int | None = None
    ratings: tuple[int, ...] = ()
    months_in_post: int | None = None
    surplus: float | None = None
    wishes_unit: bool | None = None
    willing: bool | None = None
    education: int | None = None
    field_of_study: str | None = None


@dataclass(frozen=True, slots=True)
class AspectScore:
    """One aspect: `value` 0 to 100, or None without data. `title_en` is empty where the table has none."""

    aspect: str
    title: str
    percent: float
    value: float | None
    reason: str
    title_en: str
    reason_en: str


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with the score (0 to 100) and what it is made of."""

    candidate: Candidate
    score: float
    aspects: tuple[AspectScore, ...]


def level_of(kind: str | None, jf_grade: str | None = None) -> int | None:
    """How high a kind of position stands: 1 staff to 4 senior executive; JF by their grade (PU)."""
    if kind == "JF":
        return JF_LEVELS.get(jf_grade or "")
    return LEVELS.get(kind or "")


def rank(
    candidates: Iterable[Candidate], post: Post, weights: Sequence[Weight], limit: int | None = None
) -> list[Ranked]:
    """The candidates, best first; equal scores by NIP, so that the input's order means nothing."""
    ranked = [score(candidate, post, weights) for candidate in candidates]
    ranked.sort(key=lambda entry: (-entry.score, entry.candidate.nip))
    return ranked[:limit]


def score(candidate: Candidate, post: Post, weights: Sequence[Weight]) -> Ranked:
    """The candidate's score for the post: the weighted sum of the aspects."""
    aspects = []
    for weight in weights:
        value, (reason, reason_en) = ASPECTS[weight.aspect](candidate, post)
        aspects.append(
            AspectScore(
                weight.aspect, weight.title, weight.percent, value, reason, weight.title_en, reason_en
            )
        )
    total = sum(aspect.percent * (aspect.value or 0.0) for aspect in aspects) / 100
    return Ranked(candidate, round(total, 1), tuple(aspects))


Opinion = tuple[float | None, Said]


def _competence(candidate: Candidate, post: Post) -> Opinion:
    if candidate.jpm is None:
        return None, NO_DATA
    return min(100.0, candidate.jpm), (
        f"JPM {candidate.jpm:.0f} terhadap standar jabatan.",
        f"JPM {candidate.jpm:.0f} against the standard of the position.",
    )


def _career_pattern(candidate: Candidate, post: Post) -> Opinion:
    if candidate.level is None or post.level is None:
        return None, NO_DATA
    step = post.level - candidate.level
    if step == 0:
        return 100.0, ("Jenjang jabatan sama.", "Same level of position.")
    if step == 1:
        return 80.0, ("Naik satu jenjang.", "One level up.")
    if step > 1:
        return 0.0, (f"Melompati {step - 1} jenjang.", f"Levels skipped: {step - 1}.")
    return 20.0, ("Turun jenjang.", "A lower level.")


def _mapping(candidate: Candidate, post: Post) -> Opinion:
    if candidate.box is None:
        return None, NO_DATA
    return round(candidate.box * 100 / 9, 1), (
        f"Kotak talenta {candidate.box}.",
        f"Nine-box cell {candidate.box}.",
    )


def _succession(candidate: Candidate, post: Post) -> Opinion:
    if candidate.box is None:
        return None, NO_DATA
    if candidate.box >= 7:
        return 100.0, (
            "Termasuk kelompok rencana suksesi (kotak 7-9).",
            "In the succession pool (cells 7-9).",
        )
    return 0.0, ("Di luar kelompok rencana suksesi.", "Outside the succession pool.")


def _movement(candidate: Candidate, post: Post) -> Opinion:
    months = candidate.months_in_post
    if months is None:
        return None, NO_DATA
    if months < 24:
        return round(months * 50 / 24, 1), (
            f"Baru {months} bulan pada jabatan kini.",
            f"Months in the present post: only {months}.",
        )
    if months > 60:
        return 100.0, (
            f"Sudah {months} bulan: wajib ditinjau.",
            f"Months in the present post: {months}; must be reviewed.",
        )
    return round(60 + (months - 24) * 40 / 36, 1), (
        f"Sudah {months} bulan pada jabatan kini.",
        f"Months in the present post: {months}.",
    )


def _performance(candidate: Candidate, post: Post) -> Opinion:
    if not candidate.ratings:
        return None, NO_DATA
    points = [{1: 100.0, 2: 85.0, 3: 40.0, 4: 15.0}.get(rating, 0.0) for rating in candidate.ratings[:2]]
    names = _joined(
        [PREDIKAT.get(rating, (str(rating), str(rating))) for rating in candidate.ratings[:2]], ", "
    )
    return round(sum(points) / len(points), 1), (f"Predikat: {names[0]}.", f"Ratings: {names[1]}.")


def _need(candidate: Candidate, post: Post) -> Opinion:
    """Sixty points for what the present post can spare, forty for what the employee wishes."""
    parts: list[tuple[float, Said]] = []
    if candidate.surplus is not None:
        if candidate.surplus >= 1:
            parts.append((60.0, ("jabatan asal berlebih", "present position has staff to spare")))
        elif candidate.surplus >= 0:
            parts.append((40.0, ("jabatan asal cukup", "present position has enough staff")))
        else:
            parts.append((10.0, ("jabatan asal kekurangan", "present position lacks staff")))
    if candidate.willing is False:
        parts.append((0.0, ("pegawai tidak bersedia", "employee is not willing")))
    elif candidate.wishes_unit:
        parts.append((40.0, ("unit ini diinginkan pegawai", "employee wishes for this unit")))
    elif candidate.willing:
        parts.append((30.0, ("pegawai bersedia dipindahkan", "employee is willing to move")))
    if not parts:
        return None, NO_DATA
    return sum(points for points, _ in parts), _sentence([said for _, said in parts])


def _nature_of_work(candidate: Candidate, post: Post) -> Opinion:
    parts: list[tuple[float, Said]] = []
    if candidate.kind is not None:
        same = candidate.kind == post.kind
        parts.append((100.0, SAME_KIND) if same else (50.0, OTHER_KIND))
    if candidate.education is not None and post.education is not None:
        enough = candidate.education >= post.education
        parts.append((100.0, EDUCATED) if enough else (0.0, LESS_EDUCATED))
    if post.fields_of_study and candidate.field_of_study:
        fits = candidate.field_of_study.casefold() in {field.casefold() for field in post.fields_of_study}
        parts.append((100.0, SAME_FIELD) if fits else (40.0, OTHER_FIELD))
    if not parts:
        return None, NO_DATA
    return round(sum(points for points, _ in parts) / len(parts), 1), _sentence([said for _, said in parts])


def _joined(parts: Iterable[Said], between: str) -> Said:
    indonesian, english = zip(*parts, strict=True)
    return between.join(indonesian), between.join(english)


def _sentence(parts: Iterable[Said]) -> Said:
    indonesian, english = (f"{text[0].upper()}{text[1:]}." for text in _joined(parts, "; "))
    return indonesian, english


SAME_KIND = ("jenis jabatan sama", "same kind of position")
OTHER_KIND = ("jenis jabatan lain", "another kind of position")
EDUCATED = ("pendidikan memenuhi", "education suffices")
LESS_EDUCATED = ("pendidikan di bawah syarat", "education below what is required")
SAME_FIELD = ("jurusan sesuai", "field of study fits")
OTHER_FIELD = ("jurusan lain", "another field of study")

ASPECTS: Mapping[str, Callable[[Candidate, Post], Opinion]] = {
    "kompetensi": _competence,
    "pola_karier": _career_pattern,
    "pemetaan": _mapping,
    "kelompok_suksesi": _succession,
    "perpindahan_karier": _movement,
    "kinerja": _performance,
    "kebutuhan": _need,
    "sifat_pekerjaan": _nature_of_work,
}
