"""Views of the queue that somebody keeps under names of his own."""

from __future__ import annotations

import re

from sqlalchemy import select

from server.models_office import SavedView
from tests.support.office import Office
from tests.support.pages import VILLAGE, Page, Person, at_work
from tests.support.raw_device import RawDevice
from tests.support.visits import publish, visit


def keep(siti: Person, name: str, query: str) -> Page:
    """Keeps the choice of a page of the queue."""
    return siti.get(f"/records?{query}").submit(form="/views", name=name)


def names(page: Page) -> list[str]:
    """The views in their order."""
    return re.findall(r"<h2><a [^>]*><bdi>(.*?)</bdi>", page.html)


def change(page: Page, at: int, what: str, **typed: str) -> Page:
    """Presses a button of the view at a place."""
    forms = [one for one in page.forms if "/views/" in one.action]
    return page.person.post(forms[at].action, {**forms[at].fields, **typed, "change": what})


def test_views_are_kept_renamed_ordered_opened_first_and_removed(office: Office, asha: RawDevice) -> None:
    """
    Broken on purpose: the views of everybody shown; the default not led to; a name kept twice; names plain in
    the table.
    """
    publish(office)
    visit(asha, {"g/nama": "Dewi"})
    siti, tomo = at_work(office), at_work(office, "tomo")
    kept = keep(siti, "  Desa   jauh ", f"tab=all&area={VILLAGE}&problems=0&age=7&officer=asha")
    assert kept.status == 200
    assert "Desa jauh" in kept
    keep(siti, "Konflik & masalah", "tab=open&conflicts=1&problems=1")
    keep(siti, "Konflik & masalah", "tab=stale&conflicts=1")  # under the same name: another choice
    page = siti.get("/views")
    assert names(page) == ["Desa jauh", "Konflik &amp; masalah"]
    assert siti.get("/records?tab=stale&conflicts=1").html.count('aria-current="page"><bdi>Konflik') == 1
    page = change(page, 1, "up")
    assert names(page) == ["Konflik &amp; masalah", "Desa jauh"]
    taken = change(page, 1, "rename", name="Konflik & masalah")
    assert taken.status == 400
    assert "sudah memakai nama ini" in taken
    assert 'value="Konflik &amp; masalah" autocomplete="off" aria-invalid="true"' in taken.html
    page = change(siti.get("/views"), 1, "rename", name="Sungai")
    assert names(page) == ["Konflik &amp; masalah", "Sungai"]

    page = change(page, 1, "first")
    assert siti.get("/records").answer.request.query_string.decode() == (
        f"tab=all&area={VILLAGE}&officer=asha&problems=0&age=7"
    )
    assert "Dewi" in siti.get("/records?tab=open")  # whoever chooses gets what he chose
    assert "Sungai" not in tomo.get("/records")
    assert names(tomo.get("/views")) == []
    theirs = tomo.post(page.forms[-1].action, {**page.forms[-1].fields, "change": "remove"})
    assert theirs.status in (400, 404)  # his page sends another token
    with office.store.read() as connection:
        rows = connection.execute(select(SavedView.name, SavedView.query)).all()
    assert len(rows) == 2
    assert not any("Sungai" in text or VILLAGE in text for row in rows for text in row)

    page = change(siti.get("/views"), 1, "none-first")
    assert siti.get("/records").answer.request.query_string == b""
    page = change(page, 0, "remove")
    assert names(page) == ["Sungai"]


def test_no_more_than_twenty_are_kept_and_every_name_is_one(office: Office) -> None:
    """
    Broken on purpose: the number not limited; a name of blanks taken, or one that is too long; what was typed
    lost.
    """
    siti = at_work(office)
    for name in (" \t ", "\0\u202e", "x" * 61):
        assert keep(siti, name, "tab=all").status == 400
    for number in range(20):
        assert keep(siti, f"Nomor {number}", "tab=all").status == 200
    refused = keep(siti, "Nomor 20", "tab=all&age=7")
    assert refused.status == 400
    assert "tidak ada tempat" in refused
    again = next(one for one in refused.forms if one.action.startswith("/views?"))
    assert (again.fields["name"], "age=7" in again.action) == ("Nomor 20", True)
    assert keep(siti, "Nomor 7", "tab=stale").status == 200  # in the place of another
    assert len(names(siti.get("/views"))) == 20
    token = siti.get("/views").forms[-1].fields["csrf_token"]
    assert siti.post("/views/none", {"csrf_token": token, "change": "remove"}).status == 404
    assert siti.post("/views/none", {"csrf_token": token, "change": "burn"}).status == 400
