"""What lists and counts ask of submissions, rounds and assignments."""

import sqlalchemy as sa
from alembic import op


revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "submission_fact",
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.Column("village", sa.String(length=13), nullable=False),
        sa.Column("kecamatan", sa.String(length=8), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("form", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("conflicts", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("officer", sa.String(length=100), nullable=False),
        sa.Column("round", sa.String(length=36), nullable=True),
        sa.Column("case_id", sa.String(length=36), nullable=True),
        sa.Column("is_not_found", sa.Boolean(), nullable=False),
        sa.Column("problems_open", sa.BigInteger(), nullable=True),
        sa.Column("problems_whole", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("record", "village", name="pk_submission_fact"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_submission_fact_case", "submission_fact", ["case_id"])
    op.create_index("ix_submission_fact_updated", "submission_fact", ["updated", "record"])
    op.create_index("ix_submission_fact_kecamatan", "submission_fact", ["kecamatan", "updated", "record"])
    op.create_table(
        "part_fact",
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.Column("submission", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("record", name="pk_part_fact"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_part_fact_state", "part_fact", ["state", "submission"])
    op.create_table(
        "round_fact",
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.Column("round", sa.String(length=36), nullable=False),
        sa.Column("village", sa.String(length=13), nullable=False),
        sa.Column("form", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("begins", sa.String(length=10), nullable=False),
        sa.Column("due", sa.String(length=10), nullable=False),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("record", name="pk_round_fact"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_round_fact_round", "round_fact", ["round", "village"])
    op.create_index("ix_round_fact_village", "round_fact", ["village"])
    op.create_table(
        "assignment_fact",
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.Column("village", sa.String(length=13), nullable=False),
        sa.Column("round", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("officer", sa.String(length=100), nullable=False),
        sa.Column("due", sa.String(length=10), nullable=False),
        sa.Column("is_disputed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("record", name="pk_assignment_fact"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_assignment_fact_case", "assignment_fact", ["case_id"])
    op.create_index("ix_assignment_fact_officer", "assignment_fact", ["officer"])
    op.create_index("ix_assignment_fact_round", "assignment_fact", ["round", "village"])


def downgrade() -> None:
    op.drop_table("assignment_fact")
    op.drop_table("round_fact")
    op.drop_table("part_fact")
    op.drop_table("submission_fact")
