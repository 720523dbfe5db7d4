"""Who read and did what, chained by partition."""

import sqlalchemy as sa
from alembic import op


revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

UNSEALED = sa.text("seq IS NULL")


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=22), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("partition", sa.String(length=8), nullable=False),
        sa.Column("detail", sa.LargeBinary(), nullable=False),
        sa.Column("record_count", sa.BigInteger(), nullable=False),
        sa.Column("record_digest", sa.String(length=22), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("digest", sa.String(length=43), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_partition_seq", "audit", ["partition", "seq"])
    op.create_index(
        "ix_audit_unsealed", "audit", ["time"], sqlite_where=UNSEALED, postgresql_where=UNSEALED
    )
    op.create_table(
        "audit_record",
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.Column("audit", sa.String(length=22), nullable=False),
        sa.PrimaryKeyConstraint("record", "audit", name="pk_audit_record"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_audit_record_audit", "audit_record", ["audit"])
    op.create_table(
        "audit_head",
        sa.Column("partition", sa.String(length=8), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=43), nullable=False),
        sa.PrimaryKeyConstraint("partition", name="pk_audit_head"),
    )


def downgrade() -> None:
    op.drop_table("audit_head")
    op.drop_table("audit_record")
    op.drop_table("audit")
