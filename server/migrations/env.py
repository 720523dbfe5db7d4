"""Runs the migrations in one transaction: an interrupted one leaves the old schema, not half of a new one."""

from alembic import context
from flask import current_app
from sqlalchemy import Connection, text

ONE_AT_A_TIME = 0x7665726C  # a number of our own for PostgreSQL's advisory locks


def run_migrations() -> None:
    extension = current_app.extensions["migrate"]
    with extension.db.engine.connect() as plain:
        # On SQLite this begins with the write lock, and two commands never migrate at once.
        connection = plain.execution_options(verilap_write=True)
        with connection.begin():
            wait_for_others(connection)
            context.configure(
                connection=connection,
                target_metadata=extension.metadata,
                transactional_ddl=True,
                **extension.configure_args,
            )
            context.run_migrations()


def wait_for_others(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_AT_A_TIME})


run_migrations()
