"""Compile a workbook: check it, let pyxform make the XForm, collect its files, write the definition."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domain.canonical import canonical_bytes
from server.xlsform.convert import convert
from server.xlsform.definition import define
from server.xlsform.media import read_media
from server.xlsform.workbook import read_workbook


@dataclass(frozen=True)
class CompiledForm:
    """
    A form ready to be published.

    `workbook` are the bytes that came, `xform` the XML for the phone and ODK Collect, `media` the files that
    the form names, `definition` the JSON definition (`server.xlsform`), `warnings` what pyxform would rather
    see changed.
    """

    form_id: str
    version: str
    title: dict[str, str]
    workbook: bytes
    xform: str
    media: dict[str, bytes]
    definition: dict[str, Any]
    warnings: tuple[str, ...] = ()

    @property
    def definition_bytes(self) -> bytes:
        """The definition as canonical JSON: the same bytes for the same form."""
        return canonical_bytes(self.definition)


def compile_workbook(path: Path) -> CompiledForm:
    """
    Compile the .xlsx file at `path`; its choice files stand beside it.

    Raises `FormError` (code ``form-invalid``) with a sentence for whoever wrote the workbook.
    """
    workbook = read_workbook(path)
    form = convert(workbook)
    media = read_media(form.xform, path.parent)
    definition = define(form, media)
    return CompiledForm(
        form_id=form.form_id,
        version=form.version,
        title=definition["title"],
        workbook=workbook,
        xform=form.xform,
        media=media,
        definition=definition,
        warnings=form.warnings,
    )
