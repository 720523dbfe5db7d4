"""
XML that no honest program writes, given to the command: a code, a sentence, and nothing kept of it.

Broken on purpose, each seen to fail: a document type let through; an error of the reader that is no error of
ours; the first of two answers kept; a file read whole before it was found too large.
"""

import time

import pytest

from domain.forms.instance.markup import MAX_ATTRIBUTES, MAX_BYTES, MAX_ELEMENTS
from domain.forms.instance.own import NAMESPACE
from tests.support.builders import new_id
from tests.support.devices import VILLAGE, Fleet, Phone
from tests.support.exchange import Taking, file_of, xml_of
from tests.support.terminal import Verilap

HEAD = '<data id="anak" version="1">'
MOST_SECONDS = 2
DEEP = 100_000
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))


def of(body: str, before: str = "") -> bytes:
    return f"{before}{HEAD}{body}</data>".encode()


def owned(said: str) -> bytes:
    return of(f'<own xmlns="{NAMESPACE}">{said}</own>')


REFUSED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "instance-malformed"),
    "text": (b"nama=Asha", "instance-malformed"),
    "json": (b'{"nama": "Asha"}', "instance-malformed"),
    "half": (HEAD.encode() + b"<nama>A", "instance-malformed"),
    "two roots": (of("") * 2, "instance-malformed"),
    "laughs": (of("<nama>&l11;</nama>", f'<!DOCTYPE data [<!ENTITY l0 "ha">{LAUGHS}]>'), "instance-doctype"),
    "a file of the machine": (
        of("<nama>&x;</nama>", '<!DOCTYPE data [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        "instance-doctype",
    ),
    "an address inside": (of("", '<!DOCTYPE data SYSTEM "http://169.254.169.254/x">'), "instance-doctype"),
    "an entity of nobody": (of("<nama>&x;</nama>"), "instance-malformed"),
    "NUL": (of("<nama>a\0b</nama>"), "instance-malformed"),
    "NUL by number": (of("<nama>a&#0;b</nama>"), "instance-malformed"),
    "no text": (HEAD.encode() + b"<nama>\xff\xfe</nama></data>", "instance-malformed"),
    "half a character": (of("<nama>&#xD800;</nama>"), "instance-malformed"),
    "latin": (b'<?xml version="1.0" encoding="latin-1"?>' + of(""), "instance-encoding"),
    "seven bits": (b'<?xml version="1.0" encoding="utf-7"?>' + of(""), "instance-encoding"),
    "deep": (of("<n>" * DEEP + "</n>" * DEEP), "instance-nesting"),
    "attributes": (
        of("<nama " + " ".join(f'a{n}=""' for n in range(MAX_ATTRIBUTES + 1)) + "/>"),
        "instance-nesting",
    ),
    "elements": (of("<a/>" * MAX_ELEMENTS), "instance-too-large"),
    "bytes": (of(" " * MAX_BYTES), "instance-too-large"),
    "an answer of a megabyte": (of(f"<nama>{'x' * 1_000_000}</nama>"), "too-large"),
    "a page": (b"<html><body/></html>", "instance-root"),
    "another form": (b'<data id="lain" version="1"/>', "instance-form"),
    "twice": (of("<nama>A</nama><nama>B</nama>"), "instance-twice"),
    "two ids": (of("<meta><instanceID>1</instanceID><instanceID>2</instanceID></meta>"), "instance-twice"),
    "text beside": (of("A"), "instance-shape"),
    "elements within": (of("<nama><b>1</b></nama>"), "instance-shape"),
    "a path without end": (of(f"<{'n' * 500}>1</{'n' * 500}>"), "instance-path"),
    "own: no JSON": (owned("{"), "instance-own"),
    "own: a removal": (owned('{"answers": {"anggota/m_1": {"$": "dead"}}}'), "instance-own"),
    "own: the village": (owned('{"answers": {"$village": "64.02.01.2001"}}'), "instance-own"),
    "own: operations": (owned('{"seen": ["x"]}'), "instance-own"),
    "own: marks": (owned('{"texts": [1]}'), "instance-own"),
    "own: what a newer version wrote": (owned('{"answers": {"lain": {"$": "newer"}}}'), "instance-value"),
    "own: half a character": (owned('{"answers": {"lain": "\\ud800"}}'), "answer-text"),
}


@pytest.fixture
def asha(fleet: Fleet) -> Phone:
    phone = fleet.phone()
    phone.sync()
    return phone


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("language", ["id", "en"])
def test_what_cannot_be_a_form_is_refused_and_nothing_is_kept(
    asha: Phone, file_xml: Taking, name: str, language: str
) -> None:
    xml, code = REFUSED[name]
    begun = time.process_time()
    told = file_xml(asha, xml, language=language)
    assert time.process_time() - begun < MOST_SECONDS
    assert (told.status, told.out) == (2, "")
    assert told.err.endswith(f" [{code}]\n")
    assert told.err.count("\n") == 1
    assert asha.operations() == []
    assert list(asha.dossiers()) == []


@pytest.mark.parametrize("name", REFUSED)
def test_nor_can_it_be_a_correction(asha: Phone, verilap: Verilap, enter_xml: Taking, name: str) -> None:
    record = asha.new("anak", VILLAGE, {"umur": "7"}).record
    was = xml_of(verilap, asha, record)
    meta = f"<meta><instanceID>uuid:{record}</instanceID></meta></data>".encode()
    xml, code = REFUSED[name]
    xml = xml if b"<meta>" in xml else xml.replace(b"</data>", meta)
    told = enter_xml(asha, record, xml, was)
    assert (told.status, told.out) == (2, "")
    assert told.err.endswith(f" [{code}]\n")
    assert len(asha.operations()) == 1
    assert asha.dossier(record).answers["umur"] == "7"


ODD = "\u202e<img onerror=x> {{7*7}} '; DROP TABLE record; -- javascript:alert(1) \u05d0\U0001f600"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_odd_text_is_kept_as_it_is_in_whatever_encoding(
    asha: Phone, verilap: Verilap, file_xml: Taking, encoding: str
) -> None:
    record = new_id()
    said = ODD.replace("&", "&amp;").replace("<", "&lt;")
    meta = f"<meta><instanceID>uuid:{record}</instanceID></meta>"
    begins = "\ufeff" if encoding in ("utf-16-le", "utf-16-be") else ""
    xml = f"{begins}{HEAD}<nama>{said}</nama>{meta}</data>"
    assert file_xml(asha, xml.encode(encoding)).out == f"{record}\n"
    assert asha.dossier(record).answers["nama"] == ODD


def test_a_file_without_end_is_read_no_further_than_is_allowed(asha: Phone, verilap: Verilap) -> None:
    told = verilap(asha, "new", "anak", "--village", VILLAGE, "--xml", "/dev/zero", language="en")
    assert (told.status, "[instance-too-large]" in told.err) == (2, True)


def test_what_is_wrong_with_the_xml_of_before_is_told_as_well(
    asha: Phone, verilap: Verilap, enter_xml: Taking
) -> None:
    record = asha.new("anak", VILLAGE, {"umur": "7"}).record
    given = of(f"<umur>8</umur><meta><instanceID>uuid:{record}</instanceID></meta>")
    told = enter_xml(asha, record, given, "<!DOCTYPE data><data/>")
    assert (told.status, "[instance-doctype]" in told.err) == (2, True)
    told = verilap(asha, "set", record, "--xml", file_of(asha, given), "--was", "absent", language="en")
    assert (told.status, "[instance-file]" in told.err) == (2, True)


def test_a_village_full_of_members_comes_in_whole(asha: Phone, file_xml: Taking) -> None:
    """In as many operations as that takes."""
    record, names = new_id(), [f"A{n}" for n in range(2_000)]
    members = "".join(f"<anggota><nama>{name}</nama></anggota>" for name in names)
    meta = f"<meta><instanceID>uuid:{record}</instanceID></meta>"
    assert file_xml(asha, of(members + meta)).out == f"{record}\n"
    answers = asha.dossier(record).answers
    assert {value for path, value in answers.items() if path.startswith("anggota/")} == set(names)
    assert len(answers) == len(names) + 1
    assert len(asha.operations()) > 1
