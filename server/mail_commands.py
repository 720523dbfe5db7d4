"""``verilap-server mail``: whether mail that tells of alarms arrives."""

import click

from server.access import of_the_shell
from server.clock import now_ms
from server.config import SMTP_VARIABLE, ConfigurationError, read_config
from server.console import PlainGroup, say
from server.texts import language_of, sentence


@click.group(cls=PlainGroup, help=sentence("help-mail"))
def mail() -> None:
    """The group."""


@of_the_shell("it tells of nobody, and to an address that is given")
@mail.command("test", help=sentence("help-mail-test"))
@click.argument("address")
def test(address: str) -> None:
    """Sends a mail now, and says what came of it."""
    from server.mail_settings import check_address
    from server.mailing import send
    from server.services.alarm_mail import trial_letter

    config = read_config()
    if config.mail is None or config.url is None:
        raise ConfigurationError(sentence("mail-none"), variable=SMTP_VARIABLE)
    to = check_address(address)
    send(config.mail, trial_letter(config.mail, config.url, to, language_of(), now_ms()))
    say("mail-sent")
