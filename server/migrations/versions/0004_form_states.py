"""Whether a version of a form is a draft, published or retired; what was told of its workbook."""

import sqlalchemy as sa
from alembic import op


revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "form", sa.Column("state", sa.String(length=16), nullable=False, server_default="published")
    )
    op.add_column("form", sa.Column("warnings", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    # Whoever does not know of states would take a draft for published.
    op.execute("DELETE FROM form_media WHERE EXISTS (SELECT 1 FROM form WHERE form.form_id = form_media.form_id"
               " AND form.version = form_media.version AND form.state = 'draft')")
    op.execute("DELETE FROM form WHERE state = 'draft'")
    op.drop_column("form", "warnings")
    op.drop_column("form", "state")
