"""How mail leaves, read from the settings: which server, by which protection, as whom."""

from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from typing import Final
from urllib.parse import unquote, urlsplit

from domain.errors import InvalidRequest
from server.config import MAIL_FROM_VARIABLE, SMTP_VARIABLE, ConfigurationError

PORTS: Final = {"smtp": 25, "smtps": 465}
LONGEST_ADDRESS: Final = 254
"""Characters of an address (RFC 5321, with the erratum 1690)."""
FORM: Final = f"{SMTP_VARIABLE} is smtp(s)://[USER:PASSWORD@]HOST[:PORT]"


@dataclass(frozen=True)
class MailSettings:
    """
    The mail server and the sender. `is_tls`: encrypted from the first byte (smtps); else as soon as the
    server offers it, and never a password without.
    """

    host: str
    port: int
    is_tls: bool
    sender: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)


def read_mail_settings(url: str, sender: str) -> MailSettings:
    """The settings in the variables. Raises `ConfigurationError`; the message never repeats a password."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ConfigurationError(FORM, variable=SMTP_VARIABLE) from None
    is_more = parts.path.strip("/") or parts.query or parts.fragment
    is_half = (parts.username is None) != (parts.password is None)
    if parts.scheme not in PORTS or not parts.hostname or port == 0 or is_more or is_half:
        raise ConfigurationError(FORM, variable=SMTP_VARIABLE)
    try:
        from_ = check_address(sender)
    except InvalidRequest:
        raise ConfigurationError(
            f"{MAIL_FROM_VARIABLE} is a mail address", variable=MAIL_FROM_VARIABLE
        ) from None
    return MailSettings(
        host=parts.hostname,
        port=port or PORTS[parts.scheme],
        is_tls=parts.scheme == "smtps",
        sender=from_,
        user=unquote(parts.username) if parts.username is not None else None,
        password=unquote(parts.password) if parts.password is not None else None,
    )


def check_address(text: str) -> str:
    """The address, with nobody's name beside it. Raises `InvalidRequest` (bad-email) for what is none."""
    address = text.strip()
    try:
        read = Address(addr_spec=address)
    except (MessageError, ValueError, IndexError):
        raise _no_address() from None
    is_sound = (
        address.isascii() and address.isprintable() and len(address) <= LONGEST_ADDRESS and '"' not in address
    )
    if not is_sound or not read.username or not read.domain or read.addr_spec != address:
        raise _no_address()
    return address


def _no_address() -> InvalidRequest:
    return InvalidRequest("this is no mail address", code="bad-email")
