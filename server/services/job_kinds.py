"""The kinds of long work that workers know."""

from collections.abc import Mapping
from typing import Final

from server.services.job_assigning import ASSIGNING
from server.services.job_exports import LIST_EXPORT
from server.services.job_handing import HAND_ON
from server.services.job_imports import LIST_IMPORT, LIST_REHEARSAL
from server.services.job_rehearsals import FORM_REHEARSAL
from server.services.job_work import Kind

_ALL: Final[tuple[Kind, ...]] = (
    ASSIGNING,
    HAND_ON,
    LIST_EXPORT,
    LIST_IMPORT,
    LIST_REHEARSAL,
    FORM_REHEARSAL,
)
KINDS: Final[Mapping[str, Kind]] = {kind.name: kind for kind in _ALL}
"""By their names in the table."""
