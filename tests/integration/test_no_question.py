"""
In the office as on a device: an answer stands at a question, and undoing a removal brings all of it back.

Broken on purpose: a text was taken at a member's path, and was gone once the member was removed and restored.
"""

import pytest

from tests.support.filings import submit
from tests.support.office import ApiClient, Office
from tests.support.raw_device import RawDevice


@pytest.mark.parametrize("path", ["m/m_1", "m", "lain/m_3"])
def test_the_office_answers_questions_only(asha: RawDevice, supervisor: ApiClient, path: str) -> None:
    record = submit(asha, {"a": "1", "m/m_1/x": "2", "lain/m_3/z": "3"})
    before = supervisor.get(f"records/{record}")
    status, told = supervisor.post(
        f"records/{record}/changes", {"changes": [["b", "1", []], [path, "x", []]]}
    )
    assert (status, told["error"]["code"]) == (400, "not-a-question")
    assert supervisor.get(f"records/{record}") == before


def test_undoing_a_removal_in_the_office_brings_all_of_it_back(
    office: Office, asha: RawDevice, supervisor: ApiClient
) -> None:
    record = submit(asha, {"a": "1", "m/m_1/x": "2"})
    changes = f"records/{record}/changes"
    assert supervisor.post(changes, {"changes": [["m/m_1/y", "3", []]]})[0] == 200
    told = supervisor.get(f"records/{record}")
    seen = sorted({one for path in ("m/m_1/x", "m/m_1/y") for one in told["survivors"][path]})
    removal = {"preds": seen, "changes": [["m/m_1", {"$": "dead"}, list(range(len(seen)))]]}
    status, removed = supervisor.post(changes, removal)
    assert (status, removed["removed"]) == (200, ["m/m_1"])
    undo = {"preds": removed["survivors"]["m/m_1"], "changes": [["m/m_1", {"$": "alive"}, [0]]]}
    assert supervisor.post(changes, undo)[1]["answers"] == told["answers"]
