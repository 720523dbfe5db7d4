"""The tables, without behaviour. Times are milliseconds since 1970 (UTC) by the server's clock.

Texts that come from outside are checked before they reach a text column (PostgreSQL
takes no NUL there); operations, documents and workbooks are kept as bytes, which are
the same on SQLite and PostgreSQL.
"""

from typing import Final

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, MetaData, String, false, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """What all tables share: whole numbers are 64 bits wide on every database."""

    # SQLite can change a constraint later only when it has a name.
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {int: BigInteger, bytes: LargeBinary}  # noqa: RUF012 (SQLAlchemy reads it so)


KEYED = {"sqlite_with_rowid": False}
"""For small rows that are found by their key: SQLite then keeps them once, not twice."""


UNEXAMINED: Final = "examined <> digest AND kind IN ('submission', 'restricted')"
"""Which records a worker has yet to examine: spelt once, so that both databases find the index by it."""


IN_CONFLICT: Final = "conflicts > 0"
"""Which records people disagree on: spelt once, likewise."""


class Setting(Base):
    """Digests and secrets of the installation, by name."""

    __tablename__ = "setting"
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str]


class Account(Base):
    """A person. The name is the author of operations and never changes."""

    __tablename__ = "account"
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    folded_name: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[str] = mapped_column(String(16))
    password_hash: Mapped[str | None]
    language: Mapped[str] = mapped_column(String(8), default="id")
    created: Mapped[int]
    disabled: Mapped[int | None]
    failures: Mapped[int] = mapped_column(default=0)
    """Wrong passwords since the last right one; from the fifth on they slow the next try down."""
    failed: Mapped[int | None]
    email: Mapped[str | None] = mapped_column(String(254))
    """Where alarms are told."""


class AccountArea(Base):
    """An area that an account is responsible for: the beginning of village codes."""

    __tablename__ = "account_area"
    account: Mapped[str] = mapped_column(ForeignKey("account.name"), primary_key=True)
    area: Mapped[str] = mapped_column(String(16), primary_key=True)


class EnrollCode(Base):
    """A one-use code with which a device enrols; only its hash is kept."""

    __tablename__ = "enroll_code"
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.name"))
    expires: Mapped[int]
    used: Mapped[int | None]
    needs_confirmation: Mapped[bool] = mapped_column(server_default=false())


class Device(Base):
    """
    An enrolled device; only the hash of its token is kept. `seen` is when it last asked, to the hour.

    `locked` is since when it gets nothing to read, `lock_id` names that lock, and `released_lock` the last
    one that the office took away: by it a device knows whether its own is meant.
    `key` is its public key (Ed25519), `key_digest` what it said of it when it enrolled.
    """

    __tablename__ = "device"
    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.name"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created: Mapped[int]
    revoked: Mapped[int | None]
    seen: Mapped[int | None]
    locked: Mapped[int | None]
    lock_id: Mapped[str | None] = mapped_column(String(22))
    released_lock: Mapped[str | None] = mapped_column(String(22))
    key: Mapped[str | None] = mapped_column(String(43))
    key_digest: Mapped[str | None] = mapped_column(String(43))
    app: Mapped[str | None] = mapped_column(String(40))
    """The version of its program, as it said when it was last seen."""


class RecoveryKey(Base):
    """A public key (X25519) of the office, to which devices seal what opens them. The newest one is told."""

    __tablename__ = "recovery_key"
    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    public: Mapped[bytes]
    created: Mapped[int]


class ApiToken(Base):
    """A token for the office API; only its hash is kept. `password_given`: when its owner last did."""

    __tablename__ = "api_token"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.name"))
    created: Mapped[int]
    revoked: Mapped[int | None]
    password_given: Mapped[int | None]


class Throttle(Base):
    """Wrong guesses within a span of time, by what they guess and where they come from."""

    __tablename__ = "throttle"
    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    failures: Mapped[int]
    since: Mapped[int]


class Replica(Base):
    """A device store that writes operations, bound to its first user.

    `have_count` and `have_xor` are the digest of all operation ids that came through
    it; `cursors` is the last whole cursor map that it sent, and stands for it by its
    digest.
    """

    __tablename__ = "replica"
    id: Mapped[str] = mapped_column(String(43), primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.name"))
    created: Mapped[int]
    have_count: Mapped[int] = mapped_column(default=0)
    have_xor: Mapped[str] = mapped_column(String(11), default="AAAAAAAAAAA")
    cursors: Mapped[bytes | None]
    cursors_digest: Mapped[str | None] = mapped_column(String(22))


class VillageRow(Base):
    """A village of the areas file."""

    __tablename__ = "village"
    code: Mapped[str] = mapped_column(String(13), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(16))
    kecamatan_code: Mapped[str] = mapped_column(String(8), index=True)
    kecamatan: Mapped[str] = mapped_column(String(100))


class FormRow(Base):
    """A version of a form: draft, published or retired. Nothing but the state changes once it was published.

    `published` is when it was, and for a draft when it came. `warnings` are what was told of
    the workbook, as JSON.
    """

    __tablename__ = "form"
    form_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    version: Mapped[str] = mapped_column(String(32), primary_key=True)
    digest: Mapped[str] = mapped_column(String(22))
    definition: Mapped[bytes]
    xform: Mapped[bytes]
    workbook: Mapped[bytes]
    published: Mapped[int]
    state: Mapped[str] = mapped_column(String(16), server_default="published")
    warnings: Mapped[bytes | None]


class FormMedia(Base):
    """A file that belongs to a version of a form, such as a choice list."""

    __tablename__ = "form_media"
    form_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    version: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    data: Mapped[bytes]


class OperationRow(Base):
    """The log: every operation that ever arrived, as it was sent, with its verdict.

    `account` is the sender by his token and `device` the one that handed it in, empty for what was entered in
    the office and what came before devices were noted; `author`, `replica` and `n` are what the operation
    says, and empty when it is malformed.
    """

    __tablename__ = "operation"
    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    replica: Mapped[str] = mapped_column(String(43))
    n: Mapped[int]
    author: Mapped[str] = mapped_column(String(100))
    account: Mapped[str] = mapped_column(String(64))
    received: Mapped[int]
    status: Mapped[str] = mapped_column(String(8))
    code: Mapped[str | None] = mapped_column(String(40))
    message: Mapped[str | None]
    body: Mapped[bytes]
    decided: Mapped[int | None]
    decided_by: Mapped[str | None] = mapped_column(String(64))
    reason: Mapped[str | None]
    device: Mapped[str | None] = mapped_column(String(22))
    erased: Mapped[int | None]
    """When something was erased of it: then the body is redacted, or empty where nothing else was said."""

    __table_args__ = (
        Index("ix_operation_replica_n", "replica", "n"),
        Index(
            "ix_operation_waiting",
            "status",
            "received",
            sqlite_where=status != "ok",
            postgresql_where=status != "ok",
        ),
    )


class OperationRecord(Base):
    """Which records an operation speaks of."""

    __tablename__ = "operation_record"
    record: Mapped[str] = mapped_column(String(36), primary_key=True)
    operation: Mapped[str] = mapped_column(String(22), primary_key=True)

    __table_args__ = (KEYED,)


class RecordRow(Base):
    """The document of a record, a cache of the fold of its accepted operations.

    What stands beside it is derived from it, for the queue; only `updated` is not, and
    `examined`: the digest that the record had when it was last examined for problems.
    Whoever writes another document writes another digest, and so leaves the record
    unexamined without having to think of it.
    """

    __tablename__ = "record"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    kind: Mapped[str] = mapped_column(String(97))
    form: Mapped[str | None] = mapped_column(String(64))
    owner: Mapped[str | None] = mapped_column(String(100))
    """Who began a restricted part; empty for everything else, which its village may read."""
    parent: Mapped[str | None] = mapped_column(String(36), index=True)
    """The submission that a restricted part belongs to."""
    etag: Mapped[str] = mapped_column(String(22))
    digest: Mapped[str] = mapped_column(String(22))
    state: Mapped[str] = mapped_column(String(16))
    conflicts: Mapped[int]
    updated: Mapped[int]
    document: Mapped[bytes]
    examined: Mapped[str] = mapped_column(String(22), server_default="")

    __table_args__ = (
        Index(
            "ix_record_unexamined",
            "updated",
            sqlite_where=text(UNEXAMINED),
            postgresql_where=text(UNEXAMINED),
        ),
        Index(
            "ix_record_in_conflict",
            "updated",
            sqlite_where=text(IN_CONFLICT),
            postgresql_where=text(IN_CONFLICT),
        ),
        # Counting the cases of a list reads this, and no document.
        Index("ix_record_kind", "kind", "id"),
    )


class ExaminationRow(Base):
    """What became of examining a record; that of a restricted part stands with its submission.

    `version` covers all that the problems depend on, `moment` is the time for which they
    were found, `form` the version of the form. `problems_open` and `problems_whole` count
    them for those who may not and who may read the restricted answers. `taken` is when a
    worker began, until it is done; `tries` how often one began without getting done.
    """

    __tablename__ = "examination"
    record: Mapped[str] = mapped_column(String(36), primary_key=True)
    submission: Mapped[str | None] = mapped_column(String(36))
    """For a restricted part: the submission that it was examined with."""
    version: Mapped[str | None] = mapped_column(String(22))
    moment: Mapped[int | None]
    form: Mapped[str | None] = mapped_column(String(97))
    problems_open: Mapped[int] = mapped_column(server_default="0")
    problems_whole: Mapped[int] = mapped_column(server_default="0")
    taken: Mapped[int | None]
    tries: Mapped[int] = mapped_column(server_default="0")

    __table_args__ = (KEYED,)


class ProblemRow(Base):
    """A problem of a submission. `params` is a JSON object of texts, in ASCII.

    `is_open` and `is_whole`: whether it is one for those who may not and who may read
    the restricted answers.
    """

    __tablename__ = "problem"
    record: Mapped[str] = mapped_column(String(36), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[str]
    code: Mapped[str] = mapped_column(String(40))
    severity: Mapped[str] = mapped_column(String(8))
    params: Mapped[bytes]
    is_open: Mapped[bool]
    is_whole: Mapped[bool]

    __table_args__ = (KEYED,)


class ImportMapping(Base):
    """
    How the columns of an office's list were read the last time, by case list and headings; since when so.

    `mapping` is JSON: what the options of the command would have to say for the same.
    """

    __tablename__ = "import_mapping"
    list_name: Mapped[str] = mapped_column(String(64), primary_key=True)
    headings: Mapped[str] = mapped_column(String(22), primary_key=True)
    """A digest of the headings."""
    mapping: Mapped[bytes]
    kept: Mapped[int]


class ImportedCase(Base):
    """
    Which case a row of an office's list means, where that one had begun otherwise, such as by a form.

    `key_case` is the id that the row's key makes. So the row means the same case also after somebody has
    corrected there what it was recognised by.
    """

    __tablename__ = "imported_case"
    key_case: Mapped[str] = mapped_column(String(36), primary_key=True)
    record: Mapped[str] = mapped_column(String(36))

    __table_args__ = (KEYED,)


class FeedHead(Base):
    """A feed and its last number: the lock under which numbers are given.

    A feed is a village's code, or ``~replica`` for what only one device is told.
    """

    __tablename__ = "feed_head"
    feed: Mapped[str] = mapped_column(String(44), primary_key=True)
    seq: Mapped[int] = mapped_column(default=0)
    tag: Mapped[str] = mapped_column(String(8), default="")


class FeedTag(Base):
    """The random tag of the batch that wrote the numbers up to `last`."""

    __tablename__ = "feed_tag"
    feed: Mapped[str] = mapped_column(String(44), primary_key=True)
    last: Mapped[int] = mapped_column(primary_key=True)
    tag: Mapped[str] = mapped_column(String(8))
    written: Mapped[int]


class FeedRow(Base):
    """The latest number of a record in a feed, and whether it is still there.

    In a private feed the rows are operations that were decided.
    """

    __tablename__ = "feed_row"
    record: Mapped[str] = mapped_column(String(36), primary_key=True)
    feed: Mapped[str] = mapped_column(String(44), primary_key=True)
    seq: Mapped[int]
    present: Mapped[bool]
    owner: Mapped[str | None] = mapped_column(String(100))

    __table_args__ = (Index("ix_feed_row_seq", "feed", "seq"), KEYED)


class DataKey(Base):
    """A key that seals answers (`data`) or hashes what they are found by (`find`), wrapped by a master key.

    `master` names the one that wrapped it. `admits_plain` while rows may stand there that are not sealed yet.
    """

    __tablename__ = "data_key"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    purpose: Mapped[str] = mapped_column(String(8))
    master: Mapped[str] = mapped_column(String(12))
    admits_plain: Mapped[bool]
    wrapped: Mapped[bytes]
    made: Mapped[int]


class FindToken(Base):
    """A keyed hash of something by which a record is found; of what, only who has the key can tell."""

    __tablename__ = "find_token"
    token: Mapped[bytes] = mapped_column(primary_key=True)
    record: Mapped[str] = mapped_column(String(36), primary_key=True, index=True)

    __table_args__ = (KEYED,)
