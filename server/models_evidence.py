"""The tables of what was seen, decided, set aside and erased: ids, times and names of accounts.

Reasons, and what the audit tells beside ids, are sealed (`server.store.sealing`).
"""

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from server.models import KEYED, Base


class ConfirmationRow(Base):
    """What somebody may do only once a second person has confirmed it; used once."""

    __tablename__ = "confirmation"
    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    action: Mapped[str] = mapped_column(String(32))
    record: Mapped[str] = mapped_column(String(36))
    reason: Mapped[str]
    asked_by: Mapped[str] = mapped_column(ForeignKey("account.name"))
    asked: Mapped[int]
    expires: Mapped[int]
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("account.name"))
    decided: Mapped[int | None]
    decision: Mapped[str | None] = mapped_column(String(8))
    remark: Mapped[str | None]
    """Why it was refused."""
    used: Mapped[int | None]


class AuditRow(Base):
    """Who did or saw what: one reading, decision, batch of a feed, or change of rights.

    `account` is ``~console`` for what was done from a shell. `record_count` and `record_digest` cover the
    records that it names (`AuditRecord`). `seq` and `digest` are given by the sealer, within its partition.
    """

    __tablename__ = "audit"
    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    time: Mapped[int]
    account: Mapped[str] = mapped_column(String(64))
    device: Mapped[str] = mapped_column(String(22))
    action: Mapped[str] = mapped_column(String(32))
    partition: Mapped[str] = mapped_column(String(8))
    detail: Mapped[bytes]
    record_count: Mapped[int]
    record_digest: Mapped[str] = mapped_column(String(22))
    seq: Mapped[int | None]
    digest: Mapped[str | None] = mapped_column(String(43))

    __table_args__ = (
        Index("ix_audit_partition_seq", "partition", "seq"),
        Index(
            "ix_audit_unsealed",
            "time",
            sqlite_where=text("seq IS NULL"),
            postgresql_where=text("seq IS NULL"),
        ),
    )


class AuditRecord(Base):
    """A record that an audit row names. `record` is what is asked for, `audit` what is verified by."""

    __tablename__ = "audit_record"
    record: Mapped[str] = mapped_column(String(36), primary_key=True)
    audit: Mapped[str] = mapped_column(String(22), primary_key=True, index=True)

    __table_args__ = (KEYED,)


class AuditHead(Base):
    """The end of a partition's chain: the lock under which its rows are sealed."""

    __tablename__ = "audit_head"
    partition: Mapped[str] = mapped_column(String(8), primary_key=True)
    seq: Mapped[int] = mapped_column(default=0)
    digest: Mapped[str] = mapped_column(String(43), default="")


class ErasureRow(Base):
    """
    One erasure: of whose case, when, and who asked. `cleaned` is when the freed pages were written over.

    Kept for ever, in ids only: a restored backup is known by the erasures that it lacks.
    """

    __tablename__ = "erasure"
    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    time: Mapped[int]
    subject: Mapped[str] = mapped_column(String(36))
    account: Mapped[str] = mapped_column(String(64))
    cleaned: Mapped[int | None]


class ErasedRow(Base):
    """What is erased: a whole record (no `path`), or the member at `path` of a record that stays."""

    __tablename__ = "erased"
    record: Mapped[str] = mapped_column(String(36), primary_key=True)
    path: Mapped[str] = mapped_column(String(400), primary_key=True)
    time: Mapped[int]

    __table_args__ = (KEYED,)


class RestrictionRow(Base):
    """The case of somebody the processing of whose data is restricted: since when, by whom, and why."""

    __tablename__ = "restriction"
    record: Mapped[str] = mapped_column(String(36), primary_key=True)
    since: Mapped[int]
    account: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str]


class SetAsideRow(Base):
    """A record that is set aside, and the case for which: it may belong to several."""

    __tablename__ = "set_aside"
    record: Mapped[str] = mapped_column(String(36), primary_key=True)
    restriction: Mapped[str] = mapped_column(String(36), primary_key=True, index=True)

    __table_args__ = (KEYED,)
