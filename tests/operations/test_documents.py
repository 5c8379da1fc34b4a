"""Files of cases: taken by what they are, stored once by content, refused without a trace."""

from __future__ import annotations

import io
import resource
import uuid
import zipfile
from pathlib import Path

import pypdfium2
import pytest
from sqlalchemy import func, select

from service.db.cases import CaseDocument, CaseEvent
from service.db.queries import cases as queries
from service.domain.errors import Invalid, NoSpace, NotAllowed, NotFound
from service.operations import definitions, documents, previews
from service.wiring import Services
from tests.operations.diagrams import branches
from tests.operations.test_tasks import start
from tests.world import World

PDF = b"%PDF-1.7\n1 0 obj\n"
ODT = b"application/vnd.oasis.opendocument.text"


def archive(**members: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in members.items():
            written.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return target.getvalue()


@pytest.fixture
def case_id(services: Services, world: World) -> uuid.UUID:
    with services.action(world.intan) as action:
        definitions.deploy(action, [branches()])
    return start(services, world.ani)


def attach(
    services: Services, world: World, case_id: uuid.UUID, content: bytes, name: str = "a.pdf"
) -> CaseDocument:
    with services.action(world.ani) as action:
        return documents.attach(action, case_id, "sk", name, io.BytesIO(content))


def files(services: Services) -> list[Path]:
    return [path for path in Path(services.settings.var_dir, "documents").rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PDF, "application/pdf"),
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0....", "image/jpeg"),
        (archive(mimetype=ODT), ODT.decode()),
        (
            archive(word__document_xml=b"<w/>"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (
            archive(xl__workbook_xml=b"<x/>"),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        (b"Berita acara\n", "text/plain"),
        (b"a" * 4095 + "é".encode() + b"b", "text/plain"),
    ],
)
def test_what_is_taken(
    services: Services, world: World, case_id: uuid.UUID, content: bytes, media_type: str
) -> None:
    document = attach(services, world, case_id, content, "lampiran.exe")
    assert (document.media_type, document.size) == (media_type, len(content))
    with services.reading() as action:
        assert documents.path_of(action, document).read_bytes() == content
        logged = action.session.scalar(select(CaseEvent).where(CaseEvent.kind == "document_attached"))
    assert logged is not None
    assert (logged.case_id, logged.actor_name) == (case_id, "Ani")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MZ\x90\x00program",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        b"  <html></html>",
        b"\xc3\x28 not UTF-8",
        b"a" * 4090 + b"\xff" * 20,
        archive(anything=b"x"),
        b"PK\x03\x04 cut short",
        archive(mimetype=b"0" * 5_000_000),
    ],
)
def test_what_is_refused_leaves_nothing(
    services: Services, world: World, case_id: uuid.UUID, content: bytes
) -> None:
    with pytest.raises(Invalid):
        attach(services, world, case_id, content)
    assert files(services) == []
    with services.reading() as action:
        assert action.session.scalar(select(func.count()).select_from(CaseDocument)) == 0


def test_a_file_too_large_is_refused_before_it_is_all_read(
    services: Services, world: World, case_id: uuid.UUID
) -> None:
    endless = io.BytesIO(PDF + b"0" * (services.settings.max_upload_bytes + documents.CHUNK * 4))
    with pytest.raises(Invalid), services.action(world.ani) as action:
        documents.attach(action, case_id, "sk", "a.pdf", endless)
    assert endless.tell() < len(endless.getvalue())
    assert files(services) == []


def test_the_same_content_is_stored_once(services: Services, world: World, case_id: uuid.UUID) -> None:
    one, other = (attach(services, world, case_id, PDF, name) for name in ("a.pdf", "b.pdf"))
    assert (one.sha256, one.id == other.id) == (other.sha256, False)
    assert len(files(services)) == 1


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\berkas\\SK.pdf", "SK.pdf"),
        ("a\0b\n.pdf", "ab.pdf"),
        ("..", "dokumen"),
        ("SK Mutasi – Gita.pdf", "SK Mutasi – Gita.pdf"),
        ("x" * 400 + ".pdf", "x" * 196 + ".pdf"),
    ],
)
def test_names_are_only_shown(
    services: Services, world: World, case_id: uuid.UUID, given: str, shown: str
) -> None:
    assert attach(services, world, case_id, PDF, given).filename == shown
    folder = Path(services.settings.var_dir, "documents")
    (stored,) = files(services)
    assert stored.relative_to(folder).as_posix() == f"{stored.name[:2]}/{stored.name}"


def test_there_must_be_a_case(services: Services, world: World) -> None:
    with pytest.raises(NotFound):
        attach(services, world, uuid.uuid4(), PDF)


def test_an_upload_without_room_is_refused_and_leaves_nothing(
    services: Services, world: World, case_id: uuid.UUID
) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4 * 1024 * 1024, before[1]))
    try:
        with pytest.raises(NoSpace, match="no room"):
            attach(services, world, case_id, PDF + bytes(6 * 1024 * 1024))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    folder = Path(services.settings.var_dir, "documents")
    assert not [file for file in folder.rglob("*") if file.is_file()]
    attach(services, world, case_id, PDF + bytes(6 * 1024 * 1024))


def test_who_attached_a_document_removes_it_with_a_reason_and_the_record_stays(
    services: Services, world: World, case_id: uuid.UUID
) -> None:
    document = attach(services, world, case_id, PDF)
    with pytest.raises(NotAllowed), services.action(world.lina) as action:
        documents.remove(action, document.id, "Bukan milik saya")
    with pytest.raises(Invalid), services.action(world.ani) as action:
        documents.remove(action, document.id, "  ")
    with services.action(world.ani) as action:
        documents.remove(action, document.id, "Salah unggah")
    with pytest.raises(NotFound), services.action(world.ani) as action:
        documents.remove(action, document.id, "Lagi")
    with services.reading() as action:
        assert queries.documents(action.session, case_id) == []
        (kept,) = queries.documents(action.session, case_id, removed=True)
        assert (kept.removed_by, kept.removed_reason) == (world.ani.id, "Salah unggah")
        kinds = set(action.session.scalars(select(CaseEvent.kind).where(CaseEvent.case_id == case_id)))
    assert "document_removed" in kinds
    assert len(files(services)) == 1


def test_a_replacement_takes_the_place_and_the_kind(
    services: Services, world: World, case_id: uuid.UUID
) -> None:
    old = attach(services, world, case_id, PDF)
    with services.action(world.citra) as action:  # who may repair cases may, too
        new = documents.replace(action, old.id, "baru – final.pdf", io.BytesIO(PDF + b"2"), "Versi lama")
        new_id = new.id
    with services.reading() as action:
        (shown,) = queries.documents(action.session, case_id)
        assert (shown.id, shown.kind, shown.filename) == (new_id, "sk", "baru – final.pdf")
        (gone,) = queries.documents(action.session, case_id, removed=True)
        assert gone.replaced_by == new_id


def test_a_replacement_of_another_kind_changes_nothing(
    services: Services, world: World, case_id: uuid.UUID
) -> None:
    old = attach(services, world, case_id, PDF)
    with pytest.raises(Invalid), services.action(world.ani) as action:
        documents.replace(action, old.id, "x.pdf", io.BytesIO(b"MZ\x00"), "Coba")
    with services.reading() as action:
        assert [row.id for row in queries.documents(action.session, case_id)] == [old.id]


def test_the_pages_of_a_pdf_become_pictures_once(
    services: Services, world: World, case_id: uuid.UUID
) -> None:
    pdf = pypdfium2.PdfDocument.new()
    for _ in range(2):
        pdf.new_page(200, 300)
    written = io.BytesIO()
    pdf.save(written)
    document = attach(services, world, case_id, written.getvalue())
    with services.reading(world.ani) as action:
        pictures, count = previews.pages_of(action, document)
        assert (len(pictures), count) == (2, 2)
        assert pictures[0].read_bytes().startswith(b"\x89PNG")
        before = pictures[0].stat().st_mtime_ns
        assert previews.pages_of(action, document)[0][0].stat().st_mtime_ns == before


def test_a_pdf_that_cannot_be_drawn_says_so_and_leaves_nothing(
    services: Services, world: World, case_id: uuid.UUID
) -> None:
    document = attach(services, world, case_id, PDF + b"\xff" * 500)
    with services.reading(world.ani) as action, pytest.raises(Invalid):
        previews.pages_of(action, document)
    assert list(Path(services.settings.var_dir, "previews").iterdir()) == []
