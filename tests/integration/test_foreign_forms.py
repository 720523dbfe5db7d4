"""A submission stays one of its form: no operation makes it one of another.

Broken on purpose: the rule taken out of the judge; of the acceptance.
"""

from tests.integration.test_restricted_in_open import OLDER, OTHER, publish
from tests.support.builders import op_id
from tests.support.filings import submit
from tests.support.office import ApiClient, Office
from tests.support.raw_device import RawDevice


def test_an_operation_with_another_form_is_held_and_nobody_can_accept_it(
    office: Office, asha: RawDevice, supervisor: ApiClient
) -> None:
    publish(office, OTHER)
    record = submit(asha)
    sent = asha.operation([("b", "2", [])], record=record, form=OTHER)
    assert asha.sync(sent)["verdicts"]["0"]["code"] == "form-differs"
    (row,) = supervisor.get("held")["held"]
    assert row["acceptable"] is False
    status, told = supervisor.post(f"held/{op_id(sent)}", {"decision": "ok", "reason": "x"})
    assert (status, told["error"]["code"]) == (409, "form-differs")
    assert supervisor.get(f"records/{record}")["form"] == "verifikasi_anak@2026010101"


def test_also_not_when_another_rule_held_it_first(
    office: Office, asha: RawDevice, supervisor: ApiClient
) -> None:
    publish(office, OTHER)
    sent = asha.operation([("b", "2", [])], record=submit(asha), form="verifikasi_keluarga@9")
    assert asha.sync(sent)["verdicts"]["0"]["code"] == "unknown-form"
    status, told = supervisor.post(f"held/{op_id(sent)}", {"decision": "ok", "reason": "x"})
    assert (status, told["error"]["code"]) == (409, "form-differs")


def test_an_operation_with_another_version_or_without_a_form_is_taken(
    office: Office, asha: RawDevice
) -> None:
    publish(office, OLDER)
    record = submit(asha)
    for form in (OLDER, None):
        assert "verdicts" not in asha.sync(asha.operation([("b", "2", [])], record=record, form=form))
