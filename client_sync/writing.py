"""Files that a command writes for its person."""

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from client_sync.errors import DeviceError
from domain.errors import InvalidRequest


def write_new(out: Path, pieces: Iterable[bytes]) -> None:
    """
    Writes a file that is there whole or not at all, and that only its owner reads.

    Raises `InvalidRequest` (``file-exists``: one that is there already is never replaced), `DeviceError`
    (``out-file``).
    """
    if out.exists():
        raise InvalidRequest(f"{out} is there already", code="file-exists", file=str(out))
    draft = out.with_name(f"{out.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(out)
    except OSError as error:
        reason = error.strerror or str(error)
        raise DeviceError(f"{out} cannot be written", code="out-file", file=str(out), reason=reason) from None
    finally:
        draft.unlink(missing_ok=True)
