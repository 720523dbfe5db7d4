"""Filled forms as XML, given to the command and taken from it; and what other programs make of them."""

import re
from collections.abc import Callable
from xml.etree import ElementTree

import pytest

from domain.forms.instance.own import NAMESPACE
from tests.support.devices import VILLAGE, Phone
from tests.support.terminal import Ended, Verilap

Taking = Callable[..., Ended]


def xml_of(verilap: Verilap, phone: Phone, record: str) -> str:
    """What `verilap show RECORD --xml` prints."""
    told = verilap(phone, "show", record, "--xml")
    assert told.status == 0, told.err
    return told.out


def file_of(phone: Phone, xml: str | bytes, name: str = "instance.xml") -> str:
    file = phone.home / name
    file.write_bytes(xml.encode() if isinstance(xml, str) else xml)
    return str(file)


def without_own(xml: str) -> str:
    """As a program gives it back that keeps no element which it does not know."""
    root = ElementTree.fromstring(xml.encode())
    for own in root.findall(f"{{{NAMESPACE}}}own"):
        root.remove(own)
    return ElementTree.tostring(root, "unicode")


def typed(xml: str, **answers: str) -> str:
    """With other texts in the elements of these names, each of which stands there once."""
    for name, text in answers.items():
        element = f"<{name}>{text}</{name}>"
        xml, count = re.subn(f"<{name}/>|<{name}>[^<]*</{name}>", element, xml)
        assert count == 1, (name, count)
    return xml


@pytest.fixture
def file_xml(verilap: Verilap) -> Taking:
    """`verilap new FORM --xml`: what it prints, and how it ends."""

    def run(phone: Phone, xml: str | bytes, *more: str, form: str = "anak", language: str = "en") -> Ended:
        given = more if "--case" in more else ("--village", VILLAGE, *more)
        return verilap(phone, "new", form, *given, "--xml", file_of(phone, xml), language=language)

    return run


@pytest.fixture
def enter_xml(verilap: Verilap) -> Taking:
    """`verilap set RECORD --xml`, perhaps with the XML of before."""

    def run(
        phone: Phone, record: str, xml: str | bytes, was: str | None = None, language: str = "en"
    ) -> Ended:
        given = () if was is None else ("--was", file_of(phone, was, "was.xml"))
        return verilap(phone, "set", record, "--xml", file_of(phone, xml), *given, language=language)

    return run
