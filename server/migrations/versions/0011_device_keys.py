"""Keys of devices, the chains of their batches, confirmed enrolments, and which device handed an operation in."""

import sqlalchemy as sa
from alembic import op


revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("device", sa.Column("key", sa.String(length=43), nullable=True))
    op.add_column("device", sa.Column("key_digest", sa.String(length=43), nullable=True))
    op.add_column("device", sa.Column("app", sa.String(length=40), nullable=True))
    op.add_column("operation", sa.Column("device", sa.String(length=22), nullable=True))
    op.add_column(
        "enroll_code",
        sa.Column("needs_confirmation", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.create_table(
        "device_chain",
        sa.Column("device", sa.String(length=22), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=43), nullable=False),
        sa.Column("known", sa.LargeBinary(), nullable=False),
        sa.Column("waiting", sa.LargeBinary(), nullable=False),
        sa.Column("drafts", sa.BigInteger(), nullable=False),
        sa.Column("moved", sa.BigInteger(), nullable=True),
        sa.Column("breaches", sa.BigInteger(), nullable=False),
        sa.Column("breached", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["device"], ["device.id"], name="fk_device_chain_device"),
        sa.PrimaryKeyConstraint("device", name="pk_device_chain"),
    )
    op.create_table(
        "device_confirmation",
        sa.Column("device", sa.String(length=22), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("nonce", sa.String(length=43), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("confirmed", sa.BigInteger(), nullable=True),
        sa.Column("confirmed_by", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["device"], ["device.id"], name="fk_device_confirmation_device"),
        sa.PrimaryKeyConstraint("device", name="pk_device_confirmation"),
    )


def downgrade() -> None:
    op.drop_table("device_confirmation")
    op.drop_table("device_chain")
    op.drop_column("enroll_code", "needs_confirmation")
    op.drop_column("operation", "device")
    op.drop_column("device", "app")
    op.drop_column("device", "key_digest")
    op.drop_column("device", "key")
