"""What is wrong with the lists of the sheet entities: cases of other lists than ours nobody can read."""

from collections.abc import Iterator
from difflib import get_close_matches

from server.faults import Fault, fault
from server.xlsform.files import CASE_LISTS
from server.xlsform.places import DATASET
from server.xlsform.sheets import Workbook


def check_cases(workbook: Workbook) -> Iterator[Fault]:
    """Lists that the office does not keep: devices refuse cases of them, or no form finds those again."""
    sheet = workbook.sheets.get("entities")
    for cell in sheet.cells() if sheet else ():
        if cell.key == DATASET and cell.text not in CASE_LISTS:
            near = get_close_matches(cell.text.casefold(), CASE_LISTS, n=1)
            code = "case-list-near" if near else "case-list-unknown"
            facts = {"list": cell.text, "known": ", ".join(CASE_LISTS), "near": ", ".join(near)}
            yield fault(code, cell.place, **facts)
