"""Which conflicts were settled, and by whom."""

import sqlalchemy as sa
from alembic import op


revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "settled",
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("operation", sa.String(length=22), nullable=False),
        sa.Column("account", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("settled", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("record", "path", "operation", name="pk_settled"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("settled")
