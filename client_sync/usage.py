"""
What click says in English only: headings in both languages, errors of usage in the reader's.

Its own catalogue would have to be compiled, and found by a locale of the machine.
"""

from collections.abc import Mapping
from typing import Any, Final

import click
from click.exceptions import BadOptionUsage, MissingParameter, NoArgsIsHelpError, NoSuchOption, UsageError

from client_sync.config import Language

HEADINGS: Final = {"Options": "Pilihan / options", "Commands": "Perintah / commands"}
HELP: Final = "Tampilkan petunjuk ini / show this message."
VERSION: Final = "Tampilkan versi / show the version."


class Formatter(click.HelpFormatter):
    """Help under headings in both languages."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or "Pemakaian / usage: ")

    def write_heading(self, heading: str) -> None:
        super().write_heading(HEADINGS.get(heading, heading))


class SpokenContext(click.Context):
    formatter_class = Formatter


class SpokenCommand(click.Command):
    """A command that can be asked for help in both languages."""

    context_class = SpokenContext

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        return _in_both(super().get_help_option(ctx))


class Verbatim(SpokenCommand):
    """A command of which any argument may begin with a dash: ids do, and places in the south."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        arguments = sum(isinstance(one, click.Argument) for one in self.params)
        is_whole = len(args) == arguments and "--" not in args
        return super().parse_args(ctx, ["--", *args] if is_whole else args)


class SpokenGroup(click.Group):
    """A group of such commands."""

    context_class = SpokenContext
    command_class = SpokenCommand

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        return _in_both(super().get_help_option(ctx))


def _in_both(option: click.Option | None) -> click.Option | None:
    if option is not None:
        option.help = HELP
    return option


def show_error(error: click.ClickException, language: Language) -> None:
    """Tells what is wrong with the arguments, on standard error."""
    if not isinstance(error, UsageError) or isinstance(error, NoArgsIsHelpError):
        error.show()
        return
    from client_sync.catalogue import say

    if error.ctx is not None:
        click.echo(error.ctx.get_usage(), err=True)
    code, facts = _explained(error)
    command = error.ctx.command_path if error.ctx else "verilap"
    click.echo(f"{say(code, language, **facts)} {say('usage-help', language, command=command)}", err=True)


def _explained(error: UsageError) -> tuple[str, Mapping[str, object]]:
    name = getattr(error, "option_name", None) or getattr(error, "command_name", None) or "-"
    param = getattr(error, "param", None)
    if param is not None:
        name = param.get_error_hint(error.ctx)
    if isinstance(error, MissingParameter):
        return "usage-missing", {"name": name}
    if isinstance(error, NoSuchOption):
        return "usage-no-option", {"name": name}
    if isinstance(error, BadOptionUsage):
        return "usage-option", {"name": name}
    if param is not None:
        return "usage-value", {"name": name, "expected": _expected(param.type)}
    if hasattr(error, "command_name"):
        return "usage-no-command", {"name": name}
    return "usage-other", {}


def _expected(kind: "click.ParamType[Any]") -> str:
    """Which values there are."""
    if isinstance(kind, click.Choice):
        return " | ".join(map(str, kind.choices))
    if isinstance(kind, click.IntRange):
        return f"{kind.min}–{kind.max}"
    return kind.name
