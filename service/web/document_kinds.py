"""What the kinds of documents are called: the codes that the rule on documents asks for, in the reader's language."""

from __future__ import annotations

from flask_babel import gettext

KINDS = {
    "surat_permohonan": lambda: gettext("Application letter"),
    "persetujuan_asal": lambda: gettext("Consent of the sending unit"),
    "usul_penerima": lambda: gettext("Proposal of the receiving unit"),
    "anjab_abk": lambda: gettext("Job and workload analysis"),
    "sk_pangkat": lambda: gettext("Latest rank decree"),
    "sk_jabatan": lambda: gettext("Latest position decree"),
    "skp": lambda: gettext("Two years of performance ratings"),
    "bebas_hukdis": lambda: gettext("Statement of no discipline case"),
    "bebas_temuan": lambda: gettext("Audit clearance"),
    "bebas_tubel": lambda: gettext("Statement of no study assignment"),
    "lampiran": lambda: gettext("Attachment"),
}


def label(kind: str) -> str:
    """What a kind is called; one that is not known here by its own words."""
    return KINDS[kind]() if kind in KINDS else kind.replace("_", " ")


def labels() -> list[str]:
    """The kinds to choose from."""
    return [name() for name in KINDS.values()]


def code(text: str) -> str:
    """The kind that somebody means by what they chose or typed."""
    wanted = " ".join(text.split())
    return next((kind for kind, name in KINDS.items() if name().casefold() == wanted.casefold()), wanted)
