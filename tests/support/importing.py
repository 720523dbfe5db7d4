"""``verilap-server import-cases`` on a test's office, and what it leaves in the cases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from sqlalchemy import text

from domain.cases import case_kind
from domain.merge import RecordState
from forms.build import FORM_IDS
from server.cli import main
from server.config import Config
from server.migrations import HEAD
from server.services.check_store import Checked, check_store
from server.store import imports
from tests.support.filings import REGENCY
from tests.support.forms import compiled
from tests.support.office import Office
from tests.support.server import environment_of

HEAD_OF_FIELD = "hana"


class Importer:
    """An office with the four forms and a head of field; the command runs on its store."""

    def __init__(self, office: Office, folder: Path) -> None:
        self.office, self.folder = office, folder
        self.config = Config(folder, office.url)
        for form_id in FORM_IDS:
            office.publish({**compiled(form_id).definition, "version": "2026010102"})
        office.person(HEAD_OF_FIELD, "head", REGENCY)
        with office.store.write() as connection:
            connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
            connection.execute(text(f"INSERT INTO alembic_version VALUES ('{HEAD}')"))

    def run(self, list_name: str, file: Path, *arguments: str, language: str = "en_US") -> Result:
        """The command in the name of the head of field, unless it is told otherwise."""
        by = () if "--by" in arguments else ("--by", HEAD_OF_FIELD)
        return self.command("import-cases", list_name, str(file), *by, *arguments, language=language)

    def command(self, *arguments: str, language: str = "en_US") -> Result:
        """Any command of ``verilap-server`` on the office's store."""
        given = {**environment_of(self.config), "LANG": language, "LC_ALL": None, "LC_MESSAGES": None}
        return CliRunner().invoke(main, list(arguments), env=given)

    def told(self, list_name: str, file: Path, *arguments: str) -> dict[str, Any]:
        """What the command tells programs."""
        result = self.run(list_name, file, *arguments, "--json")
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        read: dict[str, Any] = json.loads(result.stdout)
        assert result.exit_code == (1 if read["counts"]["left-out"] else 0)
        return read

    def counts(self, list_name: str, file: Path, *arguments: str) -> dict[str, int]:
        """How many rows became what, without what none became."""
        counts = self.told(list_name, file, *arguments)["counts"]
        return {name: count for name, count in counts.items() if count}

    def cases(self, list_name: str) -> dict[str, RecordState]:
        """The cases of a list, by their labels."""
        with self.office.store.read() as connection:
            states = list(imports.states_of_kind(connection, case_kind(list_name)))
        return {str(state.values_at("label")[0]): state for state in states}

    def assert_sound(self) -> None:
        """The store is what its log says."""
        with self.office.store.read() as connection:
            assert list(check_store(connection, Checked())) == []
