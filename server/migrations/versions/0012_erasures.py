"""What is erased, and which operations lost something by it."""

import sqlalchemy as sa
from alembic import op


revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("operation", sa.Column("erased", sa.BigInteger(), nullable=True))
    op.create_table(
        "erasure",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("cleaned", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_erasure"),
    )
    op.create_table(
        "erased",
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.Column("path", sa.String(length=400), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("record", "path", name="pk_erased"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("erased")
    op.drop_table("erasure")
    op.drop_column("operation", "erased")
