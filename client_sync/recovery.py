"""
What opens a store, sealed to the office's key: `recovery.key`, beside it from the first sync on.

Who has the office's private key opens the store with it when the passphrase is forgotten, and takes out what
is unsent (`client_sync.unsent`).
"""

import json
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from client_sync.database import KEY_BYTES, RECOVERY, raw_key, replace_file
from client_sync.errors import StoreFailed
from client_sync.store import Store
from client_sync.store import settings as names
from domain.canonical import digest_of, to_bytes


@dataclass(frozen=True)
class RecoveryFile:
    """The file of a store that is opened by `key`, in the folder `home`."""

    home: Path
    key: str

    def renew(self, store: Store) -> None:
        """
        Writes it where it is missing, was altered, or is for an older key of the office.

        It holds the key that the passphrase makes, not the passphrase. Where it cannot be written now it is
        the next time: nothing that a person does waits for it.
        """
        public = store.settings.get(names.OFFICE_KEY)
        if public is None or store.settings.get(names.RECOVERY) == self._there(public):
            return
        from schemas.sealing import STORE_KEY, seal  # not above: most commands need none of it

        opens = json.dumps({"key": raw_key(store.database, self.key).hex()}).encode()
        pieces = seal([opens], to_bytes(public), STORE_KEY, secrets.token_bytes(KEY_BYTES))
        with suppress(OSError, StoreFailed):
            replace_file(self.home / RECOVERY, b"".join(pieces))
            store.settings.put(names.RECOVERY, self._there(public))

    def _there(self, public: str) -> list[str]:
        file = self.home / RECOVERY
        return [public, digest_of(file.read_bytes()) if file.exists() else ""]
