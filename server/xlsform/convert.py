"""pyxform's side of compiling: workbook → its own tree of the form, and the XForm."""

import re
from dataclasses import dataclass
from typing import Any, Final

from pyxform.builder import create_survey_element_from_dict
from pyxform.errors import PyXFormError
from pyxform.xls2json import workbook_to_json
from pyxform.xls2json_backends import DefinitionData, get_xlsform

from domain.errors import FormError

FORM_ID: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
VERSION: Final = re.compile(r"[0-9A-Za-z._-]{1,32}")
MAX_ROWS: Final = {"survey": 10_000, "choices": 100_000}
ROOT_NAME: Final = "data"


@dataclass(frozen=True)
class Converted:
    """What pyxform made of a workbook; `tree` is its dictionary of it, our columns (``x_…``) included."""

    form_id: str
    version: str
    tree: dict[str, Any]
    xform: str
    warnings: tuple[str, ...]


def convert(workbook: bytes) -> Converted:
    """Run pyxform; `FormError` with its sentence, or for a missing sheet or an id that cannot be used."""
    try:
        return _convert(workbook)
    except FormError:
        raise
    except PyXFormError as error:
        raise FormError(f"the workbook is not a valid XLSForm: {error}") from error
    except Exception as error:  # A workbook from outside must end in a sentence, whatever breaks on it.
        raise FormError(f"the workbook cannot be read: {type(error).__name__}: {error}") from error


def _convert(workbook: bytes) -> Converted:
    sheets = get_xlsform(workbook, file_type=".xlsx")
    _check_sheets(sheets)
    form_id, version = _identity(sheets)
    warnings: list[str] = []
    tree: dict[str, Any] = workbook_to_json(
        workbook_dict=sheets, form_name=ROOT_NAME, fallback_form_name=ROOT_NAME, warnings=warnings
    )
    xform: str = create_survey_element_from_dict(tree).to_xml(validate=False, warnings=warnings)
    return Converted(form_id, version, tree, xform, tuple(warnings))


def _check_sheets(sheets: DefinitionData) -> None:
    names = [name.lower() for name in sheets.sheet_names or ()]
    for needed in ("survey", "settings"):
        if needed not in names:
            found = ", ".join(names) or "none"
            raise FormError(f"the workbook has no sheet named {needed} (found: {found})", sheet=needed)
    for sheet, most in MAX_ROWS.items():
        if len(getattr(sheets, sheet) or ()) > most:
            raise FormError(f"the sheet {sheet} has more than {most} rows", sheet=sheet)


def _identity(sheets: DefinitionData) -> tuple[str, str]:
    """
    Form id and version as the settings sheet gives them.

    Both are asked for: pyxform would fall back to the file's name, and two forms with one identity would meet
    in the records.
    """
    settings = dict((sheets.settings or [{}])[0])
    form_id, version = settings.get("form_id", ""), settings.get("version", "")
    if not FORM_ID.fullmatch(form_id):
        raise FormError(
            f"form_id in the sheet settings must be small letters, digits, _ (at most 64): {form_id!r}",
            sheet="settings",
        )
    if not VERSION.fullmatch(version):
        raise FormError(
            f"version in the sheet settings must be letters, digits, . _ - (at most 32): {version!r}",
            sheet="settings",
        )
    return form_id, version
