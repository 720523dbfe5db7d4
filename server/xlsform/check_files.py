"""What is wrong with the files that came with a workbook, and which columns they have."""

from collections.abc import Iterator
from contextlib import suppress

from server.faults import Fault, WorkbookError, fault
from server.xlsform.check_logic import Columns
from server.xlsform.files import Files
from server.xlsform.itemsets import Itemset
from server.xlsform.sheets import Workbook
from server.xlsform.survey import SurveyRow
from server.xlsform.tables import choices_in, rows_in
from server.xlsform.xform import XForm


def files_faults(workbook: Workbook, xform: XForm, files: Files) -> Iterator[Fault]:
    """The first fault of every table and choice file, and names with blanks where several may be chosen."""
    for file in xform.files.values():
        if file in files.media:
            yield from _table(file, files.media[file])
    for node, itemset in xform.itemsets.items():
        used = xform.files.get(itemset.instance or "")
        if used is not None and used in files.media:
            row = workbook.rows_by_path.get(xform.definition_path(node))
            yield from _choices(used, files.media[used], itemset, row)


def _choices(file: str, content: bytes, itemset: Itemset, row: SurveyRow | None) -> Iterator[Fault]:
    try:
        names = [str(one["name"]) for one in choices_in(file, content, itemset.value, itemset.label)]
    except WorkbookError as error:
        yield from error.faults
        return
    blank = next((name for name in names if any(map(str.isspace, name))), None)
    if blank is not None and row is not None and row.asks_multiple:
        yield fault("file-name-blank", row.place("type"), file=file, name=blank)
    yield from _twice(file, names)


def _table(file: str, content: bytes) -> Iterator[Fault]:
    try:
        rows_in(file, content)
    except WorkbookError as error:
        yield from error.faults


def _twice(file: str, names: list[str]) -> Iterator[Fault]:
    """A name that stands twice in a choice file; the first is enough to find the others."""
    seen: dict[str, int] = {}
    for line, name in enumerate(names, start=2):
        if seen.setdefault(name, line) != line:
            yield fault("file-name-twice", file=file, name=name, line=line, other=seen[name])
            return


def columns_of(workbook: Workbook, xform: XForm, files: Files) -> Columns:
    """The columns of every list whose rows are known; those of attached case lists are not."""
    found: dict[str, frozenset[str]] = {}
    for name, src in xform.instances.items():
        file = xform.files.get(name)
        if file is not None and file in files.media:
            with suppress(WorkbookError):  # _table and _choices tell of a file that cannot be read.
                found[name] = _columns_in(file, files.media[file])
        elif src is None and "choices" in workbook.sheets:
            keys = workbook.sheets["choices"].keys.values()
            found[name] = frozenset({key[0] for key in keys} | {"name", "label", "itextId"})
    return found


def _columns_in(file: str, content: bytes) -> frozenset[str]:
    return frozenset(column for row in rows_in(file, content)[:100] for column in row)
