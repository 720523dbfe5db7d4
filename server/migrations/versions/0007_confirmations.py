"""The password again for API tokens; second persons."""

import sqlalchemy as sa
from alembic import op


revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("api_token", sa.Column("password_given", sa.BigInteger(), nullable=True))
    op.create_table(
        "confirmation",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided", sa.BigInteger(), nullable=True),
        sa.Column("decision", sa.String(length=8), nullable=True),
        sa.Column("remark", sa.String(), nullable=True),
        sa.Column("used", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["asked_by"], ["account.name"], name="fk_confirmation_asked_by"),
        sa.ForeignKeyConstraint(["decided_by"], ["account.name"], name="fk_confirmation_decided_by"),
        sa.PrimaryKeyConstraint("id", name="pk_confirmation"),
    )


def downgrade() -> None:
    op.drop_table("confirmation")
    op.drop_column("api_token", "password_given")
