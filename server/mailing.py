"""
Handing a mail to the mail server, within a time that is bounded whatever that server does.

No mail of this server holds personal data: what a mail may say is up to who writes it (`server.services.
alarm_mail`). Its recipient is an account's address, which is neither logged nor told in an error.
"""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from threading import Timer
from typing import Final

from domain.errors import VerilapError
from server.mail_settings import MailSettings

STEP_SECONDS: Final = 15.0
"""For each step: connecting, a line that is awaited."""
WHOLE_SECONDS: Final = 60.0
"""For a mail. A server that says a letter every ten seconds never runs out of the time for a step."""
PERMANENT_FROM: Final = 500


class MailError(VerilapError):
    """A mail did not leave. `is_final`: the server does not want it, and will not another time."""

    code = "mail-failed"

    def __init__(self, code: str, *, is_final: bool = False) -> None:
        super().__init__(f"the mail did not leave: {code}", code="mail-failed", reason=code)
        self.reason = code
        self.is_final = is_final


def send(settings: MailSettings, message: EmailMessage, whole_seconds: float = WHOLE_SECONDS) -> None:
    """Hands a mail over. Raises `MailError`, for which a server that hangs is one that fails."""
    with _explained(), _connected(settings, whole_seconds) as server:
        _protect(server, settings)
        if settings.user is not None and settings.password is not None:
            server.login(settings.user, settings.password)
        server.send_message(message)


@contextmanager
def _connected(settings: MailSettings, whole_seconds: float) -> Iterator[smtplib.SMTP]:
    timeout = min(STEP_SECONDS, whole_seconds)
    if settings.is_tls:
        context = ssl.create_default_context()
        server: smtplib.SMTP = smtplib.SMTP_SSL(timeout=timeout, context=context)
    else:
        server = smtplib.SMTP(timeout=timeout)
    server._host = settings.host  # type: ignore[attr-defined]  # whose name its certificate has to say
    watch = Timer(whole_seconds, _cut, [server])
    watch.daemon = True
    watch.start()
    try:
        server.connect(settings.host, settings.port)
        yield server
        _part(server)
    finally:
        watch.cancel()
        server.close()


def _cut(server: smtplib.SMTP) -> None:
    """Ends every wait on the connection, in whatever thread."""
    line = getattr(server, "sock", None)
    if line is not None:
        try:
            line.shutdown(socket.SHUT_RDWR)
        except OSError:
            line.close()


def _part(server: smtplib.SMTP) -> None:
    """The mail is handed over: how the server takes its leave changes nothing."""
    try:
        server.quit()
    except (smtplib.SMTPException, OSError):
        server.close()


def _protect(server: smtplib.SMTP, settings: MailSettings) -> None:
    """Encrypts as soon as the server offers it. No password goes over an open line but within the machine."""
    if settings.is_tls:
        return
    server.ehlo_or_helo_if_needed()
    if server.has_extn("starttls"):
        server.starttls(context=ssl.create_default_context())
        server.ehlo()
    elif settings.user is not None and not _is_here(server):
        raise MailError("no-tls")


def _is_here(server: smtplib.SMTP) -> bool:
    address = server.sock.getpeername()[0] if server.sock else ""
    return bool(address == "::1" or address.startswith("127."))


@contextmanager
def _explained() -> Iterator[None]:
    """Every fault as `MailError`, with a word and no more: servers repeat addresses in what they say."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as fault:
        codes = [code for code, _ in fault.recipients.values()]
        is_final = all(code >= PERMANENT_FROM for code in codes)
        raise MailError(f"recipient-{max(codes)}", is_final=is_final) from None
    except smtplib.SMTPAuthenticationError as fault:
        raise MailError(f"login-{fault.smtp_code}") from None
    except smtplib.SMTPSenderRefused as fault:
        raise MailError(f"sender-{fault.smtp_code}") from None
    except smtplib.SMTPResponseException as fault:
        raise MailError(f"refused-{fault.smtp_code}") from None
    except ssl.SSLError:
        raise MailError("tls") from None
    except TimeoutError:
        raise MailError("timeout") from None
    except (smtplib.SMTPException, OSError, ValueError):
        raise MailError("no-line") from None
