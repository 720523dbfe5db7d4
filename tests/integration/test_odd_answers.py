"""
An answer that no function expected, from outside: the office takes it in, shows it and previews it.

Broken once by a number of which forty characters were looked at and all were read: each of these was a 500.
"""

from pathlib import Path

from server.services.publish_form import publish
from server.xlsform import CompiledForm, compile_workbook
from tests.support.builders import new_id
from tests.support.filings import arrives
from tests.support.office import NOW, ApiClient, Office
from tests.support.pages import at_work
from tests.support.raw_device import RawDevice
from tests.support.workbooks import book

SURVEY = """
type | name | label::id | label::en | constraint | calculation
text | jejak | Jejak | Track | . = '' or distance('0 0', '0 1') > 0 |
calculate | luas | | | | area(${jejak})
calculate | dalam | | | | geofence('1 1 0 0', ${jejak})
"""
ODD = "1" * 40 + "x 5"


def formed(folder: Path) -> CompiledForm:
    settings = "form_title | form_id | version\nJejak | jejak | 1"
    return compile_workbook(book(folder, survey=SURVEY, settings=settings))


def test_an_answer_that_is_no_place_is_changed_shown_and_previewed(
    office: Office, asha: RawDevice, supervisor: ApiClient, tmp_path: Path
) -> None:
    form = formed(tmp_path)
    with office.store.write() as connection:
        publish(connection, form, NOW)
    record = new_id()
    arrives(asha, asha.submission(record, {"jejak": "1 1"}, form="jejak@1"))
    body = {"preds": [], "changes": [["jejak", ODD, []]]}
    assert supervisor.post(f"records/{record}/changes", body)[0] == 200
    told = supervisor.get(f"records/{record}")
    assert told["problems"] == []
    page = at_work(office, "adi", "admin").get("/forms/jejak/1/preview")
    page = page.submit(form="/preview", fields={"a:jejak": ODD})
    assert (page.status, page.form("/preview").fields["a:jejak"]) == (200, ODD)
    assert "luas 0" in page
