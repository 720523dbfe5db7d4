"""
The password again: asked before what would do most harm, good for five minutes, slowed down as signing in is.

Broken on purpose, each time with a failing test here: a password that is good for an hour; one that is good
for all tokens of its account; a wrong one that is not counted; one that outlives the password itself; a page
that forgets what was typed before it asked.
"""

from typing import Any

import pytest
from sqlalchemy import select

from server.models_evidence import AuditRow
from server.services.accounts import set_password
from server.services.password_again import GOOD_FOR_MS
from server.services.throttle import GUESSES
from tests.support.clocks import Clock
from tests.support.office import NOW, ApiClient, Office
from tests.support.pages import KECAMATAN, PASSWORD, Person, at_work, hire


@pytest.fixture
def clock(office: Office) -> Clock:
    return Clock(office)


@pytest.fixture
def siti(office: Office) -> Person:
    return at_work(office, "siti", "head", KECAMATAN)


@pytest.fixture
def token(office: Office, siti: Person) -> ApiClient:
    return office.api("siti")


def give(token: ApiClient, password: object = PASSWORD) -> tuple[int, Any]:
    return token.post("confirmations", {"password": password})


def said(answer: tuple[int, Any]) -> tuple[int, str]:
    return answer[0], answer[1]["error"]["code"]


def test_a_token_is_good_for_five_minutes_after_the_password(clock: Clock, token: ApiClient) -> None:
    reason = {"reason": "untuk rapat kasus"}
    assert said(token.post("cases/anak.csv", reason)) == (403, "password-needed")
    assert give(token) == (200, {"until": NOW + GOOD_FOR_MS})
    for later, status in ((0, 200), (GOOD_FOR_MS - 1, 200), (GOOD_FOR_MS, 403), (-1, 403)):
        clock.now = NOW + later
        assert token.call("POST", "cases/anak.csv", reason)[0] == status, later


@pytest.mark.parametrize("password", ["salah", "", "x" * 1025, None, 7, "\x00"])
def test_a_wrong_password_is_refused(clock: Clock, token: ApiClient, password: object) -> None:
    assert said(give(token, password)) in ((401, "wrong-password"), (400, "invalid-request"))


def test_wrong_ones_are_counted_with_those_of_signing_in(
    office: Office, clock: Clock, token: ApiClient
) -> None:
    for _ in range(5):
        assert said(give(token, "salah")) == (401, "wrong-password")
    assert said(give(token)) == (429, "too-many-tries")
    stranger = Person(office, "siti")
    assert stranger.sign_in().status == 429
    clock.now += 60_000
    assert give(token)[0] == 200
    assert stranger.sign_in().status == 200


def test_one_address_guesses_no_more_than_when_signing_in(office: Office, clock: Clock) -> None:
    people = [hire(office, f"nama{number}", "head", KECAMATAN) for number in range(5)]
    tokens = [office.api(person.name) for person in people]
    for number in range(GUESSES):
        assert give(tokens[number % 5], "salah")[0] == 401
    assert said(give(tokens[0])) == (429, "too-many-tries")


def test_who_gave_it_is_put_on_record(office: Office, token: ApiClient) -> None:
    give(token)
    give(token, "salah")
    with office.store.read() as connection:
        found = connection.execute(select(AuditRow.account).where(AuditRow.action == "password-again"))
        assert list(found.scalars()) == ["siti"]


def test_the_page_that_asks_leads_on_to_where_it_was_asked(siti: Person) -> None:
    page = siti.get("/")
    token = page.form("/sign-out").fields["csrf_token"]
    asked = siti.post("/password", {"csrf_token": token, "password_again": "salah", "next": "/held"})
    assert asked.status == 403
    assert "Kata sandi keliru." in asked
    assert asked.submit(form="/password", password_again=PASSWORD).path == "/held"


def test_it_leads_to_no_other_site(siti: Person) -> None:
    token = siti.get("/").form("/sign-out").fields["csrf_token"]
    data = {"csrf_token": token, "password_again": PASSWORD, "next": "https://evil.example/"}
    assert siti.client.post("/password", data=data).headers["Location"] == "/"


def test_a_new_password_ends_what_was_given_before(office: Office, token: ApiClient) -> None:
    give(token)
    office.store.transact(lambda connection: set_password(connection, "siti", "lain sekali 2026", NOW))
    with office.store.read() as connection:
        from server.models import ApiToken

        assert list(connection.execute(select(ApiToken.password_given)).scalars()) == [None]
