"""What the clocks of devices said."""

import sqlalchemy as sa
from alembic import op


revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "device_report",
        sa.Column("device", sa.String(length=22), nullable=False),
        sa.Column("reported", sa.BigInteger(), nullable=False),
        sa.Column("skew", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["device.id"], name="fk_device_report_device"),
        sa.PrimaryKeyConstraint("device", name="pk_device_report"),
    )


def downgrade() -> None:
    op.drop_table("device_report")
