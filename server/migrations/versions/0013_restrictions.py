"""Whose data are not processed for now, and which records are set aside for it."""

import sqlalchemy as sa
from alembic import op


revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "restriction",
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("record", name="pk_restriction"),
    )
    op.create_table(
        "set_aside",
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.Column("restriction", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("record", "restriction", name="pk_set_aside"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_set_aside_restriction", "set_aside", ["restriction"])


def downgrade() -> None:
    op.drop_table("set_aside")
    op.drop_table("restriction")
