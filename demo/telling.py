"""What the demo prints, in Indonesian or English: sentences from ``catalogue.json``, by key."""

import json
import shlex
import time
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

import click

from demo.accounts import ACCOUNTS
from demo.course import Outcome
from demo.devices import Phone
from demo.stories import Told
from domain.errors import VerilapError
from server.texts import language_of

FILE: Final = Path(__file__).with_name("catalogue.json")
TO_LOOK_AT: Final = (
    "round",
    "conflict",
    "photos",
    "awaited",
    "contested",
    "stale",
    "returned",
    "held",
    "danger",
    "problem",
    "case",
    "delivery",
    "corrected",
    "merged",
    "clock",
    "cloned",
    "same-name",
)


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """The sentences by key and language."""
    read: dict[str, dict[str, str]] = json.loads(FILE.read_text("utf-8"))
    return read


class Teller:
    """Prints sentences, each with the seconds since the beginning."""

    def __init__(self, language: str = "") -> None:
        self.language = language or language_of()
        self.began = time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    def __call__(self, key: str, **facts: object) -> None:
        click.echo(f"{self.seconds:6.1f} s  {self.sentence(key, **facts)}")

    def sentence(self, key: str, **facts: object) -> str:
        return catalogue()[key][self.language].format(**facts)

    def complain(self, error: VerilapError) -> None:
        """Tells on standard error why it cannot go on."""
        key = f"error-{error.code}"
        told = self.sentence(key, **error.facts) if key in catalogue() else error.message
        click.echo(f"{told} [{error.code}]", err=True)

    def end(self, outcome: Outcome) -> None:
        """Everything that a person needs to look around."""
        click.echo()
        for line in self._lines(outcome):
            click.echo(line)

    def _lines(self, outcome: Outcome) -> Iterator[str]:
        yield self.sentence("ready", url=outcome.url, seconds=round(self.seconds))
        yield self.sentence("invented")
        yield from ("", self.sentence("sign-ins"))
        for account in ACCOUNTS:
            if account.signs_in:
                about = self.sentence(f"about-{account.role}")
                yield f"  {account.name:8}{account.password:22}{about}"
        yield from ("", self.sentence("to-look-at"))
        stories = {told.story: told for told in outcome.stories}
        for name in TO_LOOK_AT:
            yield from self._lines_of_story(outcome.url, stories[name])
        yield from ("", *self._lines_of_the_app(outcome))
        yield from ("", self.sentence("devices"))
        for phone in outcome.phones:
            yield from self._lines_of_device(phone)
        yield from ("", self.sentence("to-stop"))

    def _lines_of_the_app(self, outcome: Outcome) -> Iterator[str]:
        """How the officers' app is opened: here, on a phone by cable, on one in the same network."""
        yield self.sentence("app", url=f"{outcome.url}/app/")
        port = outcome.url.rpartition(":")[2]
        yield f"  {self.sentence('app-cable', port=port)}"
        if outcome.door:
            facts = {"url": outcome.door.app, "certificate": outcome.door.certificate_url}
            yield f"  {self.sentence('app-network', **facts)}"
        yield f"  {self.sentence('app-code', url=outcome.url)}"

    def _lines_of_story(self, url: str, told: Told) -> Iterator[str]:
        yield f"  {self.sentence(f'story-{told.story}')}"
        yield f"    {url}{told.page}"

    def _lines_of_device(self, phone: Phone) -> Iterator[str]:
        settings = f"VERILAP_HOME={shlex.quote(str(phone.home))} VERILAP_KEY={shlex.quote(phone.key)}"
        yield f"  {settings} .venv/bin/verilap list"
