"""A village with one of everything that somebody might get at, and a person who tries to, as anybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from domain.access import TABLE, Action, Actor, Role, Scope
from domain.protection import DataClass
from server.clock import now_ms
from server.services import second_person
from server.store import credentials
from tests.support.builders import new_id, op_id, with_restricted_part
from tests.support.filings import KECAMATAN, MARKER, REGENCY, VILLAGE, arrives
from tests.support.office import Office
from tests.support.pages import PASSWORD, hire
from tests.support.raw_device import RawDevice

KINDS_OF_RECORDS: Final = ("open", "part", "own", "own part", "case")
SOMEBODY: Final = "somebody"


@dataclass(frozen=True)
class Thing:
    """Something in the village: its id, the text that shows that it was seen, and what decides on it.

    `argument` is the part of an address where its id stands.
    """

    kind: str
    id: str
    mark: str
    data_class: DataClass = DataClass.SPECIFIC
    is_own: bool = False
    reading: Action = Action.READ
    argument: str = "record"


def is_allowed(role: Role, action: Action, thing: Thing, is_inside: bool) -> bool:
    """What the declared table says, read a second time, of somebody inside of its village or outside."""
    found = {
        Scope.ANYWHERE: True,
        Scope.AREAS: is_inside,
        Scope.OWN: is_inside and thing.is_own,
        # Somebody is always responsible for the village, so it concerns those who are.
        Scope.CONCERN: is_inside and thing.kind == "held",
        Scope.REFERRED: False,
    }
    grants = TABLE[action].get(role, ())
    return any(thing.data_class in one.classes and found[one.scope] for one in grants)


class World:
    """The things, and somebody with a session, a token and a device, whose role and areas can be changed."""

    def __init__(self, office: Office) -> None:
        self.office = office
        office.person("inside", "supervisor", KECAMATAN)
        head = office.person("head", "head", REGENCY)
        self.device = office.device(SOMEBODY, "supervisor", VILLAGE)
        self.person = hire(office, SOMEBODY, "supervisor", VILLAGE)
        self.person.sign_in()
        self.csrf = self.person.get("/records").form("/sign-out").fields["csrf_token"]
        self.api = office.api(SOMEBODY)
        asha = office.device("asha", "officer", VILLAGE)
        self.record, self.part = _filed(asha, "", is_own=False)
        self.own, self.own_part = _filed(self.device, "own ", is_own=True)
        self.case, self.held = _case(asha), _held(asha, self.record.id)
        self.asked = _asked(office, head, self.record.id)
        self.village = Thing("village", VILLAGE, "")
        self.phone = _phone(office, "asha")
        self.things = (self.record, self.part, self.own, self.own_part, self.case, self.held, self.asked)

    def thing(self, kind: str) -> Thing:
        """By its kind."""
        others = (self.village, self.phone)
        return next(one for one in (*self.things, *others) if one.kind == kind)

    def become(self, role: Role, *areas: str) -> None:
        """Somebody's role and areas from now on; session, token and device stay. Passwords are given anew."""
        self.office.move(SOMEBODY, *areas, role=role.value)
        self.api.call("POST", "confirmations", {"password": PASSWORD})
        self.person.post("/password", {"csrf_token": self.csrf, "password_again": PASSWORD, "next": "/"})


def _phone(office: Office, account: str) -> Thing:
    with office.store.read() as connection:
        (device,) = credentials.devices_of(connection, account)
    return Thing("device", device.id, "", reading=Action.MANAGE_DEVICES, argument="device")


def _filed(device: RawDevice, of_whom: str, is_own: bool) -> tuple[Thing, Thing]:
    """A submission with a restricted answer, and that answer."""
    kind = "own" if is_own else "open"
    record = Thing(kind, new_id(), f"terbuka-{device.author}", is_own=is_own)
    part = Thing(f"{of_whom}part", new_id(), f"terbatas-{device.author}", DataClass.RESTRICTED, is_own=is_own)
    sent = device.submission(record.id, {"a": record.mark, "r": MARKER})
    arrives(device, with_restricted_part(sent, record.id, {"r": part.mark}, part=part.id))
    return record, part


def _case(device: RawDevice) -> Thing:
    case = Thing("case", new_id(), "kasus-anak")
    changes: Any = [("$village", VILLAGE, []), ("nama", case.mark, [])]
    arrives(device, device.operation(changes, record=case.id, kind="case:anak"))
    return case


def _held(device: RawDevice, record: str) -> Thing:
    """What names a form that is not there, and so waits for the office."""
    sent = device.operation([("b", "ditahan-asha", [])], record=record, form="unknown@1")
    device.sync(sent)
    return Thing("held", op_id(sent), "ditahan-asha", reading=Action.READ_HELD, argument="operation")


def _asked(office: Office, asker: Actor, record: str) -> Thing:
    """What waits for a second person."""
    why = "alasan untuk rapat kasus"
    asked = office.store.transact(
        lambda c: second_person.ask(c, asker, Action.EXPORT_RESTRICTED, record, why, now_ms())
    )
    return Thing("asked", asked, why, reading=Action.CONFIRM, argument="confirmation")
