"""
A real mail server in a process of its own: what it took is in files, and it can be as bad as servers are.

``python -m tests.support.mail_server FOLDER [MODE]`` prints the port that it listens on.
"""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Final

MODES: Final = ("open", "starttls", "tls", "login", "refusing", "busy", "silent")
USER, PASSWORD = "verilap@kantor", "surel: 17/hulu"


class MailServer:
    """The process, as a test sees it."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port

    @property
    def letters(self) -> list[EmailMessage]:
        """What it took, in order."""
        found = sorted(self.folder.glob("*.eml"))
        read = [message_from_bytes(one.read_bytes(), policy=policy.default) for one in found]
        return [one for one in read if isinstance(one, EmailMessage)]


@contextmanager
def mail_server(folder: Path, mode: str = "open", port: int = 0) -> Iterator[MailServer]:
    """Runs one until the block ends, then kills it."""
    folder.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "tests.support.mail_server", str(folder), mode, str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        yield MailServer(folder, int(process.stdout.readline()))
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


class Handler:
    """Keeps mail, or does not want it."""

    def __init__(self, folder: Path, mode: str) -> None:
        self.folder, self.mode = folder, mode

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's interface)
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if self.mode == "refusing":
            return f"550 5.1.1 no such user {address}"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.mode == "busy":
            return "451 4.3.0 come again later"
        name = f"{time.time_ns()}.eml"
        (self.folder / f".{name}").write_bytes(envelope.content)
        (self.folder / f".{name}").rename(self.folder / name)
        return "250 OK"


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for localhost that signs itself, and its key."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / "cert.pem", folder / "key.pem"
    cert_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return cert_file, key_file


def _listen_in_silence(port: int) -> None:
    """Says a letter now and then, and never what is waited for."""
    with socket.create_server(("127.0.0.1", port)) as listener:
        print(listener.getsockname()[1], flush=True)
        while True:
            line, _ = listener.accept()
            try:
                while True:
                    line.sendall(b"2")
                    time.sleep(0.05)
            except OSError:
                line.close()


def main(folder: str, mode: str, port: str) -> None:
    """Serves until it is killed."""
    if mode == "silent":
        _listen_in_silence(int(port))
    from aiosmtpd.controller import Controller
    from aiosmtpd.smtp import AuthResult

    options: dict[str, Any] = {}
    context = None
    if mode in ("starttls", "tls", "login"):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(Path(folder) / "cert.pem", Path(folder) / "key.pem")
    if mode in ("starttls", "login"):
        options = {"tls_context": context, "require_starttls": True}
    if mode == "login":

        def check(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
            is_right = (given.login, given.password) == (USER.encode(), PASSWORD.encode())
            return AuthResult(success=is_right, handled=False)

        options |= {"authenticator": check, "auth_required": True}
    chosen = int(port) or _free_port()
    controller = Controller(
        Handler(Path(folder), mode),
        hostname="127.0.0.1",
        port=chosen,
        ssl_context=context if mode == "tls" else None,
        **options,
    )
    controller.start()
    print(chosen, flush=True)
    while True:
        time.sleep(3600)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


if __name__ == "__main__":
    main(*sys.argv[1:])
