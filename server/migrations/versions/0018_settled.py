"""Which conflicts were settled, and by whom; and an index of the records that people disagree on."""

import sqlalchemy as sa
from alembic import op


revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

IN_CONFLICT = sa.text("conflicts > 0")


def upgrade() -> None:
    op.create_table(
        "settled",
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("operation", sa.String(length=22), nullable=False),
        sa.Column("account", sa.String(length=100), nullable=False),
        sa.Column("settled", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("record", "path", "operation", name="pk_settled"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_settled_settled", "settled", ["settled"])
    op.create_index(
        "ix_record_in_conflict",
        "record",
        ["updated"],
        sqlite_where=IN_CONFLICT,
        postgresql_where=IN_CONFLICT,
    )


def downgrade() -> None:
    op.drop_index("ix_record_in_conflict", "record")
    op.drop_table("settled")
