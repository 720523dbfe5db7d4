"""Files: what arrived, what is shown of it, who has it, what names it, and what is on its way."""

import sqlalchemy as sa
from alembic import op


revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

UNEXAMINED = sa.text("examined IS NULL")


def upgrade() -> None:
    op.create_table(
        "file",
        sa.Column("hash", sa.String(length=43), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("object", sa.String(length=22), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("stored", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.String(length=100), nullable=True),
        sa.Column("examined", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("fault", sa.String(length=32), nullable=True),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_file"),
        sa.UniqueConstraint("object", name="uq_file_object"),
    )
    op.create_index(
        "ix_file_unexamined", "file", ["due"], sqlite_where=UNEXAMINED, postgresql_where=UNEXAMINED
    )
    op.create_table(
        "file_view",
        sa.Column("file", sa.String(length=43), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("object", sa.String(length=22), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("width", sa.BigInteger(), nullable=False),
        sa.Column("height", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["file"], ["file.hash"], name="fk_file_view_file", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("file", "kind", name="pk_file_view"),
        sa.UniqueConstraint("object", name="uq_file_view_object"),
    )
    op.create_table(
        "file_holder",
        sa.Column("file", sa.String(length=43), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.name"], name="fk_file_holder_account"),
        sa.PrimaryKeyConstraint("file", "account", name="pk_file_holder"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "file_use",
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.Column("file", sa.String(length=43), nullable=False),
        sa.Column("operation", sa.String(length=22), nullable=False),
        sa.ForeignKeyConstraint(
            ["operation"], ["operation.id"], name="fk_file_use_operation", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("record", "file", "operation", name="pk_file_use"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_file_use_file", "file_use", ["file"])
    op.create_index("ix_file_use_operation", "file_use", ["operation"])
    op.create_table(
        "upload",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=22), nullable=False),
        sa.Column("hash", sa.String(length=43), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("touched", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.name"], name="fk_upload_account"),
        sa.PrimaryKeyConstraint("id", name="pk_upload"),
    )
    op.create_index("ix_upload_account", "upload", ["account"])
    op.create_index("ix_upload_touched", "upload", ["touched"])
    op.create_table(
        "upload_piece",
        sa.Column("upload", sa.String(length=22), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["upload"], ["upload.id"], name="fk_upload_piece_upload", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("upload", "offset", name="pk_upload_piece"),
    )
    op.create_table(
        "doomed_object",
        sa.Column("name", sa.String(length=22), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_doomed_object"),
    )
    op.create_table(
        "stray_object",
        sa.Column("name", sa.String(length=22), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_stray_object"),
    )


def downgrade() -> None:
    for table in ("stray_object", "doomed_object", "upload_piece", "upload", "file_use", "file_holder", "file_view", "file"):
        op.drop_table(table)
