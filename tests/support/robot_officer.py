"""What a robot made of a filled example on the phone's screen, held against what the example says."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from PIL import Image

from domain.files import FileAnswer, file_hash, read_file_answer
from domain.forms.evaluation import Evaluation
from domain.forms.program import Program
from tests.support.examples import Example, codes
from tests.support.forms import context, definition

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.phone_form import FormScreen

NOTED: Final = frozenset({"start", "end", "today", "deviceid", "username", "hidden"})
"""Questions that the phone answers by itself: what it notes, and what a case says."""
_RED: Final = (255, 0, 0)
"""The upper third of the robot's photos."""


@dataclass(frozen=True)
class Filled:
    """
    One example that went through the screen: `problems` is what the summary said of it.

    Every finding is by the paths of the example: `{what is different: (wanted, found)}`.
    """

    example: Example
    screen: FormScreen
    problems: Mapping[str, str]
    record: str

    # --- what was asked ---------------------------------------------------------------------------

    @cached_property
    def seen(self) -> frozenset[str]:
        """What stood on a page."""
        return frozenset(self.screen.theirs(path) for path in self.screen.seen)

    @cached_property
    def unable(self) -> frozenset[str]:
        """What the screen offered no way to enter."""
        return frozenset(self.screen.theirs(path) for path in self.screen.unable)

    @cached_property
    def is_whole(self) -> bool:
        """Whether all that the example answers was entered: nothing was refused or hidden."""
        entered = {self.screen.theirs(path) for path in self.screen.done}
        return {path for path, value in self.example.answers.items() if value} <= entered

    def was_seen(self, path: str) -> bool:
        """Whether a question, or something within a group or repeat, stood on a page."""
        return path in self.seen or any(one.startswith(f"{path}/") for one in self.seen)

    def asked_wrongly(self) -> dict[str, Any]:
        """
        What the example says is asked and was not, or the reverse; what was refused and is no problem there.

        Where something could not be entered the example's own words say nothing: questions may hang on it.
        """
        found = {path: "refused" for path in self.unable if path not in self.example.problems}
        if not self.unable:
            found |= {path: "not asked" for path in self.example.asked if not self.was_seen(path)}
            found |= {path: "asked" for path in self.example.not_asked if self.was_seen(path)}
        return found

    # --- what arrived -----------------------------------------------------------------------------

    def different(self, kept: Mapping[str, Any], blob: Callable[[str], bytes]) -> dict[str, Any]:
        """
        Where what was entered and what the office has differ; and answers that nobody entered.

        A text is the same text; the engine writes a decimal number `131` as `131.0` and a place's `44.0` as
        `44`. A photo is the picture that was taken, whose bytes are those that its answer names.
        """
        found = {}
        for path, value in self.screen.done.items():
            fault = self._fault(path, value, kept.get(path), blob)
            if fault:
                found[self.screen.theirs(path)] = (fault, value, kept.get(path))
        for path in kept.keys() - self.screen.done.keys():
            if not path.startswith("$") and not self._is_noted(path):
                found[self.screen.theirs(path)] = ("nobody entered it", "", kept[path])
        return found

    def _is_noted(self, path: str) -> bool:
        field = definition(self.example.form_id).field_at(path)
        return field is not None and (field.type in NOTED or field.prefill or field.role == "id_anggota")

    def _is_of_case(self, path: str) -> bool:
        """Whether an answer came from the case, and the example lacks it."""
        field = definition(self.example.form_id).field_at(path)
        return field is not None and field.prefill and path not in self.screen.done

    def _fault(self, path: str, value: str, kept: Any, blob: Callable[[str], bytes]) -> str:
        field = definition(self.example.form_id).field_at(path)
        if field is None or kept is None:
            return "absent"
        if field.type == "image":
            answer = read_file_answer(str(kept))
            return picture_fault(answer, blob, is_drawn=field.appearance == "signature") if answer else "text"
        if field.type == "decimal":
            return "" if kept in {value, f"{value}.0"} else "different"
        if field.type == "geopoint":
            same = [float(one) for one in value.split()] == [float(one) for one in str(kept).split()]
            return "" if same else "different"
        if field.type == "select_multiple":  # in the order of the form
            return "" if sorted(str(kept).split()) == sorted(value.split()) else "different"
        return "" if kept == value else "different"

    # --- what it means ----------------------------------------------------------------------------

    def evaluation(self, kept: Mapping[str, Any]) -> Evaluation:
        """What the office's answers mean at the moment of the example."""
        answers = {path: value for path, value in kept.items() if not path.startswith("$")}
        return Program.of(definition(self.example.form_id)).evaluate(answers, context(self.example.time))

    def meant_otherwise(self, kept: Mapping[str, Any]) -> dict[str, Any]:
        """
        Where problems or values are not those of the example, or the summary said others.

        What was not entered is blank instead, so the problems and values are not those of the example; then
        what the summary says is held against what the office's answers mean.
        """
        evaluation = self.evaluation(kept)
        meant = {self.screen.theirs(path): found for path, found in codes(evaluation.problems).items()}
        # A member without an answer is the phone's alone.
        empty = [own for own in self.screen.own if not any(path.startswith(f"{own}/") for path in kept)]
        said = {
            self.screen.theirs(path): [code]
            for path, code in self.problems.items()
            if not any(path.startswith(f"{own}/") for own in empty)
        }
        found: dict[str, Any] = dict(_unlike(meant, said, "said"))
        if self.is_whole and not any(self._is_of_case(path) for path in kept):
            found |= _unlike(self.example.problems, meant, "problems")
            theirs = {self.screen.theirs(path): value for path, value in evaluation.calculated.items()}
            values = {path: theirs.get(path, "") for path in self.example.values}
            found |= _unlike(self.example.values, values, "values")
        return found


def _unlike(wanted: Mapping[str, Any], found: Mapping[str, Any], name: str) -> Iterator[tuple[str, Any]]:
    for path in sorted(wanted.keys() | found.keys()):
        if wanted.get(path) != found.get(path):
            yield f"{name}:{path}", (wanted.get(path), found.get(path))


def picture_fault(answer: FileAnswer, blob: Callable[[str], bytes], *, is_drawn: bool) -> str:
    """What is wrong with the picture of an answer: its bytes, its notes, what is on it; empty for nothing."""
    data = blob(answer.hash)
    if file_hash(sha256(data).digest()) != answer.hash or len(data) != answer.size:
        return "other bytes"
    image = Image.open(io.BytesIO(data))
    if Image.MIME.get(image.format or "") != answer.type or image.getexif():
        return "no plain picture"
    shown = image.convert("RGB")
    if is_drawn:
        lightest, darkest = (max(shown.getdata(), key=sum), min(shown.getdata(), key=sum))
        return "" if sum(lightest) > 700 and sum(darkest) < 300 else "no drawing"
    upper = shown.getpixel((shown.width // 2, shown.height // 6))
    assert isinstance(upper, tuple)
    is_red = all(abs(one - two) < 20 for one, two in zip(upper, _RED, strict=True))
    return "" if is_red else "another picture"
