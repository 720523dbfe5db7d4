"""The tables of long work: what was ordered, how far it is, and the files that go in or come out."""

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from server.models import Base


class JobRow(Base):
    """
    Work that takes longer than a page may. `params`, `cursor` and `result` are sealed JSON.

    `state` is open until it ends: done, failed, cancelled, stopped. `token` and `taken` (renewed with each
    step) are the lease of the worker that has it; `steps` counts what was committed, `attempts` how often it
    was taken since. From `due` on it may be taken (again). `areas` are those of who ordered it, as they were
    then, with commas. `is_forgetting`: somebody was erased meanwhile, and what it holds goes with its end;
    what `begins_again` begins from its first step then, as what it made may hold him.
    `fetched` is when its file was handed out, `emptied` when all that it held was taken out.
    """

    __tablename__ = "job"
    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.name"), index=True)
    kind: Mapped[str] = mapped_column(String(32))
    areas: Mapped[str]
    state: Mapped[str] = mapped_column(String(16))
    code: Mapped[str | None] = mapped_column(String(64))
    params: Mapped[bytes]
    cursor: Mapped[bytes | None]
    result: Mapped[bytes | None]
    done: Mapped[int]
    total: Mapped[int | None]
    steps: Mapped[int]
    attempts: Mapped[int]
    due: Mapped[int]
    token: Mapped[str | None] = mapped_column(String(22))
    taken: Mapped[int | None]
    ordered: Mapped[int]
    begun: Mapped[int | None]
    ended: Mapped[int | None]
    cancel: Mapped[int | None]
    begins_again: Mapped[bool]
    is_forgetting: Mapped[bool]
    fetched: Mapped[int | None]
    emptied: Mapped[int | None]

    __table_args__ = (
        Index(
            "ix_job_open",
            "due",
            sqlite_where=text("ended IS NULL"),
            postgresql_where=text("ended IS NULL"),
        ),
        Index(
            "ix_job_full",
            "ended",
            sqlite_where=text("emptied IS NULL"),
            postgresql_where=text("emptied IS NULL"),
        ),
    )


class JobPiece(Base):
    """A piece of a file of a job: of what was given to it (`given`), or of what it made (`made`)."""

    __tablename__ = "job_piece"
    job: Mapped[str] = mapped_column(ForeignKey("job.id", ondelete="CASCADE"), primary_key=True)
    file: Mapped[str] = mapped_column(String(8), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    data: Mapped[bytes]
