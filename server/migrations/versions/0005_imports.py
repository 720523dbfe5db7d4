"""How the columns of imported lists are read, and which cases their rows mean."""

import sqlalchemy as sa
from alembic import op


revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_mapping",
        sa.Column("list_name", sa.String(length=64), nullable=False),
        sa.Column("headings", sa.String(length=22), nullable=False),
        sa.Column("mapping", sa.LargeBinary(), nullable=False),
        sa.Column("kept", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("list_name", "headings", name=op.f("pk_import_mapping")),
    )
    op.create_table(
        "imported_case",
        sa.Column("key_case", sa.String(length=36), nullable=False),
        sa.Column("record", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("key_case", name=op.f("pk_imported_case")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("imported_case")
    op.drop_table("import_mapping")
