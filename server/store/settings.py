"""Digests of the installation, by name."""

from collections.abc import Collection

from sqlalchemy import Connection, insert, select, text, update

from server.models import Setting
from server.store.sealing import SETTING, opened_text, sealed_text
from server.vault import VaultError

AREAS_DIGEST = "areas-digest"
FORMS_DIGEST = "forms-digest"
FORMS_TURN = "forms-turn"
"""Written by whoever changes versions of forms, before he looks at them: so one comes after the other."""
LEASE_DAYS = "lease-days"
"""After how many days without contact a device locks; see `server.services.leases`."""
RECOVERY_KEY = "recovery-key"
"""The id of the office's newest one."""
IMPORT_SECRET = "import-secret"  # noqa: S105 (its name)
"""With which the ids of imported cases are made, in hexadecimal digits."""
FOUND_BY = "found-by"
"""By which rules and which key everything is found that was stored."""
FILES_NOTED = "files-noted"
"""By which rules it was noted which files the operations name."""
PROBLEM_RULES = "problem-rules"
"""By which rules records were examined."""
FILES_COLLECTED = "files-collected"
"""When a worker last began to look for files and objects that nobody needs, in milliseconds."""


def read(connection: Connection, names: Collection[str]) -> dict[str, str]:
    """Those of the settings that have been made."""
    query = select(Setting.name, Setting.value).where(Setting.name.in_(list(names)))
    return {row.name: _opened(connection, row.name, row.value) for row in connection.execute(query)}


def write(connection: Connection, name: str, value: str) -> None:
    """Makes or changes a setting."""
    stored = sealed_text(connection, SETTING, name, value) if name in SETTING.only else value
    changed = connection.execute(update(Setting).where(Setting.name == name).values(value=stored))
    if not changed.rowcount:
        connection.execute(insert(Setting).values(name=name, value=stored))


def _opened(connection: Connection, name: str, value: str) -> str:
    if name not in SETTING.only:
        return value
    if (plain := opened_text(connection, SETTING, name, value)) is None:
        # Another one in its place would make other ids of the same rows.
        raise VaultError(f"the setting {name} was changed", code="setting-damaged", setting=name)
    return plain


def lock(connection: Connection, name: str) -> None:
    """Waits for whoever is changing a setting, and makes others wait for the end of this transaction."""
    connection.execute(select(Setting.name).where(Setting.name == name).with_for_update())


def revision(connection: Connection) -> str | None:
    """The revision of the schema. Raises SQLAlchemy's error where there is no schema."""
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
