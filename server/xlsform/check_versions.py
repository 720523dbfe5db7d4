"""
What a new version of a form does to the paths of those before it.

Answers are kept, merged, exported and compared by path. So a path that was published means the same for ever:
its question may be taken out, but it neither moves, nor gets another name or type. What holds no answers
(notes) is free. What was restricted stays so: people answered because few would read it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from domain.forms.definition import FormDefinition
from domain.forms.fields import Field
from domain.merge import form_order
from server.faults import NOWHERE, Fault, Place, WorkbookError, fault, warning
from server.xlsform.convert import open_workbook
from server.xlsform.sheets import Key, Workbook

UNANSWERED: Final = "note"
VERSION: Final = ("version",)
QUESTION, GROUP, REPEAT = "question", "group", "repeat"


@dataclass(frozen=True)
class Known:
    """What stood at a path, and in which version last."""

    kind: str
    version: str
    field: Field | None = None


def check_versions(
    form: FormDefinition,
    earlier: Iterable[FormDefinition],
    workbook: bytes,
    offered: Iterable[str] = (),
) -> list[Fault]:
    """
    What is wrong with `form` for the sake of the versions of it that were published, and as warnings the
    questions that it leaves out, and whether new forms would go on with another version.

    `offered` are the versions that are for new forms now, as ``form_id@version``. `workbook` tells the rows;
    one that cannot be read tells none.
    """
    before: dict[str, Known] = {}
    for one in sorted(earlier, key=lambda version: form_order(version.identity)):
        before.update(_paths(one))
    now = _paths(form)
    faults = [*_behind(form.identity, offered), *_changed(before, now), *_gone(before, now)]
    places = _Places(workbook) if faults else None
    return [one.at(places) for one in faults]


@dataclass(frozen=True)
class _Found:
    """A fault whose place is yet to be looked up: by the path now, and the column."""

    told: Fault
    path: str
    key: Key = ("name",)

    def at(self, places: "_Places | None") -> Fault:
        place = places.of(self.path, self.key) if places else NOWHERE
        return Fault(self.told.code, place, self.told.facts, self.told.is_warning)


class _Places:
    """The rows of a workbook by path; the workbooks of tests and of other programs may be none."""

    def __init__(self, workbook: bytes) -> None:
        self._workbook: Workbook | None
        try:
            self._workbook = open_workbook(workbook)
        except WorkbookError:
            self._workbook = None

    def of(self, path: str, key: Key) -> Place:
        if self._workbook and key == VERSION:
            return self._workbook.sheets["settings"].place_of(2, VERSION)
        row = self._workbook.rows_by_path.get(path) if self._workbook else None
        return row.place(*key) if row else NOWHERE


def _paths(form: FormDefinition) -> dict[str, Known]:
    """Questions that may have answers, groups and repeats by path."""
    found = {path: Known(GROUP, form.version) for path in form.groups}
    found |= {path: Known(REPEAT, form.version) for path in form.repeats}
    return found | {
        one.path: Known(QUESTION, form.version, one) for one in form.fields if one.type != UNANSWERED
    }


def _behind(identity: str, offered: Iterable[str]) -> Iterator[_Found]:
    """New forms are begun with the version that sorts last, whichever was published last."""
    newest = max([identity, *offered], key=form_order)
    if newest != identity:
        versions = {"version": identity.partition("@")[2], "newest": newest.partition("@")[2]}
        yield _Found(warning("version-behind", NOWHERE, **versions), "", VERSION)


def _changed(before: Mapping[str, Known], now: Mapping[str, Known]) -> Iterator[_Found]:
    """Paths that are still there and mean something else."""
    for path, known in before.items():
        there = now.get(path)
        if there is None:
            continue
        facts = {"path": path, "version": known.version}
        if there.kind != known.kind:
            yield _Found(
                fault("version-kind", NOWHERE, before=known.kind, now=there.kind, **facts), path, ("type",)
            )
        elif there.field and known.field:
            yield from _question_changed(known.field, there.field, facts)


def _question_changed(before: Field, now: Field, facts: Mapping[str, str]) -> Iterator[_Found]:
    types = _type_words(before, now)
    if types:
        told = fault("version-retyped", NOWHERE, before=types[0], now=types[1], **facts)
        yield _Found(told, now.path, ("type",))
    if before.is_restricted and not now.is_restricted:
        yield _Found(fault("version-loosened", NOWHERE, now=now.pdp, **facts), now.path, ("x_pdp",))
    elif now.is_restricted and not before.is_restricted:
        yield _Found(warning("version-tightened", NOWHERE, before=before.pdp, **facts), now.path, ("x_pdp",))


def _type_words(before: Field, now: Field) -> tuple[str, str] | None:
    """
    What the types are called where they differ; none where they do not.

    Under one type of the workbook values can be kept in different ways: those of a range with or without
    decimals. Definitions of before format 2 do not say it.
    """
    if now.type != before.type:
        return before.type, now.type
    kept, keeps = before.logic.bind_type, now.logic.bind_type
    if not kept or not keeps or kept == keeps:
        return None
    return f"{before.type} ({kept})", f"{now.type} ({keeps})"


def _gone(before: Mapping[str, Known], now: Mapping[str, Known]) -> Iterator[_Found]:
    """Questions whose path is not there any more: moved, renamed, or left out."""
    added = {path: one.field for path, one in now.items() if path not in before and one.field}
    for path, known in before.items():
        if path in now or known.field is None:
            continue
        facts = {"path": path, "version": known.version}
        if new := _moved_to(path, added):
            yield _Found(fault("version-moved", NOWHERE, now=new, **facts), new)
        elif new := _renamed_to(path, known.field, added):
            yield _Found(fault("version-renamed", NOWHERE, now=new, **facts), new)
        elif not _is_below_changed(path, before, now):
            yield _Found(warning("version-removed", NOWHERE, **facts), "")


def _moved_to(path: str, added: Mapping[str, Field]) -> str | None:
    name = path.rpartition("/")[2]
    return next((new for new in added if new.rpartition("/")[2] == name), None)


def _renamed_to(path: str, known: Field, added: Mapping[str, Field]) -> str | None:
    """
    Another name in the same group for the same words, in whatever language, and the same type: nothing else
    tells a renaming. With another type it is a question that is asked anew, as `version-retyped` advises.
    """
    around, words = path.rpartition("/")[0], _words(known)
    for new, one in added.items():
        is_beside = new.rpartition("/")[0] == around and one.type == known.type
        if is_beside and not words.isdisjoint(_words(one)):
            return new
    return None


def _words(one: Field) -> set[str]:
    """The labels in all languages."""
    return {text.strip().casefold() for text in one.label.values() if text.strip()}


def _is_below_changed(path: str, before: Mapping[str, Known], now: Mapping[str, Known]) -> bool:
    """Whether a group around it is told already to have become something else."""
    parts = path.split("/")
    around = ["/".join(parts[:count]).removesuffix("/*") for count in range(1, len(parts))]
    return any(one in now and one in before and now[one].kind != before[one].kind for one in around)
