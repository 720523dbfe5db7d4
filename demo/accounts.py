"""Who is in the demo. The passwords are for a server on this machine that holds nothing but inventions."""

from dataclasses import dataclass
from typing import Final

from demo.installation import Installation
from demo.places import (
    ENGGELAM,
    KECAMATAN_MUARA_WIS,
    KECAMATAN_TABANG,
    LEBAK_CILONG,
    MELINTANG,
    MUARA_ENGGELAM,
    MUARA_TIQ,
    MUARA_WIS,
    REGENCY,
    SEBEMBAN,
    UMAQ_DIAN,
    UMAQ_TUKUNG,
)


@dataclass(frozen=True)
class Account:
    """Somebody with an account; an officer has a device instead of a password."""

    name: str
    role: str
    areas: tuple[str, ...]

    @property
    def signs_in(self) -> bool:
        return self.role != "officer"

    @property
    def password(self) -> str:
        return f"perahu-hijau-{self.name}"

    def add(self, installation: Installation, language: str) -> None:
        """Makes the account on the command line, as an administrator does it."""
        arguments = ["add-user", self.name, "--role", self.role, "--language", language]
        if self.areas:
            arguments += ["--villages", ",".join(self.areas)]
        if self.signs_in:
            arguments.append("--password-stdin")
        installation.verilap_server(*arguments, typed=self.password + "\n" if self.signs_in else "")


ASHA: Final = Account("asha", "officer", (MUARA_WIS, ENGGELAM, LEBAK_CILONG, MUARA_ENGGELAM))
BUDI: Final = Account("budi", "officer", (MUARA_WIS, SEBEMBAN, MELINTANG, LEBAK_CILONG, MUARA_ENGGELAM))
BUDI_LATER: Final = tuple(code for code in BUDI.areas if code != SEBEMBAN)
"""Budi's villages after one was taken from him."""
CITRA: Final = Account("citra", "officer", (UMAQ_DIAN, UMAQ_TUKUNG, MUARA_TIQ))
SARI: Final = Account("sari", "supervisor", (KECAMATAN_MUARA_WIS, KECAMATAN_TABANG))
HANA: Final = Account("hana", "head", (REGENCY,))
OFFICERS: Final = (ASHA, BUDI, CITRA)
ACCOUNTS: Final = (
    *OFFICERS,
    SARI,
    Account("dewi", "peksos", (REGENCY,)),
    HANA,
    Account("admin", "admin", ()),
)
