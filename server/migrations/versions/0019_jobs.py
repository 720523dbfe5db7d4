"""Long work: jobs, and the files that go into them or come out of them; and counting cases by their list."""

import sqlalchemy as sa
from alembic import op


revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

OPEN = sa.text("ended IS NULL")
FULL = sa.text("emptied IS NULL")


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("areas", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=True),
        sa.Column("params", sa.LargeBinary(), nullable=False),
        sa.Column("cursor", sa.LargeBinary(), nullable=True),
        sa.Column("result", sa.LargeBinary(), nullable=True),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("steps", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.String(length=22), nullable=True),
        sa.Column("taken", sa.BigInteger(), nullable=True),
        sa.Column("ordered", sa.BigInteger(), nullable=False),
        sa.Column("begun", sa.BigInteger(), nullable=True),
        sa.Column("ended", sa.BigInteger(), nullable=True),
        sa.Column("cancel", sa.BigInteger(), nullable=True),
        sa.Column("begins_again", sa.Boolean(), nullable=False),
        sa.Column("is_forgetting", sa.Boolean(), nullable=False),
        sa.Column("fetched", sa.BigInteger(), nullable=True),
        sa.Column("emptied", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["account.name"], name="fk_job_account"),
        sa.PrimaryKeyConstraint("id", name="pk_job"),
    )
    op.create_index("ix_job_account", "job", ["account"])
    op.create_index("ix_job_open", "job", ["due"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index("ix_job_full", "job", ["ended"], sqlite_where=FULL, postgresql_where=FULL)
    op.create_table(
        "job_piece",
        sa.Column("job", sa.String(length=22), nullable=False),
        sa.Column("file", sa.String(length=8), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["job"], ["job.id"], name="fk_job_piece_job", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job", "file", "number", name="pk_job_piece"),
    )
    op.create_index("ix_record_kind", "record", ["kind", "id"])


def downgrade() -> None:
    op.drop_index("ix_record_kind", "record")
    op.drop_table("job_piece")
    op.drop_table("job")
