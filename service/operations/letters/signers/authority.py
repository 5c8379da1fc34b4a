"""A certificate authority for trying things out: made once in var_dir, and marked as a test in every name.

It has what a real one has (a root, a list of revoked certificates, a time-stamping service), so that test signatures are
made and checked the way real ones are: PAdES with long-term validation data. Nobody else trusts its root.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
LASTS = timedelta(days=3650)
MARK = "TEST"
ROOT = "TEST – Mutasi, bukan sertifikat sah"
LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class Holder:
    """A key with its certificate, and the authority's certificate."""

    key: Key
    certificate: x509.Certificate
    root: x509.Certificate


class TestAuthority:
    """The authority in a folder. Several processes may open the same one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def root(self) -> Holder:
        """The root, made on first use."""
        return self._holder("test-root", lambda: _self_signed(ROOT))

    def signer(self, title: str, name: str) -> Holder:
        """The certificate of somebody who signs: `TEST – WALI KOTA CONTOH – Fitri`."""
        digest = hashlib.sha256(f"{title}\n{name}".encode()).hexdigest()[:16]
        return self._holder(f"test-{digest}", lambda: _issued(self.root(), f"{MARK} – {name} – {title}"))

    def clock(self) -> Holder:
        """The certificate of the time-stamping service."""
        return self._holder("test-clock", lambda: _issued(self.root(), f"{MARK} – waktu", stamping=True))

    def revoked(self) -> bytes:
        """The list of revoked certificates, signed by the root: an empty one, as DER."""
        root, now = self.root(), datetime.now(UTC)
        built = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(root.certificate.subject)
            .last_update(now - timedelta(minutes=5))
            .next_update(now + LASTS)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(root.key.public_key()), critical=False
            )
            .add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
        )
        return built.sign(root.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def _holder(self, name: str, make: Any) -> Holder:
        """Of several processes that make one at once, the first one's holds."""
        path = self.folder / f"{name}.p12"
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            own = path.with_name(f".{name}.{secrets.token_hex(8)}")
            descriptor = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(_packed(name, make()))
            with suppress(FileExistsError):
                path.hardlink_to(own)
            own.unlink()
        return _unpacked(path.read_bytes())


def _packed(name: str, holder: Holder) -> bytes:
    others = [holder.root] if holder.root != holder.certificate else None
    return pkcs12.serialize_key_and_certificates(
        name.encode(), holder.key, holder.certificate, others, serialization.NoEncryption()
    )


def _unpacked(content: bytes) -> Holder:
    key, certificate, others = pkcs12.load_key_and_certificates(content, None)
    assert isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey)
    assert certificate is not None
    return Holder(key, certificate, others[0] if others else certificate)


def _self_signed(common: str) -> Holder:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(common)
    certificate = (
        _begun(name, name, key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(authority=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Holder(key, certificate, certificate)


def _issued(root: Holder, common: str, *, stamping: bool = False) -> Holder:
    # The time stamps of pyHanko's own stamper are RSA only.
    key: Key = rsa.generate_private_key(65537, 2048) if stamping else ec.generate_private_key(ec.SECP256R1())
    built = (
        _begun(_name(common), root.certificate.subject, key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(authority=False), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(root.key.public_key()), critical=False
        )
    )
    if stamping:
        built = built.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return Holder(key, built.sign(root.key, hashes.SHA256()), root.certificate)


def _begun(subject: x509.Name, issuer: x509.Name, key: Key) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + LASTS)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "ID"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ROOT),
            x509.NameAttribute(NameOID.COMMON_NAME, common[:LONGEST_NAME]),
        ]
    )


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=not authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )
