"""The device's settings from outside, read once: the environment and nothing else."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from domain.errors import InvalidRequest

Language = Literal["id", "en"]
USUAL_ATTEMPTS: Final = 4


@dataclass(frozen=True)
class Config:
    """
    `home` is the device's folder (VERILAP_HOME), `key` the passphrase of its store (VERILAP_KEY), `language`
    that of messages (VERILAP_LANG, else LANG), `attempts` how often in a row to try to reach the server
    (VERILAP_RETRIES).
    """

    home: Path
    key: str
    language: Language = "id"
    attempts: int = USUAL_ATTEMPTS


def read_config(environment: Mapping[str, str] | None = None) -> Config:
    """The settings. Raises `InvalidRequest` when the passphrase is missing or no text, a number none."""
    given = os.environ if environment is None else environment
    key = given.get("VERILAP_KEY", "")
    if not key:
        raise InvalidRequest("VERILAP_KEY must hold the passphrase of the device store", code="key-missing")
    if not is_text(key):
        raise InvalidRequest("VERILAP_KEY must be a text in UTF-8", code="key-text")
    home = given.get("VERILAP_HOME") or str(Path.home() / ".verilap")
    return Config(Path(home).expanduser(), key, read_language(given), _attempts(given))


def read_recovery_passphrase(environment: Mapping[str, str] | None = None) -> str:
    """That of the office's key, on the office's machine. Raises `InvalidRequest` where there is none."""
    given = os.environ if environment is None else environment
    passphrase = given.get("VERILAP_RECOVERY_PASSPHRASE", "")
    if not passphrase:
        message = "VERILAP_RECOVERY_PASSPHRASE must hold the passphrase of the recovery key"
        raise InvalidRequest(message, code="recovery-passphrase")
    return passphrase


def is_text(given: str) -> bool:
    """Whether it can be stored: bytes that are no UTF-8 come in as halves of characters."""
    return not any("\ud800" <= one <= "\udfff" for one in given)


def read_language(given: Mapping[str, str]) -> Language:
    """English when it is asked for; else Indonesian, the language of those who use this."""
    asked = given.get("VERILAP_LANG") or given.get("LC_ALL") or given.get("LANG") or ""
    return "en" if asked.lower().startswith("en") else "id"


def _attempts(given: Mapping[str, str]) -> int:
    text = given.get("VERILAP_RETRIES", "") or str(USUAL_ATTEMPTS)
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:6]) <= 1000:
        raise InvalidRequest("VERILAP_RETRIES must be a number from 1 to 1000", code="retries")
    return int(text)
