"""What a person entered as operations that are not too large."""

from domain.canonical import digest_of
from domain.compose import Piece, Stamp, pack, seal
from domain.operations import SUBMISSION, Change
from tests.support.builders import RECORD

STAMP = Stamp("replica-of-the-tests-A", 1, "asha", 1_790_000_000_000, "AAAAAAAAAAA", {})


def test_a_filling_that_names_much_becomes_several_operations_that_can_be_sent() -> None:
    """Ninety questions with long paths, about each of which the same forty people disagree.

    Broken on purpose: `pack` did not weigh what is named, and the only operation could not be sealed.
    """
    people = tuple(digest_of(f"{i}".encode()) for i in range(40))
    paths = [f"{i:03}" + "a" * 300 for i in range(90)]
    pieces = [Piece(RECORD, SUBMISSION, Change(path, "1", people)) for path in paths]
    packed = pack(pieces)
    assert [piece for some in packed for piece in some] == pieces
    assert len(packed) > 1
    assert [len(seal(some, STAMP).parts[0].changes) for some in packed] == list(map(len, packed))
