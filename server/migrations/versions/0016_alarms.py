"""Children in danger, until somebody takes care."""

import sqlalchemy as sa
from alembic import op


revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alarm",
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.Column("raised", sa.BigInteger(), nullable=False),
        sa.Column("acknowledged", sa.BigInteger(), nullable=True),
        sa.Column("acknowledged_by", sa.String(length=64), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("escalated", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("record", name="pk_alarm"),
    )


def downgrade() -> None:
    op.drop_table("alarm")
