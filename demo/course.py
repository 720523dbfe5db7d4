"""The demo from its beginning to its end."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Final, Protocol

from demo import process
from demo.accounts import ACCOUNTS, HANA, OFFICERS, SARI, Account
from demo.answers import CHILD_FORM, DELIVERY_FORM, FAMILY_FORM, FOLLOW_UP_FORM
from demo.devices import Phone, enrol, today
from demo.https import Door, prepare
from demo.installation import Installation
from demo.journey import plan_journey
from demo.places import AREAS, FORMS, read_villages
from demo.reviewing import review_the_queue
from demo.scene import Scene
from demo.stories import STORIES, Told
from demo.supervisor import Supervisor
from domain.areas import Village

USUAL_SUBMISSIONS: Final = 300
SEED: Final = 17
SHARES: Final = {"asha": 0.4, "budi": 0.35, "citra": 0.25}
PUBLISHED: Final = (CHILD_FORM, FAMILY_FORM, DELIVERY_FORM, FOLLOW_UP_FORM)
AT_ONCE: Final = 3
AID: Final = Path(__file__).with_name("lists") / "penyaluran.csv"
"""The office's own list of deliveries that are due."""
AID_KEY: Final = "Nomor BAST"


class Say(Protocol):
    """Tells a person what is going on: a sentence of the catalogue in his language, with its facts."""

    language: str

    def __call__(self, key: str, **facts: object) -> None: ...


@dataclass(frozen=True)
class Outcome:
    """What the demo leaves behind: a server at `url`, a door for phones, devices, and stories to look at."""

    url: str
    door: Door | None
    phones: tuple[Phone, ...]
    stories: tuple[Told, ...]


def play(
    installation: Installation,
    say: Say,
    *,
    submissions: int = USUAL_SUBMISSIONS,
    port: int | None = None,
    seed: int = SEED,
) -> Outcome:
    """Plays everything; the server goes on running. Raises `DemoError`, and then no server is left."""
    if process.stop(installation.folder):
        say("stopped-old")
    installation.begin_anew()
    installation, door = prepare(installation)
    _install(installation, say)
    say("starting")
    try:
        url = process.start(installation, port)
        say("listening", url=url)
        if door and not door.open(url):
            door = None
        return replace(_work(installation, url, say, submissions, Random(seed)), door=door)
    except BaseException:
        process.stop(installation.folder)
        raise


def _install(installation: Installation, say: Say) -> None:
    """The administrator's part, on the command line."""
    say("init")
    installation.verilap_server("init")
    installation.verilap_server("load-areas", str(AREAS))
    say("publishing", forms=len(PUBLISHED), accounts=len(ACCOUNTS))
    jobs: list[Callable[[], object]] = [_publishing(installation, form) for form in PUBLISHED]
    jobs += [_adding(installation, account, say.language) for account in ACCOUNTS]
    _do_all(jobs)
    say("importing", list=AID.name)
    installation.verilap_server("import-cases", "penyaluran", str(AID), "--by", HANA.name, "--key", AID_KEY)


def _publishing(installation: Installation, form: str) -> Callable[[], object]:
    return lambda: installation.verilap_server("publish-form", str(FORMS / f"{form}.xlsx"))


def _adding(installation: Installation, account: Account, language: str) -> Callable[[], object]:
    return lambda: account.add(installation, language)


def _do_all(jobs: Iterable[Callable[[], object]]) -> None:
    """Commands may run beside each other and beside the server."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for done in [pool.submit(job) for job in jobs]:
            done.result()


def _work(installation: Installation, url: str, say: Say, submissions: int, chance: Random) -> Outcome:
    say("enrolling", names=", ".join(one.name for one in OFFICERS))
    phones, villages = _enrol(installation, url), read_villages()
    sari = Supervisor(url, installation.verilap_server("token", SARI.name))
    try:
        for phone, account in zip(phones, OFFICERS, strict=True):
            own = [villages[code] for code in account.areas]
            _fill(phone, own, round(submissions * SHARES[account.name]), chance, say)
        _sync(phones, say)
        say("reviewing")
        say("reviewed", count=review_the_queue(sari, chance))
        scene = Scene(*phones, sari, installation, villages, today(), chance)
        stories = tuple(_play_story(story, scene, say) for story in STORIES)
        _sync(phones, say)
    finally:
        sari.close()
        for phone in phones:
            phone.close()
    return Outcome(url, None, phones, stories)


def _enrol(installation: Installation, url: str) -> tuple[Phone, Phone, Phone]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        asha, budi, citra = pool.map(lambda one: enrol(installation, one.name, url), OFFICERS)
    return asha, budi, citra


def _fill(phone: Phone, villages: list[Village], count: int, chance: Random, say: Say) -> None:
    """Days without a signal."""
    say("filling", name=phone.name, count=count)
    for one in plan_journey(villages, count, today(), chance):
        phone.clock.set_to(one.ended)
        phone.new(one.form, one.village, one.answers, started=one.started, ended=one.ended)


def _sync(phones: Iterable[Phone], say: Say) -> None:
    for phone in phones:
        report = phone.sync()
        bytes_up, bytes_down = report.traffic.bytes_up // 1024, report.traffic.bytes_down // 1024
        say(
            "synced",
            name=phone.name,
            sent=report.sent,
            received=report.received,
            up=bytes_up,
            down=bytes_down,
        )


def _play_story(story: Callable[[Scene], Told], scene: Scene, say: Say) -> Told:
    told = story(scene)
    say(f"story-{told.story}")
    return told
