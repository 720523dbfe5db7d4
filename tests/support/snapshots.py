"""The server's whole database as rows in memory: a backup that can be put back, on either database."""

from collections.abc import Collection
from typing import Any, TypeAlias

from sqlalchemy import Engine, delete, insert, select

from server.models import Base

Rows: TypeAlias = dict[str, list[dict[str, Any]]]


def take_snapshot(engine: Engine) -> Rows:
    """All rows of all tables."""
    with engine.connect() as connection, connection.begin():
        return {
            table.name: [dict(row._mapping) for row in connection.execute(select(table))]
            for table in Base.metadata.sorted_tables
        }


def restore_snapshot(engine: Engine, rows: Rows, but: Collection[str] = ()) -> None:
    """Puts the tables back as they were, as restoring a backup does; `but` those that nobody has touched."""
    tables = [table for table in Base.metadata.sorted_tables if table.name not in but]
    with engine.connect() as connection:
        connection = connection.execution_options(verilap_write=True)
        with connection.begin():
            for table in reversed(tables):
                connection.execute(delete(table))
            for table in tables:
                if rows[table.name]:
                    connection.execute(insert(table), rows[table.name])
