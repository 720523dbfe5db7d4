"""
Mail that tells of alarms, through a real mail server: to whom, once, and nothing of anybody.

Broken on purpose, each time with a failing test here: a village's name and the officer in the letter; a
letter sent again at the next look; a server that hangs waited for without an end; a password over an open
line; a killed worker's letter sent under another id, or never; mail for what somebody has taken care of
meanwhile; an address that was corrected left to wait for the pause of the wrong one.
"""

import time
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from threading import Event, Thread
from urllib.parse import quote

import pytest
from sqlalchemy import update

from domain.alarms import FIRST_PAUSE_MS, pause_after
from server import clock, mailing
from server.config import Config, ConfigurationError, read_config
from server.mail_settings import MailSettings, read_mail_settings
from server.models_office import AlarmRow
from server.services import accounts, alarm_mail, alarms
from server.store import alarms as stored_alarms
from server.working import work
from server.working_alarms import AlarmWork
from tests.integration.test_alarms import in_danger, open_ones
from tests.support.filings import FAR, KECAMATAN, REGENCY, VILLAGE
from tests.support.mail_server import PASSWORD, USER, MailServer, certificate, mail_server
from tests.support.office import Office
from tests.support.server import run_command

URL = "https://verilap.example.id"
SENDER = "verilap@example.id"
HOUR = 3_600_000


@pytest.fixture
def office(config: Config) -> Iterator[Office]:
    """Dewi for the kecamatan, hana for the regency, and a head far away; siti may acknowledge nothing."""
    made = Office(config.database_url, config.data)
    for name, role, area in (
        ("dewi", "peksos", KECAMATAN),
        ("hana", "head", REGENCY),
        ("kepala", "head", FAR),
        ("siti", "supervisor", KECAMATAN),
    ):
        made.person(name, role, area)
        with made.store.write() as connection:
            accounts.set_email(connection, name, f"{name}@example.id", 1)
    yield made
    made.close()


def settings_for(server: MailServer, scheme: str = "smtp", user: str = "") -> MailSettings:
    host = "localhost" if scheme == "smtps" or user else "127.0.0.1"
    return read_mail_settings(f"{scheme}://{user}{host}:{server.port}", SENDER)


def told(letters: list[EmailMessage]) -> list[tuple[str, str]]:
    return sorted((str(one["To"]).partition("@")[0], str(one["Subject"])) for one in letters)


def send_all(office: Office, mail: MailSettings, now: int) -> None:
    AlarmWork(2 * HOUR, mail, URL).send_mail(office.store, lambda: now)


def test_who_answers_is_told_once_of_nothing_but_that_there_is_an_alarm(
    office: Office, tmp_path: Path
) -> None:
    asha = office.device("asha", "officer", VILLAGE)
    record, _ = in_danger(asha)
    now = clock.now_ms()
    with mail_server(tmp_path / "mail") as server:
        mail = settings_for(server)
        send_all(office, mail, now)
        send_all(office, mail, now + HOUR)
        assert [to for to, _ in told(server.letters)] == ["dewi", "hana"]
        letter = server.letters[0]
        text = letter.as_string() + letter.get_content()
        assert f"{URL}/alarms" in letter.get_content()
        assert "Muara Wis" in letter.get_content()
        assert letter["Auto-Submitted"] == "auto-generated"
        for secret in (record, "asha", VILLAGE, *village_names(office), "verifikasi", "Verifikasi"):
            assert secret not in text
        with office.store.write() as connection:
            alarms.escalate(connection, 2 * HOUR, now + 2 * HOUR)
        send_all(office, mail, now + 2 * HOUR)
        assert [to for to, _ in told(server.letters[2:])] == ["hana", "kepala"]
        (alarm,) = open_ones(office)
        in_danger(asha)
        with office.store.write() as connection:
            alarms.acknowledge(connection, office.person_in(connection, "dewi"), alarm.id, "", now)
        send_all(office, mail, now + 3 * HOUR)
        assert len(server.letters) == 6
        assert "1 alarm" in str(server.letters[-1]["Subject"])


def village_names(office: Office) -> list[str]:
    with office.store.read() as connection:
        from server.store import areas

        return [village.name for village in areas.villages_in(connection, [VILLAGE])]


def test_a_server_that_is_down_busy_or_refusing_is_tried_again_and_what_is_over_is_not_sent(
    office: Office, tmp_path: Path
) -> None:
    in_danger(office.device("asha", "officer", VILLAGE))
    now = clock.now_ms()
    with mail_server(tmp_path / "mail", "busy") as server:
        mail = settings_for(server)
        send_all(office, mail, now)
    send_all(office, mail, now + FIRST_PAUSE_MS + 1)  # it is down
    with mail_server(tmp_path / "mail", "refusing", mail.port):
        send_all(office, mail, now + FIRST_PAUSE_MS + 1)  # not due
        send_all(office, mail, now + 2 * FIRST_PAUSE_MS + pause_after(2))
    with office.store.read() as connection:
        assert alarm_mail.is_late(connection, now + HOUR)
    with mail_server(tmp_path / "mail", "open", mail.port) as server:
        send_all(office, mail, now + HOUR)  # who is not known there is asked for once a day
        assert server.letters == []
        with office.store.write() as connection:
            accounts.set_email(connection, "dewi", "dewi.baru@example.id", now + HOUR)
        send_all(office, mail, now + HOUR)  # a corrected address is not made to wait
        assert [to for to, _ in told(server.letters)] == ["dewi.baru"]
        day = now + 2 * FIRST_PAUSE_MS + pause_after(2) + alarm_mail.FINAL_PAUSE_MS
        send_all(office, mail, day)
        assert [to for to, _ in told(server.letters)] == ["dewi.baru", "hana"]
        with office.store.read() as connection:
            assert not alarm_mail.is_late(connection, day + HOUR)


def test_a_worker_that_was_killed_leaves_a_letter_that_is_sent_under_the_same_id(office: Office) -> None:
    in_danger(office.device("asha", "officer", VILLAGE))
    now, sent = clock.now_ms(), []

    class Killed(BaseException):
        """As SIGKILL: nothing catches it."""

    def die(_: MailSettings, message: EmailMessage) -> None:
        sent.append(message)
        raise Killed

    def keep(_: MailSettings, message: EmailMessage) -> None:
        sent.append(message)

    mail = read_mail_settings("smtp://localhost", SENDER)
    with pytest.raises(Killed):
        AlarmWork(HOUR, mail, URL, die).send_mail(office.store, lambda: now)
    other = AlarmWork(HOUR, mail, URL, keep)
    other.send_mail(office.store, lambda: now + 1)
    assert [str(one["To"]) for one in sent] == ["dewi@example.id", "hana@example.id"]
    in_danger(office.device("budi", "officer", VILLAGE))
    other.send_mail(office.store, lambda: now + alarm_mail.TAKEN_MS + 1)
    repeated = [one for one in sent if one["Message-ID"] == sent[0]["Message-ID"]]
    assert [str(one["To"]) for one in repeated] == ["dewi@example.id"] * 2
    assert ["1 alarm" in str(one["Subject"]) for one in repeated] == [True, True]
    assert len(sent) == 5


@pytest.mark.parametrize(
    ("mode", "scheme", "user"),
    [
        ("starttls", "smtp", ""),
        ("tls", "smtps", ""),
        ("login", "smtp", f"{quote(USER)}:{quote(PASSWORD, '')}@"),
    ],
)
def test_mail_goes_over_encrypted_lines_to_whom_the_certificate_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str, scheme: str, user: str
) -> None:
    folder = tmp_path / "mail"
    folder.mkdir()
    cert, _ = certificate(folder)
    with mail_server(folder, mode) as server:
        mail = settings_for(server, scheme, user)
        if not user and scheme == "smtp":
            mail = read_mail_settings(f"smtp://localhost:{server.port}", SENDER)
        letter = alarm_mail.trial_letter(mail, URL, "dewi@example.id", "id", 1)
        with pytest.raises(mailing.MailError, match="tls"):
            mailing.send(mail, letter)
        monkeypatch.setenv("SSL_CERT_FILE", str(cert))
        mailing.send(mail, letter)
        assert [str(one["To"]) for one in server.letters] == ["dewi@example.id"]
        if user:
            wrong = read_mail_settings(f"smtp://a:b@localhost:{server.port}", SENDER)
            with pytest.raises(mailing.MailError, match="login-535"):
                mailing.send(wrong, letter)


def test_no_password_goes_over_an_open_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """But to a server on the same machine, which this one is; so the line is said to lead elsewhere."""
    monkeypatch.setattr(mailing, "_is_here", lambda _: False)
    with mail_server(tmp_path / "mail") as server:
        mail = settings_for(server, user="verilap:rahasia@")
        letter = alarm_mail.trial_letter(mail, URL, "dewi@example.id", "id", 1)
        with pytest.raises(mailing.MailError, match="no-tls"):
            mailing.send(mail, letter)
        assert server.letters == []


@pytest.mark.timeout(60)  # instead of ten minutes, where it does hang
def test_a_server_that_hangs_costs_a_bounded_time_and_keeps_nothing_else_waiting(
    office: Office, tmp_path: Path
) -> None:
    in_danger(office.device("asha", "officer", VILLAGE))
    with mail_server(tmp_path / "mail", "silent") as server:
        mail = settings_for(server)
        letter = alarm_mail.trial_letter(mail, URL, "dewi@example.id", "id", 1)
        began = time.monotonic()
        with pytest.raises(mailing.MailError):
            mailing.send(mail, letter, whole_seconds=0.5)
        assert time.monotonic() - began < 20
        stop, started = Event(), Event()

        def hang(settings: MailSettings, message: EmailMessage) -> None:
            started.set()
            mailing.send(settings, message)

        later = clock.now_ms() + 3 * HOUR
        alarm_work = AlarmWork(2 * HOUR, mail, URL, hang)
        worker = Thread(target=work, args=(office.store, stop, lambda: later), kwargs={"alarms": alarm_work})
        worker.start()
        assert started.wait(20)
        while open_ones(office)[0].escalated is None:
            stop.wait(0.05)
        stop.set()
        worker.join(20)
        assert not worker.is_alive()


def test_the_settings_are_read_or_refused_without_repeating_a_password(tmp_path: Path) -> None:
    base = {"VERILAP_DATA": str(tmp_path), "VERILAP_MAIL_FROM": SENDER, "VERILAP_URL": URL + "/"}
    read = read_config({**base, "VERILAP_SMTP_URL": "smtps://u%40k:a%3Ab%2F@mail.example.id"})
    assert read.mail == MailSettings("mail.example.id", 465, True, SENDER, "u@k", "a:b/")
    assert (read.url, read.alarm_minutes) == (URL, 120)
    assert read_config({"VERILAP_DATA": str(tmp_path)}).mail is None
    for wrong in (
        {**base, "VERILAP_SMTP_URL": "http://mail.example.id"},
        {**base, "VERILAP_SMTP_URL": "smtp://user@mail.example.id"},
        {**base, "VERILAP_SMTP_URL": "smtp://u:geheim@mail.example.id:x"},
        {**base, "VERILAP_SMTP_URL": "smtp://u:geheim@mail.example.id/x"},
        {**base, "VERILAP_SMTP_URL": "smtp://u:geheim@"},
        {**base, "VERILAP_SMTP_URL": "smtp://mail.example.id", "VERILAP_MAIL_FROM": "Kantor <a@b.id>"},
        {**base, "VERILAP_SMTP_URL": "smtp://mail.example.id", "VERILAP_URL": ""},
        {**base, "VERILAP_URL": "verilap.example.id"},
        {**base, "VERILAP_URL": "https://verilap.example.id/a b"},
        {**base, "VERILAP_ALARM_MINUTES": "0"},
        {**base, "VERILAP_ALARM_MINUTES": "a day"},
    ):
        with pytest.raises(ConfigurationError) as refused:
            read_config(wrong)
        assert "geheim" not in str(refused.value)


def test_commands_set_an_address_try_the_mail_and_send_it(
    office: Office, config: Config, tmp_path: Path
) -> None:
    with mail_server(tmp_path / "mail") as server:
        given = {
            "VERILAP_SMTP_URL": f"smtp://127.0.0.1:{server.port}",
            "VERILAP_MAIL_FROM": SENDER,
            "VERILAP_URL": URL,
        }
        none = run_command(config, "mail", "test", "dewi@example.id")
        assert (none.returncode, "VERILAP_SMTP_URL" in none.stderr) == (1, True)
        done = run_command(config, "mail", "test", "budi@example.id", **given)
        assert done.returncode == 0, done.stderr
        assert [str(one["To"]) for one in server.letters] == ["budi@example.id"]
        in_danger(office.device("asha", "officer", VILLAGE))
        with office.store.write() as connection:
            connection.execute(update(AlarmRow).values(raised=clock.now_ms() - 61_000))
        worked = run_command(config, "work", "--once", **given, VERILAP_ALARM_MINUTES="1")
        assert worked.returncode == 0, worked.stderr
        assert [to for to, _ in told(server.letters[1:])] == ["dewi", "hana", "hana", "kepala"]
        assert "@" not in worked.stderr
    assert run_command(config, "change-user", "dewi", "--email", "baru@example.id").returncode == 0
    wrong = run_command(config, "change-user", "dewi", "--role", "head", "--email", "Dewi <a@b.id>")
    assert (wrong.returncode, "(bad-email)" in wrong.stderr) == (1, True)
    with office.store.write() as connection:
        accounts.set_email(connection, "hana", "", 2)
        reached = stored_alarms.recipients(connection)
        assert office.person_in(connection, "dewi").role == "peksos"
    assert {one.email for one in reached.values()} == {
        "baru@example.id",
        "kepala@example.id",
        "siti@example.id",
    }
