"""The vaults of the offices of this process, for whoever opens the same database once more."""

from typing import Final

from server.vault import Vault, VaultError

_MADE: Final[dict[str, Vault]] = {}


def remember(url: str, vault: Vault) -> None:
    _MADE[url] = vault


def vault_at(url: object) -> Vault:
    """The vault of the office at a URL; one without a key where there is none."""
    return _MADE.get(str(url)) or Vault(_no_masters)


def _no_masters() -> tuple[()]:
    raise VaultError("there is no office at this URL", code="key-missing")
