"""Signing with the test certificates of this installation: PAdES B-LT, by pyHanko."""

from __future__ import annotations

import io
import logging
import tempfile
from pathlib import Path
from typing import Any

from service.operations.letters.signers import Request, SigningFailed
from service.operations.letters.signers.authority import Holder, TestAuthority

FIELD = "ttd_"

logging.getLogger("pyhanko").setLevel(logging.ERROR)  # it warns at each signature that nothing is fetched


class LocalSigner:
    """Puts a visible signature into the PDF, with a time stamp and what is needed to check it later."""

    needs_secret = False

    def __init__(self, folder: Path) -> None:
        self.authority = TestAuthority(folder)

    def sign(self, request: Request) -> bytes:
        from pyhanko.pdf_utils.misc import PdfError
        from pyhanko.sign.general import SigningError

        try:
            with tempfile.NamedTemporaryFile(suffix=".pdf") as stamp:  # pyHanko takes the page from a file
                stamp.write(request.stamp)
                stamp.flush()
                return self._signed(request, stamp.name)
        except (PdfError, SigningError) as error:
            raise SigningFailed(f"{type(error).__name__}: {error}") from error

    def _signed(self, request: Request, stamp: str) -> bytes:
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.sign import fields, signers
        from pyhanko.sign.signers.pdf_signer import DSSContentSettings, SigDSSPlacementPreference
        from pyhanko.sign.timestamps import DummyTimeStamper

        holder, clock = self.authority.signer(request.title, request.name), self.authority.clock()
        place = request.place
        box = tuple(round(value) for value in (place.left, place.bottom, place.right, place.top))
        target = io.BytesIO()
        signers.PdfSigner(
            signers.PdfSignatureMetadata(
                field_name=FIELD + place.slot,
                md_algorithm="sha256",
                reason=request.reason,
                location=request.location,
                name=request.name,
                subfilter=fields.SigSeedSubFilter.PADES,
                embed_validation_info=True,
                validation_context=self.validation_context(),
                # Before the signature and not after it, so that the last one covers the whole file.
                dss_settings=DSSContentSettings(
                    include_vri=False, placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE
                ),
            ),
            signers.SimpleSigner(_certificate(holder.certificate), _key(holder), _store(holder)),
            timestamper=DummyTimeStamper(_certificate(clock.certificate), _key(clock), _store(clock)),
            stamp_style=_appearance(stamp),
            new_field_spec=fields.SigFieldSpec(FIELD + place.slot, on_page=place.page, box=box),  # type: ignore[arg-type]
        ).sign_pdf(IncrementalPdfFileWriter(io.BytesIO(request.pdf)), output=target)
        return target.getvalue()

    def validation_context(self) -> Any:
        """What is needed to trust signatures of this installation: its root and its list of revoked certificates."""
        from pyhanko_certvalidator import ValidationContext

        root = _certificate(self.authority.root().certificate)
        return ValidationContext(
            trust_roots=[root],
            crls=[self.authority.revoked()],
            allow_fetching=False,
            revocation_mode="hard-fail",
        )


def _appearance(path: str) -> Any:
    """The page of the stamp as the look of the signature; its fonts are inside, as PDF/A asks."""
    from pyhanko.pdf_utils.content import ImportedPdfPage
    from pyhanko.pdf_utils.layout import AxisAlignment as Align
    from pyhanko.pdf_utils.layout import InnerScaling, Margins, SimpleBoxLayoutRule
    from pyhanko.stamp import StaticStampStyle

    return StaticStampStyle(
        border_width=0,
        background=ImportedPdfPage(path),
        background_layout=SimpleBoxLayoutRule(
            Align.ALIGN_MID, Align.ALIGN_MID, Margins(), InnerScaling.STRETCH_FILL
        ),
    )


def _certificate(certificate: Any) -> Any:
    from asn1crypto import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    return x509.Certificate.load(certificate.public_bytes(Encoding.DER))


def _key(holder: Holder) -> Any:
    from asn1crypto import keys
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    packed = holder.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return keys.PrivateKeyInfo.load(packed)


def _store(holder: Holder) -> Any:
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    return SimpleCertificateStore.from_certs([_certificate(holder.root)])
