"""pyxform's side of compiling: workbook → its own tree of the form, and the XForm."""

import re
from dataclasses import dataclass, replace
from typing import Any, Final

from pyxform.builder import create_survey_element_from_dict
from pyxform.errors import PyXFormError
from pyxform.xls2json import workbook_to_json
from pyxform.xls2json_backends import DefinitionData

from server.faults import Fault, WorkbookError, fault
from server.xlsform.foreign import recognise, warnings_of
from server.xlsform.members import add_member_ids
from server.xlsform.mending import declare_case_lists, resolve_from_targets
from server.xlsform.sheets import Workbook, read_sheets

FORM_ID: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
VERSION: Final = re.compile(r"[0-9A-Za-z._-]{1,32}")
ROOT_NAME: Final = "data"


@dataclass(frozen=True)
class Converted:
    """What pyxform made of a workbook; `tree` is its dictionary of it, our columns (``x_…``) included."""

    form_id: str
    version: str
    tree: dict[str, Any]
    xform: str
    warnings: tuple[Fault, ...]


def open_workbook(content: bytes) -> Workbook:
    """The sheets of a workbook; `WorkbookError` when pyxform or openpyxl cannot read it."""
    try:
        return read_sheets(content)
    except WorkbookError:
        raise
    except PyXFormError as error:
        raise WorkbookError([recognise(str(error))]) from error
    except Exception as error:  # A workbook from outside must end in a sentence, whatever breaks on it.
        reason = f"{type(error).__name__}: {error}"
        raise WorkbookError([fault("form-unreadable", reason=reason)]) from error


def convert(workbook: Workbook) -> Converted:
    """Runs pyxform; `WorkbookError` with its complaint in our words, where we have some for it."""
    try:
        return _convert(workbook)
    except WorkbookError:
        raise
    except PyXFormError as error:
        raise WorkbookError([recognise(str(error), workbook)]) from error
    except Exception as error:  # As above: a form nested 3,000 deep ends in a RecursionError, for one.
        reason = f"{type(error).__name__}: {error}"
        raise WorkbookError([fault("form-unreadable", reason=reason)]) from error


def _convert(workbook: Workbook) -> Converted:
    settings = workbook.settings()
    warnings: list[str] = []
    tree: dict[str, Any] = workbook_to_json(
        workbook_dict=_with_our_root(workbook),
        form_name=ROOT_NAME,
        fallback_form_name=ROOT_NAME,
        warnings=warnings,
    )
    add_member_ids(tree)
    survey = create_survey_element_from_dict(tree)
    resolve_from_targets(survey)
    xform = declare_case_lists(str(survey.to_xml(validate=False, warnings=warnings)))
    form_id, version = settings.get("id_string", ""), settings.get("version", "")
    return Converted(form_id, version, tree, xform, tuple(warnings_of(warnings, workbook)))


def _with_our_root(workbook: Workbook) -> DefinitionData:
    """Without the setting ``name``: all paths of a form begin at one root, whatever a workbook calls it."""
    keys = workbook.sheets["settings"].keys
    rows = [
        {heading: text for heading, text in row.items() if keys.get(heading) != ("name",)}
        for row in workbook.data.settings or ()
    ]
    return replace(workbook.data, settings=rows)


def identity_faults(workbook: Workbook) -> list[Fault]:
    """
    Whether the settings give a form id and a version that can be used.

    Both are asked for: pyxform would fall back to the file's name, and two forms with one identity would meet
    in the records.
    """
    settings, sheet = workbook.settings(), workbook.sheets["settings"]
    wanted = (("settings-form-id", "id_string", FORM_ID), ("settings-version", "version", VERSION))
    return [
        fault(code, sheet.place_of(2, (key,)), found=settings.get(key, ""))
        for code, key, pattern in wanted
        if not pattern.fullmatch(settings.get(key, ""))
    ]
