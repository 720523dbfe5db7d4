"""How the command talks: sentences for people on standard error or output, never a traceback."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click
from click.exceptions import UsageError

from domain.errors import VerilapError
from server.config import read_config
from server.faults import WorkbookError
from server.texts import language_of, sentence, sentence_of_error
from server.usage import PlainCommand, plainly

if TYPE_CHECKING:
    from server.store.transactions import Store

REFUSED = 1
USAGE = 2


class PlainGroup(PlainCommand, click.Group):
    """A group of commands whose errors are sentences with a code."""

    command_class = PlainCommand

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command. Exit 1: it could not be done; exit 2: it was not asked for properly."""
        try:
            return super().invoke(ctx)
        except UsageError as error:
            raise plainly(error) from None
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:  # noqa: BLE001 (whatever it is, a person reads it)
            click.echo(say_error(error), err=True)
            ctx.exit(REFUSED)


def say_error(error: Exception) -> str:
    """The sentence for an exception."""
    if isinstance(error, WorkbookError):
        return f"{error.in_language(language_of())}\n({error.code})"
    if isinstance(error, VerilapError):
        return sentence_of_error(error.code, error.message, error.facts)
    from sqlalchemy import exc

    if isinstance(error, exc.DBAPIError) and not isinstance(error, exc.ProgrammingError | exc.IntegrityError):
        reason = str(error.orig).strip().partition("\n")[0]
        code = "database-busy" if "locked" in reason else "database-unavailable"
        return sentence_of_error(code, reason, {"reason": reason})
    if isinstance(error, OSError):
        facts = {"file": error.filename or "", "reason": error.strerror or str(error)}
        return sentence_of_error("file", str(error), facts)
    frame = traceback.extract_tb(error.__traceback__)[-1]
    facts = {"kind": type(error).__name__, "place": f"{frame.filename}:{frame.lineno}"}
    return sentence_of_error("internal", type(error).__name__, facts)


def say(key: str, **facts: object) -> None:
    """A sentence on standard output."""
    click.echo(sentence(key, **facts))


def warn(key: str, **facts: object) -> None:
    """A sentence on standard error."""
    click.echo(sentence(key, **facts), err=True)


@contextmanager
def installed_store() -> "Iterator[Store]":
    """The store that the environment names. Raises `NotInitialisedError`."""
    from server.readiness import open_store  # not above: help is shown without a database

    with open_store(read_config()) as store:
        yield store
