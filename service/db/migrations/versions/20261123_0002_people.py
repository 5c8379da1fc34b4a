"""Units, positions, employees and what is known about them.

Revision ID: 20261123_0002
Revises: 20261123_0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from service.db.base import UtcDateTime

revision = "20261123_0002"
down_revision = "20261123_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "record_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("nip", sa.String(length=18), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("changes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_change")),
    )
    op.create_index("ix_record_change_kind_key", "record_change", ["kind", "key"], unique=False)
    op.create_index(op.f("ix_record_change_nip"), "record_change", ["nip"], unique=False)
    op.create_table(
        "unit",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("induk_id", sa.String(length=64), nullable=True),
        sa.Column("nama", sa.String(length=200), nullable=False),
        sa.Column("jenis", sa.String(length=16), nullable=False),
        sa.Column("instansi_id", sa.String(length=64), nullable=False),
        sa.Column("kepala_nip", sa.String(length=18), nullable=True),
        sa.CheckConstraint(
            "jenis IN ('pemda', 'sekretariat', 'dinas', 'badan', 'inspektorat', 'kecamatan', 'kelurahan', 'puskesmas', 'rsud', 'sekolah', 'bagian', 'bidang', 'seksi', 'upt', 'lain')",
            name=op.f("ck_unit_jenis"),
        ),
        sa.ForeignKeyConstraint(
            ["induk_id"],
            ["unit.id"],
            name=op.f("fk_unit_induk_id_unit"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
    )
    op.create_index(op.f("ix_unit_induk_id"), "unit", ["induk_id"], unique=False)
    op.create_index(op.f("ix_unit_kepala_nip"), "unit", ["kepala_nip"], unique=False)
    op.create_table(
        "complaint",
        sa.Column("unor_id", sa.String(length=64), nullable=False),
        sa.Column("bulan", sa.Date(), nullable=False),
        sa.Column("kanal", sa.String(length=64), nullable=False),
        sa.Column("kategori", sa.String(length=64), nullable=False),
        sa.Column("jumlah", sa.Integer(), nullable=False),
        sa.Column("selesai", sa.Integer(), nullable=False),
        sa.CheckConstraint("jumlah >= 0", name=op.f("ck_complaint_jumlah")),
        sa.CheckConstraint("selesai BETWEEN 0 AND jumlah", name=op.f("ck_complaint_selesai")),
        sa.ForeignKeyConstraint(["unor_id"], ["unit.id"], name=op.f("fk_complaint_unor_id_unit")),
        sa.PrimaryKeyConstraint("unor_id", "bulan", "kanal", "kategori", name=op.f("pk_complaint")),
    )
    op.create_index("ix_complaint_bulan", "complaint", ["bulan"], unique=False)
    op.create_table(
        "position",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("unor_id", sa.String(length=64), nullable=False),
        sa.Column("nama", sa.String(length=200), nullable=False),
        sa.Column("jenis", sa.String(length=16), nullable=False),
        sa.Column("siasn_jenis", sa.String(length=1), nullable=False),
        sa.Column("eselon", sa.String(length=2), nullable=False),
        sa.Column("jenjang_jf", sa.String(length=16), nullable=True),
        sa.Column("kelas", sa.SmallInteger(), nullable=False),
        sa.Column("formasi", sa.Integer(), nullable=False),
        sa.Column("bup", sa.SmallInteger(), nullable=False),
        sa.Column("memimpin_satker", sa.Boolean(), nullable=False),
        sa.Column("syarat_pendidikan", sa.String(length=2), nullable=True),
        sa.Column("syarat_jurusan", sa.String(length=200), nullable=True),
        sa.Column("syarat_golongan", sa.String(length=2), nullable=True),
        sa.CheckConstraint(
            "eselon IN ('11', '12', '21', '22', '31', '32', '41', '42', '99')",
            name=op.f("ck_position_eselon"),
        ),
        sa.CheckConstraint(
            "jenis IN ('JPT', 'Administrator', 'Pengawas', 'JF', 'Pelaksana')", name=op.f("ck_position_jenis")
        ),
        sa.CheckConstraint(
            "jenjang_jf IN ('Pemula', 'Terampil', 'Mahir', 'Penyelia', 'Ahli Pertama', 'Ahli Muda', 'Ahli Madya', 'Ahli Utama')",
            name=op.f("ck_position_jenjang_jf"),
        ),
        sa.CheckConstraint("siasn_jenis IN ('1', '2', '3', '4')", name=op.f("ck_position_siasn_jenis")),
        sa.CheckConstraint(
            "syarat_golongan IN ('11', '12', '13', '14', '21', '22', '23', '24', '31', '32', '33', '34', '41', '42', '43', '44', '45')",
            name=op.f("ck_position_syarat_golongan"),
        ),
        sa.CheckConstraint(
            "syarat_pendidikan IN ('05', '10', '12', '15', '17', '18', '20', '25', '30', '35', '40', '45', '50')",
            name=op.f("ck_position_syarat_pendidikan"),
        ),
        sa.CheckConstraint("bup IN (58, 60, 65)", name=op.f("ck_position_bup")),
        sa.CheckConstraint("formasi >= 0", name=op.f("ck_position_formasi")),
        sa.CheckConstraint("kelas BETWEEN 1 AND 17", name=op.f("ck_position_kelas")),
        sa.ForeignKeyConstraint(["unor_id"], ["unit.id"], name=op.f("fk_position_unor_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_position")),
    )
    op.create_index(op.f("ix_position_jenis"), "position", ["jenis"], unique=False)
    op.create_index(op.f("ix_position_nama"), "position", ["nama"], unique=False)
    op.create_index(op.f("ix_position_unor_id"), "position", ["unor_id"], unique=False)
    op.create_table(
        "satisfaction",
        sa.Column("unor_id", sa.String(length=64), nullable=False),
        sa.Column("tahun", sa.SmallInteger(), nullable=False),
        sa.Column("nilai", sa.Double(), nullable=False),
        sa.CheckConstraint("nilai BETWEEN 25 AND 100", name=op.f("ck_satisfaction_nilai")),
        sa.ForeignKeyConstraint(["unor_id"], ["unit.id"], name=op.f("fk_satisfaction_unor_id_unit")),
        sa.PrimaryKeyConstraint("unor_id", "tahun", name=op.f("pk_satisfaction")),
    )
    op.create_table(
        "competency_standard",
        sa.Column("jabatan_id", sa.String(length=64), nullable=False),
        sa.Column("kode", sa.String(length=64), nullable=False),
        sa.Column("jenis", sa.String(length=16), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("wajib", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "jenis IN ('manajerial', 'sosial_kultural', 'teknis')", name=op.f("ck_competency_standard_jenis")
        ),
        sa.CheckConstraint("level BETWEEN 1 AND 5", name=op.f("ck_competency_standard_level")),
        sa.ForeignKeyConstraint(
            ["jabatan_id"],
            ["position.id"],
            name=op.f("fk_competency_standard_jabatan_id_position"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("jabatan_id", "kode", name=op.f("pk_competency_standard")),
    )
    op.create_table(
        "employee",
        sa.Column("nip", sa.String(length=18), nullable=False),
        sa.Column("nik", sa.String(length=16), nullable=True),
        sa.Column("siasn_id", sa.String(length=64), nullable=True),
        sa.Column("nama", sa.String(length=200), nullable=False),
        sa.Column("gelar_depan", sa.String(length=50), nullable=True),
        sa.Column("gelar_belakang", sa.String(length=50), nullable=True),
        sa.Column("tgl_lahir", sa.Date(), nullable=False),
        sa.Column("jk", sa.String(length=1), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("jenis_asn", sa.String(length=4), nullable=False),
        sa.Column("kedudukan_hukum", sa.String(length=2), nullable=False),
        sa.Column("golongan", sa.String(length=2), nullable=True),
        sa.Column("golongan_pppk", sa.SmallInteger(), nullable=True),
        sa.Column("tmt_golongan", sa.Date(), nullable=True),
        sa.Column("tmt_cpns", sa.Date(), nullable=True),
        sa.Column("tmt_pns", sa.Date(), nullable=True),
        sa.Column("pendidikan", sa.String(length=2), nullable=True),
        sa.Column("jurusan", sa.String(length=200), nullable=True),
        sa.Column("unor_id", sa.String(length=64), nullable=False),
        sa.Column("jabatan_id", sa.String(length=64), nullable=False),
        sa.Column("tmt_jabatan", sa.Date(), nullable=False),
        sa.Column("jenis_penugasan", sa.String(length=3), nullable=False),
        sa.Column("domisili", sa.String(length=200), nullable=True),
        sa.Column("pasangan_nip", sa.String(length=18), nullable=True),
        sa.Column("ikatan_10_tahun", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "golongan IN ('11', '12', '13', '14', '21', '22', '23', '24', '31', '32', '33', '34', '41', '42', '43', '44', '45')",
            name=op.f("ck_employee_golongan"),
        ),
        sa.CheckConstraint("jenis_asn IN ('PNS', 'CPNS', 'PPPK')", name=op.f("ck_employee_jenis_asn")),
        sa.CheckConstraint(
            "jenis_penugasan IN ('D', 'PLT', 'PLH', 'PJ', 'TT')", name=op.f("ck_employee_jenis_penugasan")
        ),
        sa.CheckConstraint("jk IN ('1', '2')", name=op.f("ck_employee_jk")),
        sa.CheckConstraint(
            "kedudukan_hukum IN ('01', '02', '03', '04', '09', '15', '20', '92')",
            name=op.f("ck_employee_kedudukan_hukum"),
        ),
        sa.CheckConstraint(
            "pendidikan IN ('05', '10', '12', '15', '17', '18', '20', '25', '30', '35', '40', '45', '50')",
            name=op.f("ck_employee_pendidikan"),
        ),
        sa.CheckConstraint("golongan_pppk BETWEEN 1 AND 17", name=op.f("ck_employee_golongan_pppk")),
        sa.CheckConstraint("length(nik) = 16", name=op.f("ck_employee_nik")),
        sa.CheckConstraint("length(nip) = 18", name=op.f("ck_employee_nip")),
        sa.CheckConstraint("pasangan_nip <> nip", name=op.f("ck_employee_pasangan_nip")),
        sa.ForeignKeyConstraint(
            ["jabatan_id"], ["position.id"], name=op.f("fk_employee_jabatan_id_position")
        ),
        sa.ForeignKeyConstraint(["unor_id"], ["unit.id"], name=op.f("fk_employee_unor_id_unit")),
        sa.PrimaryKeyConstraint("nip", name=op.f("pk_employee")),
        sa.UniqueConstraint("nik", name=op.f("uq_employee_nik")),
        sa.UniqueConstraint("siasn_id", name=op.f("uq_employee_siasn_id")),
    )
    op.create_index(op.f("ix_employee_jabatan_id"), "employee", ["jabatan_id"], unique=False)
    op.create_index(op.f("ix_employee_kedudukan_hukum"), "employee", ["kedudukan_hukum"], unique=False)
    op.create_index(op.f("ix_employee_nama"), "employee", ["nama"], unique=False)
    op.create_index(op.f("ix_employee_unor_id"), "employee", ["unor_id"], unique=False)
    op.create_table(
        "workload",
        sa.Column("jabatan_id", sa.String(length=64), nullable=False),
        sa.Column("tahun", sa.SmallInteger(), nullable=False),
        sa.Column("tugas", sa.String(length=200), nullable=False),
        sa.Column("unor_id", sa.String(length=64), nullable=False),
        sa.Column("volume", sa.Double(), nullable=False),
        sa.Column("norma_waktu_menit", sa.Double(), nullable=False),
        sa.CheckConstraint("norma_waktu_menit > 0", name=op.f("ck_workload_norma_waktu_menit")),
        sa.CheckConstraint("tahun BETWEEN 2000 AND 2100", name=op.f("ck_workload_tahun")),
        sa.CheckConstraint("volume >= 0", name=op.f("ck_workload_volume")),
        sa.ForeignKeyConstraint(
            ["jabatan_id"], ["position.id"], name=op.f("fk_workload_jabatan_id_position")
        ),
        sa.ForeignKeyConstraint(["unor_id"], ["unit.id"], name=op.f("fk_workload_unor_id_unit")),
        sa.PrimaryKeyConstraint("jabatan_id", "tahun", "tugas", name=op.f("pk_workload")),
    )
    op.create_index("ix_workload_unor_id_tahun", "workload", ["unor_id", "tahun"], unique=False)
    op.create_table(
        "aspiration",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("nip", sa.String(length=18), nullable=False),
        sa.Column("tgl", sa.Date(), nullable=False),
        sa.Column("prioritas", sa.SmallInteger(), nullable=False),
        sa.Column("tujuan", sa.String(length=300), nullable=False),
        sa.Column("unor_id", sa.String(length=64), nullable=True),
        sa.Column("alasan", sa.String(length=16), nullable=False),
        sa.Column("bersedia", sa.Boolean(), nullable=False),
        sa.Column("bersedia_luar", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "alasan IN ('keluarga', 'kesehatan', 'karier', 'kompetensi', 'lain')",
            name=op.f("ck_aspiration_alasan"),
        ),
        sa.CheckConstraint("prioritas BETWEEN 1 AND 3", name=op.f("ck_aspiration_prioritas")),
        sa.ForeignKeyConstraint(["nip"], ["employee.nip"], name=op.f("fk_aspiration_nip_employee")),
        sa.ForeignKeyConstraint(["unor_id"], ["unit.id"], name=op.f("fk_aspiration_unor_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aspiration")),
        sa.UniqueConstraint("nip", "tgl", "prioritas", name=op.f("uq_aspiration_nip_tgl_prioritas")),
    )
    op.create_index(op.f("ix_aspiration_unor_id"), "aspiration", ["unor_id"], unique=False)
    op.create_table(
        "discipline",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("nip", sa.String(length=18), nullable=False),
        sa.Column("jenis", sa.String(length=2), nullable=True),
        sa.Column("tingkat", sa.String(length=1), nullable=False),
        sa.Column("mulai", sa.Date(), nullable=False),
        sa.Column("akhir", sa.Date(), nullable=True),
        sa.Column("status_kasus", sa.String(length=16), nullable=False),
        sa.Column("nomor_sk", sa.String(length=100), nullable=True),
        sa.CheckConstraint(
            "status_kasus IN ('proses', 'banding', 'berlaku', 'selesai')",
            name=op.f("ck_discipline_status_kasus"),
        ),
        sa.CheckConstraint("tingkat IN ('R', 'S', 'B')", name=op.f("ck_discipline_tingkat")),
        sa.CheckConstraint("akhir >= mulai", name=op.f("ck_discipline_akhir")),
        sa.ForeignKeyConstraint(["nip"], ["employee.nip"], name=op.f("fk_discipline_nip_employee")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discipline")),
        sa.UniqueConstraint("nip", "mulai", "tingkat", name=op.f("uq_discipline_nip_mulai_tingkat")),
    )
    op.create_table(
        "employee_competency",
        sa.Column("nip", sa.String(length=18), nullable=False),
        sa.Column("kode", sa.String(length=64), nullable=False),
        sa.Column("jenis", sa.String(length=16), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("tgl", sa.Date(), nullable=False),
        sa.Column("metode", sa.String(length=64), nullable=True),
        sa.Column("berlaku_sampai", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "jenis IN ('manajerial', 'sosial_kultural', 'teknis')", name=op.f("ck_employee_competency_jenis")
        ),
        sa.CheckConstraint("level BETWEEN 1 AND 5", name=op.f("ck_employee_competency_level")),
        sa.ForeignKeyConstraint(["nip"], ["employee.nip"], name=op.f("fk_employee_competency_nip_employee")),
        sa.PrimaryKeyConstraint("nip", "kode", name=op.f("pk_employee_competency")),
    )
    op.create_table(
        "employee_document",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("nip", sa.String(length=18), nullable=False),
        sa.Column("jenis", sa.String(length=64), nullable=False),
        sa.Column("nomor", sa.String(length=100), nullable=False),
        sa.Column("tgl", sa.Date(), nullable=False),
        sa.Column("berkas", sa.String(length=255), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("berlaku_sampai", sa.Date(), nullable=True),
        sa.Column("verifikator", sa.String(length=200), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "status IN ('diajukan', 'terverifikasi', 'ditolak')", name=op.f("ck_employee_document_status")
        ),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_employee_document_sha256")),
        sa.ForeignKeyConstraint(["nip"], ["employee.nip"], name=op.f("fk_employee_document_nip_employee")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employee_document")),
        sa.UniqueConstraint("nip", "jenis", "nomor", name=op.f("uq_employee_document_nip_jenis_nomor")),
    )
    op.create_table(
        "performance",
        sa.Column("nip", sa.String(length=18), nullable=False),
        sa.Column("tahun", sa.SmallInteger(), nullable=False),
        sa.Column("periodik", sa.SmallInteger(), nullable=False),
        sa.Column("hasil", sa.SmallInteger(), nullable=False),
        sa.Column("perilaku", sa.SmallInteger(), nullable=False),
        sa.Column("predikat", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("hasil BETWEEN 1 AND 3", name=op.f("ck_performance_hasil")),
        sa.CheckConstraint("perilaku BETWEEN 1 AND 3", name=op.f("ck_performance_perilaku")),
        sa.CheckConstraint("periodik BETWEEN 1 AND 2", name=op.f("ck_performance_periodik")),
        sa.CheckConstraint("predikat BETWEEN 1 AND 5", name=op.f("ck_performance_predikat")),
        sa.CheckConstraint("tahun BETWEEN 2000 AND 2100", name=op.f("ck_performance_tahun")),
        sa.ForeignKeyConstraint(["nip"], ["employee.nip"], name=op.f("fk_performance_nip_employee")),
        sa.PrimaryKeyConstraint("nip", "tahun", name=op.f("pk_performance")),
    )
    op.create_table(
        "position_history",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("nip", sa.String(length=18), nullable=False),
        sa.Column("jenis_mutasi", sa.String(length=2), nullable=False),
        sa.Column("jabatan_id", sa.String(length=64), nullable=True),
        sa.Column("jabatan", sa.String(length=200), nullable=False),
        sa.Column("jenis_jabatan", sa.String(length=16), nullable=True),
        sa.Column("eselon", sa.String(length=2), nullable=True),
        sa.Column("unor_id", sa.String(length=64), nullable=True),
        sa.Column("unor", sa.String(length=200), nullable=False),
        sa.Column("tmt", sa.Date(), nullable=False),
        sa.Column("tmt_pelantikan", sa.Date(), nullable=True),
        sa.Column("nomor_sk", sa.String(length=100), nullable=True),
        sa.Column("tgl_sk", sa.Date(), nullable=True),
        sa.Column("berakhir", sa.Date(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "jenis_jabatan IN ('JPT', 'Administrator', 'Pengawas', 'JF', 'Pelaksana')",
            name=op.f("ck_position_history_jenis_jabatan"),
        ),
        sa.CheckConstraint("jenis_mutasi IN ('MJ', 'MU')", name=op.f("ck_position_history_jenis_mutasi")),
        sa.CheckConstraint("berakhir >= tmt", name=op.f("ck_position_history_berakhir")),
        sa.ForeignKeyConstraint(["nip"], ["employee.nip"], name=op.f("fk_position_history_nip_employee")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_position_history")),
        sa.UniqueConstraint(
            "nip", "tmt", "jabatan", "unor", name=op.f("uq_position_history_nip_tmt_jabatan_unor")
        ),
    )
    op.create_index(op.f("ix_position_history_case_id"), "position_history", ["case_id"], unique=False)
    op.create_index(op.f("ix_position_history_unor_id"), "position_history", ["unor_id"], unique=False)
    op.create_table(
        "talent",
        sa.Column("nip", sa.String(length=18), nullable=False),
        sa.Column("tahun", sa.SmallInteger(), nullable=False),
        sa.Column("kinerja", sa.SmallInteger(), nullable=False),
        sa.Column("potensi", sa.SmallInteger(), nullable=False),
        sa.Column("kotak", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("kinerja BETWEEN 1 AND 3", name=op.f("ck_talent_kinerja")),
        sa.CheckConstraint("kotak BETWEEN 1 AND 9", name=op.f("ck_talent_kotak")),
        sa.CheckConstraint("potensi BETWEEN 1 AND 3", name=op.f("ck_talent_potensi")),
        sa.ForeignKeyConstraint(["nip"], ["employee.nip"], name=op.f("fk_talent_nip_employee")),
        sa.PrimaryKeyConstraint("nip", "tahun", name=op.f("pk_talent")),
    )


def downgrade() -> None:
    op.drop_table("talent")
    op.drop_index(op.f("ix_position_history_unor_id"), table_name="position_history")
    op.drop_index(op.f("ix_position_history_case_id"), table_name="position_history")
    op.drop_table("position_history")
    op.drop_table("performance")
    op.drop_table("employee_document")
    op.drop_table("employee_competency")
    op.drop_table("discipline")
    op.drop_index(op.f("ix_aspiration_unor_id"), table_name="aspiration")
    op.drop_table("aspiration")
    op.drop_index("ix_workload_unor_id_tahun", table_name="workload")
    op.drop_table("workload")
    op.drop_index(op.f("ix_employee_unor_id"), table_name="employee")
    op.drop_index(op.f("ix_employee_nama"), table_name="employee")
    op.drop_index(op.f("ix_employee_kedudukan_hukum"), table_name="employee")
    op.drop_index(op.f("ix_employee_jabatan_id"), table_name="employee")
    op.drop_table("employee")
    op.drop_table("competency_standard")
    op.drop_table("satisfaction")
    op.drop_index(op.f("ix_position_unor_id"), table_name="position")
    op.drop_index(op.f("ix_position_nama"), table_name="position")
    op.drop_index(op.f("ix_position_jenis"), table_name="position")
    op.drop_table("position")
    op.drop_index("ix_complaint_bulan", table_name="complaint")
    op.drop_table("complaint")
    op.drop_index(op.f("ix_unit_kepala_nip"), table_name="unit")
    op.drop_index(op.f("ix_unit_induk_id"), table_name="unit")
    op.drop_table("unit")
    op.drop_index(op.f("ix_record_change_nip"), table_name="record_change")
    op.drop_index("ix_record_change_kind_key", table_name="record_change")
    op.drop_table("record_change")
