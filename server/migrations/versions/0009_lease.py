"""Locks of devices that were away for too long, and the office's keys for recovering unsent work."""

import sqlalchemy as sa
from alembic import op


revision = "0009"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("device", sa.Column("locked", sa.BigInteger(), nullable=True))
    op.add_column("device", sa.Column("lock_id", sa.String(length=22), nullable=True))
    op.add_column("device", sa.Column("released_lock", sa.String(length=22), nullable=True))
    op.create_table(
        "recovery_key",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_key"),
    )


def downgrade() -> None:
    op.drop_table("recovery_key")
    op.drop_column("device", "released_lock")
    op.drop_column("device", "lock_id")
    op.drop_column("device", "locked")
