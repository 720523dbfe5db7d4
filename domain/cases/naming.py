"""What cases are called: their kinds, their ids, and the label by which lists show them."""

import hashlib
import unicodedata
from typing import Final
from uuid import UUID

from domain.dossier import Dossier
from domain.merge import RecordState, view
from domain.operations import RECORD_ID

CASE: Final = "$case"
"""In a submission: the case that it was opened from, or that it began."""
LABEL: Final = "label"
"""In a case: what lists show. ODK reserves the name, so no property has it."""
PREFIX: Final = "case:"


def case_kind(list_name: str) -> str:
    """The kind of the records of a list: ``case:anak``."""
    return f"{PREFIX}{list_name}"


def list_of(kind: str) -> str | None:
    """The list of a case by its kind; none for every other record."""
    return kind.removeprefix(PREFIX) if kind.startswith(PREFIX) else None


def case_name(state: RecordState) -> str:
    """What a list shows of a case; empty when nobody named it."""
    label = view(state).answers.get(LABEL)
    return label.strip() if isinstance(label, str) else ""


def member_of(case: str) -> str:
    """The id of the member that a form opened from elsewhere has for a case."""
    return f"m_{case}"


def folded(text: str) -> str:
    """A name as it is compared: without capitals, marks of punctuation and further blanks."""
    letters = unicodedata.normalize("NFKC", text).casefold()
    return " ".join("".join(one for one in letters if one.isalnum() or one.isspace()).split())


def case_of(dossier: Dossier) -> str | None:
    """The case that a submission is about, if it is about one."""
    named = dossier.shown.answers.get(CASE)
    return named if isinstance(named, str) and RECORD_ID.fullmatch(named) else None


def begun_by(submission: str, member: str, list_name: str) -> str:
    """
    The id of the case that a submission, or a member of a repeat in it, begins in a list.

    It follows from these three: whoever corrects the form, and how often, means the same case, also when
    two do it offline. A UUID of version 4 by its form; its bits are those of a digest.
    """
    said = "\n".join(("case", submission, member, list_name)).encode()
    return str(UUID(bytes=hashlib.sha256(said).digest()[:16], version=4))
