"""Published forms: versions that never change."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, insert, select, tuple_

from server.models import FormMedia, FormRow

CHUNK = 250


@dataclass(frozen=True, slots=True)
class StoredForm:
    """A published version. `digest` covers its workbook's meaning: definition, XForm and media."""

    form_id: str
    version: str
    digest: str
    definition: bytes
    published: int

    @property
    def name(self) -> str:
        """``form_id@version``, as operations name it."""
        return f"{self.form_id}@{self.version}"


_COLUMNS = (FormRow.form_id, FormRow.version, FormRow.digest, FormRow.definition, FormRow.published)


def existing(connection: Connection, names: Iterable[str]) -> frozenset[str]:
    """Those of the names (``form_id@version``) that are published."""
    wanted = sorted({_split(name) for name in names})
    found: set[str] = set()
    for start in range(0, len(wanted), CHUNK):
        key = tuple_(FormRow.form_id, FormRow.version)
        query = select(FormRow.form_id, FormRow.version).where(key.in_(wanted[start : start + CHUNK]))
        found |= {f"{row.form_id}@{row.version}" for row in connection.execute(query)}
    return frozenset(found)


def _split(name: str) -> tuple[str, str]:
    form_id, _, version = name.partition("@")
    return form_id, version


def find(connection: Connection, name: str) -> StoredForm | None:
    """The published version ``form_id@version``."""
    row = connection.execute(select(*_COLUMNS).where(_is(name))).one_or_none()
    return StoredForm(*row) if row else None


def digest_of(connection: Connection, name: str) -> str | None:
    """The digest of a published version."""
    return connection.execute(select(FormRow.digest).where(_is(name))).scalar()


def _is(name: str) -> ColumnElement[bool]:
    form_id, version = _split(name)
    return and_(FormRow.form_id == form_id, FormRow.version == version)


def published(connection: Connection) -> list[StoredForm]:
    """Every version, by form and version."""
    query = select(*_COLUMNS).order_by(FormRow.form_id, FormRow.version)
    return [StoredForm(*row) for row in connection.execute(query)]


def versions_of(connection: Connection, form_id: str) -> list[str]:
    """The published versions of a form, as ``form_id@version``."""
    query = select(FormRow.version).where(FormRow.form_id == form_id)
    return [f"{form_id}@{version}" for version in connection.execute(query).scalars()]


def digests(connection: Connection) -> list[tuple[str, str, str]]:
    """(form_id, version, digest) of every version, in order."""
    query = select(FormRow.form_id, FormRow.version, FormRow.digest)
    rows = connection.execute(query.order_by(FormRow.form_id, FormRow.version))
    return [(row.form_id, row.version, row.digest) for row in rows]


def add(
    connection: Connection, form: StoredForm, xform: bytes, workbook: bytes, media: Mapping[str, bytes]
) -> None:
    """Publishes a version with its files."""
    connection.execute(
        insert(FormRow).values(
            form_id=form.form_id,
            version=form.version,
            digest=form.digest,
            definition=form.definition,
            xform=xform,
            workbook=workbook,
            published=form.published,
        )
    )
    rows = [
        {"form_id": form.form_id, "version": form.version, "name": name, "data": data}
        for name, data in sorted(media.items())
    ]
    if rows:
        connection.execute(insert(FormMedia), rows)


def xform_of(connection: Connection, name: str) -> bytes | None:
    """The XForm of a version."""
    return connection.execute(select(FormRow.xform).where(_is(name))).scalar()


def workbook_of(connection: Connection, name: str) -> bytes | None:
    """The workbook that a version was published from."""
    return connection.execute(select(FormRow.workbook).where(_is(name))).scalar()


def media_of(connection: Connection, name: str, file: str) -> bytes | None:
    """A file of a version."""
    form_id, version = _split(name)
    query = select(FormMedia.data).where(
        FormMedia.form_id == form_id, FormMedia.version == version, FormMedia.name == file
    )
    return connection.execute(query).scalar()
