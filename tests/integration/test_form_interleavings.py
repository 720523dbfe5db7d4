"""Two people change the versions of a form at one moment (PostgreSQL): each sees what the other one did.

Each test drives two transactions to an exact place; nothing sleeps.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete

from domain.errors import FormError
from server.models import Setting
from server.services.publish_form import keep_draft, publish, publish_version, retire_or_drop
from server.store import forms
from server.store.settings import FORMS_DIGEST, FORMS_TURN
from server.xlsform import CompiledForm, compile_workbook
from tests.support.office import NOW, Office
from tests.support.steps import COMMIT, Player
from tests.support.workbooks import book

pytestmark = [pytest.mark.postgres, pytest.mark.parametrize("new_database", ["postgres"], indirect=True)]


def version(folder: Path, number: str, kind: str = "text", label: str = "Q") -> CompiledForm:
    """A form with one question `q`."""
    return compile_workbook(
        book(
            folder,
            survey=f"type | name | label\n{kind} | q | {label}",
            settings=f"form_title | form_id | version\nCoba | coba | {number}",
        )
    )


def does(office: Office, work: Callable[[Connection], object]) -> Player[object]:
    return Player(office.url, lambda store: store.transact(work))


def states(office: Office) -> dict[str, str]:
    with office.store.read() as connection:
        return {one.name: one.state for one in forms.every(connection) if one.form_id == "coba"}


@pytest.mark.parametrize("is_first", [True, False], ids=["nothing was published yet", "as usual"])
def test_two_versions_at_once_are_compared_with_each_other(
    office: Office, tmp_path: Path, is_first: bool
) -> None:
    """Broken on purpose: without the turn both were published, with one path of two types."""
    if is_first:
        with office.store.write() as connection:
            connection.execute(delete(Setting).where(Setting.name.in_([FORMS_DIGEST, FORMS_TURN])))
    text, number = version(tmp_path, "1"), version(tmp_path, "2", "integer")
    first = does(office, lambda c: publish(c, text, NOW)).start_and_stop(COMMIT)
    second = does(office, lambda c: publish(c, number, NOW)).start()
    second.until_waiting_for(first)
    first.finish()
    with pytest.raises(FormError) as refusal:
        second.finish()
    assert [one["code"] for one in refusal.value.facts["faults"]] == ["version-retyped"]  # type: ignore[attr-defined]
    assert states(office) == {"coba@1": "published"}


def test_a_draft_that_is_replaced_while_it_is_published(office: Office, tmp_path: Path) -> None:
    """Broken on purpose: without the turn it was said to be published, and was a draft."""
    office.store.transact(lambda c: keep_draft(c, version(tmp_path, "1"), NOW))
    other = version(tmp_path, "1", label="Other words")
    first = does(office, lambda c: keep_draft(c, other, NOW)).start_and_stop(COMMIT)
    second = does(office, lambda c: publish_version(c, "coba@1", NOW)).start()
    second.until_waiting_for(first)
    first.finish()
    assert second.finish()
    assert states(office) == {"coba@1": "published"}
    with office.store.read() as connection:
        stored = forms.find(connection, "coba@1")
    assert stored is not None
    assert b"Other words" in stored.definition


def test_a_draft_that_is_dropped_while_it_is_published(office: Office, tmp_path: Path) -> None:
    office.store.transact(lambda c: keep_draft(c, version(tmp_path, "1"), NOW))
    first = does(office, lambda c: publish_version(c, "coba@1", NOW)).start_and_stop(COMMIT)
    second = does(office, lambda c: retire_or_drop(c, "coba@1")).start()
    second.until_waiting_for(first)
    first.finish()
    assert second.finish() == "form-retired"
    assert states(office) == {"coba@1": "retired"}
