"""
An authority of the demo's own, and a certificate by it: phones run the app only over HTTPS.

The authority may vouch for the addresses of this machine and for nothing else (RFC 5280 §4.2.1.10), lasts as
long as its certificate, and its key is thrown away once that is signed: whoever trusts it on a phone trusts
little.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Final

import psutil
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAYS: Final = 30
SKEW: Final = timedelta(days=1)
"""A phone's clock may be slow."""
LOCAL: Final = "localhost"


@dataclass(frozen=True)
class Certificates:
    """The files: `authority` is what a phone has to trust, `chain` and `key` are the server's."""

    authority: Path
    chain: Path
    key: Path


def addresses() -> list[IPv4Address]:
    """Those by which others reach this machine, and the one by which it reaches itself."""
    found = {
        IPv4Address(one.address)
        for card in psutil.net_if_addrs().values()
        for one in card
        if one.family.name == "AF_INET"
    }
    return sorted(found, key=lambda one: (one.is_loopback, one))


def make(folder: Path, hosts: Sequence[IPv4Address]) -> Certificates:
    """Makes the authority and the certificate for `hosts` in `folder`."""
    files = Certificates(folder / "verilap-demo-ca.crt", folder / "demo.crt", folder / "demo.key")
    now = datetime.now(UTC)
    root, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = _name(f"Verilap demo {now:%Y-%m-%d %H:%M}")
    authority = (
        _begun(issuer, issuer, root, root.public_key(), now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.NameConstraints(_permitted(hosts), None), critical=True)
        .sign(root, hashes.SHA256())
    )
    names = [x509.DNSName(LOCAL), *(x509.IPAddress(one) for one in hosts)]
    server = (
        _begun(_name("Verilap demo"), issuer, root, own.public_key(), now)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .sign(root, hashes.SHA256())
    )
    files.authority.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    files.chain.write_bytes(server.public_bytes(serialization.Encoding.PEM))
    files.key.touch(mode=0o600)
    files.key.write_bytes(
        own.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return files


def _begun(
    subject: x509.Name,
    issuer: x509.Name,
    root: ec.EllipticCurvePrivateKey,
    key: ec.EllipticCurvePublicKey,
    now: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SKEW)
        .not_valid_after(now + timedelta(days=DAYS))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root.public_key()), critical=False)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _permitted(hosts: Sequence[IPv4Address]) -> list[x509.GeneralName]:
    return [x509.DNSName(LOCAL), *(x509.IPAddress(IPv4Network(f"{one}/32")) for one in hosts)]


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
