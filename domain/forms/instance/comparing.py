"""What somebody changed in an instance that another program has written anew."""

from domain.forms.definition import FormDefinition
from domain.forms.instance.layout import Place, layout_of, place_of
from domain.forms.instance.model import Instance
from domain.forms.instance.own import Own, mark_of
from domain.operations import Value


def changed_answers(definition: FormDefinition, written: Own, instance: Instance) -> dict[str, Value]:
    """
    The answers that an edited instance gives otherwise than it did when our element was `written`.

    Other programs drop that element, so that each file is its name, and what was cleared looks as if nobody
    had answered. What still reads as we wrote it is therefore no change; a question that was answered and
    stands there empty was cleared by hand; one that is left out was hidden by a skip and keeps its answer.
    """
    layout = layout_of(definition)
    changed: dict[str, Value] = {}
    for path in instance.answers.keys() | instance.blank:
        value = instance.answers.get(path, "")
        if not _stood(path, place_of(layout, path), value, written):
            changed[path] = value
    return dict(sorted(changed.items()))


def _stood(path: str, place: Place, value: Value, written: Own) -> bool:
    """Whether it reads as it was written; a blank in a member that was not there says nothing either."""
    if place.question is None:
        return written.answers.get(path) == value
    if mark_of(path, place.text_of(value)) in written.texts:
        return True
    is_new = any(mark_of(f"{one.repeat}/{one.id}") not in written.texts for one in place.members)
    return value == "" and is_new
