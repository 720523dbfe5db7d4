"""What people read, in Indonesian and in English: two catalogues in the ``locale`` folder.

A message's id is its English wording. The server reads the ``.po`` files themselves
when it first needs a language, so there is no compiled file that somebody could
forget to make again. ``python -m server.catalogues`` brings both files up to date with
the messages in code and templates, and says which translations are missing.
"""

import io
import re
import sys
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from babel.support import Translations
from flask_babel import Babel, Domain, get_locale

from server.clock import OFFICE_ZONE

SERVER: Final = Path(__file__).parent
FOLDER: Final = SERVER / "locale"
LANGUAGES: Final = ("id", "en")
DEFAULT_LANGUAGE: Final = "id"
SOURCE_LANGUAGE: Final = "en"
TIME_ZONE: Final = OFFICE_ZONE.key

_METHODS: Final = [("web/templates/**.html", "jinja2.ext:babel_extract"), ("web/**.py", "python")]
_OPTIONS: Final = {"web/templates/**.html": {"silent": "false"}}
_KEYWORDS: Final = {**DEFAULT_KEYWORDS, "lazy_gettext": None}
_PLURALS: Final = {"id": "nplurals=1; plural=0;", "en": "nplurals=2; plural=(n != 1);"}
"""Babel does not know that Indonesian has one form for all numbers."""
_PLACEHOLDER: Final = re.compile(r"%\((\w+)\)[sd]")


_loaded: dict[str, Translations] = {}


class OfficeCatalogues(Domain):  # type: ignore[misc]
    """Gives Flask-Babel the translations of a request's language, straight from the ``.po`` file."""

    def get_translations(self) -> Translations:
        """The translations of the current request; Indonesian outside of one."""
        locale = get_locale()
        language = locale.language if locale else DEFAULT_LANGUAGE
        if language not in _loaded:
            _loaded[language] = _translations(language)
        return _loaded[language]


class OfficeBabel(Babel):  # type: ignore[misc]
    """Flask-Babel with the catalogues of this folder."""

    @cached_property
    def domain_instance(self) -> OfficeCatalogues:
        return OfficeCatalogues()


def _translations(language: str) -> Translations:
    buffer = io.BytesIO()
    write_mo(buffer, read_catalogue(language))
    buffer.seek(0)
    return Translations(buffer)


def catalogue_file(language: str) -> Path:
    """The ``.po`` file of a language."""
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


def read_catalogue(language: str) -> Catalog:
    """The catalogue of a language."""
    with catalogue_file(language).open("rb") as file:
        return read_po(file, locale=language, domain="messages")


def extract_messages() -> Catalog:
    """A catalogue of every message in code and templates, without translations."""
    template = Catalog(project="Verilap", copyright_holder="", charset="utf-8")
    found = extract_from_dir(SERVER, _METHODS, _OPTIONS, _KEYWORDS, comment_tags=("I18N:",))
    for file, _, message, comments, context in found:
        # Line numbers would change the files with every edit of the code.
        template.add(message, None, [(file, 0)], auto_comments=comments, context=context)
    return template


def find_faults() -> list[str]:
    """What is wrong with the catalogues: messages missing, not translated, doubtful, or left over."""
    template = extract_messages()
    return [fault for language in LANGUAGES for fault in _faults(language, template)]


def _faults(language: str, template: Catalog) -> Iterator[str]:
    catalogue = read_catalogue(language)
    for wanted in _messages(template):
        found = catalogue.get(wanted.id, wanted.context)
        if found is None:
            yield f"{language}: missing: {wanted.id}"
        elif found.fuzzy or not all(_texts(found)):
            yield f"{language}: not translated: {wanted.id}"
        elif any(_placeholders(text) != _placeholders(_texts_of_id(wanted)[-1]) for text in _texts(found)):
            yield f"{language}: other placeholders: {wanted.id}"
    for left in _messages(catalogue):
        if template.get(left.id, left.context) is None:
            yield f"{language}: not used any more: {left.id}"


def _messages(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


def _texts(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))


def _texts_of_id(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def _placeholders(text: str) -> set[str]:
    return set(_PLACEHOLDER.findall(text))


def bring_up_to_date() -> None:
    """Writes new messages into both files and takes unused ones out; English is filled in by itself."""
    template = extract_messages()
    for language in LANGUAGES:
        file = catalogue_file(language)
        catalogue = read_catalogue(language) if file.exists() else Catalog(locale=language)
        catalogue.update(template, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        if language == SOURCE_LANGUAGE:
            for message in _messages(catalogue):
                message.string = message.id
        _write(file, catalogue)


def _write(file: Path, catalogue: Catalog) -> None:
    buffer = io.BytesIO()
    catalogue.header_comment = "# Read by server/catalogues.py, which also adds new messages."
    write_po(buffer, catalogue, width=100, sort_output=True, include_lineno=False, omit_header=True)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(_header(catalogue).encode() + buffer.getvalue())


def _header(catalogue: Catalog) -> str:
    """The header without dates, which would differ after every run."""
    kept: dict[str, Any] = {
        "Language": str(catalogue.locale),
        "Plural-Forms": _PLURALS[str(catalogue.locale)],
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
    }
    lines = "".join(f'"{name}: {value}\\n"\n' for name, value in kept.items())
    return f'# Read by server/catalogues.py, which also adds new messages.\nmsgid ""\nmsgstr ""\n{lines}\n'


if __name__ == "__main__":
    bring_up_to_date()
    faults = find_faults()
    sys.stdout.write("".join(f"{fault}\n" for fault in faults))
    sys.exit(1 if faults else 0)
