"""What click says in English only, in the language of the environment: headings of help, errors of usage."""

from typing import IO, Any

import click
from click.exceptions import BadOptionUsage, MissingParameter, NoArgsIsHelpError, NoSuchOption, UsageError

from server.texts import sentence


class PlainFormatter(click.HelpFormatter):
    """Help under headings of the catalogue."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or sentence("heading-usage") + ": ")

    def write_heading(self, heading: str) -> None:
        known = {"Options": "heading-options", "Commands": "heading-commands"}
        super().write_heading(sentence(known[heading]) if heading in known else heading)


class PlainContext(click.Context):
    formatter_class = PlainFormatter


class PlainUsageError(UsageError):
    """An error of usage that is told in the catalogue's words."""

    def __init__(self, error: UsageError) -> None:
        super().__init__(error.message, error.ctx)
        self.error = error

    def show(self, file: IO[Any] | None = None) -> None:
        """The usage of the command, and what is wrong, on standard error."""
        if self.ctx is not None:
            click.echo(self.ctx.get_usage(), file=file, err=file is None)
        command = self.ctx.command_path if self.ctx else "verilap-server"
        further = sentence("usage-help", command=command)
        click.echo(f"{_explained(self.error)} {further} (usage)", file=file, err=file is None)


def plainly(error: UsageError) -> UsageError:
    """The error in the catalogue's words; help that was asked for by saying nothing stays as it is."""
    is_told = isinstance(error, PlainUsageError | NoArgsIsHelpError)
    return error if is_told else PlainUsageError(error)


def _explained(error: UsageError) -> str:
    param = getattr(error, "param", None)
    name = getattr(error, "option_name", None) or getattr(error, "command_name", None) or "-"
    if param is not None:
        name = param.get_error_hint(error.ctx)
    if isinstance(error, MissingParameter):
        return sentence("usage-missing", name=name)
    if isinstance(error, NoSuchOption):
        return sentence("usage-no-option", name=name)
    if isinstance(error, BadOptionUsage):
        return sentence("usage-option", name=name)
    if param is not None:
        return sentence("usage-value", name=name, expected=_expected(param.type))
    return sentence("usage-no-command", name=name) if name != "-" else sentence("usage-other")


def _expected(kind: "click.ParamType[Any]") -> str:
    """Which values there are."""
    if isinstance(kind, click.Choice):
        return " | ".join(map(str, kind.choices))
    if isinstance(kind, click.IntRange):
        most = "…" if kind.max is None else kind.max
        return f"{kind.min}–{most}"
    return kind.name


class PlainCommand(click.Command):
    """A command whose help and errors are told in the catalogue's words."""

    context_class = PlainContext

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        try:
            return super().make_context(*args, **extra)
        except UsageError as error:
            raise plainly(error) from None

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = sentence("option-help")
        return option
