"""Compile a workbook: check it, let pyxform make the XForm, collect its files, write the definition."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from domain.canonical import canonical_bytes
from server.faults import Fault, WorkbookError, errors_of, sort_by_place
from server.xlsform.bundle import Bundle, open_bundle
from server.xlsform.check_cases import check_cases
from server.xlsform.check_choices import check_choices
from server.xlsform.check_definition import check_definition
from server.xlsform.check_expressions import check_expressions
from server.xlsform.check_files import columns_of, files_faults
from server.xlsform.check_headings import check_headings
from server.xlsform.check_logic import check_logic
from server.xlsform.check_references import check_references
from server.xlsform.check_rows import check_rows
from server.xlsform.check_sizes import check_lengths, check_nesting
from server.xlsform.convert import Converted, convert, identity_faults, open_workbook
from server.xlsform.definition import define
from server.xlsform.files import Files, Read, collect, none_given
from server.xlsform.sheets import Workbook
from server.xlsform.support import check_support
from server.xlsform.xform import XForm, read_xform

CHECKS: Final = (
    check_headings,
    check_rows,
    check_choices,
    check_references,
    check_expressions,
    check_support,
)


@dataclass(frozen=True)
class CompiledForm:
    """
    A form ready to be published.

    `workbook` are the bytes that came, `xform` the XML for the phone and ODK Collect, `media` the files that
    the form names, `definition` the JSON definition (`server.xlsform`), `warnings` what somebody should know
    before he publishes.
    """

    form_id: str
    version: str
    title: dict[str, str]
    workbook: bytes
    xform: str
    media: dict[str, bytes]
    definition: dict[str, Any]
    warnings: tuple[Fault, ...] = ()

    @property
    def definition_bytes(self) -> bytes:
        """The definition as canonical JSON: the same bytes for the same form."""
        return canonical_bytes(self.definition)


def compile_workbook(path: Path, given: Read = none_given) -> CompiledForm:
    """
    Compile the .xlsx file at `path` with the files beside it, or the .zip file that holds both.

    `given` are lists that the office holds, such as its villages; they stand in for files that did not come.
    Raises `WorkbookError` (code ``form-invalid``) with every fault that was found, up to fifty.
    """
    return compile_bundle(open_bundle(path), given)


def compile_bundle(bundle: Bundle, given: Read = none_given) -> CompiledForm:
    """The same for a workbook and files that are in memory."""
    workbook = open_workbook(bundle.workbook)
    _raise_errors(check_nesting(workbook))
    faults = list(_sheet_faults(workbook))
    form = _convert(workbook, faults)
    try:
        xform, files, further = _look_into(form, workbook, bundle.read, given)
    except Exception:
        # What breaks on a form that is refused anyway tells nothing new; else it is a fault of its own.
        _raise_errors(faults)
        raise
    faults += _in_other_rows(further, faults)
    _raise_errors(faults)
    definition = define(form, xform, files)
    _raise_errors(check_definition(workbook, xform, definition))
    return CompiledForm(
        form_id=form.form_id,
        version=form.version,
        title=definition["title"],
        workbook=bundle.workbook,
        xform=form.xform,
        media=dict(files.media),
        definition=definition,
        warnings=tuple(sort_by_place(one for one in faults if one.is_warning)),
    )


def _sheet_faults(workbook: Workbook) -> Iterator[Fault]:
    """What can be told from the sheets alone."""
    yield from check_cases(workbook)
    yield from check_lengths(workbook)
    yield from workbook.faults
    yield from identity_faults(workbook)
    for check in CHECKS:
        yield from check(workbook)


def _convert(workbook: Workbook, faults: Iterable[Fault]) -> Converted:
    """pyxform's form. It stops at its first complaint, which is told with ours, unless it is one of them."""
    errors = list(errors_of(faults))
    try:
        return convert(workbook)
    except WorkbookError as error:
        raise WorkbookError(sort_by_place([*errors, *_further(error.faults, errors)])) from error


def _look_into(
    form: Converted, workbook: Workbook, read: Read, given: Read
) -> tuple[XForm, Files, list[Fault]]:
    """The parts of the form that pyxform made, its files, and the faults that only these show."""
    xform = read_xform(form.xform)
    files = collect(form.xform, xform, workbook, read, given)
    faults = [*files.faults, *form.warnings, *files_faults(workbook, xform, files)]
    return xform, files, [*faults, *check_logic(workbook, xform, columns_of(workbook, xform, files))]


def _in_other_rows(found: Iterable[Fault], known: Iterable[Fault]) -> list[Fault]:
    """Those that are no consequence of an error that is told of their row."""
    rows = {(one.place.sheet, one.place.row) for one in errors_of(known) if one.place.row}
    return [one for one in found if (one.place.sheet, one.place.row) not in rows]


def _further(found: Iterable[Fault], known: list[Fault]) -> Iterator[Fault]:
    rows = {(one.place.sheet, one.place.row) for one in known}
    for one in found:
        is_placed = one.place.row is not None and (one.place.sheet, one.place.row) not in rows
        if is_placed or not known:
            yield one


def _raise_errors(faults: Iterable[Fault]) -> None:
    errors = sort_by_place(errors_of(faults))
    if errors:
        raise WorkbookError(errors)
