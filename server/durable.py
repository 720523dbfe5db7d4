"""What a power cut must not take away again."""

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """
    Forces the names in a folder to the disk: without it a file that was made or renamed may be gone.

    The bytes of the files are another matter. Raises `OSError`.
    """
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
