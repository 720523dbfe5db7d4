"""Somebody at the office pages without a browser: opens pages, fills forms, presses buttons."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from werkzeug.test import TestResponse

from domain.canonical import Json
from server.services.accounts import set_password
from tests.support.office import NOW, Office

PASSWORD = "rahasia sekali 17"
VISIT = "kunjungan@1"
VILLAGE, NEIGHBOUR, FAR = "64.02.18.2007", "64.02.18.2001", "64.02.01.2004"
KECAMATAN, REGENCY = "64.02.18", "64.02"
NIK, OTHER_NIK = "6402181203120001", "6402181203190001"


def field_of(path: str, label: str, english: str, kind: str = "text", **further: Json) -> dict[str, Json]:
    """A question in a form's definition, with its label in Indonesian and in English."""
    around: list[Json] = [path.split("/")[0]] if "/" in path else []
    named: dict[str, Json] = {"id": label, "en": english}
    return {"path": path, "type": kind, "label": named, "pdp": "umum", "group": around, **further}


DEFINITION: dict[str, Json] = {
    "form_id": "kunjungan",
    "version": "1",
    "title": {"id": "Kunjungan rumah", "en": "Home visit"},
    "languages": ["id", "en"],
    "fields": [
        field_of("g/nama", "Nama anak", "Child's name", role="nama", pdp="spesifik"),
        field_of("g/nik", "NIK anak", "Child's NIK", role="nik", pdp="spesifik"),
        field_of("g/lahir", "Tanggal lahir", "Date of birth", "date"),
        field_of("g/rumah", "Jenis rumah", "Kind of house", "select_one", choices="rumah"),
        field_of("g/umur", "Umur", "Age", "integer"),
        field_of("g/catatan", "Keterangan", "Notes"),
        field_of("anggota/*/nama", "Nama anggota", "Member's name", role="nama"),
        field_of("anggota/*/umur", "Umur anggota", "Member's age", "integer"),
        field_of("lindung/luka", "Tanda kekerasan", "Signs of violence", pdp="terbatas"),
    ],
    "groups": [
        {"path": "g", "label": {"id": "Anak", "en": "Child"}},
        {"path": "lindung", "label": {"id": "Perlindungan", "en": "Protection"}},
    ],
    "repeats": [{"path": "anggota", "label": {"id": "Anggota keluarga", "en": "Family member"}}],
    "choices": {
        "rumah": [
            {"name": "1", "label": {"id": "Rumah kayu", "en": "Wooden house"}},
            {"name": "2", "label": {"id": "Rumah bata", "en": "Brick house"}},
            {"name": "3", "label": {"id": "Rumah terapung", "en": "Floating house"}},
        ]
    },
    "village_question": None,
}
"""A small form with what the pages treat in ways of their own."""


class Person:
    """Somebody with a browser profile: cookies stay from page to page."""

    def __init__(self, office: Office, name: str, scheme: str = "http") -> None:
        self.name = name
        self.client = office.app.test_client()
        self.base = f"{scheme}://localhost"

    def get(self, path: str, **options: Any) -> Page:
        """Opens a page, wherever that leads."""
        return Page(self, self.client.get(path, base_url=self.base, follow_redirects=True, **options))

    def post(self, path: str, data: dict[str, Any], **options: Any) -> Page:
        """Sends a form, wherever that leads."""
        answer = self.client.post(path, data=data, base_url=self.base, follow_redirects=True, **options)
        return Page(self, answer)

    def sign_in(self, password: str = PASSWORD) -> Page:
        """By the form on the page for signing in."""
        return self.get("/sign-in").submit(name=self.name, password=password)

    def speak(self, language: str) -> Page:
        """Presses the button of a language."""
        return self.get("/").submit(form="/language", press=("language", language))


@dataclass
class Form:
    """A form on a page: where it sends to, its fields as they stand, its buttons by name and value."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: dict[tuple[str, str], dict[str, str | None]] = field(default_factory=dict)


class Page:
    """An answer as a person sees it."""

    def __init__(self, person: Person, answer: TestResponse) -> None:
        self.person = person
        self.answer = answer
        self.status = answer.status_code
        self.path = answer.request.path
        self.html = answer.text
        self.headers = answer.headers

    @property
    def text(self) -> str:
        """What can be read on the page, in one line."""
        reader = _Reader()
        reader.feed(re.sub(r"<(style|script|head)\b.*?</\1>", "", self.html, flags=re.DOTALL))
        return " ".join(" ".join(reader.words).split())

    @property
    def forms(self) -> list[Form]:
        reader = _FormReader()
        reader.feed(self.html)
        return reader.forms

    def form(self, action: str = "") -> Form:
        """The form that sends to an address with this in it; else the last one on the page."""
        found = [one for one in self.forms if action in one.action]
        assert found, f"no form sends to {action} on {self.path}"
        return found[0] if action else found[-1]

    def submit(
        self,
        form: str = "",
        press: tuple[str, str] | None = None,
        drop: tuple[str, ...] = (),
        fields: Mapping[str, str] | None = None,
        **words: str,
    ) -> Page:
        """
        Fills a form and presses a button of it (name, value), which must be there and not be disabled.

        `words` are fields whose names are words, `fields` any; those of `drop` are left out.
        """
        chosen = self.form(form)
        data = {name: value for name, value in chosen.fields.items() if name not in drop}
        data.update(fields or {}, **words)
        action = chosen.action
        if press:
            button = chosen.buttons.get(press)
            assert button is not None, f"no button {press} among {list(chosen.buttons)}"
            assert "disabled" not in button, f"the button {press} is disabled"
            action = button.get("formaction") or action
            data[press[0]] = press[1]
        return self.person.post(action, data)

    def links(self, containing: str = "") -> list[str]:
        """The addresses of links, those with this in them."""
        return [href for href in re.findall(r'<a\b[^>]*\bhref="([^"]+)"', self.html) if containing in href]

    def __contains__(self, text: str) -> bool:
        return text in self.text

    def __repr__(self) -> str:
        return f"{self.status} {self.path}: {self.text[:2000]}"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)


class _FormReader(HTMLParser):
    """Reads forms as browsers do: hidden and text fields, the chosen options, what is checked."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._area: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "form":
            self.forms.append(Form(told.get("action") or ""))
        if not self.forms:
            return
        form, name, value = self.forms[-1], told.get("name"), told.get("value") or ""
        is_choice = told.get("type") in ("checkbox", "radio")
        if tag == "input" and name and (not is_choice or "checked" in told):
            form.fields[name] = value
        elif tag == "button" and name:
            form.buttons[name, value] = told
        elif tag == "textarea" and name:
            self._area, form.fields[name] = name, ""
        elif tag == "select" and name:
            self._select, form.fields[name] = name, ""
        elif tag == "option" and self._select and "selected" in told:
            form.fields[self._select] = value

    def handle_data(self, data: str) -> None:
        if self._area:
            self.forms[-1].fields[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = None
        elif tag == "select":
            self._select = None


def hire(office: Office, name: str, role: str, *where: str, scheme: str = "http") -> Person:
    """An account with a password."""
    office.person(name, role, *where)
    with office.store.write() as connection:
        set_password(connection, name, PASSWORD, NOW)
    return Person(office, name, scheme)


def at_work(office: Office, name: str = "siti", role: str = "supervisor", *where: str) -> Person:
    """The same, signed in; responsible for the kecamatan unless told otherwise."""
    person = hire(office, name, role, *(where or (KECAMATAN,)))
    person.sign_in()
    return person


def openings(html: str) -> Iterator[str]:
    """The opening tags of a page."""
    return iter(re.findall(r"<[a-z][^>]*>", html))
