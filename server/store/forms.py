"""Versions of forms: drafts, and what was published and never changes.

What is called published here are versions that devices may fill new forms with; those that
are known were published once, and may be retired.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select, update

from server.models import FormMedia, FormRow

DRAFT: Final = "draft"
PUBLISHED: Final = "published"
RETIRED: Final = "retired"


@dataclass(frozen=True, slots=True)
class StoredForm:
    """A version. `digest` covers its workbook's meaning: definition, XForm and media."""

    form_id: str
    version: str
    digest: str
    definition: bytes
    published: int
    state: str = PUBLISHED
    warnings: bytes | None = None

    @property
    def name(self) -> str:
        """``form_id@version``, as operations name it."""
        return f"{self.form_id}@{self.version}"


_COLUMNS = (
    FormRow.form_id,
    FormRow.version,
    FormRow.digest,
    FormRow.definition,
    FormRow.published,
    FormRow.state,
    FormRow.warnings,
)
_KNOWN: Final = FormRow.state != DRAFT


def _split(name: str) -> tuple[str, str]:
    form_id, _, version = name.partition("@")
    return form_id, version


def find(connection: Connection, name: str) -> StoredForm | None:
    """The version ``form_id@version``, in whatever state."""
    row = connection.execute(select(*_COLUMNS).where(_is(name))).one_or_none()
    return StoredForm(*row) if row else None


def digest_of(connection: Connection, name: str) -> str | None:
    """The digest of a version that was published, retired ones too."""
    return connection.execute(select(FormRow.digest).where(_is(name), _KNOWN)).scalar()


def _is(name: str) -> ColumnElement[bool]:
    form_id, version = _split(name)
    return and_(FormRow.form_id == form_id, FormRow.version == version)


def published(connection: Connection) -> list[StoredForm]:
    """Every version for new forms, by form and version."""
    return _select(connection, FormRow.state == PUBLISHED)


def known(connection: Connection) -> list[StoredForm]:
    """Every version that was published, retired ones too, by form and version."""
    return _select(connection, _KNOWN)


def every(connection: Connection) -> list[StoredForm]:
    """Every version, drafts too, by form and version."""
    return _select(connection)


def known_of(connection: Connection, form_id: str) -> list[StoredForm]:
    """Every version of one form that was published, retired ones too."""
    return _select(connection, FormRow.form_id == form_id, _KNOWN)


def _select(connection: Connection, *conditions: ColumnElement[bool]) -> list[StoredForm]:
    query = select(*_COLUMNS).where(*conditions).order_by(FormRow.form_id, FormRow.version)
    return [StoredForm(*row) for row in connection.execute(query)]


def versions_of(connection: Connection, form_id: str) -> list[str]:
    """The versions of a form that were published, as ``form_id@version``."""
    query = select(FormRow.version).where(FormRow.form_id == form_id, _KNOWN)
    return [f"{form_id}@{version}" for version in connection.execute(query).scalars()]


def digests(connection: Connection) -> list[tuple[str, str, str, str]]:
    """(form_id, version, digest, state) of every version that was published, in order."""
    query = select(FormRow.form_id, FormRow.version, FormRow.digest, FormRow.state).where(_KNOWN)
    rows = connection.execute(query.order_by(FormRow.form_id, FormRow.version))
    return [(row.form_id, row.version, row.digest, row.state) for row in rows]


def add(
    connection: Connection, form: StoredForm, xform: bytes, workbook: bytes, media: Mapping[str, bytes]
) -> None:
    """Adds a version with its files."""
    connection.execute(
        insert(FormRow).values(
            form_id=form.form_id,
            version=form.version,
            digest=form.digest,
            definition=form.definition,
            xform=xform,
            workbook=workbook,
            published=form.published,
            state=form.state,
            warnings=form.warnings,
        )
    )
    rows = [
        {"form_id": form.form_id, "version": form.version, "name": name, "data": data}
        for name, data in sorted(media.items())
    ]
    if rows:
        connection.execute(insert(FormMedia), rows)


def set_state(connection: Connection, name: str, state: str, published: int) -> None:
    """Moves a version to another state."""
    connection.execute(update(FormRow).where(_is(name)).values(state=state, published=published))


def remove_draft(connection: Connection, name: str) -> None:
    """Takes a draft out with its files. What was published is never taken out."""
    form_id, version = _split(name)
    removed = connection.execute(delete(FormRow).where(_is(name), FormRow.state == DRAFT))
    if removed.rowcount:
        connection.execute(
            delete(FormMedia).where(FormMedia.form_id == form_id, FormMedia.version == version)
        )


def xform_of(connection: Connection, name: str) -> bytes | None:
    """The XForm of a version."""
    return connection.execute(select(FormRow.xform).where(_is(name))).scalar()


def workbook_of(connection: Connection, name: str) -> bytes | None:
    """The workbook that a version was made from."""
    return connection.execute(select(FormRow.workbook).where(_is(name))).scalar()


def media_of(connection: Connection, name: str, file: str) -> bytes | None:
    """A file of a version."""
    form_id, version = _split(name)
    query = select(FormMedia.data).where(
        FormMedia.form_id == form_id, FormMedia.version == version, FormMedia.name == file
    )
    return connection.execute(query).scalar()
