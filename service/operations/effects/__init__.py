"""What the service tasks of diagrams do. An effect runs in the transaction that completes the step before it.

An effect gets the case's row and data, may read and write the database, and answers with variables for the
case. Missing inputs give empty lists and nulls: a stage may be started on its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from service.db.cases import Case
from service.operations.action import Action
from service.operations.effects.analysing import hitung_kebutuhan
from service.operations.effects.checking import periksa_aturan
from service.operations.effects.deciding import batalkan_sk, catat_sk, perbarui_riwayat
from service.operations.effects.planning import peringkat_calon, petakan_kompetensi, tetapkan_calon
from service.operations.effects.preparing import siapkan_kasus
from service.operations.effects.reviewing import hitung_evaluasi, tutup_kasus

Effect = Callable[[Action, Case, Mapping[str, Any]], Mapping[str, Any]]

EFFECTS: Mapping[str, Effect] = {
    "siapkan_kasus": siapkan_kasus,
    "hitung_kebutuhan": hitung_kebutuhan,
    "petakan_kompetensi": petakan_kompetensi,
    "peringkat_calon": peringkat_calon,
    "tetapkan_calon": tetapkan_calon,
    "periksa_aturan": periksa_aturan,
    "catat_sk": catat_sk,
    "perbarui_riwayat": perbarui_riwayat,
    "batalkan_sk": batalkan_sk,
    "hitung_evaluasi": hitung_evaluasi,
    "tutup_kasus": tutup_kasus,
}
"""Effect id (mutasi:effect of a service task) -> what it does."""

LASTING = frozenset({"catat_sk", "perbarui_riwayat", "batalkan_sk"})
"""Effects that leave something outside of the case: the decision before them can no longer be withdrawn."""

MODELS = ("aturan_mutasi", "parameter_mutasi", "bobot_penempatan", "dokumen_mutasi")
"""The decision models that effects ask; they version with every diagram that uses an effect."""
