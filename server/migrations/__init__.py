"""The schema's history. A migration that was released is never edited."""

from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent
HEAD: Final = "0021"
"""The revision that this version of the server works with."""
