"""What notices say, in both languages: without names, for subjects of letters and locked screens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

ZONES: Mapping[str, str] = {
    "Asia/Jakarta": "WIB",
    "Asia/Pontianak": "WIB",
    "Asia/Makassar": "WITA",
    "Asia/Jayapura": "WIT",
}
"""The zones of Indonesia by the names people use."""

TITLES: Mapping[str, tuple[str, str]] = {
    "assigned": ("Tugas baru untuk Anda", "New task for you"),
    "offered": ("Tugas baru untuk peran Anda", "New tasks for your roles"),
    "due_soon": ("Tugas hampir jatuh tempo", "Task due soon"),
    "overdue": ("Tugas melewati tenggat", "Task overdue"),
    "reminder": ("Anda diingatkan", "You are reminded"),
    "mention": ("Anda disebut dalam komentar", "You were mentioned"),
    "comment": ("Komentar baru", "New comment"),
    "sent_back": ("Dikembalikan kepada Anda", "Sent back to you"),
    "withdrawn": ("Keputusan ditarik atau kasus dibatalkan", "Decision taken back or case cancelled"),
    "decision": ("Keputusan atas kasus Anda", "Decision on your case"),
    "review": ("Evaluasi segera tiba", "Review coming up"),
    "incident": ("Langkah gagal, perlu diperbaiki", "Step failed, needs repair"),
    "stand_in": ("Penggantian ditetapkan", "A substitution is set"),
    "stand_in_over": ("Penggantian diakhiri", "A substitution has ended"),
}
"""Kind -> title in Indonesian and English."""

PHRASES: Mapping[str, tuple[str, str]] = {
    "case": ("Kasus", "Case"),
    "due": ("tenggat", "due"),
    "open": ("Buka", "Open"),
    "many": ("{count} pemberitahuan", "{count} notices"),
    "waiting": ("{count} tugas menunggu Anda dan peran Anda", "{count} tasks wait for you and your roles"),
    "waiting_for": (
        "{count} tugas menunggu {name}, yang Anda gantikan",
        "{count} tasks wait for {name}, for whom you stand in",
    ),
    "offered_or_lent": (
        "Tugas baru untuk peran Anda atau yang Anda gantikan",
        "New tasks for your roles or for whom you stand in",
    ),
    "acting_for": ("bertindak untuk {name}", "acting for {name}"),
    "as_substitute": ("Sebagai pengganti: {title}", "As a substitute: {title}"),
    "stands_in": (
        "{substitute} menggantikan {absent}, {first} – {last}",
        "{substitute} stands in for {absent}, {first} – {last}",
    ),
    "waiting_subject": ("{count} tugas menunggu", "{count} tasks waiting"),
    "inbox": ("Ke kotak masuk", "To the inbox"),
    "greeting": ("Yang perlu Anda ketahui di Mutasi:", "What you need to know in Mutasi:"),
    "settings": ("Atur surat dan notifikasi", "Choose letters and notices"),
    "why": (
        "Surat ini dikirim oleh Mutasi karena pilihan pemberitahuan Anda.",
        "Mutasi sent you this because of your notice settings.",
    ),
}


def title(kind: str, language: str) -> str:
    """What a notice of this kind is called."""
    return TITLES[kind][language == "en"]


def phrase(key: str, language: str, **values: object) -> str:
    """A phrase of letters."""
    return PHRASES[key][language == "en"].format(**values)


def moment(value: datetime, zone: str) -> str:
    """`24-11-2026 16.00 WIB`: short and the same in both languages."""
    local = value.astimezone(ZoneInfo(zone))
    return f"{local:%d-%m-%Y %H.%M} {ZONES.get(zone, local.tzname() or '')}".strip()
