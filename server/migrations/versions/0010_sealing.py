"""Keys by which what can hold an answer is sealed, and hashes by which it is found."""

import sqlalchemy as sa
from alembic import op


revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "data_key",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("purpose", sa.String(length=8), nullable=False),
        sa.Column("master", sa.String(length=12), nullable=False),
        sa.Column("admits_plain", sa.Boolean(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_data_key"),
    )
    op.create_table(
        "find_token",
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("token", "record", name="pk_find_token"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_find_token_record", "find_token", ["record"])


def downgrade() -> None:
    op.drop_table("find_token")
    op.drop_table("data_key")
