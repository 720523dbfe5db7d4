"""Tables of the office's daily work: what is looked for among many records, alarms, views, devices."""

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from server.models import KEYED, Base

IS_OPEN = text("acknowledged IS NULL")
UNSENT = text("sent IS NULL")


class SubmissionFact(Base):
    """
    What lists and counts ask of a submission, in each village that it is in; follows from its document.

    `place` is 0 in the first of its villages. `form` is a form's id, `officer` who entered answers last,
    `received` when the server first took something of it in. `round` and `case_id` are those that it names.
    `problems_open` and `problems_whole` are those of its examination, unknown while it is unexamined.
    """

    __tablename__ = "submission_fact"
    record: Mapped[str] = mapped_column(String(36), primary_key=True)
    village: Mapped[str] = mapped_column(String(13), primary_key=True)
    kecamatan: Mapped[str] = mapped_column(String(8))
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
    problems_open: Mapped[int | None]
    problems_whole: Mapped[int | None]

    __table_args__ = (
        Index("ix_submission_fact_updated", "updated", "record"),
        Index("ix_submission_fact_kecamatan", "kecamatan", "updated", "record"),
        Index("ix_submission_fact_case", "case_id"),
        KEYED,
    )


class PartFact(Base):
    """Where a restricted part stands in its own review, for lists of submissions."""

    __tablename__ = "part_fact"
    record: Mapped[str] = mapped_column(String(36), primary_key=True)
    submission: Mapped[str] = mapped_column(String(36))
    state: Mapped[str] = mapped_column(String(16))

    __table_args__ = (Index("ix_part_fact_state", "state", "submission"), KEYED)


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
    """
    That a submission says that somebody is in danger, until somebody takes care of it by name.

    `operation` is the one that said so, `officer` whose it is, `form` is ``id@version``. An alarm that was
    acknowledged stays; of a submission there is one at most that is not.
    """

    __tablename__ = "alarm"
    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    submission: Mapped[str] = mapped_column(String(36), index=True)
    operation: Mapped[str] = mapped_column(String(22))
    officer: Mapped[str] = mapped_column(String(100))
    form: Mapped[str | None] = mapped_column(String(100))
    raised: Mapped[int]
    escalated: Mapped[int | None]
    acknowledged: Mapped[int | None] = mapped_column(index=True)
    acknowledged_by: Mapped[str | None] = mapped_column(String(64))
    note: Mapped[str | None]

    __table_args__ = (
        Index("ix_alarm_open", "submission", unique=True, sqlite_where=IS_OPEN, postgresql_where=IS_OPEN),
    )


class AlarmVillageRow(Base):
    """A village that an alarm is about; perhaps one that is not known here."""

    __tablename__ = "alarm_village"
    alarm: Mapped[str] = mapped_column(String(22), primary_key=True)
    village: Mapped[str] = mapped_column(String(13), primary_key=True)

    __table_args__ = (KEYED,)


class AlarmMailRow(Base):
    """
    That an account is told of an alarm at a stage by mail: since `sent`, or next when it is `due`.

    `letter` is the id of the mail that it was last tried with, which may be about several alarms.
    """

    __tablename__ = "alarm_mail"
    alarm: Mapped[str] = mapped_column(String(22), primary_key=True)
    stage: Mapped[str] = mapped_column(String(12), primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.name"), primary_key=True)
    due: Mapped[int]
    tries: Mapped[int]
    letter: Mapped[str | None] = mapped_column(String(22), index=True)
    sent: Mapped[int | None]
    fault: Mapped[str | None] = mapped_column(String(40))

    __table_args__ = (
        Index("ix_alarm_mail_due", "due", sqlite_where=UNSENT, postgresql_where=UNSENT),
        KEYED,
    )


class SavedView(Base):
    """A choice of the queue that somebody keeps under a name, both sealed; one of his may be the default."""

    __tablename__ = "saved_view"
    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.name"), index=True)
    place: Mapped[int]
    name: Mapped[str]
    query: Mapped[str]
    is_default: Mapped[bool]


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
