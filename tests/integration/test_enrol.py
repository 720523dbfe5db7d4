"""Enrolment: a code makes a device its user's, once; a token opens what it should and no more."""

from typing import Any

import pytest
from sqlalchemy import text

from domain.enrolling import ALPHABET
from domain.errors import NotAllowed
from server.services import enrol as enrolling
from server.services.enrol import make_code
from server.services.tokens import hash_token
from tests.support.office import Office

VILLAGE = "64.02.18.2007"
REPLICA, OTHER = "kQ3xabcdefghijklmnopqr", "zzzzabcdefghijklmnopqr"
NOW = 1_790_000_000_000


@pytest.fixture(autouse=True)
def _clock(office: Office) -> None:
    office.app.config["VERILAP_CLOCK"] = lambda: NOW


def code_for(office: Office, name: str, now: int = NOW) -> str:
    return office.store.transact(lambda connection: make_code(connection, name, now))


def enrol(office: Office, code: Any, replica: Any = REPLICA, **members: Any) -> tuple[int, Any]:
    answer = office.client.post("/api/v1/enroll", json={"code": code, "replica": replica, **members})
    return answer.status_code, answer.json


def test_a_code_gives_a_device_its_token_and_its_villages(office: Office) -> None:
    office.person("asha", "officer", VILLAGE)
    status, told = enrol(office, code_for(office, "asha"), device="Redmi 9A")
    assert status == 200
    token = told.pop("token")
    assert told == {"replica": REPLICA, "author": "asha", "role": "officer", "areas": [VILLAGE]}
    headers = {"Authorization": f"Bearer {token}"}
    areas = office.client.get("/api/v1/areas", headers=headers).json
    assert areas is not None
    assert [village["code"] for village in areas["villages"]] == [VILLAGE]


def test_only_hashes_of_codes_and_tokens_are_kept(office: Office) -> None:
    office.person("asha", "officer", VILLAGE)
    code = code_for(office, "asha")
    _, told = enrol(office, code)
    with office.store.read() as connection:
        codes = connection.execute(text("SELECT code_hash FROM enroll_code")).scalars().all()
        tokens = connection.execute(text("SELECT token_hash FROM device")).scalars().all()
    assert codes == [hash_token(code.replace("-", ""))]
    assert tokens == [hash_token(told["token"])]


def test_a_code_may_be_typed_with_small_letters_and_spaces(office: Office) -> None:
    office.person("asha", "officer", VILLAGE)
    code = code_for(office, "asha")
    assert set(code) <= set(ALPHABET) | {"-"}
    assert enrol(office, f" {code.lower().replace('-', ' ')} ")[0] == 200


def test_a_code_works_once(office: Office) -> None:
    office.person("asha", "officer", VILLAGE)
    code = code_for(office, "asha")
    assert enrol(office, code)[0] == 200
    status, told = enrol(office, code, OTHER)
    assert (status, told["error"]["code"]) == (403, "enroll-code")


def test_a_code_ends_after_ten_minutes(office: Office) -> None:
    office.person("asha", "officer", VILLAGE)
    ten_minutes = 10 * 60 * 1000
    in_time, too_late = (
        code_for(office, "asha", NOW - ten_minutes),
        code_for(office, "asha", NOW - ten_minutes - 1),
    )
    assert enrol(office, too_late)[0] == 403
    assert enrol(office, in_time)[0] == 200


def test_a_device_store_of_somebody_else_cannot_be_taken_and_the_code_stays(office: Office) -> None:
    office.person("asha", "officer", VILLAGE)
    office.person("budi", "officer", VILLAGE)
    assert enrol(office, code_for(office, "asha"))[0] == 200
    code = code_for(office, "budi")
    status, told = enrol(office, code, REPLICA)
    assert (status, told["error"]["code"]) == (409, "replica-taken")
    assert enrol(office, code, OTHER)[0] == 200


def test_a_store_that_enrols_again_keeps_its_replica(office: Office) -> None:
    office.person("asha", "officer", VILLAGE)
    first = enrol(office, code_for(office, "asha"))[1]["token"]
    status, told = enrol(office, code_for(office, "asha"))
    assert (status, told["replica"]) == (200, REPLICA)
    assert told["token"] != first


def test_an_administrator_has_no_device(office: Office) -> None:
    office.person("root", "admin")
    with pytest.raises(NotAllowed):
        code_for(office, "root")


def test_a_code_of_an_account_that_was_closed_or_lost_its_role_is_refused(office: Office) -> None:
    office.person("asha", "officer", VILLAGE)
    code = code_for(office, "asha")
    office.move("asha", role="admin")
    assert enrol(office, code)[0] == 403
    office.move("asha", VILLAGE, role="officer")
    with office.store.write() as connection:
        connection.execute(text("UPDATE account SET disabled = 1"))
    assert enrol(office, code)[0] == 403


@pytest.mark.parametrize(
    ("code", "replica", "members"),
    [
        (None, REPLICA, {}),
        (5, REPLICA, {}),
        ("", REPLICA, {}),
        ("A" * 65, REPLICA, {}),
        ("AB\x00CD", REPLICA, {}),
        ("ABCDE", "short", {}),
        ("ABCDE", "office", {}),
        ("ABCDE", "x" * 44, {}),
        ("ABCDE", "abc/def/ghi", {}),
        ("ABCDE", None, {}),
        ("ABCDE", REPLICA, {"device": "x" * 101}),
        ("ABCDE", REPLICA, {"device": "a\x00"}),
        ("ABCDE", REPLICA, {"device": ["x"]}),
    ],
)
def test_an_enrolment_that_makes_no_sense_is_refused(
    office: Office, code: Any, replica: Any, members: dict[str, Any]
) -> None:
    status, told = enrol(office, code, replica, **members)
    assert (status, told["error"]["code"]) == (400, "invalid-request")


def test_an_odd_code_is_simply_wrong(office: Office) -> None:
    for code in ("'; DROP TABLE account --", "ＡＢＣＤＥ", "🙂", "ß"):
        assert enrol(office, code)[0] == 403


def test_members_that_try_to_set_more_are_left_aside(office: Office) -> None:
    office.person("asha", "officer", VILLAGE)
    _, told = enrol(office, code_for(office, "asha"), role="admin", author="root", areas=["64"])
    assert (told["author"], told["role"], told["areas"]) == ("asha", "officer", [VILLAGE])


def test_guessing_codes_is_slowed_down_and_ends_with_the_minute(office: Office) -> None:
    """Broken on purpose: without the count every guess was answered 403."""
    office.person("asha", "officer", VILLAGE)
    code = code_for(office, "asha")
    for _ in range(20):
        assert enrol(office, "ABCDE-FGHJK")[0] == 403
    answer = office.client.post("/api/v1/enroll", json={"code": code, "replica": REPLICA})
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    office.app.config["VERILAP_CLOCK"] = lambda: NOW + 60_001
    assert enrol(office, code)[0] == 200


def test_a_device_that_guesses_from_many_addresses_is_slowed_down_and_nobody_else_is(office: Office) -> None:
    """Broken on purpose: without the count by device every guess was answered 403."""
    office.person("asha", "officer", VILLAGE)
    code = code_for(office, "asha")

    def tries(typed: str, replica: str, address: str) -> int:
        asked = {"code": typed, "replica": replica}
        environ = {"REMOTE_ADDR": address}
        return office.client.post("/api/v1/enroll", json=asked, environ_overrides=environ).status_code

    assert {tries("ABCDE-FGHJK", REPLICA, f"10.0.0.{number}") for number in range(20)} == {403}
    assert tries(code, REPLICA, "10.0.1.1") == 429
    assert tries(code, REPLICA[::-1], "10.0.1.1") == 200


# --- tokens --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer ../../x", "Bearer " + "é" * 43]
)
def test_a_header_without_a_token_is_refused(office: Office, header: str) -> None:
    for path in ("sync", "have"):
        answer = office.client.post(f"/api/v1/{path}", json={}, headers={"Authorization": header})
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_an_api_token_is_no_device(office: Office) -> None:
    api = office.api("siti", "supervisor", VILLAGE)
    assert api.post("sync", {"protocol": 1, "replica": REPLICA})[0] == 401
    assert api.call("GET", "areas")[0] == 200


def test_a_revoked_device_reads_nothing_more(office: Office) -> None:
    device = office.device("asha", "officer", VILLAGE)
    assert device.get("areas").status_code == 200
    office.revoke("asha")
    for path in ("areas", "forms", "forms/verifikasi_anak/2026010101/definition", f"etags?village={VILLAGE}"):
        answer = device.get(path)
        assert answer.status_code == 403, path
        assert answer.json is not None
        assert answer.json["error"]["code"] == "revoked-device"


# --- forms ---------------------------------------------------------------------------------------


def test_a_version_of_a_form_is_served_for_ever(office: Office) -> None:
    device = office.device("asha", "officer", VILLAGE)
    listed = device.get("forms").json
    assert listed is not None
    assert [(one["form_id"], one["version"]) for one in listed["forms"]] == [
        ("verifikasi_anak", "2026010101")
    ]
    assert listed["forms"][0]["title"]["en"] == "Child verification"
    path = "forms/verifikasi_anak/2026010101/definition"
    answer = device.get(path)
    assert answer.json is not None
    assert answer.json["form_id"] == "verifikasi_anak"
    assert "immutable" in answer.headers["Cache-Control"]
    headers = {"Authorization": f"Bearer {device.token}", "If-None-Match": answer.headers["ETag"]}
    assert office.client.get(f"/api/v1/{path}", headers=headers).status_code == 304
    assert device.get("forms/verifikasi_anak/2026010101/xform").mimetype == "application/xml"
    assert device.get("forms/verifikasi_anak/2026010101/workbook").data.startswith(b"PK")


@pytest.mark.parametrize(
    "path",
    [
        "forms/verifikasi_anak/1/definition",
        "forms/nothing/2026010101/xform",
        "forms/verifikasi_anak/2026010101/media/x.csv",
        "forms/verifikasi_anak/2026010101/media/..%2f..%2fsecret-key",
        "forms/verifikasi_anak/2026010101/media/a%00b",
        "forms/%00/2026010101/definition",
        "forms/a@b/c@d/definition",
    ],
)
def test_a_form_or_file_that_is_not_there_is_not_found(office: Office, path: str) -> None:
    assert office.device("asha", "officer", VILLAGE).get(path).status_code == 404


def test_the_config_digest_changes_with_role_areas_villages_and_forms(office: Office) -> None:
    device = office.device("asha", "officer", VILLAGE)
    seen = [device.sync()["config"]]
    assert "config" not in device.sync(config=seen[0])
    office.move("asha", VILLAGE, "64.02.18.2001")
    seen.append(device.sync()["config"])
    office.move("asha", VILLAGE, "64.02.18.2001", role="supervisor")
    seen.append(device.sync()["config"])
    office.publish({**_definition(device), "version": "2026010102"})
    seen.append(device.sync()["config"])
    areas = device.get("areas").json
    assert areas is not None
    assert areas["config"] == seen[-1]
    assert len(set(seen)) == 4


def _definition(device: Any) -> dict[str, Any]:
    read: dict[str, Any] = device.get("forms/verifikasi_anak/2026010101/definition").json
    return read


def test_no_id_of_a_device_is_taken_for_an_option(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen to fail: one in sixty-four began with a hyphen, and no command found it."""
    drawn = iter([bytes([0xFB]) * 16, bytes([0x01]) * 16])
    monkeypatch.setattr("server.services.enrol.secrets.token_bytes", lambda _: next(drawn))
    assert not enrolling.new_device_id().startswith("-")
