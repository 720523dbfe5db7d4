"""
A masked number is never stored in the place of the true ones, whoever settles their conflict.

Broken on purpose: the office took what was typed; what is in the record already was refused too; the page
ended in an error, and what had been typed was gone.
"""

import pytest

from tests.support.builders import new_id
from tests.support.filings import KECAMATAN, VILLAGE
from tests.support.office import ApiClient, Office
from tests.support.pages import NIK, OTHER_NIK, at_work
from tests.support.raw_device import RawDevice
from tests.support.visits import disputed, publish

MASKED = "6402********0001"


def revealed(office: Office, api: ApiClient, record: str) -> set[str]:
    """The whole numbers that stand at the question."""
    asked = {"paths": ["g/nik"], "reason": "mencocokkan dengan KK"}
    status, told = office.give_password(api).post(f"records/{record}/reveal", asked)
    assert status == 200, told
    return set(told["values"]["g/nik"])


@pytest.fixture(autouse=True)
def _visits(office: Office) -> None:
    publish(office)


def test_a_masked_number_is_not_typed_in_the_office(office: Office, asha: RawDevice) -> None:
    made, _ = disputed(office, asha, "g/nik", [NIK, OTHER_NIK])
    siti = at_work(office)
    page = siti.get(made.path).submit(
        form="/review", press=("choice", "1:free"), fields={"free:g/nik": MASKED, "comment": "Sudah baik."}
    )
    assert page.status == 400
    assert "disamarkan" in page
    assert page.form("/review").fields["free:g/nik"] == MASKED
    assert page.form("/review").fields["comment"] == "Sudah baik."
    api = office.api("siti")
    preds = api.get(f"records/{made.record}")["survivors"]["g/nik"]
    change = {"preds": preds, "changes": [["g/nik", MASKED, list(range(len(preds)))]]}
    status, told = api.post(f"records/{made.record}/changes", change)
    assert (status, told["error"]["code"]) == (400, "masked-value")
    values = revealed(office, api, made.record)
    assert values == {NIK, OTHER_NIK}


def test_what_another_program_stored_with_stars_can_be_chosen_and_replaced(
    office: Office, asha: RawDevice
) -> None:
    made, [stars, _] = disputed(office, asha, "g/nik", [MASKED, NIK])
    siti = at_work(office)
    assert siti.get(made.path).submit(form="/review", press=("choice", f"1:{stars}")).status == 200
    api = office.api("siti")
    assert api.get(f"records/{made.record}")["answers"]["g/nik"] == MASKED
    preds = api.get(f"records/{made.record}")["survivors"]["g/nik"]
    change = {"preds": preds, "changes": [["g/nik", NIK, [0]], ["g/catatan", "* lihat KK", []]]}
    assert api.post(f"records/{made.record}/changes", change)[0] == 200


def test_a_number_in_a_cases_name_is_masked_in_lists_and_whole_for_devices(
    office: Office, asha: RawDevice
) -> None:
    """A form may make the name of a case from its answers. Broken on purpose: the name as it is stored."""
    changes: list[object] = [("$village", VILLAGE, []), ("label", f"Asha {NIK}", [])]
    assert "verdicts" not in asha.sync(asha.operation(changes, record=new_id(), kind="case:anak"))
    siti = office.api("siti", "supervisor", KECAMATAN)
    assert siti.get("cases?list=anak")["cases"][0]["name"] == "Asha 6402********0001"
    assert "Asha 6402********0001" in siti.download("cases/anak.csv").text
    page = at_work(office, "tuti").get("/cases")
    assert "Asha 6402********0001" in page
    assert NIK not in page.html
    assert f"Asha {NIK}" in asha.get("cases/anak.csv").text
