"""Files of answers as pages show them: a small picture, what is told of it, and where there is more."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from domain.operations import Value
from server.services.record_files import FileState
from server.web.wording import Moment


@dataclass(frozen=True)
class Small:
    """A small picture: its address, and its size in pixels, so that nothing on the page jumps."""

    url: str
    width: int
    height: int


@dataclass(frozen=True)
class Picture:
    """
    A file that an answer names, in words.

    `small` is none where there is nothing to show (yet), and the device's own while the original has not
    arrived. `page` has it large, `large` is the picture itself, `download` the file where it is no picture.
    `told` says where it stands when it is not simply there, `advice` what to do about that.
    """

    hash: str
    label: str
    name: str
    kind: str
    state: FileState
    is_drawn: bool
    small: Small | None
    page: str
    large: str
    download: str
    taken: Moment | None
    position: str
    distance: str
    told: str
    advice: str

    @property
    def alt(self) -> str:
        """What somebody reads who does not see it."""
        return f"{self.label}: {self.name}"

    @property
    def is_waiting(self) -> bool:
        return self.state is FileState.WAITING


@dataclass(frozen=True)
class Earlier:
    """The same view in the last round: who took it, when that round was begun, and which record that is."""

    picture: Picture
    author: str
    begun: int
    record: str


@dataclass(frozen=True)
class Album:
    """
    The pictures of one page: of answers by path and value, and beside them those of the last round by path.

    `awaited` counts the files of present answers that have not arrived.
    """

    pictures: Mapping[tuple[str, str], Picture] = field(default_factory=dict)
    earlier: Mapping[str, Earlier] = field(default_factory=dict)
    awaited: int = 0

    def of(self, path: str, value: "Value | None") -> Picture | None:
        """The picture of an answer, if it names one."""
        return self.pictures.get((path, value)) if isinstance(value, str) else None

    def last_round(self, path: str) -> Earlier | None:
        """The same view in the last round."""
        return self.earlier.get(path)

    @property
    def beside(self) -> frozenset[str]:
        """The records of which pictures stand beside those of this one: the audit is told."""
        return frozenset(one.record for one in self.earlier.values())

    @property
    def is_shown(self) -> bool:
        """Whether there is anything to look at."""
        return any(one.small for one in self.pictures.values())


NO_PICTURES: Final = Album()
