"""The restricted part is reviewed by the social worker: by pages, API and a device, and by nobody else."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from client_sync.device import Device
from tests.support.local_line import LocalLine, enrolled
from tests.support.office import ApiClient, Office

VILLAGE, REGENCY = "64.02.18.2007", "64.02"
FORM = "verifikasi_anak"


@pytest.fixture
def device(office: Office, tmp_path: Path) -> Iterator[Device]:
    office.person("asha", "officer", VILLAGE)
    with enrolled(office, "asha", tmp_path / "home", LocalLine(office.client)) as opened:
        yield opened


def decide(reviewer: ApiClient, record: str, decision: str, **further: object) -> tuple[int, object]:
    etag = reviewer.get(f"records/{record}")["etag"]
    told = {"decision": decision, "etag": etag, "comment": "", **further}
    return reviewer.post(f"records/{record}/review", told)


def test_a_part_is_returned_corrected_approved_and_stale_apart_from_its_submission(
    office: Office, device: Device
) -> None:
    """
    A whole story, with a real device.

    Broken on purpose: the correction answered with a `submitted` in the submission alone, so that the part's
    return stood for ever; a supervisor's approval ceased with the part's return.
    """
    record = device.new(FORM, VILLAGE, {"a": "1", "r": "luka"}).record
    device.sync()
    sari, nora = office.api("sari", "supervisor", VILLAGE), office.api("nora", "peksos", REGENCY)
    assert decide(sari, record, "approve")[0] == 200
    (part,) = nora.get(f"records/{record}")["parts"]
    assert part["review"]["state"] == "pending"
    unseen = {"decision": "approve", "etag": part["etag"], "comment": ""}
    assert sari.post(f"records/{part['record']}/review", unseen)[0] == 404
    assert decide(nora, part["record"], "return", comment="perjelas", remarks={"r": "di mana?"})[0] == 200
    told = sari.get(f"records/{record}")
    assert (told["review"]["state"], "parts" in told) == ("approved", False)
    assert "di mana?" not in str(told) + str(sari.get(f"records/{record}/history"))

    device.sync()
    dossier = device.dossier(record)
    assert dossier.review.state.value == "approved"
    assert dossier.part_reviews[part["record"]].remarks == {"r": "di mana?"}
    draft = device.drafts.start_correction(record).id
    device.drafts.type_answer(draft, "r", "luka di lengan")
    device.drafts.finish_draft(draft)
    device.sync()
    now = nora.get(f"records/{record}")
    assert (now["review"]["state"], now["parts"][0]["review"]["state"]) == ("stale", "pending")
    assert now["answers"]["r"] == "luka di lengan"

    outdated = {"decision": "approve", "etag": part["etag"], "comment": ""}
    assert nora.post(f"records/{part['record']}/review", outdated)[0] == 409
    assert decide(nora, part["record"], "approve")[0] == 200
    assert decide(sari, record, "approve")[0] == 200
    device.sync()
    assert device.dossier(record).part_reviews[part["record"]].state.value == "approved"
    device.set(record, {"r": "sembuh"})
    device.sync()
    now = nora.get(f"records/{record}")
    assert (now["review"]["state"], now["parts"][0]["review"]["state"]) == ("stale", "stale")
