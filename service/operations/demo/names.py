"""Invented names (Faker's id_ID, seeded), with the academic titles that go with a field of study."""

from __future__ import annotations

from random import Random

from faker import Faker

TITLES: dict[str, dict[str, tuple[str | None, str]]] = {
    "Keperawatan": {"30": (None, "A.Md.Kep."), "40": ("Ns.", "S.Kep."), "45": ("Ns.", "S.Kep., M.Kep.")},
    "Kebidanan": {"30": (None, "A.Md.Keb."), "40": (None, "S.Tr.Keb."), "45": (None, "S.Tr.Keb., M.Kes.")},
    "Kedokteran": {"40": ("dr.", ""), "45": ("dr.", "M.Kes.")},
    "Kedokteran Gigi": {"40": ("drg.", ""), "45": ("drg.", "M.Kes.")},
    "Farmasi": {"30": (None, "A.Md.Farm."), "40": ("apt.", "S.Farm."), "45": ("apt.", "M.Farm.")},
    "Gizi": {"30": (None, "A.Md.Gz."), "40": (None, "S.Gz."), "45": (None, "S.Gz., M.Gizi")},
    "Kesehatan Lingkungan": {
        "30": (None, "A.Md.KL."),
        "40": (None, "S.K.M."),
        "45": (None, "S.K.M., M.Kes."),
    },
    "PGSD": {"40": (None, "S.Pd."), "45": (None, "S.Pd., M.Pd.")},
    "Pendidikan": {"40": (None, "S.Pd."), "45": (None, "S.Pd., M.Pd.")},
    "Ilmu Pemerintahan": {"30": (None, "A.Md."), "40": (None, "S.IP."), "45": (None, "S.IP., M.Si.")},
    "Administrasi Publik": {"30": (None, "A.Md."), "40": (None, "S.A.P."), "45": (None, "S.A.P., M.A.P.")},
    "Hukum": {"40": (None, "S.H."), "45": (None, "S.H., M.H.")},
    "Manajemen": {"30": (None, "A.Md."), "40": (None, "S.E."), "45": (None, "S.E., M.M.")},
    "Akuntansi": {"30": (None, "A.Md.Ak."), "40": (None, "S.Ak."), "45": (None, "S.Ak., M.Ak.")},
    "Teknik Informatika": {"30": (None, "A.Md.Kom."), "40": (None, "S.Kom."), "45": (None, "S.Kom., M.Kom.")},
    "Teknik Sipil": {"30": (None, "A.Md.T."), "40": (None, "S.T."), "45": (None, "S.T., M.T.")},
    "Ilmu Sosial": {"30": (None, "A.Md."), "40": (None, "S.Sos."), "45": (None, "S.Sos., M.Si.")},
}

FLOWERS = """
Melati Mawar Kenanga Cempaka Teratai Anggrek Flamboyan Kemuning Bougenvil Dahlia Tanjung Seroja Wijaya Sekar
Nusa Mekar Sari Asri Lestari Makmur Jaya Sentosa Sejahtera Bahagia Indah Permai Damai Rukun Harapan
"""
PLACES = """
Tirta Muara Bukit Lembah Rawa Tanjung Pantai Telaga Sungai Kebun Padang Gunung Taman Kampung Pulau Teluk
Hulu Hilir Seberang Batu
"""


class Names:
    """Draws names; `city` and `areas` are invented too."""

    def __init__(self, random: Random) -> None:
        faker = Faker("id_ID")
        faker.seed_instance(random.randrange(1 << 30))
        self._random = random
        self._first = {
            "1": list(dict.fromkeys(faker.first_name_male() for _ in range(1500))),
            "2": list(dict.fromkeys(faker.first_name_female() for _ in range(1500))),
        }
        self._last = {
            "1": list(dict.fromkeys(faker.last_name_male() for _ in range(600))),
            "2": list(dict.fromkeys(faker.last_name_female() for _ in range(600))),
        }
        pairs = [f"{place} {flower}" for place in PLACES.split() for flower in FLOWERS.split()]
        random.shuffle(pairs)
        self._places = iter(dict.fromkeys(pairs))

    def person(self, jk: str) -> str:
        """A name: usually two words, sometimes three."""
        random = self._random
        middle = f" {random.choice(self._first[jk])}" if random.random() < 0.25 else ""
        return f"{random.choice(self._first[jk])}{middle} {random.choice(self._last[jk])}"

    def place(self) -> str:
        """A place that was not named before."""
        return next(self._places)


def titles(jurusan: str, pendidikan: str) -> tuple[str | None, str | None]:
    """Titles before and after the name; a master's degree is named beside the bachelor's."""
    before, after = TITLES.get(jurusan, {}).get(pendidikan, (None, ""))
    return before, after or None
