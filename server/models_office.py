"""Tables of the office's daily work: what is looked for among many records, alarms, views, devices."""

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.models import KEYED, Base


class SubmissionFact(Base):
    """
    What lists and counts ask of a submission, in each village that it is in; follows from its document.

    `place` is 0 in the first of its villages. `form` is a form's id, `officer` who entered answers last,
    `received` when the server first took something of it in. `round` and `case_id` are those that it names.
    """

    __tablename__ = "submission_fact"
    record: Mapped[str] = mapped_column(String(36), primary_key=True)
    village: Mapped[str] = mapped_column(String(13), primary_key=True)
    place: Mapped[int]
    form: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16))
    conflicts: Mapped[int]
    updated: Mapped[int]
    received: Mapped[int]
    officer: Mapped[str] = mapped_column(String(100))
    round: Mapped[str | None] = mapped_column(String(36))
    case_id: Mapped[str | None] = mapped_column(String(36))
    is_not_found: Mapped[bool]

    __table_args__ = (
        Index("ix_submission_fact_updated", "updated", "record"),
        Index("ix_submission_fact_village", "village", "state", "updated"),
        Index("ix_submission_fact_case", "case_id"),
        KEYED,
    )


class RoundFact(Base):
    """A round in one of its villages; follows from its document."""

    __tablename__ = "round_fact"
    record: Mapped[str] = mapped_column(String(36), primary_key=True)
    round: Mapped[str] = mapped_column(String(36))
    village: Mapped[str] = mapped_column(String(13))
    form: Mapped[str] = mapped_column(String(64))
    title: Mapped[str]
    begins: Mapped[str] = mapped_column(String(10))
    due: Mapped[str] = mapped_column(String(10))
    is_closed: Mapped[bool]

    __table_args__ = (
        Index("ix_round_fact_round", "round", "village"),
        Index("ix_round_fact_village", "village"),
        KEYED,
    )


class AssignmentFact(Base):
    """Who is to visit a case in a round; follows from its document. No `officer` stands for nobody."""

    __tablename__ = "assignment_fact"
    record: Mapped[str] = mapped_column(String(36), primary_key=True)
    village: Mapped[str] = mapped_column(String(13))
    round: Mapped[str] = mapped_column(String(36))
    case_id: Mapped[str] = mapped_column(String(36))
    officer: Mapped[str] = mapped_column(String(100))
    due: Mapped[str] = mapped_column(String(10))
    is_disputed: Mapped[bool]

    __table_args__ = (
        Index("ix_assignment_fact_round", "round", "village"),
        Index("ix_assignment_fact_case", "case_id"),
        Index("ix_assignment_fact_officer", "officer"),
        KEYED,
    )


class LateFact(Base):
    """A submission that came after its author had lost the case; follows from the assignment's document."""

    __tablename__ = "late_fact"
    record: Mapped[str] = mapped_column(String(36), primary_key=True)
    submission: Mapped[str] = mapped_column(String(36), primary_key=True)
    author: Mapped[str] = mapped_column(String(100))

    __table_args__ = (Index("ix_late_fact_submission", "submission"), KEYED)


class AlarmRow(Base):
    """A submission that says that somebody is in danger, until somebody takes care of it by name."""

    __tablename__ = "alarm"
    record: Mapped[str] = mapped_column(String(36), primary_key=True)
    raised: Mapped[int]
    acknowledged: Mapped[int | None]
    acknowledged_by: Mapped[str | None] = mapped_column(String(64))
    note: Mapped[str | None]
    escalated: Mapped[int | None]


class SavedView(Base):
    """A choice of the queue that somebody keeps under a name; `name` and `query` are sealed."""

    __tablename__ = "saved_view"
    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.name"), index=True)
    place: Mapped[int]
    name: Mapped[str]
    query: Mapped[str]


class SettledRow(Base):
    """
    A conflict that an operation settled, and who entered that; a contested removal at ``PATH#removal``.

    Noted when the operation is taken in, and not worked out anew: what stood side by side then, the log does
    not tell by itself.
    """

    __tablename__ = "settled"
    record: Mapped[str] = mapped_column(String(36), primary_key=True)
    path: Mapped[str] = mapped_column(primary_key=True)
    operation: Mapped[str] = mapped_column(String(22), primary_key=True)
    account: Mapped[str] = mapped_column(String(100))
    settled: Mapped[int] = mapped_column(index=True)

    __table_args__ = (KEYED,)


class DeviceReport(Base):
    """
    By how many milliseconds a device's clock was ahead of the server's, as its request said at `reported`.

    A row of its own: `device` is read and locked by every request of the device.
    """

    __tablename__ = "device_report"
    device: Mapped[str] = mapped_column(ForeignKey("device.id"), primary_key=True)
    reported: Mapped[int]
    skew: Mapped[int]
