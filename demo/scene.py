"""What a story plays with: the devices, the supervisor, households that are invented when they are needed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from random import Random

from demo.answers import CHILD_FORM, FAMILY_FORM, Visit, answer_child, answer_family
from demo.devices import Phone
from demo.installation import Installation
from demo.people import Household, invent_household
from demo.supervisor import Supervisor
from domain.areas import Village


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

    def file_child(self, phone: Phone, village: str, **differently: str) -> str:
        """Files form A three hours ago; `differently` are answers by the last step of their path."""
        answers = _with(self.child_answers(village), differently)
        return phone.file(CHILD_FORM, village, answers)

    def file_family(self, phone: Phone, home: Household, **differently: str) -> str:
        """Files form B three hours ago; `differently` as in `file_child`."""
        answers = _with(self.family_answers(home), differently)
        return phone.file(FAMILY_FORM, home.village.code, answers)


def sync(*phones: Phone) -> None:
    """These devices find a signal, one after the other."""
    for phone in phones:
        phone.sync()


def _with(answers: dict[str, str], differently: Mapping[str, str]) -> dict[str, str]:
    return {path: differently.get(path.rpartition("/")[2], value) for path, value in answers.items()}
