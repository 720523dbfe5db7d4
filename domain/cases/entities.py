"""What a form does to case lists, as its definition says it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from domain.forms.definition import FormDefinition

ROOT: Final = "/data/"
CASE_ID, CASE_NAME, CASE_VILLAGE = "id_kasus", "nama_kasus", "desa_kasus"
"""Roles of the hidden questions that whoever opens the form fills in; the first two also in a repeat."""
CASE_ANSWER, COPY_OF = "isi_kasus", "kasus_"
"""Role of a hidden question that repeats what the case filled in, and how its name begins."""
NIK, NAME, BIRTH_DATE = "nik", "nama", "tgl_lahir"
"""Roles by which a member is told to be somebody whom the office knows."""
QUESTION: Final = re.compile(r"\s*/data/([A-Za-z_][\w.-]*(?:/[A-Za-z_][\w.-]*)*)\s*")
"""An expression that is the path of one question and nothing else."""


@dataclass(frozen=True)
class Entity:
    """
    What a form does to one list: for itself, or for each member of a repeat (`path`, as ``anggota/*``).

    `at` is where its expressions stand; `save_to` gives the property that an answer becomes.
    """

    list_name: str
    at: str
    path: str
    id: str | None
    create_if: str | None
    update_if: str | None
    label: str | None
    save_to: Mapping[str, str] = field(default_factory=dict)

    @property
    def id_question(self) -> str | None:
        """The question that holds the case's id, where the id is the answer of one."""
        found = QUESTION.fullmatch(self.id or "")
        return found[1] if found else None

    def member_path(self, path: str, member: str) -> str:
        """A path of the definition in one member: ``anggota/*/a_nama`` → ``anggota/m_9K/a_nama``."""
        return member + path[len(self.path) :] if self.path else path

    def question(self, definition: FormDefinition, role: str) -> str | None:
        """The path, with ``*``, of the question of a role in the form itself, or in the entity's repeat."""
        return next((one.path for one in definition.with_role(role) if _around(one.path) == self.path), None)

    def members(self, definition: FormDefinition, paths: Iterable[str]) -> list[str]:
        """The members that these paths of a record speak of; the form itself (empty) outside of repeats."""
        return sorted(set(self._members(definition, paths))) if self.path else [""]

    def _members(self, definition: FormDefinition, paths: Iterable[str]) -> Iterator[str]:
        length = self.path.count("/") + 1
        for path in paths:
            steps = path.split("/", length)
            member = "/".join(steps[:length])
            if len(steps) >= length and definition.definition_path(member) == self.path:
                yield member


def link_of(definition: FormDefinition, entity: Entity) -> str | None:
    """
    The property in which the cases of members name the case of the form: it has that list's name.

    None where members name no case, or nothing leads from it to the form's.
    """
    own = list_visited(definition)
    is_named = bool(entity.path and entity.update_if and entity.question(definition, CASE_ID))
    return own if own and is_named and own in entity.save_to.values() else None


def list_visited(definition: FormDefinition) -> str | None:
    """The list whose cases a form is filled for; none where it is opened from no case."""
    return next((one.list_name for one in entities_of(definition) if not one.path and one.update_if), None)


def _around(path: str) -> str:
    """The member that a question is of: ``anggota/*/g/a_nama`` → ``anggota/*``; empty outside of repeats."""
    repeat, is_inside, _ = path.rpartition("/*/")
    return f"{repeat}/*" if is_inside else ""


def entities_of(definition: FormDefinition) -> list[Entity]:
    """Those of a form; the form's own first, since members may name its case."""
    found = [
        Entity(
            list_name=str(one["list"]),
            at=str(one.get("at") or "meta/entity"),
            path=str(one.get("path") or ""),
            id=one.get("id"),
            create_if=one.get("create_if"),
            update_if=one.get("update_if"),
            label=one.get("label"),
            save_to=one.get("save_to") or {},
        )
        for one in definition.entities
    ]
    return sorted(found, key=lambda one: one.path)
