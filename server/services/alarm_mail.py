"""
Telling of alarms by mail: that there are any, in which kecamatan, and where to read more; nothing of anybody.

Who is to be told follows from the open alarms and the accounts as they are, so it is worked out anew each
time, and what is new of it is kept before anything is sent. A mail is taken by one worker for some minutes.
Who is killed between handing it over and noting that leaves it to be sent once more, under the same id: a
mail about a child in danger rather arrives twice than never.
"""

import secrets
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import partial
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import Connection

from domain.access import Actor
from domain.alarms import Stage, pause_after, told_at
from domain.canonical import ID_BYTES, to_text
from server import logs
from server.mail_settings import MailSettings
from server.mailing import MailError
from server.services.alarms import responders
from server.store import alarms, areas
from server.store.alarms import Letter, Recipient, StoredAlarm, Told
from server.store.transactions import Store
from server.texts import sentence_in

TAKEN_MS: Final = 5 * 60_000
"""For so long no other worker tries the same mail: longer than handing one over may take."""
FINAL_PAUSE_MS: Final = 24 * 60 * 60_000
"""Until an address is tried again that the mail server does not know."""
WORDS: Final = {
    Stage.RAISED: ("mail-raised-subject", "mail-raised"),
    Stage.ESCALATED: ("mail-escalated-subject", "mail-escalated"),
}
"""Subject and text of a letter, in the catalogue."""
LATE_MS: Final = 10 * 60_000
Send = Callable[[MailSettings, EmailMessage], None]


def plan(store: Store, now: int) -> None:
    """Keeps who is to be told of open alarms and is not yet."""
    with store.read() as connection:
        is_any = bool(_untold(connection))
    if is_any:
        store.transact(lambda c: alarms.plan(c, _untold(c), now))


def _untold(connection: Connection) -> set[Told]:
    found = alarms.open_ones(connection)
    if not found:
        return set()
    able, reached = responders(connection), alarms.recipients(connection)
    wanted = {told for one in found for told in _told_of(one, able) if told.account in reached}
    return wanted - alarms.planned(connection)


def _told_of(one: StoredAlarm, able: Collection[Actor]) -> set[Told]:
    stages = (Stage.RAISED,) if one.escalated is None else (Stage.RAISED, Stage.ESCALATED)
    return {Told(one.id, stage, actor.name) for stage in stages for actor in told_at(stage, one.alarm, able)}


def send_one(store: Store, settings: MailSettings, url: str, clock: Callable[[], int], send: Send) -> bool:
    """Sends a mail that is due, outside of all transactions; gives whether there was one."""
    now, fresh = clock(), to_text(secrets.token_bytes(ID_BYTES))
    with store.read() as connection:
        if not alarms.is_any_due(connection, now):
            return False
    letter = store.transact(lambda c: alarms.take_letter(c, now, now + TAKEN_MS, fresh))
    if letter is None:
        return False
    with store.read() as connection:
        recipient = alarms.recipients(connection).get(letter.account)
        told = [one for one in alarms.open_ones(connection) if one.id in letter.alarms]
        message = _message(connection, letter, recipient, told, settings, url, now) if recipient else None
    if message is None:
        store.transact(partial(alarms.drop, letter=letter))
        return True
    try:
        send(settings, message)
    except MailError as fault:
        due, why = clock() + (FINAL_PAUSE_MS if fault.is_final else pause_after(letter.tries)), fault.reason
        store.transact(lambda c: alarms.settle(c, letter, None, due, why))
        logs.logger().error("mail-failed", reason=why, tries=letter.tries, stage=letter.stage.value)
    else:
        store.transact(lambda c: alarms.settle(c, letter, clock(), now, ""))
        logs.logger().info("mail-sent", alarms=len(told), stage=letter.stage.value)
    return True


def is_late(connection: Connection, now: int) -> bool:
    """Whether a mail was tried and has not left for long."""
    since = alarms.oldest_unsent(connection)
    return since is not None and now - since > LATE_MS


# --- the letter ----------------------------------------------------------------------------------


def _message(
    connection: Connection,
    letter: Letter,
    recipient: Recipient,
    told: Collection[StoredAlarm],
    settings: MailSettings,
    url: str,
    now: int,
) -> EmailMessage | None:
    """Nothing where somebody has taken care of all of them meanwhile."""
    if not told:
        return None
    villages = areas.villages_in(connection, {village for one in told for village in one.villages})
    kecamatan = sorted({village.kecamatan for village in villages})
    facts = {"count": len(told), "kecamatan": ", ".join(kecamatan) or "-", "link": f"{url}/alarms"}
    subject, text = WORDS[letter.stage]
    message = letter_to(settings, url, recipient.email, letter.id, now)
    message["Subject"] = sentence_in(recipient.language, subject, **facts)
    message.set_content(sentence_in(recipient.language, text, **facts))
    return message


def trial_letter(settings: MailSettings, url: str, address: str, language: str, now: int) -> EmailMessage:
    """A mail by which somebody tries whether mail arrives."""
    message = letter_to(settings, url, address, to_text(secrets.token_bytes(ID_BYTES)), now)
    message["Subject"] = sentence_in(language, "mail-test-subject")
    message.set_content(sentence_in(language, "mail-test", link=url))
    return message


def letter_to(settings: MailSettings, url: str, address: str, name: str, now: int) -> EmailMessage:
    """What stands at the head of each mail; `name` makes its id."""
    message = EmailMessage()
    message["From"] = settings.sender
    message["To"] = address
    message["Date"] = datetime.fromtimestamp(now / 1000, UTC)
    message["Message-ID"] = f"<{name}@{urlsplit(url).hostname or 'verilap.invalid'}>"
    message["Auto-Submitted"] = "auto-generated"
    return message
