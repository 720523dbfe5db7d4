"""Children in danger, until somebody takes care; who is told of them by mail, and where."""

import sqlalchemy as sa
from alembic import op


revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

IS_OPEN = sa.text("acknowledged IS NULL")
UNSENT = sa.text("sent IS NULL")


def upgrade() -> None:
    op.add_column("account", sa.Column("email", sa.String(length=254), nullable=True))
    op.create_table(
        "alarm",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("submission", sa.String(length=36), nullable=False),
        sa.Column("operation", sa.String(length=22), nullable=False),
        sa.Column("officer", sa.String(length=100), nullable=False),
        sa.Column("form", sa.String(length=100), nullable=True),
        sa.Column("raised", sa.BigInteger(), nullable=False),
        sa.Column("escalated", sa.BigInteger(), nullable=True),
        sa.Column("acknowledged", sa.BigInteger(), nullable=True),
        sa.Column("acknowledged_by", sa.String(length=64), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_alarm"),
    )
    op.create_index("ix_alarm_submission", "alarm", ["submission"])
    op.create_index("ix_alarm_acknowledged", "alarm", ["acknowledged"])
    op.create_index(
        "ix_alarm_open", "alarm", ["submission"], unique=True, sqlite_where=IS_OPEN, postgresql_where=IS_OPEN
    )
    op.create_table(
        "alarm_village",
        sa.Column("alarm", sa.String(length=22), nullable=False),
        sa.Column("village", sa.String(length=13), nullable=False),
        sa.PrimaryKeyConstraint("alarm", "village", name="pk_alarm_village"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "alarm_mail",
        sa.Column("alarm", sa.String(length=22), nullable=False),
        sa.Column("stage", sa.String(length=12), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("letter", sa.String(length=22), nullable=True),
        sa.Column("sent", sa.BigInteger(), nullable=True),
        sa.Column("fault", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["account.name"], name="fk_alarm_mail_account"),
        sa.PrimaryKeyConstraint("alarm", "stage", "account", name="pk_alarm_mail"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_alarm_mail_due", "alarm_mail", ["due"], sqlite_where=UNSENT, postgresql_where=UNSENT)
    # Whoever indexes the records also raises what is lacking: `init`, at once.
    op.execute("DELETE FROM setting WHERE name = 'found-by'")
    op.create_index("ix_alarm_mail_letter", "alarm_mail", ["letter"])


def downgrade() -> None:
    op.drop_table("alarm_mail")
    op.drop_table("alarm_village")
    op.drop_table("alarm")
    op.drop_column("account", "email")
