"""A partner of the office: signs in, and finds what was referred to him, which is nothing yet."""

from tests.support.office import Office
from tests.support.pages import at_work, hire


def test_a_partner_finds_that_nothing_was_referred_to_him_and_nothing_else(office: Office) -> None:
    """Broken on purpose: partners were given the action `read`, and were led to the queue."""
    page = hire(office, "panti", "partner").sign_in()
    assert page.path == "/referrals"
    assert "Belum ada yang dirujuk kepada Anda." in page
    assert page.links("/records") == page.links("/cases") == page.links("/held") == []
    assert page.person.get("/records").status == 403


def test_nobody_else_has_referrals(office: Office) -> None:
    assert at_work(office).get("/referrals").status == 403
