"""A batch that loses every race: nothing is taken, and the device is told to try again.

Broken on purpose: the database's last error went up as it was, and the answer was 500.
"""

from collections.abc import Iterator

import pytest
from sqlalchemy import exc, text

from server.store.transactions import ATTEMPTS, StoreBusyError
from tests.support.builders import new_id
from tests.support.office import Office
from tests.support.raw_device import RawDevice


@pytest.fixture
def tries(office: Office, asha: RawDevice, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Another transaction takes the row each time that a batch is about to write it."""
    lost: list[str] = []

    def lose(connection: object, *_: object) -> None:
        lost.append("once more")
        raise exc.IntegrityError("INSERT INTO record", {}, Exception("the record is there already"))

    asha.sync()
    with monkeypatch.context() as patched:
        patched.setattr("server.store.log.append", lose)
        yield lost


def test_a_batch_that_loses_every_race_is_busy_and_not_taken(
    office: Office, asha: RawDevice, tries: list[str]
) -> None:
    answer = asha.post("sync", asha.request(asha.submission(new_id())))
    assert (answer.status_code, answer.json["error"]["code"]) == (503, "database-busy")  # type: ignore[index]
    assert int(answer.headers["Retry-After"]) > 0
    assert len(tries) == ATTEMPTS
    with office.store.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM record")).scalar() == 0


def test_an_error_of_another_kind_is_told_as_it_is(office: Office) -> None:
    with pytest.raises(exc.ProgrammingError if "postgres" in office.url else exc.OperationalError):
        office.store.transact(lambda connection: connection.execute(text("SELECT nothing FROM nowhere")))
    with pytest.raises(StoreBusyError) as lost:
        office.store.transact(lambda connection: _lose())
    assert isinstance(lost.value.__cause__, exc.IntegrityError)


def _lose() -> None:
    raise exc.IntegrityError("INSERT", {}, Exception("UNIQUE"))
