"""Problems on the pages: counted in the queue, told at their questions and together above them."""

import pytest

from domain.forms.problems import Problem
from server.services import problems
from server.working import work_once
from tests.support.office import Office
from tests.support.pages import KECAMATAN, REGENCY, Page, at_work
from tests.support.raw_device import RawDevice
from tests.support.visits import WOUND, publish, visit, with_wound


@pytest.fixture
def asha(office: Office) -> RawDevice:
    publish(office)
    return office.device("asha", "officer", REGENCY)


def rows(page: Page) -> str:
    """What stands in the rows of the queue."""
    return page.html.split('<ol class="queue">')[-1].split("</ol>")[0]


def test_the_queue_counts_problems_and_says_where_they_are_still_looked_for(
    office: Office, asha: RawDevice
) -> None:
    """Broken on purpose: what was not examined was shown as a form without problems."""
    visit(asha, {"g/nama": "Dewi", "g/umur": "tujuh", "g/lahir": "kemarin"})
    siti = at_work(office)
    assert "sedang diperiksa" in siti.get("/records")
    work_once(office.store)
    page = siti.get("/records")
    assert "2 masalah" in page
    assert "sedang diperiksa" not in page
    assert "2 problems" in siti.speak("en").person.get("/records")


def test_the_queue_is_narrowed_to_forms_with_problems(office: Office, asha: RawDevice) -> None:
    """The tabs count along. Broken on purpose: the filter was left out of the addresses of the tabs."""
    visit(asha, {"g/nama": "Dewi", "g/umur": "tujuh"})
    visit(asha, {"g/nama": "Eka", "g/umur": "7"})
    work_once(office.store)
    siti = at_work(office)
    page = siti.get("/records?problems=1")
    assert ("Dewi" in rows(page), "Eka" in rows(page)) == (True, False)
    assert "Perlu diperiksa 1" in page
    tabs = page.html.split('<nav class="tabs"')[1].split("</nav>")[0]
    assert tabs.count("problems=1") == tabs.count("href=")
    assert page.form("/records").fields["problems"] == "1"
    assert "Semua 1" in siti.get(page.links("tab=all")[0].replace("&amp;", "&"))


def test_a_form_tells_its_problems_at_the_questions_and_together(office: Office, asha: RawDevice) -> None:
    visited = visit(asha, {"g/nama": "Dewi", "g/umur": "tujuh"})
    siti = at_work(office)
    before = siti.get(visited.path)
    work_once(office.store)
    page = siti.get(visited.path)
    assert page.text == before.text
    assert page.html.count("bukan bilangan bulat") == 2
    assert '<a href="#q-g.umur">Umur</a>' in page.html.split('id="problems"')[1]


@pytest.mark.parametrize(("name", "role", "told"), [("siti", "supervisor", 0), ("hana", "head", 1)])
def test_a_problem_of_a_restricted_answer_is_for_its_readers(
    office: Office, asha: RawDevice, monkeypatch: pytest.MonkeyPatch, name: str, role: str, told: int
) -> None:
    monkeypatch.setattr(
        problems,
        "_ask",
        lambda _d, dossier, _m: [Problem("not-a-date", WOUND, {"value": "…"})] if dossier.parts else [],
    )
    with_wound(asha, "luka bakar")
    work_once(office.store)
    person = at_work(office, name, role, KECAMATAN)
    page = person.get("/records")
    assert ("1 masalah" in page) == bool(told)
    record = page.links("/records/")[0]
    assert person.get(record).html.count("bukan tanggal") == 2 * told


def test_a_problem_of_the_form_as_a_whole_stands_above_all_questions(
    office: Office, asha: RawDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has no question of its own. Broken on purpose: problems were told at their questions only."""

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(problems, "_ask", fail)
    page = at_work(office).get(visit(asha).path)
    assert page.status == 200
    assert "Isian secara keseluruhan" in page
    assert "tidak dapat diperiksa secara otomatis" in page
