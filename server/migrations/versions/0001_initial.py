"""The first tables."""

import sqlalchemy as sa
from alembic import op


revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "replica",
    "enroll_code",
    "device",
    "api_token",
    "account_area",
    "village",
    "throttle",
    "setting",
    "record",
    "operation_record",
    "operation",
    "form_media",
    "form",
    "feed_tag",
    "feed_row",
    "feed_head",
    "account",
)


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("folded_name", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("disabled", sa.BigInteger(), nullable=True),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("failed", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_account"),
        sa.UniqueConstraint("folded_name", name="uq_account_folded_name"),
    )
    op.create_table(
        "feed_head",
        sa.Column("feed", sa.String(length=44), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("tag", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("feed", name="pk_feed_head"),
    )
    op.create_table(
        "feed_row",
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.Column("feed", sa.String(length=44), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.Column("owner", sa.String(length=100), nullable=True),
        sa.PrimaryKeyConstraint("record", "feed", name="pk_feed_row"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_feed_row_seq", "feed_row", ["feed", "seq"], unique=False)
    op.create_table(
        "feed_tag",
        sa.Column("feed", sa.String(length=44), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("tag", sa.String(length=8), nullable=False),
        sa.Column("written", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("feed", "last", name="pk_feed_tag"),
    )
    op.create_table(
        "form",
        sa.Column("form_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=22), nullable=False),
        sa.Column("definition", sa.LargeBinary(), nullable=False),
        sa.Column("xform", sa.LargeBinary(), nullable=False),
        sa.Column("workbook", sa.LargeBinary(), nullable=False),
        sa.Column("published", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("form_id", "version", name="pk_form"),
    )
    op.create_table(
        "form_media",
        sa.Column("form_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("form_id", "version", "name", name="pk_form_media"),
    )
    op.create_table(
        "operation",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("replica", sa.String(length=43), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.String(length=100), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=True),
        sa.Column("message", sa.String(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("decided", sa.BigInteger(), nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_operation"),
    )
    op.create_index("ix_operation_replica_n", "operation", ["replica", "n"], unique=False)
    op.create_index(
        "ix_operation_waiting",
        "operation",
        ["status", "received"],
        unique=False,
        sqlite_where=sa.text("status != 'ok'"),
        postgresql_where=sa.text("status != 'ok'"),
    )
    op.create_table(
        "operation_record",
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.Column("operation", sa.String(length=22), nullable=False),
        sa.PrimaryKeyConstraint("record", "operation", name="pk_operation_record"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "record",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=97), nullable=False),
        sa.Column("form", sa.String(length=64), nullable=True),
        sa.Column("owner", sa.String(length=100), nullable=True),
        sa.Column("parent", sa.String(length=36), nullable=True),
        sa.Column("etag", sa.String(length=22), nullable=False),
        sa.Column("digest", sa.String(length=22), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("conflicts", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_record"),
    )
    op.create_index("ix_record_parent", "record", ["parent"], unique=False)
    op.create_table(
        "setting",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_setting"),
    )
    op.create_table(
        "throttle",
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_throttle"),
    )
    op.create_table(
        "village",
        sa.Column("code", sa.String(length=13), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("kecamatan_code", sa.String(length=8), nullable=False),
        sa.Column("kecamatan", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_village"),
    )
    op.create_index("ix_village_kecamatan_code", "village", ["kecamatan_code"], unique=False)
    op.create_table(
        "account_area",
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("area", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.name"], name="fk_account_area_account"),
        sa.PrimaryKeyConstraint("account", "area", name="pk_account_area"),
    )
    op.create_table(
        "api_token",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("revoked", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["account.name"], name="fk_api_token_account"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_api_token"),
    )
    op.create_table(
        "device",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("revoked", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["account.name"], name="fk_device_account"),
        sa.PrimaryKeyConstraint("id", name="pk_device"),
        sa.UniqueConstraint("token_hash", name="uq_device_token_hash"),
    )
    op.create_index("ix_device_account", "device", ["account"], unique=False)
    op.create_table(
        "enroll_code",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["account.name"], name="fk_enroll_code_account"),
        sa.PrimaryKeyConstraint("code_hash", name="pk_enroll_code"),
    )
    op.create_table(
        "replica",
        sa.Column("id", sa.String(length=43), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("have_count", sa.BigInteger(), nullable=False),
        sa.Column("have_xor", sa.String(length=11), nullable=False),
        sa.Column("cursors", sa.LargeBinary(), nullable=True),
        sa.Column("cursors_digest", sa.String(length=22), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["account.name"], name="fk_replica_account"),
        sa.PrimaryKeyConstraint("id", name="pk_replica"),
    )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
