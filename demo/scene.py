"""What a story plays with: the devices, the supervisor, households that are invented when they are needed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from random import Random
from typing import Final

from PIL.Image import Image

from demo.answers import (
    CHILD_FORM,
    DELIVERY_FORM,
    FAMILY_FORM,
    FOLLOW_UP_FORM,
    Visit,
    answer_child,
    answer_delivery,
    answer_family,
    answer_follow_up,
)
from demo.devices import OFFICE_TIME, Phone
from demo.installation import Installation
from demo.people import Household, invent_household
from demo.supervisor import Supervisor
from domain.areas import Village

ANSWERED: Final[Mapping[str, Callable[[Visit], dict[str, str]]]] = {
    CHILD_FORM: answer_child,
    FAMILY_FORM: answer_family,
    FOLLOW_UP_FORM: answer_follow_up,
    DELIVERY_FORM: answer_delivery,
}
OF_CASE: Final = frozenset(
    {"nama_kasus", "desa_kasus", "kecamatan", "desa", "rt", "alamat", "nama_anak", "jenis_kelamin"}
    | {"tgl_lahir", "nama_kk", "no_kk", "stel_pakaian", "jam_sendiri", "tinggal_bersama"}
    | {"nama_penerima", "program", "sumber_dana", "periode", "bentuk", "uang_rencana"}
)
"""Questions that whoever opens the form from a case finds answered."""
NOTHING: Final[Mapping[str, str]] = {}
PLACE: Final = "g_wilayah/lokasi"
METRES_A_DEGREE: Final = 111_320


@dataclass
class Scene:
    """Three officers with devices, a supervisor, and the server's command."""

    asha: Phone
    budi: Phone
    citra: Phone
    sari: Supervisor
    installation: Installation
    villages: Mapping[str, Village]
    day: date
    chance: Random

    def household(self, village: str) -> Household:
        """A household that is new to everybody."""
        return invent_household(self.villages[village], self.day, self.chance)

    def child_answers(self, village: str) -> dict[str, str]:
        """Form A, filled for a child of a new household."""
        home = self.household(village)
        return answer_child(Visit(home, home.children[0], self.day, self.chance))

    def family_answers(self, home: Household) -> dict[str, str]:
        """Form B, filled for a household."""
        return answer_family(Visit(home, home.head, self.day, self.chance))

    def file_child(
        self, phone: Phone, village: str, also: Mapping[str, str] = NOTHING, /, **differently: str
    ) -> str:
        """
        Files form A three hours ago.

        `differently` are answers by the last step of their path, in place of what was answered; `also` are
        answers by path that such a difference asks for.
        """
        answers = {**_with(self.child_answers(village), differently), **also}
        return phone.file(CHILD_FORM, village, answers)

    def visit_case(
        self,
        phone: Phone,
        form: str,
        home: Household,
        case: str,
        also: Mapping[str, str] = NOTHING,
        /,
        **differently: str,
    ) -> str:
        """Files a form from a case an hour ago: what the case says is not typed again. See `file_child`."""
        visit = Visit(home, home.children[0], self.day, self.chance)
        answers = {
            path: value for path, value in ANSWERED[form](visit).items() if not _is_found_answered(path)
        }
        phone.work_at(60)
        return phone.new(form, None, {**_with(answers, differently), **also}, case=case)

    def member_again(self, phone: Phone, record: str, member: str, case: str) -> dict[str, str]:
        """A member's answers of an earlier form, for the member that a form from the family begins with."""
        answers = phone.device.dossier(record).answers
        return {
            f"anggota/m_{case}/{path.removeprefix(member + '/')}": value
            for path, value in answers.items()
            if path.startswith(f"{member}/") and isinstance(value, str)
        }

    def plan_delivery(self, phone: Phone, home: Household) -> str:
        """Money that is due to the head of a household: a case that no form begins."""
        due = {"program": "tunai_kukar", "sumber_dana": "3", "bentuk": "1", "uang_rencana": "200000"}
        whom = {"label": home.head.name, "penerima": home.head.name, "rt": home.rt, "alamat": home.address}
        values = {**whom, **due, "periode": f"{self.day:%Y-%m}"}
        return phone.device.begin_case("penyaluran", home.village.code, values).record

    def file_family(
        self, phone: Phone, home: Household, /, minutes_ago: float = 180, **differently: str
    ) -> str:
        """Files form B, three hours ago unless told otherwise; `differently` as in `file_child`."""
        answers = _with(self.family_answers(home), differently)
        return phone.file(FAMILY_FORM, home.village.code, answers, minutes_ago)

    def photograph_house(
        self, phone: Phone, record: str, path: str, image: Image, minutes_ago: float, north: float = 0.0
    ) -> None:
        """A photo of a house, so many metres north of the place that the form has for it."""
        place = str(phone.device.dossier(record).answers[PLACE]).split()
        taken = datetime.fromtimestamp(phone.work_at(minutes_ago) / 1000, OFFICE_TIME)
        at = float(place[0]) + north / METRES_A_DEGREE, float(place[1])
        phone.photograph(record, path, image, taken, at)


def sync(*phones: Phone) -> None:
    """These devices find a signal, one after the other."""
    for phone in phones:
        phone.sync()


def _is_found_answered(path: str) -> bool:
    """Whether an officer who opens the form from a case finds it answered, or does not ask it again."""
    return path.rpartition("/")[2] in OF_CASE or path.startswith(("anggota/", "barang/"))


def _with(answers: dict[str, str], differently: Mapping[str, str]) -> dict[str, str]:
    return {path: differently.get(path.rpartition("/")[2], value) for path, value in answers.items()}
