"""The server's settings: read from the environment once, then never again."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from domain.errors import VerilapError

if TYPE_CHECKING:
    from server.key_file import KeySource
    from server.mail_settings import MailSettings

DATA_VARIABLE: Final = "VERILAP_DATA"
DATABASE_VARIABLE: Final = "DATABASE_URL"
KEY_VARIABLE: Final = "VERILAP_MASTER_KEY"
KEY_FILE_VARIABLE: Final = "VERILAP_KEY_FILE"
FILES_VARIABLE: Final = "VERILAP_FILES"
LOG_VARIABLE: Final = "VERILAP_LOG"
URL_VARIABLE: Final = "VERILAP_URL"
SMTP_VARIABLE: Final = "VERILAP_SMTP_URL"
MAIL_FROM_VARIABLE: Final = "VERILAP_MAIL_FROM"
ALARM_VARIABLE: Final = "VERILAP_ALARM_MINUTES"
USUAL_ALARM_MINUTES: Final = 120
MOST_ALARM_MINUTES: Final = 7 * 24 * 60
LOG_FORMATS: Final = ("json", "text")
_DRIVERS: Final = {
    "sqlite": "sqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}


class ConfigurationError(VerilapError):
    """A variable of the environment makes no sense."""

    code = "configuration"


@dataclass(frozen=True)
class Config:
    """Where the server keeps things, and how it logs.

    `data` is the folder of secrets and, without a DATABASE_URL, of the SQLite file;
    `log_format` is ``json`` (one object a line) or ``text``. `key` (master keys, as
    text) counts before `key_file`. `files` is where files lie: a folder, or ``s3://bucket/prefix``;
    without any it is the folder ``files`` in `data`. `url` is the address under which people and devices
    reach the server, without a slash at its end. `mail` says how mail leaves;
    without it none does. `alarm_minutes`: after so many an alarm that nobody acknowledged goes to all heads.
    """

    data: Path
    database_url: str
    log_format: str = "json"
    key: str | None = field(default=None, repr=False)
    key_file: Path | None = None
    files: str | None = None
    url: str | None = None
    mail: "MailSettings | None" = None
    alarm_minutes: int = USUAL_ALARM_MINUTES

    @property
    def secret_file(self) -> Path:
        """Holds the key that signs the sessions of the office pages."""
        return self.data / "secret-key"

    @property
    def key_source(self) -> "KeySource":
        """Where the master key lies that unwraps the keys of the database."""
        from server.key_file import KeySource  # not above: it needs the ciphers, and help does not

        return KeySource(self.key_file or self.data / "master-key", self.key)

    @property
    def is_files_s3(self) -> bool:
        """Whether files lie in a bucket, and not in a folder."""
        return (self.files or "").startswith("s3:")

    @property
    def files_folder(self) -> Path:
        """Holds the bytes of files, encrypted, unless they lie in a bucket."""
        return Path(self.files or self.data / "files").expanduser().absolute()

    @property
    def erasures_file(self) -> Path:
        """Holds what was erased, in ids: a database that is restored from a backup is held to it."""
        return self.data / "erasures.jsonl"

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")


def read_config(environ: Mapping[str, str] = os.environ) -> Config:
    """The settings in `environ`. Raises `ConfigurationError`."""
    data = Path(environ.get(DATA_VARIABLE) or _usual_data_folder(environ)).expanduser().absolute()
    url = environ.get(DATABASE_VARIABLE) or f"sqlite:///{data / 'verilap.db'}"
    log_format = environ.get(LOG_VARIABLE) or LOG_FORMATS[0]
    if log_format not in LOG_FORMATS:
        raise ConfigurationError(f"{LOG_VARIABLE} is json or text", variable=LOG_VARIABLE)
    named = environ.get(KEY_FILE_VARIABLE)
    files = environ.get(FILES_VARIABLE) or None
    if files and "://" in files and not files.startswith("s3://"):
        # A folder of that name would be made wherever a command is begun.
        raise ConfigurationError(
            f"{FILES_VARIABLE} is a folder, or s3://BUCKET/PREFIX", variable=FILES_VARIABLE
        )
    key_file = Path(named).expanduser().absolute() if named else None
    return Config(
        data,
        read_database_url(url),
        log_format,
        environ.get(KEY_VARIABLE) or None,
        key_file,
        files,
        _read_url(environ.get(URL_VARIABLE)),
        _read_mail(environ),
        _read_minutes(environ),
    )


def _read_url(text: str | None) -> str | None:
    """The address of the server as people and devices know it."""
    if not text:
        return None
    try:
        parts = urlsplit(text.strip())
        is_sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_sound = False
    if (
        not is_sound
        or len(text.split()) != 1
        or parts.query
        or parts.fragment
        or parts.username
        or parts.password
    ):
        raise ConfigurationError(
            f"{URL_VARIABLE} is an address such as https://verilap.example.go.id", variable=URL_VARIABLE
        )
    return text.strip().rstrip("/")


def _read_mail(environ: Mapping[str, str]) -> "MailSettings | None":
    """How mail leaves. A link in it needs an address, and a mail a sender."""
    smtp = environ.get(SMTP_VARIABLE)
    if not smtp:
        return None
    from server.mail_settings import read_mail_settings  # not above: only a server with mail needs it

    for variable in (MAIL_FROM_VARIABLE, URL_VARIABLE):
        if not environ.get(variable):
            raise ConfigurationError(f"{SMTP_VARIABLE} needs {variable} beside it", variable=variable)
    return read_mail_settings(smtp, environ[MAIL_FROM_VARIABLE])


def _read_minutes(environ: Mapping[str, str]) -> int:
    text = environ.get(ALARM_VARIABLE) or str(USUAL_ALARM_MINUTES)
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_ALARM_MINUTES):
        raise ConfigurationError(
            f"{ALARM_VARIABLE} is a number of minutes, 1 to {MOST_ALARM_MINUTES}", variable=ALARM_VARIABLE
        )
    return int(text)


def _usual_data_folder(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("XDG_DATA_HOME") or "~/.local/share") / "verilap-server"


def read_database_url(url: str) -> str:
    """The URL as SQLAlchemy wants it, with our driver. The message never repeats a password."""
    from sqlalchemy.engine import make_url  # not above: a command that only shows its help needs none of it
    from sqlalchemy.exc import ArgumentError

    try:
        read = make_url(url)
    except (ArgumentError, ValueError):
        raise ConfigurationError(
            f"{DATABASE_VARIABLE} is no database URL", variable=DATABASE_VARIABLE
        ) from None
    if read.drivername not in _DRIVERS:
        raise ConfigurationError(
            f"{DATABASE_VARIABLE} begins with sqlite:/// or postgresql://, not with {read.drivername}",
            variable=DATABASE_VARIABLE,
        )
    if _DRIVERS[read.drivername] == "sqlite":
        if not read.database or read.database == ":memory:":
            raise ConfigurationError(f"{DATABASE_VARIABLE} names no file", variable=DATABASE_VARIABLE)
        return f"sqlite:///{Path(read.database).expanduser().absolute()}"
    return read.set(drivername=_DRIVERS[read.drivername]).render_as_string(hide_password=False)
