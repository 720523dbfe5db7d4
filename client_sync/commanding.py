"""What the commands of ``verilap`` share: the store that they open, the line, how they tell what was done."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import click

from client_sync.config import Language, read_config

if TYPE_CHECKING:
    from client_sync.attaching import Attachments
    from client_sync.desk import Workspace
    from client_sync.device import Device
    from client_sync.instances import XmlInstances
    from client_sync.reader import Reader
    from client_sync.writer import Saved, Writer


class Context:
    """What every command needs; the store is opened, and code loaded, when it is needed."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.stack: list[Workspace | Device] = []

    def workspace(self) -> "Workspace":
        """The store without a line to the server: half the time to load."""
        from client_sync.desk import Workspace

        config = read_config()
        workspace = Workspace.at(config.home, config.key)
        self.stack.append(workspace)
        return workspace

    def reader(self) -> "Reader":
        """The same, to look at it."""
        from client_sync.reader import Reader

        return Reader(self.workspace())

    def writer(self) -> "Writer":
        """The same, to enter something."""
        from client_sync.writer import Writer

        return Writer(self.workspace())

    def attachments(self) -> "Attachments":
        """The same for whoever has files."""
        from client_sync.attaching import Attachments

        return Attachments(self.workspace())

    def xml_instances(self) -> "XmlInstances":
        """The same for whoever has XML."""
        from client_sync.instances import XmlInstances

        return XmlInstances(self.workspace())

    def device(self, *, create: bool = False, attempts: int | None = None) -> "Device":
        from client_sync.device import Device
        from client_sync.line import Patience

        config = read_config()
        patience = Patience(attempts=attempts or config.attempts)
        device = Device.open(config.home, config.key, create=create, patience=patience)
        self.stack.append(device)
        return device

    @contextmanager
    def first_store(self) -> Iterator[None]:
        """
        Leaves no store behind that this command makes, and that does not become anybody's.

        It would look like an enrolled one, and a slip of the hand in its passphrase would lock the folder.
        """
        from client_sync import database

        home = read_config().home
        was_there = database.exists(home)
        try:
            yield
        except BaseException:
            is_nobodys = all(one.store.settings.identity is None for one in self.stack)
            if self.stack and not was_there and is_nobodys:
                self.close()
                database.remove(home)
            raise

    def say(self, code: str, *, is_aside: bool = False, **facts: object) -> None:
        from client_sync.catalogue import say

        click.echo(say(code, self.language, **facts), err=is_aside)

    def close(self) -> None:
        while self.stack:
            self.stack.pop().close()


pass_context: Final = click.make_pass_decorator(Context)
as_json: Final = click.option("--json", "is_json", is_flag=True, help="JSON.")


def tell_notices(context: Context, saved: "Saved") -> None:
    """What its author should know about what was just saved."""
    from client_sync.wording import plain

    for notice in saved.notices:
        told = {name: plain(text) for name, text in notice.facts.items()}
        context.say(notice.code, is_aside=True, **told)


def print_json(told: object) -> None:
    click.echo(json.dumps(told, ensure_ascii=False, indent=2, default=str))
