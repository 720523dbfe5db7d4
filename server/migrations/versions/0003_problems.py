"""Problems beside the records, and which records a worker has yet to examine.

All records that are there become unexamined; the worker comes to them by itself.
"""

import sqlalchemy as sa
from alembic import op


revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

UNEXAMINED = sa.text("examined <> digest AND kind IN ('submission', 'restricted')")


def upgrade() -> None:
    op.create_table(
        "examination",
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.Column("submission", sa.String(length=36), nullable=True),
        sa.Column("version", sa.String(length=22), nullable=True),
        sa.Column("moment", sa.BigInteger(), nullable=True),
        sa.Column("form", sa.String(length=97), nullable=True),
        sa.Column("problems_open", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("problems_whole", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("taken", sa.BigInteger(), nullable=True),
        sa.Column("tries", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("record", name="pk_examination"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "problem",
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("severity", sa.String(length=8), nullable=False),
        sa.Column("params", sa.LargeBinary(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("is_whole", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("record", "number", name="pk_problem"),
        sqlite_with_rowid=False,
    )
    op.add_column("record", sa.Column("examined", sa.String(length=22), server_default="", nullable=False))
    op.create_index(
        "ix_record_unexamined",
        "record",
        ["updated"],
        sqlite_where=UNEXAMINED,
        postgresql_where=UNEXAMINED,
    )


def downgrade() -> None:
    op.drop_index("ix_record_unexamined", table_name="record")
    op.drop_column("record", "examined")
    op.drop_table("problem")
    op.drop_table("examination")
