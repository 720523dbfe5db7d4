"""What is refused before anything is saved, and how names are found."""

from typing import Any, Final

from domain.dossier import Dossier
from domain.entering import (
    refuse_masked,
    refuse_no_member,
    refuse_no_question,
    refuse_reserved,
    refuse_unsettling,
)
from domain.forms.definition import FormDefinition
from domain.matching import beginnings_in, beginnings_of, looked_for, number_in, words_of
from tests.support.twins.asked import Deed, dossier_of


def _read(given: dict[str, Any]) -> tuple[FormDefinition | None, Dossier | None]:
    definition = given.get("definition")
    dossier = dossier_of(given) if "submission" in given else None
    return definition and FormDefinition.from_json(definition), dossier


def _reserved(given: dict[str, Any]) -> None:
    refuse_reserved(given["paths"], *given["but"])


def _unsettling(given: dict[str, Any]) -> None:
    refuse_unsettling(dossier_of(given), given["path"], given["value"])


def _masked(given: dict[str, Any]) -> None:
    refuse_masked(given["values"], *_read(given))


def _no_question(given: dict[str, Any]) -> None:
    refuse_no_question(given["paths"], *_read(given))


def _no_member(given: dict[str, Any]) -> None:
    refuse_no_member(dossier_of(given), given["path"], _read(given)[0])


def _name(given: str) -> Any:
    words = words_of(given)
    return [
        list(words),
        [sorted(beginnings_of(one)) for one in words],
        [sorted(one) for one in looked_for(given)],
    ]


DEEDS: Final[dict[str, Deed]] = {
    "reserved": _reserved,
    "unsettling": _unsettling,
    "masked": _masked,
    "noQuestion": _no_question,
    "noMember": _no_member,
    "name": _name,
    "names": lambda given: sorted(beginnings_in(given)),
    "number": number_in,
}
