"""How files travel to the server: the limits that device and server keep to."""

from typing import Final

LARGEST_FILE: Final = 50 * 1024 * 1024
"""Bytes of a file."""
LARGEST_CHUNK: Final = 512 * 1024
"""Bytes that one request brings: few enough to lie in memory, so that none lie on a disk unsealed."""
MOST_ASKED: Final = 500
"""Files of which one request asks whether they are needed."""
LIFETIME_MS: Final = 7 * 24 * 3600 * 1000
"""After so long without a new byte an upload that is not complete is given up."""
