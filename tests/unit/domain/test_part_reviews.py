"""Reviews of a submission and of its restricted part: neither touches the other, whatever is decided."""

from hypothesis import given
from hypothesis import strategies as st

from domain.compose import Piece, Stamp, pieces_of_submission, seal
from domain.dossier import Dossier
from domain.merge import RecordState, fold
from domain.operations import RESTRICTED_PART, REVIEW, SUBMISSION, Change, Operation
from domain.review import Decision, Return, ReviewState, decision_value
from tests.support.builders import operation

FORM, PART = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"
KINDS = {FORM: SUBMISSION, PART: RESTRICTED_PART}
STEPS = st.lists(
    st.tuples(st.sampled_from([FORM, PART]), st.sampled_from([*Decision, "edit", "correct"])), max_size=12
)


class World:
    """A form and its part, with whoever reviews them and the officer who corrects them."""

    def __init__(self) -> None:
        self.states: dict[str, RecordState] = {}
        self.n = 0
        for record, kind in KINDS.items():
            self.take(operation([("a", "0", ())], record=record, kind=kind, n=self.next()))

    def next(self) -> int:
        self.n += 1
        return self.n

    def take(self, one: Operation) -> None:
        for record in one.records:
            self.states[record] = fold(self.states.get(record), [one], record)

    @property
    def dossier(self) -> Dossier:
        return Dossier(self.states[FORM], (self.states[PART],))

    def enter(self, pieces: list[Piece]) -> None:
        if pieces:
            self.take(
                seal(pieces, Stamp("replica-of-the-tests-A", self.next(), "asha", self.n, "AAAAAAAAAAA", {}))
            )

    def decide(self, record: str, decision: Decision) -> None:
        state = self.states[record]
        named = tuple(one.id for one in state.at(REVIEW))
        value = decision_value(decision, state.etag)
        self.enter([Piece(record, KINDS[record], Change(REVIEW, value, named))])

    def edit(self, record: str) -> None:
        named = tuple(one.id for one in self.states[record].at("a"))
        self.enter([Piece(record, KINDS[record], Change("a", str(self.n), named))])

    def correct(self) -> None:
        dossier = self.dossier
        self.enter(list(pieces_of_submission(dossier, dossier.returns)))


@given(STEPS)
def test_what_is_decided_on_one_says_nothing_about_the_other_and_a_correction_answers_every_return(
    steps: list[tuple[str, str]],
) -> None:
    """Broken on purpose: the submission said that it was submitted whenever its part had been returned."""
    world = World()
    approved: dict[str, str] = {}
    last: dict[str, str] = {}
    for record, step in steps:
        other = FORM if record == PART else PART
        before = world.states[other].digest
        match step:
            case "edit":
                world.edit(record)
            case "correct":
                returned = {one.record for one in world.dossier.returns}
                digests = {one: world.states[one].digest for one in KINDS}
                world.correct()
                assert world.dossier.returns == ()
                changed = {one for one in KINDS if world.states[one].digest != digests[one]}
                assert changed == returned
                last.update(dict.fromkeys(returned, "submitted"))
            case decision:
                world.decide(record, Decision(decision))
                last[record] = decision
                approved[record] = world.states[record].etag
        if step != "correct":
            assert world.states[other].digest == before
    reviews = {FORM: world.dossier.review, **world.dossier.part_reviews}
    for record, review in reviews.items():
        is_current = world.states[record].etag == approved.get(record)
        expected = {
            "approve": ReviewState.APPROVED if is_current else ReviewState.STALE,
            "return": ReviewState.RETURNED,
            "reject": ReviewState.REJECTED,
        }.get(last.get(record, ""), ReviewState.PENDING)
        assert review.state is expected


def test_a_return_of_a_part_that_is_not_there_any_more_is_answered_nowhere() -> None:
    """Broken on purpose: a change to a record that the device does not have, which the server would hold."""
    world = World()
    gone = Return("00000000-0000-4000-8000-000000000003", "AAAAAAAAAAAAAAAAAAAAAA")
    assert list(pieces_of_submission(world.dossier, [gone])) == []
