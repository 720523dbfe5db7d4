"""A workbook with its files in one archive: read by plain names, and nothing else gets in."""

import io
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import FormError
from server.faults import WorkbookError
from server.xlsform import compile_workbook
from server.xlsform.bundle import MAX_MEMBERS, MAX_UNPACKED, archived
from tests.support.workbooks import book

SURVEY = """
type | name | label | media::image
select_one_from_file pilih.csv | q | Q | foto.png
"""
FILES = {"pilih.csv": b"name,label\n1,Satu\n", "foto.png": b"png"}


@pytest.fixture
def xlsx(tmp_path):
    return book(tmp_path, survey=SURVEY).read_bytes()


def packed(members: dict[str, bytes], *, kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", kind) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def refusal(content: bytes) -> str:
    with pytest.raises(WorkbookError) as caught:
        archived(content)
    (fault,) = caught.value.faults
    return fault.code


@pytest.mark.parametrize("folder", ["", "formulir/", "formulir/media/", "coba-media/"])
def test_a_form_is_compiled_from_an_archive(tmp_path, xlsx, folder):
    path = tmp_path / "formulir.zip"
    aside = {"__MACOSX/._pilih.csv": b"x", ".DS_Store": b"x", "~$coba.xlsx": b"x"}
    path.write_bytes(
        packed({"coba.xlsx": xlsx, **{folder + name: one for name, one in FILES.items()}, **aside})
    )
    form = compile_workbook(path)
    assert form.media == FILES
    assert form.workbook == xlsx
    assert form.definition["choices"]["pilih"][0]["name"] == "1"


def test_the_same_form_comes_from_a_folder_and_from_an_archive(tmp_path, xlsx):
    path = tmp_path / "formulir.ZIP"
    path.write_bytes(packed({"coba.xlsx": xlsx, **FILES}))
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)
    beside = compile_workbook(tmp_path / "coba.xlsx")
    assert compile_workbook(path).definition_bytes == beside.definition_bytes
    assert compile_workbook(path).xform == beside.xform


def test_files_may_stand_in_the_media_folder_of_the_workbook(tmp_path, xlsx):
    folder = tmp_path / "coba-media"
    folder.mkdir()
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    assert compile_workbook(tmp_path / "coba.xlsx").media == FILES


@pytest.mark.parametrize(
    "name",
    [
        "../pilih.csv",
        "__MACOSX/../../pilih.csv",
        "../.DS_Store",
        "a/../../pilih.csv",
        "/etc/passwd",
        "C:\\pilih.csv",
        "a\\..\\b.csv",
        "a/b/c/pilih.csv",
        "..",
        "a:b",
    ],
)
def test_a_name_that_points_out_of_the_archive_is_refused(xlsx, name):
    """Broken once by taking the last part of the name without looking at the rest: the file came in."""
    assert refusal(packed({"coba.xlsx": xlsx, name: b"x"})) == "archive-path"


def test_nothing_of_an_archive_is_written_to_disk(tmp_path, xlsx):
    path = tmp_path / "f.zip"
    path.write_bytes(packed({"coba.xlsx": xlsx, **FILES}))
    before = sorted(tmp_path.rglob("*"))
    compile_workbook(path)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_a_link_or_device_in_an_archive_is_refused(xlsx, kind):
    buffer = io.BytesIO(packed({"coba.xlsx": xlsx}))
    with zipfile.ZipFile(buffer, "a") as archive:
        entry = zipfile.ZipInfo("pilih.csv")
        entry.external_attr = (kind | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")
    assert refusal(buffer.getvalue()) == "archive-link"


def test_an_archive_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(xlsx):
    many = {
        f"{number}.png": b"\0" * (9 * 1024 * 1024) for number in range(MAX_UNPACKED // (9 * 1024 * 1024) + 1)
    }
    content = packed({"coba.xlsx": xlsx, **many})
    assert len(content) < 200_000
    assert refusal(content) == "archive-unpacked"


def test_a_single_file_that_is_too_large_is_refused(xlsx):
    assert refusal(packed({"coba.xlsx": xlsx, "a.png": b"\0" * (10 * 1024 * 1024 + 1)})) == "file-large"


def test_an_archive_that_lies_about_a_size_yields_no_more_than_it_said(xlsx):
    content = bytearray(packed({"coba.xlsx": xlsx, "a.png": b"\0" * 1_000_000}))
    struct.pack_into("<I", content, content.rfind(b"PK\x01\x02") + 24, 10)
    assert refusal(bytes(content)) == "archive-damaged"


def test_an_archive_of_very_many_files_is_refused(xlsx):
    assert (
        refusal(packed({"coba.xlsx": xlsx, **{f"{n}": b"" for n in range(MAX_MEMBERS)}})) == "archive-members"
    )


@pytest.mark.parametrize("name", ["lagi.zip", "lama.xls", "a.tar", "b.7z", "makro.xlsm"])
def test_an_archive_within_an_archive_is_refused(xlsx, name):
    assert refusal(packed({"coba.xlsx": xlsx, name: packed({"x": b"x"})})) == "archive-nested"


def test_an_archive_holds_one_workbook(xlsx):
    assert refusal(packed(FILES)) == "archive-books"
    assert refusal(packed({"a.xlsx": xlsx, "b.xlsx": xlsx})) == "archive-books"


def test_a_name_that_stands_twice_is_refused(xlsx):
    assert refusal(packed({"coba.xlsx": xlsx, "pilih.csv": b"1", "media/pilih.csv": b"2"})) == "archive-twice"


def test_the_workbook_in_an_archive_is_looked_at_like_any_other():
    assert refusal(packed({"coba.xlsx": b"no workbook"})) == "workbook-not"
    assert refusal(packed({"coba.xlsx": packed({"a.txt": b"x"})})) == "workbook-other"


def test_an_archive_with_a_password_is_refused(xlsx):
    content = bytearray(packed({"coba.xlsx": xlsx}))
    place = content.rfind(b"PK\x01\x02") + 8
    struct.pack_into("<H", content, place, struct.unpack_from("<H", content, place)[0] | 1)
    assert refusal(bytes(content)) == "archive-password"


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06", b"x" * 3000, b"PK\x03\x04" + b"\0" * 200])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes):
    path = tmp_path / "f.zip"
    path.write_bytes(content)
    with pytest.raises(WorkbookError) as caught:
        compile_workbook(path)
    assert caught.value.faults[0].code == "archive-damaged"


SMALL = packed({"a.csv": b"name,label\n1,A\n", "media/b.png": b"png", "c.xlsx": packed({"x": b"x" * 50})})


@given(data=st.data())
def test_no_damage_to_an_archive_ends_in_anything_but_a_sentence(data):
    content = bytearray(SMALL)
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with pytest.raises(FormError):
        archived(bytes(content[: data.draw(st.integers(0, len(content)))]))
