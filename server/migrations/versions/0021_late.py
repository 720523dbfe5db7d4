"""Which submissions came after their authors had lost the case."""

import sqlalchemy as sa
from alembic import op


revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "late_fact",
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.Column("submission", sa.String(length=36), nullable=False),
        sa.Column("author", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("record", "submission", name="pk_late_fact"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_late_fact_submission", "late_fact", ["submission"])


def downgrade() -> None:
    op.drop_table("late_fact")
