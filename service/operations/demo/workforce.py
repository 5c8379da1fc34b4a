"""The employees of the sample city: NIP, grade, education and position agree with each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

from service.domain import people
from service.domain.codes import GOLONGAN
from service.operations.demo.names import Names, titles
from service.operations.demo.places import Place
from service.operations.demo.posts import Post

Row = dict[str, Any]
GRADES = tuple(GOLONGAN)
FIRST_GRADE = {"15": "21", "17": "21", "30": "23", "35": "31", "40": "31", "45": "32"}
LAST_GRADE = {"15": "32", "17": "32", "30": "33", "35": "34", "40": "44", "45": "45"}
ENTRY_AGE = {"15": (19, 26), "17": (19, 26), "30": (21, 28), "40": (22, 30), "45": (25, 31)}
PUBLIC_HEALTH_AND_SCHOOLS = {"sekolah", "puskesmas", "rsud"}


@dataclass(frozen=True, slots=True)
class Filled:
    """A position row, its post, how many hold it, and how many its work needs."""

    position: Row
    post: Post
    holders: int
    need: float


@dataclass(slots=True)
class Staffed:
    """A unit with its id, its positions, and about how busy it is (load over capacity)."""

    id: str
    place: Place
    parent_id: str | None
    busy: float
    positions: list[Filled] = field(default_factory=list)
    head_nip: str | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody of the cast, who must have this name and sex."""

    username: str
    name: str
    jk: str


@dataclass(frozen=True, slots=True)
class Person:
    """An employee row and what the other records are made from. `username`: of the cast."""

    row: Row
    post: Post
    unit: Staffed
    position: Row
    joined: date
    username: str | None = None

    @property
    def full_name(self) -> str:
        before, after = self.row["gelar_depan"], self.row["gelar_belakang"]
        named = f"{before} {self.row['nama']}" if before else self.row["nama"]
        return f"{named}, {after}" if after else named


def units(root: Place, random: Random) -> list[Staffed]:
    """Units with ids and positions. One in seven is overloaded, one in seven has too little to do."""
    staffed: list[Staffed] = []
    ids: dict[int, str] = {}
    number = 0
    for index, (place, parent) in enumerate(root.walk()):
        ids[id(place)] = f"U{index:04d}"
        parent_id = ids[id(parent)] if parent else None
        unit = Staffed(ids[id(place)], place, parent_id, _busy(index, random))
        for post, formasi in ((place.head, 1), *place.staff):
            if post is None or not formasi:
                continue
            number += 1
            position = _position(f"J{number:05d}", unit, post, formasi, post is place.head)
            unit.positions.append(Filled(position, post, *_filled(random, unit.busy, formasi, index > 1)))
        staffed.append(unit)
    return staffed


def _filled(random: Random, busy: float, formasi: int, may_be_vacant: bool) -> tuple[int, float]:
    """How many hold a position, and how many its work needs: at least one more where one is missing."""
    if formasi == 1:
        if may_be_vacant and random.random() < 0.04:
            return 0, random.uniform(1.0, 1.06)
        return 1, busy * random.uniform(0.97, 1.03)
    if busy > 1.2:
        missing = max(1, round(formasi * (1 - 1 / busy)))
    else:
        missing = int(busy > 0.8 and random.random() < 0.25)
    holders = formasi - missing
    if missing:
        return holders, formasi * random.uniform(1.0, 1.04)
    return holders, holders * busy * random.uniform(0.97, 1.03)


def _busy(index: int, random: Random) -> float:
    if index % 7 == 5:
        return random.uniform(1.25, 1.6)
    if index % 7 == 3:
        return random.uniform(0.55, 0.78)
    return random.uniform(0.88, 1.14)


def _position(key: str, unit: Staffed, post: Post, formasi: int, is_head: bool) -> Row:
    nama = post.nama
    if is_head and unit.place.head_added:
        nama = f"{nama} (Kepala {unit.place.jenis.capitalize()})"
    return {
        "id": key,
        "unor_id": unit.id,
        "nama": nama,
        "jenis": post.jenis,
        "siasn_jenis": post.siasn_jenis,
        "eselon": post.eselon,
        "jenjang_jf": post.jenjang,
        "kelas": post.kelas,
        "formasi": formasi,
        "bup": people.bup(post.jenis, post.jenjang),
        "memimpin_satker": is_head and unit.place.leads_satker,
        "syarat_pendidikan": post.pendidikan,
        "syarat_jurusan": "; ".join(post.jurusan),
        "syarat_golongan": post.golongan,
    }


class Workforce:
    """Makes employees, each NIP once."""

    def __init__(self, random: Random, names: Names, today: date, areas: list[str]) -> None:
        self._random = random
        self._names = names
        self._today = today
        self._areas = areas
        self._serials: dict[str, int] = {}
        self._number = 0

    def employ(self, staffed: Sequence[Staffed], cast: Mapping[str, Named]) -> Iterator[Person]:
        """Everybody who holds a position. `cast`: position id -> who must be the first to hold it."""
        for unit in staffed:
            for filled in unit.positions:
                for slot in range(filled.holders):
                    named = None if slot else cast.get(filled.position["id"])
                    person = self._hire(unit, filled.position, filled.post, named)
                    if unit.head_nip is None:
                        unit.head_nip = person.row["nip"]
                    yield person

    def _hire(self, unit: Staffed, position: Row, post: Post, named: Named | None) -> Person:
        random, today = self._random, self._today
        jk = named.jk if named else random.choice("12")
        leads = post is unit.place.head
        pppk = named is None and not leads and _on_contract(random, unit.place.jenis, post)
        pendidikan = _education(random, post, leads)
        jurusan = _field_of_study(random, post, pendidikan)
        years = _years_of_service(random, post, pendidikan, position["bup"], pppk)
        joined = _month_start(today - timedelta(days=years * 365.25))
        entry = random.randint(*((26, 38) if pppk else ENTRY_AGE[pendidikan]))
        born = joined - timedelta(days=round(entry * 365.25) + random.randrange(365))
        golongan = None if pppk else _grade(pendidikan, post, years)
        tmt_jabatan = self._in_position_since(joined, named is not None)
        self._number += 1
        before, after = titles(jurusan, pendidikan)
        row: Row = {
            "nip": self._nip(born, joined, jk, pppk),
            "nik": self._numbered(f"999901{born.day + (40 if jk == '2' else 0):02d}{born:%m%y}", 4),
            "siasn_id": str(UUID(int=random.getrandbits(128), version=4)),
            "nama": named.name if named else self._names.person(jk),
            "gelar_depan": before,
            "gelar_belakang": after,
            "tgl_lahir": born,
            "jk": jk,
            "email": f"pegawai{self._number}@kota.example",
            "jenis_asn": "PPPK" if pppk else "CPNS" if years < 1 else "PNS",
            "kedudukan_hukum": "01" if leads or named else _standing(random),
            "golongan": golongan,
            "golongan_pppk": {"30": 7, "40": 9, "45": 10}[pendidikan] if pppk else None,
            "tmt_golongan": _half_year(
                today - timedelta(days=random.randrange(int(min(years, 4) * 365) + 1))
            ),
            "tmt_cpns": None if pppk else joined,
            "tmt_pns": None if pppk or years < 1 else joined.replace(year=joined.year + 1),
            "pendidikan": pendidikan,
            "jurusan": jurusan,
            "unor_id": unit.id,
            "jabatan_id": position["id"],
            "tmt_jabatan": tmt_jabatan,
            "jenis_penugasan": "TT" if leads and unit.place.head_added else "D",
            "domisili": random.choice(self._areas),
            "pasangan_nip": None,
            "ikatan_10_tahun": years < 6 and not pppk,
        }
        return Person(row, post, unit, position, joined, named.username if named else None)

    def _nip(self, born: date, joined: date, jk: str, pppk: bool) -> str:
        stem = f"{born:%Y%m%d}{joined.year}{21 if pppk else joined.month:02d}{jk}"
        return self._numbered(stem, 3)

    def _numbered(self, stem: str, digits: int) -> str:
        self._serials[stem] = serial = self._serials.get(stem, 0) + 1
        return f"{stem}{serial:0{digits}d}"

    def _in_position_since(self, joined: date, settled: bool) -> date:
        """A quarter for under two years, half for two to five, a quarter for longer; never before joining."""
        low, high = self._random.choices(((1, 23), (24, 59), (60, 110)), weights=(25, 50, 25))[0]
        months = 36 if settled else self._random.randint(low, high)
        return max(joined, _month_start(self._today - timedelta(days=months * 30.44)))


def _education(random: Random, post: Post, leads: bool) -> str:
    if post.pendidikan == "15":
        return random.choices(("15", "30", "40"), weights=(60, 25, 15))[0]
    if post.pendidikan == "30":
        return random.choices(("30", "40"), weights=(75, 25))[0] if "Kebidanan" not in post.jurusan else "30"
    master = 0.6 if leads or post.jenis == "JPT" else 0.12
    return "45" if random.random() < master else "40"


def _field_of_study(random: Random, post: Post, pendidikan: str) -> str:
    chosen = random.choice(post.jurusan)
    if pendidikan < "30":
        return random.choice(("IPA", "IPS", "Administrasi Perkantoran"))
    return "Administrasi Publik" if chosen in ("SMA", "SMK") else chosen


def _on_contract(random: Random, kind: str, post: Post) -> bool:
    """Some of those who teach and nurse are PPPK."""
    return (
        post.jenis == "JF"
        and kind in PUBLIC_HEALTH_AND_SCHOOLS
        and post.golongan in ("23", "31")
        and random.random() < 0.2
    )


def _years_of_service(random: Random, post: Post, pendidikan: str, bup: int, pppk: bool) -> float:
    """At least as many as the post's least grade takes, four years a step; never past retirement."""
    if pppk:
        return random.uniform(0.7, 4.8)
    steps = max(0, GRADES.index(post.golongan) - GRADES.index(FIRST_GRADE[pendidikan]))
    least = 4.0 * steps + 0.5
    most = bup - ENTRY_AGE[pendidikan][1] - 1.5
    return min(most, least + random.betavariate(1.3, 2.2) * (most - least))


def _grade(pendidikan: str, post: Post, years: float) -> str:
    first = GRADES.index(FIRST_GRADE[pendidikan])
    reached = first + int(years // 4)
    last = LAST_GRADE[pendidikan]
    if post.jenis == "Pelaksana" and pendidikan >= "40":
        last = "34"
    return GRADES[max(GRADES.index(post.golongan), min(reached, GRADES.index(last)))]


def _standing(random: Random) -> str:
    return random.choices(("01", "03", "02", "15", "04", "20"), weights=(970, 12, 4, 5, 3, 6))[0]


def _month_start(day: date) -> date:
    return date(day.year, day.month, 1)


def _half_year(day: date) -> date:
    """Grades rise on 1 April and 1 October."""
    if day.month >= 10:
        return date(day.year, 10, 1)
    return date(day.year, 4, 1) if day.month >= 4 else date(day.year - 1, 10, 1)


def marry(random: Random, everyone: list[Person]) -> None:
    """Some employees are married to each other: a link that the rules on conflicts of interest must see."""
    for index in range(0, len(everyone) - 40, 60):
        first = everyone[index]
        match = (p for p in random.sample(everyone, 20) if p.row["jk"] != first.row["jk"])
        second = next((p for p in match if p.row["pasangan_nip"] is None), None)
        if second and first.row["pasangan_nip"] is None:
            first.row["pasangan_nip"], second.row["pasangan_nip"] = second.row["nip"], first.row["nip"]
