"""What the worker does about alarms: lets them go further when nobody takes care, and sends mail."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Thread
from typing import Final, Self

from sqlalchemy.exc import SQLAlchemyError

from server import logs, mailing
from server.config import USUAL_ALARM_MINUTES, Config
from server.mail_settings import MailSettings
from server.services import alarm_mail, alarms
from server.services.alarm_mail import Send
from server.store.transactions import Store

POLL_SECONDS: Final = 1.0
MINUTE_MS: Final = 60_000


@dataclass(frozen=True)
class AlarmWork:
    """After how long an alarm goes further, and how mail leaves: not at all without `mail`."""

    limit_ms: int = USUAL_ALARM_MINUTES * MINUTE_MS
    mail: MailSettings | None = None
    url: str = ""
    send: Send = mailing.send

    @classmethod
    def of(cls, config: Config) -> Self:
        """As the settings say."""
        return cls(config.alarm_minutes * MINUTE_MS, config.mail, config.url or "")

    def escalate(self, store: Store, now: int) -> None:
        """Lets what is overdue go to all heads."""
        with store.read() as connection:
            if not alarms.overdue(connection, self.limit_ms, now):
                return
        if count := store.transact(lambda connection: alarms.escalate(connection, self.limit_ms, now)):
            logs.logger().warning("alarm-escalated", alarms=count)

    def send_mail(self, store: Store, clock: Callable[[], int], stop: Event | None = None) -> None:
        """Sends all mail that is due, one after the other."""
        if self.mail is None:
            return
        alarm_mail.plan(store, clock())
        while not (stop and stop.is_set()):
            if not alarm_mail.send_one(store, self.mail, self.url, clock, self.send):
                return


NO_MAIL: Final = AlarmWork()


class MailBeside:
    """
    Sends mail in a thread of its own, until `stop`: a mail server that hangs keeps nothing else waiting.

    Neither does it keep the worker from ending: what is not noted as sent then is sent again by the next one.
    """

    def __init__(self, store: Store, alarms: AlarmWork, stop: Event, clock: Callable[[], int]) -> None:
        self._fault: BaseException | None = None
        if alarms.mail is not None:
            Thread(target=self._work, args=(store, alarms, stop, clock), name="mail", daemon=True).start()

    def _work(self, store: Store, alarms: AlarmWork, stop: Event, clock: Callable[[], int]) -> None:
        while not stop.is_set():
            try:
                alarms.send_mail(store, clock, stop)
            except SQLAlchemyError as fault:
                logs.logger().error("database", **logs.describe(fault))
            except BaseException as fault:  # noqa: BLE001 - it is raised where the work ends
                self._fault = fault
                stop.set()
            stop.wait(POLL_SECONDS)

    def raise_fault(self) -> None:
        """Raises what ended it, if anything did."""
        if self._fault is not None:
            raise self._fault
